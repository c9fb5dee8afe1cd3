"""Rows of one segment to be: in key order, of one partition and one person, with their digests.

The same rows in any order are the same part. Not here: their bytes (`parquet`) and their file (`segments`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, TypeVar

from whisky_assets.domain.record import RecordSpec, spec_of
from whisky_assets.storage.row_digests import RowsDigest, row_digest, sum_of

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[Row]):
    """Rows in key order and what they are."""

    record_type: type[Row]
    rows: Sequence[Row]
    digest: RowsDigest
    partition: str
    person: str | None


def part_of(
    record_type: type[Row], rows: Iterable[Row], *, partition: str = "", person: str | None = None
) -> Part[Row]:
    """Return rows as a part, sorted by key.

    Raises:
        ValueError: a row is of another partition or person, or a personal record is written without a person.
        TypeError: a row is no instance of the record.
    """
    spec = spec_of(record_type)
    if spec.personal != (person is not None):
        raise ValueError(f"{spec.dataset} {'is' if spec.personal else 'is not'} personal: person={person is not None}")
    key_of = attrgetter(*spec.key)
    digested = []
    for row in rows:
        if type(row) is not record_type:
            raise TypeError(f"{spec.dataset} takes {record_type.__name__}, not {type(row).__name__}")
        _check_place(spec, row, partition, person)
        digested.append((row_digest(record_type, row), row))
    # Rows of one key (a check refuses them later) lie in one order too, so that the same rows make the same file.
    digested.sort(key=lambda pair: (key_of(pair[1]), pair[0].full))
    return Part(
        record_type=record_type,
        rows=[row for _digest, row in digested],
        digest=sum_of(digest for digest, _row in digested),
        partition=partition,
        person=person,
    )


def parts_by_person(record_type: type[Row], rows: Iterable[Row], *, partition: str = "") -> list[Part[Row]]:
    """Return the parts of a table: one per person of a personal record, else one; none for no rows."""
    column = spec_of(record_type).person
    people: dict[str | None, list[Row]] = {}
    for row in rows:
        people.setdefault(None if column is None else getattr(row, column), []).append(row)
    return [
        part_of(record_type, held, partition=partition, person=person)
        for person, held in sorted(people.items(), key=lambda item: item[0] or "")
    ]


def _check_place(spec: RecordSpec, row: object, partition: str, person: str | None) -> None:
    if spec.partition is not None and getattr(row, spec.partition) != partition:
        raise ValueError(f"{spec.dataset}: a row of {spec.partition} {getattr(row, spec.partition)!r} in {partition!r}")
    if spec.person is not None and getattr(row, spec.person) != person:
        raise ValueError(f"{spec.dataset}: a row of another person")
