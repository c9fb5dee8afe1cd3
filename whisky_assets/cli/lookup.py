"""`whisky find`, `show`, `why` and `parse`: what a name means, what a whisky is, and why two are one."""

from __future__ import annotations

import argparse
import dataclasses
import json

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import curation_of, open_workspace, standing_curation
from whisky_assets.domain.errors import ExitCode, UsageError


def find(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the whiskies that a text means, best first with the reason."""
    from whisky_assets.pipeline import lookup

    text = " ".join(arguments.text)
    with open_workspace(arguments, console) as workspace:
        found = lookup.find(workspace, text, limit=arguments.limit)
    if not found:
        return answered({"text": text, "found": []}, [f"nothing is known under {text!r}"], exit_code=ExitCode.DONE)
    rows = [
        (one.pk, one.name, _abv(one.abv_pct), str(one.offer_count), f"{one.score:.2f}", one.reason) for one in found
    ]
    result = {"text": text, "found": [dataclasses.asdict(one) for one in found]}
    return answered(result, table(("key", "name", "abv", "offers", "score", "because"), rows))


def _abv(abv_pct: float | None) -> str:
    return "" if abv_pct is None else f"{abv_pct:g}%"


def show(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with one whisky, its offers, and every source's word on every field."""
    from whisky_assets.pipeline import lookup

    with open_workspace(arguments, console) as workspace:
        shown = lookup.show(workspace, arguments.pk)
    lines = [f"{shown.whisky.whisky_pk}  {shown.whisky.name}"]
    if shown.asked != shown.whisky.whisky_pk:
        lines.append(f"{shown.asked} was merged into it")
    lines += [
        "",
        *table(("field", "value", "told by", "wins"), shown.claims),
        "",
        *table(shown.offer_headers, shown.offers),
    ]
    result = {"whisky": dataclasses.asdict(shown.whisky), "claims": shown.claims, "offers": shown.offers}
    return answered(result, lines)


def why(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer in words why two listings are one whisky, or why they are not."""
    from whisky_assets.pipeline import lookup

    if arguments.rows is None and (arguments.text_only or arguments.curation is not None):
        raise UsageError(
            "--text-only and --curation belong to --in", remedy="For example: whisky why 17 42 --in listings.csv"
        )
    if arguments.rows is not None:
        from whisky_assets.pipeline.listings_csv import read_listings

        curation = curation_of(arguments, console)
        rows = read_listings(arguments.rows)
        lines = lookup.why_rows(rows, arguments.left, arguments.right, text_only=arguments.text_only, curation=curation)
        return answered({"lines": lines}, lines)
    with open_workspace(arguments, console) as workspace:
        lines = lookup.why(workspace, arguments.left, arguments.right)
    return answered({"lines": lines}, lines)


def parse(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the fields that a name tells, its words underlined by field, each with the rule that read it."""
    from whisky_assets.cli.name_view import name_lines
    from whisky_assets.pipeline import lookup

    text = " ".join(arguments.text)
    if not text.strip():
        raise UsageError("the text is empty", remedy='For example: whisky parse "Lagavulin 16 Year Old 43% 70cl"')
    parsed = lookup.parse(text, standing_curation(arguments, console))
    return answered(json.loads(parsed.to_json()), name_lines(parsed))
