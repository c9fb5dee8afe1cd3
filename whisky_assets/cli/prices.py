"""`whisky prices` and `whisky rates`: what a whisky cost over time, and the rates that tell it in another currency."""

from __future__ import annotations

import argparse
import dataclasses

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace
from whisky_assets.domain.errors import UsageError


def prices(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with one line for each stretch in which a seller asked one price for one product of a whisky."""
    from whisky_assets.pipeline.price_history import PRICE_HEADERS, price_history

    with open_workspace(arguments, console) as workspace:
        steps = price_history(workspace, arguments.pk, into=arguments.into)
        minor_digits = workspace.reference.currencies
    result = {"asked": arguments.pk, "prices": [dataclasses.asdict(step) for step in steps]}
    if not steps:
        return answered(result, [f"no offer of {arguments.pk} told a price"])
    lines = table(PRICE_HEADERS, [step.cells(minor_digits) for step in steps])
    untold = sum(step.converted_currency is not None and step.converted_minor is None for step in steps)
    if untold:
        lines += ["", f"without a rate in {arguments.into} for their day: {untold}; add one: whisky rates import FILE"]
    return answered(result, lines)


def rates(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the newest rate of each pair, or add those of a file."""
    from whisky_assets.pipeline.rates import add_rates, known_rates, rates_file

    if arguments.action == "import" and arguments.file is None:
        raise UsageError("import takes a file", remedy="For example: whisky rates import eurofxref-hist.csv")
    with open_workspace(arguments, console) as workspace:
        curation = workspace.home.curation
        added = add_rates(curation, arguments.file, arguments.only or ()) if arguments.action == "import" else None
        known = known_rates(curation)
    only = set(arguments.only or ())
    shown = (rate for rate in known if not only or only & {rate.base, rate.currency})
    newest = {(rate.base, rate.currency): rate for rate in shown}
    rows = [(rate.base, rate.currency, str(rate.rate), rate.day.isoformat(), rate.origin) for rate in newest.values()]
    lines = table(("base", "currency", "rate", "newest day", "origin"), sorted(rows)) if rows else ["no rate is known"]
    lines += ["", f"rates: {len(known):,} in {rates_file(curation)}"]
    if added is not None:
        lines.append(f"added: {added:,}")
    return answered({"rates": len(known), "added": added or 0, "newest": sorted(rows)}, lines)
