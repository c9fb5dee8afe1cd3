"""No column of a table that was ever written can vanish or change its type without a step that still reads it.

`schema_history.json` beside this module lists the columns and types of every version of every table;
`python -m whisky_assets.contracts.history` brings it up to date after a column was added, and refuses to where a step
is missing. Not here: the steps (`contracts.upgrades`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from whisky_assets.contracts.arrow import arrow_schema
from whisky_assets.contracts.upgrades import empty_values, has_step
from whisky_assets.domain.errors import CheckFailedError, WhiskyError
from whisky_assets.domain.record import declared_records, spec_of

HISTORY_PATH = Path(__file__).with_name("schema_history.json")

ColumnTypes = Mapping[str, str]
History = Mapping[str, Mapping[str, ColumnTypes]]
"""Dataset to version to column to type (`string`, `int64?`: the mark says that it may be empty)."""


def load_history(path: Path = HISTORY_PATH) -> History:
    """Return the written history; empty where no file stands yet."""
    if not path.exists():
        return {}
    loaded: History = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def broken_promises(history: History, records: Mapping[str, type] | None = None) -> list[str]:
    """Return one sentence for each table of the history that today's records can no longer read; none if all is well.

    A column may appear when it has a default or may be empty, and may become nullable. Anything else needs the
    record's version raised and a step to a version after the one that had it.
    """
    known = declared_records() if records is None else records
    return [
        sentence
        for dataset, versions in history.items()
        for version, columns in versions.items()
        for sentence in _broken(dataset, int(version), columns, known.get(dataset))
    ]


def updated_history(history: History, records: Mapping[str, type] | None = None) -> History:
    """Return the history with today's columns as each record's current version.

    Raises:
        CheckFailedError: today's records cannot read what the history lists.
    """
    known = declared_records() if records is None else records
    problems = broken_promises(history, known)
    if problems:
        raise CheckFailedError(
            "Old segments could no longer be read: " + " ".join(problems),
            remedy="Raise the record's version and add a step in whisky_assets/contracts/upgrades.py.",
        )
    updated = {dataset: dict(versions) for dataset, versions in history.items()}
    for dataset, record_type in known.items():
        updated.setdefault(dataset, {})[str(spec_of(record_type).version)] = column_types(record_type)
    return dict(sorted(updated.items()))


def column_types(record_type: type) -> dict[str, str]:
    """Return a record's columns with their Arrow types, a `?` behind those that may be empty."""
    return {field.name: f"{field.type}{'?' if field.nullable else ''}" for field in arrow_schema(record_type)}


def history_text(history: History) -> str:
    """Return the history as the text of its file."""
    return json.dumps(history, indent=1) + "\n"


def _broken(dataset: str, version: int, columns: ColumnTypes, record_type: type | None) -> Iterator[str]:
    if record_type is None:
        yield f"{dataset}: no record declares it any more."
        return
    current = spec_of(record_type).version
    if version > current:
        yield f"{dataset}: version {version} was written, the record declares {current}."
        return
    if any(has_step(dataset, number) for number in range(version + 1, current + 1)):
        return
    today = column_types(record_type)
    for name, kind in columns.items():
        if name not in today:
            yield f"{dataset}.{name} of version {version} ({kind}) is gone without a step."
        elif not _reads(kind, today[name]):
            yield f"{dataset}.{name} was {kind} in version {version} and is {today[name]} without a step."
    fillers = empty_values(record_type)
    for name in today:
        if name not in columns and name not in fillers:
            yield f"{dataset}.{name} is new since version {version} and has no default."


def _reads(old: str, new: str) -> bool:
    return new in (old, f"{old}?")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `schema_history.json` anew, or with `--check` only say whether it is fresh."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is not fresh")
    parser.add_argument("--path", type=Path, default=HISTORY_PATH, help="the file (default: the shipped one)")
    options = parser.parse_args(arguments)
    try:
        text = history_text(updated_history(load_history(options.path)))
    except WhiskyError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    if not options.check:
        options.path.write_text(text, encoding="utf-8")
        return 0
    fresh = options.path.exists() and options.path.read_text(encoding="utf-8") == text
    if not fresh:
        sys.stderr.write(f"{options.path} is not fresh: run `python -m whisky_assets.contracts.history`.\n")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
