"""`whisky match`: a CSV of listings in, one key a row out, without a home."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console


def match(arguments: argparse.Namespace, console: Console) -> Answer:
    """Cluster the rows of a CSV and write `rid, whisky_pk, family_id, confidence, reason`, every rid once."""
    from whisky_assets.pipeline.csv_match import check_output, match_listings, read_listings, write_answers

    out = check_output(arguments.out, arguments.rows)
    rows = read_listings(arguments.rows)
    console.start("matching", None)
    answers = match_listings(
        rows,
        text_only=arguments.text_only,
        registry=arguments.registry,
        curation=arguments.curation,
        now=datetime.now(UTC),
    )
    write_answers(out, answers)
    whiskies = len({row["whisky_pk"] for row in answers})
    result = {"rows": len(answers), "whiskies": whiskies, "out": str(arguments.out)}
    return answered(result, [f"{len(answers):,} rows are {whiskies:,} whiskies: {arguments.out}"])
