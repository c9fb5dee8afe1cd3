"""`whisky match`: a CSV of listings in, one key a row out, without a home."""

from __future__ import annotations

import argparse
import csv
import os
from datetime import UTC, datetime

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.domain.errors import InputRefusedError, UsageError

REQUIRED = ("rid", "source", "source_id", "name")
COLUMNS = ("rid", "whisky_pk", "family_id", "confidence", "reason")


def match(arguments: argparse.Namespace, console: Console) -> Answer:
    """Cluster the rows of a CSV and write `rid, whisky_pk, family_id, confidence, reason`, every rid once."""
    from whisky_assets.pipeline.csv_match import match_listings

    rows = _read(arguments)
    console.start("matching", None)
    answers = match_listings(
        rows,
        text_only=arguments.text_only,
        registry=arguments.registry,
        curation=arguments.curation,
        now=datetime.now(UTC),
    )
    temporary = arguments.out.with_name(f".{arguments.out.name}.{os.getpid()}")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, COLUMNS)
            writer.writeheader()
            writer.writerows(answers)
        temporary.replace(arguments.out)
    finally:
        temporary.unlink(missing_ok=True)
    whiskies = len({row["whisky_pk"] for row in answers})
    result = {"rows": len(answers), "whiskies": whiskies, "out": str(arguments.out)}
    return answered(result, [f"{len(answers):,} rows are {whiskies:,} whiskies: {arguments.out}"])


def _read(arguments: argparse.Namespace) -> list[dict[str, str]]:
    try:
        with arguments.rows.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
            if missing:
                raise InputRefusedError(
                    f"{arguments.rows}: the header lacks {', '.join(missing)}",
                    reason="wrong_header",
                    remedy=f"Required are {', '.join(REQUIRED)}.",
                )
            return list(reader)
    except FileNotFoundError as error:
        raise UsageError(f"{arguments.rows} does not exist") from error
    except UnicodeDecodeError as error:
        raise InputRefusedError(
            f"{arguments.rows} is not UTF-8 (byte {error.start})",
            reason="wrong_encoding",
            remedy="Save it as UTF-8 CSV.",
        ) from error
