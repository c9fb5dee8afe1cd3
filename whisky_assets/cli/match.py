"""`whisky match`: a CSV of listings in, one key a row out, without a home."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import curation_of
from whisky_assets.domain.errors import UsageError


def match(arguments: argparse.Namespace, console: Console) -> Answer:
    """Cluster the rows of a CSV and write `rid, whisky_pk, family_id, confidence, reason`, every rid once."""
    from whisky_assets.identity.match_csv import NOT_USED
    from whisky_assets.pipeline.csv_match import check_output, match_listings, write_answers, write_questions
    from whisky_assets.pipeline.listings_csv import read_listings

    curation = curation_of(arguments, console)
    out = check_output(arguments.out, arguments.rows)
    asked = arguments.questions and check_output(arguments.questions, arguments.rows)
    if asked == out:
        raise UsageError(f"{out} cannot hold answers and questions", remedy="Name another file for --questions.")
    rows = read_listings(arguments.rows)
    console.start("matching", None)
    run = match_listings(
        rows,
        text_only=arguments.text_only,
        registry=arguments.registry,
        curation=curation,
        ask_past=asked is not None,
        now=datetime.now(UTC),
    )
    write_answers(out, run.answers)
    whiskies = len({row["whisky_pk"] for row in run.answers})
    unread = [row["rid"] for row in run.answers if NOT_USED in row["reason"]]
    result = {"rows": len(run.answers), "whiskies": whiskies, "unread": len(unread), "out": str(arguments.out)}
    lines = [f"rows {len(run.answers):,}, whiskies {whiskies:,}: {arguments.out}"]
    if asked is not None:
        result["questions"] = write_questions(asked, run)
        lines.append(f"questions that no rule decides: {result['questions']:,}: {arguments.questions}")
    if unread:
        lines.append(
            f"rows of which a word could not be used: {len(unread):,}, as rid {unread[0]}; their reason says it"
        )
    return answered(result, lines)
