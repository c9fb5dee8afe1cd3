"""`whisky find`, `show`, `why` and `parse`: what a name means, what a whisky is, and why two are one."""

from __future__ import annotations

import argparse
import dataclasses
import json

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace
from whisky_assets.domain.errors import ExitCode, UsageError


def find(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the whiskies that a text means, best first with the reason."""
    from whisky_assets.pipeline import lookup

    text = " ".join(arguments.text)
    with open_workspace(arguments, console) as workspace:
        found = lookup.find(workspace, text, limit=arguments.limit)
    if not found:
        return answered({"text": text, "found": []}, [f"nothing is known under {text!r}"], exit_code=ExitCode.DONE)
    rows = [(one.pk, one.name, f"{one.score:.2f}", one.reason) for one in found]
    result = {
        "text": text,
        "found": [{"pk": pk, "name": name, "score": score, "reason": why} for pk, name, score, why in rows],
    }
    return answered(result, table(("key", "name", "score", "because"), rows))


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

    if arguments.rows is not None:
        from whisky_assets.pipeline.csv_match import read_listings

        lines = lookup.why_rows(read_listings(arguments.rows), arguments.left, arguments.right)
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
    del console
    parsed = lookup.parse(text)
    return answered(json.loads(parsed.to_json()), name_lines(parsed))
