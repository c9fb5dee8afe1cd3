"""The sample world as it is written down: whiskies, special goods, look-alikes and what changes week by week.

Reads the tables in `data/` and refuses one that contradicts itself. Not here: how a shop words or prints anything
(`wording.py`, `harbour.py`, ...) and what stands on a shelf in a given week (`world.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from whisky_assets.domain.errors import InputRefusedError

CHANGE_FIELDS = (
    "title",
    "producer",
    "abv",
    "price",
    "was",
    "gtin",
    "stock",
    "shelf",
    "truth",
    "copies",
    "charset",
)
SHELVES = ("live", "absent", "gone", "error")
SOLD = re.compile(r"(?P<shop>[hkem])(?P<sizes>\d+(?:\+\d+)*)")
LISTING = re.compile(r"(?P<shop>[hkem])(?P<size_cl>\d*):(?P<subject>[a-z0-9_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthWhisky:
    """One whisky that exists in the sample world: what is true of it, whatever shops write."""

    number: int
    key: str
    name_en: str
    name_ko: str
    name_ja: str
    abv: str
    style: str
    country: str
    region: str
    producer: str
    price_gbp: int
    sold: tuple[tuple[str, int], ...]
    """Letter of the shop and size in cl of each plain listing."""
    cut: frozenset[tuple[str, int]]
    """Those of them that are in the cut world too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """One listing that is no plain bottle: packs, miniatures, sets, other goods, and rows that no reader takes."""

    shop: str
    number: int
    truth: str
    kind: str
    title: str
    size: str
    producer: str
    style: str
    country: str
    abv: str
    price_gbp: int
    traps: tuple[str, ...]
    cut: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From this week on one field of one listing reads otherwise; `trap` names the trouble that it is."""

    week: int
    listing: str
    field: str
    value: str
    trap: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """Two whiskies that a careless matcher takes for one."""

    kind: str
    left: str
    right: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that is written down of the sample world."""

    whiskies: tuple[TruthWhisky, ...]
    specials: tuple[Special, ...]
    changes: tuple[Change, ...]
    lookalikes: tuple[Lookalike, ...]
    producers: dict[str, tuple[str, str]]
    """English name of a producer to its Korean and Japanese ones."""


@cache
def load_catalogue() -> Catalogue:
    """Return the written sample world.

    Raises:
        InputRefusedError: a row says something that its table cannot mean, with table and line.
    """
    whiskies = tuple(_whisky(line, row) for line, row in _rows("whiskies.csv"))
    keys = frozenset(whisky.key for whisky in whiskies)
    return Catalogue(
        whiskies=whiskies,
        specials=tuple(_special(row) for _, row in _rows("specials.csv")),
        changes=tuple(_change(line, row, keys) for line, row in _rows("changes.csv")),
        lookalikes=tuple(_lookalike(line, row, keys) for line, row in _rows("lookalikes.csv")),
        producers={row["en"]: (row["ko"], row["ja"]) for _, row in _rows("producers.csv")},
    )


def data_bytes(name: str) -> bytes:
    """Return one file of the sample world's `data/`, byte for byte."""
    return resources.files("whisky_assets.sample").joinpath("data").joinpath(name).read_bytes()


def table_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one CSV of `data/`, header to text.

    Raises:
        InputRefusedError: a row has more or fewer cells than the header.
    """
    return tuple(row for _, row in _rows(name))


def _rows(name: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(data_bytes(name).decode("utf-8"), newline=""))
    for row in reader:
        if None in row or None in row.values():
            raise _refused(name, reader.line_num, f"as many cells as the header has ({len(reader.fieldnames or ())})")
        yield reader.line_num, row


def _whisky(line: int, row: dict[str, str]) -> TruthWhisky:
    sold = tuple(_sold(line, row["sold"]))
    cut = frozenset(_sold(line, row["cut"]))
    if not cut <= set(sold):
        raise _refused("whiskies.csv", line, f"a cut {row['cut']!r} that is part of sold {row['sold']!r}")
    return TruthWhisky(
        number=int(row["no"]),
        key=row["key"],
        name_en=row["en"],
        name_ko=row["ko"],
        name_ja=row["ja"],
        abv=row["abv"],
        style=row["style"],
        country=row["country"],
        region=row["region"],
        producer=row["producer"],
        price_gbp=int(row["gbp"]),
        sold=sold,
        cut=cut,
    )


def _sold(line: int, text: str) -> Iterator[tuple[str, int]]:
    for word in text.split():
        match = SOLD.fullmatch(word)
        if match is None:
            raise _refused("whiskies.csv", line, f"shops and sizes in cl like `h70+100 k70`, not {word!r}")
        for size_cl in match["sizes"].split("+"):
            yield match["shop"], int(size_cl)


def _special(row: dict[str, str]) -> Special:
    return Special(
        shop=row["shop"],
        number=int(row["no"]),
        truth=row["truth"],
        kind=row["kind"],
        title=row["title"],
        size=row["size"],
        producer=row["producer"],
        style=row["style"],
        country=row["country"],
        abv=row["abv"],
        price_gbp=int(row["gbp"]),
        traps=tuple(row["traps"].split(";")),
        cut=row["cut"] == "1",
        why=row["why"],
    )


def _change(line: int, row: dict[str, str], keys: frozenset[str]) -> Change:
    match = LISTING.fullmatch(row["listing"])
    if match is None or (match["size_cl"] != "" and match["subject"] not in keys):
        raise _refused("changes.csv", line, f"a listing like `h70:ardbeg_10` or `h:401`, not {row['listing']!r}")
    if row["field"] not in CHANGE_FIELDS:
        raise _refused("changes.csv", line, f"a field of {', '.join(CHANGE_FIELDS)}, not {row['field']!r}")
    if row["field"] == "shelf" and row["value"] not in SHELVES:
        raise _refused("changes.csv", line, f"a shelf of {', '.join(SHELVES)}, not {row['value']!r}")
    return Change(
        week=int(row["week"]),
        listing=row["listing"],
        field=row["field"],
        value=row["value"],
        trap=row["trap"],
        why=row["why"],
    )


def _lookalike(line: int, row: dict[str, str], keys: frozenset[str]) -> Lookalike:
    for side in ("left", "right"):
        if row[side] not in keys:
            raise _refused("lookalikes.csv", line, f"a key of whiskies.csv, not {row[side]!r}")
    return Lookalike(kind=row["kind"], left=row["left"], right=row["right"], why=row["why"])


def _refused(name: str, line: int, expected: str) -> InputRefusedError:
    return InputRefusedError(
        f"whisky_assets/sample/data/{name}:{line}: expected {expected}.",
        reason="broken_sample_table",
        remedy="Mend the row; the tables are described in whisky_assets/sample/README.md.",
    )
