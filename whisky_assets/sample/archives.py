"""Two made-up people's archives: one CSV, one JSON in the owner's shape, and what each note truly is about.

Not here: reading them (`parsing/archives.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whisky_assets.parsing.archives import CSV_TYPE, JSON_TYPE
from whisky_assets.sample.catalogue import data_bytes, table_rows
from whisky_assets.sample.world import World

EXPECTED = ("resolved", "ambiguous", "not_sold", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFileSpec:
    """One file that a made-up person hands in."""

    user: str
    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTruth:
    """What one note is about; `ordinal` is its row in the file, from 0.

    `expected` is resolved (to the one of `truth_keys`), ambiguous (all of `truth_keys` fit, so it must wait), not_sold
    (no document told so far names its whisky) or refused (no whisky is named, so it is no entry).
    """

    user: str
    ordinal: int
    text: str
    expected: str
    truth_keys: tuple[str, ...]
    why: str


def archives() -> tuple[ArchiveFileSpec, ...]:
    """Return the two files, by user."""
    return (
        ArchiveFileSpec(user="mina", name="mina.json", media_type=JSON_TYPE, body=data_bytes("archives/mina.json")),
        ArchiveFileSpec(user="tom", name="tom.csv", media_type=CSV_TYPE, body=data_bytes("archives/tom.csv")),
    )


def archive_truth(world: World, week: int) -> tuple[EntryTruth, ...]:
    """Return one row per note of both files, in the files' order, as of what the shops have told up to a week."""
    told = frozenset(row.truth_key for row in world.truth(week))
    return tuple(_entry_truth(row, told) for row in table_rows("archives/truth.csv"))


def _entry_truth(row: Mapping[str, str], told: frozenset[str]) -> EntryTruth:
    fitting = tuple(key for key in row["truth_keys"].split(";") if key and key in told)
    by_count = ("not_sold", "resolved")[len(fitting)] if len(fitting) < 2 else "ambiguous"
    return EntryTruth(
        user=row["user"],
        ordinal=int(row["ordinal"]),
        text=row["text"],
        expected="refused" if row["expected"] == "refused" else by_count,
        truth_keys=fitting,
        why=row["why"],
    )
