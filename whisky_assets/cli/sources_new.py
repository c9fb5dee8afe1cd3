"""`whisky sources new`: a feed drafted from an address or a saved file, tried at once, written off and unpublished."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace

if TYPE_CHECKING:
    from whisky_assets.pipeline.drafting_source import Drafted
    from whisky_assets.pipeline.feed_trial import ReadRow
    from whisky_assets.pipeline.workspace import Workspace

SHOWN = 10
HEADERS = ("kind", "name", "price", "currency", "size", "ABV", "link")
_LONGEST_NAME = 60
_LONGEST_LINK = 70


def new(arguments: argparse.Namespace, console: Console) -> Answer:
    """Draft a feed, show what it reads, write it into the home, and on a terminal ask whether to turn it on.

    Raises:
        UsageError, FetchError, InputRefusedError: as `pipeline.drafting_source.draft_source`.
    """
    from whisky_assets.pipeline.drafting_source import draft_source, write_draft
    from whisky_assets.sources.drafting.site import Given

    given = Given(
        name=arguments.name or "",
        url=arguments.url or "",
        country=arguments.country or "",
        language=arguments.language or "",
        currency=arguments.currency or "",
    )
    with open_workspace(arguments, console) as workspace:
        drafted = draft_source(workspace, arguments.place, given, console)
        is_written = drafted.is_whole and not arguments.dry_run
        if is_written:
            write_draft(workspace, drafted)
        result = {**as_result(drafted), "written": is_written}
        lines = [_printable(line) for line in lines_of(workspace, drafted, is_written=is_written)]
        if is_written and _may_ask(arguments):
            for line in lines:
                console.line(line)
            lines = _turned_on(workspace, drafted, result)
        return answered(result, lines, drafted.problems)


def as_result(drafted: Drafted) -> dict[str, object]:
    """Return the draft for a program: every line with its reason, the whole TOML, and what it reads."""
    draft = drafted.draft
    return {
        "name": draft.name,
        "preset": draft.preset,
        "url": draft.url,
        "terms": draft.terms,
        "path": str(drafted.path),
        "lines": [
            {
                "section": line.section,
                "key": line.key,
                "value": line.value,
                "surety": line.surety,
                "why": line.why,
                "others": list(line.others),
            }
            for line in draft.findings
        ],
        "missing": list(draft.missing),
        "notes": list(draft.notes),
        "to_do": list(drafted.todo),
        "toml": drafted.toml,
        "trial": None if drafted.trial is None else drafted.trial.as_result(),
    }


def lines_of(workspace: Workspace, drafted: Drafted, *, is_written: bool) -> list[str]:
    """Return what a person reads: the TOML, the first products, the counts, what is unsure and what is left to do."""
    from whisky_assets.pipeline.freshness import home_words

    draft = drafted.draft
    lines = [f"{draft.preset} feed {draft.name}, drafted from {draft.url}", ""]
    if not is_written:
        lines += [*drafted.toml.rstrip("\n").split("\n"), ""]
    lines += _trial_lines(drafted)
    lines += [f"note: {note}" for note in draft.notes]
    told = [line for line in draft.findings if line.surety != "sure"]
    lines += ["", *([f"not sure of {len(told)} lines:"] if told else [])]
    lines += [f"  {line.surety}: [{line.section}] {line.key} = {line.value or '?'}: {line.why}" for line in told]
    lines += ["", "still to do by a person:", *(f"  - {what}" for what in drafted.todo)]
    if is_written:
        home = home_words(workspace)
        url = "" if draft.preset == "csv_xlsx" else f" --url {shlex.quote(draft.url)}"
        lines += [
            "",
            f"written, and off: {drafted.path}",
            f"try it again after an edit: whisky sources test{home} {draft.name} FILE{url}",
            f"turn it on: whisky sources on{home} {draft.name}",
        ]
    else:
        lines += ["", f"nothing was written; it would lie at {drafted.path}"]
    return lines


def _trial_lines(drafted: Drafted) -> list[str]:
    from whisky_assets.pipeline.feed_trial import lines_of as trial_lines

    if drafted.trial is None:
        return ["it reads nothing yet: a line that it needs is not sure"]
    rows = drafted.trial.rows
    shown = sorted(rows, key=lambda row: row.kind != "whisky")[:SHOWN]
    lines = table(HEADERS, [_cells(row, drafted) for row in shown]) if shown else []
    if len(rows) > SHOWN:
        lines.append(f"and {len(rows) - SHOWN:,} more")
    return [*lines, "", *trial_lines(drafted.trial)]


def _cells(row: ReadRow, drafted: Drafted) -> tuple[object, ...]:
    item = row.item
    is_told = "currency" not in drafted.draft.missing
    return (
        row.kind,
        _cut(item.name, _LONGEST_NAME),
        row.price.removesuffix(item.currency or "").strip(),
        (item.currency or "") if is_told else "?",
        "" if item.volume_ml is None else f"{item.volume_ml} ml",
        "" if item.abv_pct is None else f"{item.abv_pct} %",
        _cut(item.url or "", _LONGEST_LINK),
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _printable(line: str) -> str:
    """Return a line without what a page could steer a terminal with."""
    return "".join(letter if letter.isprintable() else " " for letter in line)


def _may_ask(arguments: argparse.Namespace) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json and not arguments.quiet


def _turned_on(workspace: Workspace, drafted: Drafted, result: dict[str, object]) -> list[str]:
    """Ask, and switch the feed on if the answer is yes; anything else leaves it off."""
    from whisky_assets.pipeline.switches import switch_feeds

    try:
        answer = input("turn it on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().casefold() not in ("y", "yes"):
        return ["it stays off"]
    switched = switch_feeds(workspace, [drafted.draft.name], on=True)
    result["on"] = True
    return list(switched.lines)
