"""The numbers that verdicts and checks on quality hang on: one commented file, and what an owner changes of it.

`thresholds.toml` beside this module holds every number with its reason; a home's `curation/quality.toml` replaces
single ones. Not here: what is judged by them (`verdicts`, `kinds`, `values`; the checks in `pipeline`).
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.toml_file import TomlTable, read_toml
from whisky_assets.reference import load_reference

SHIPPED_THRESHOLDS = Path(__file__).with_name("thresholds.toml")
QUALITY_FILE = "quality.toml"
"""Name of the owner's file in the folder `curation` of a home."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AbvLimits:
    """Strengths in % vol: what a whisky can have at all, what makes it a spirit drink, what is full strength."""

    weakest_pct: float
    strongest_pct: float
    whisky_cut_pct: float
    full_strength_pct: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NameLimits:
    """Fewest letters of a name without a listed brand, and the most characters of any name."""

    fewest_letters: int
    longest_characters: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimits:
    """Size of one container in ml."""

    smallest: int
    largest: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PriceLimits:
    """Price of one offer in minor units, by ISO code of its currency; an unlisted currency is not judged."""

    cheapest: Mapping[str, int]
    dearest: Mapping[str, int]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HeldLimits:
    """Largest share of held offers before the check `verdicts` warns, and the fewest offers that it judges."""

    largest_held_share: float
    smallest_base: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShareLimits:
    """Largest part of a share of known values that may be lost, and the fewest offers that told it before."""

    largest_fall: float
    smallest_base: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LossLimits:
    """Largest share of live products that a feed may lose at once, and the fewest live products before."""

    largest_share: float
    smallest_base: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """All numbers; each field is a table of the file, each of its fields a key."""

    abv: AbvLimits
    name: NameLimits
    size_ml: SizeLimits
    price_minor: PriceLimits
    verdicts: HeldLimits
    shares: ShareLimits
    loss: LossLimits

    @property
    def version(self) -> str:
        """A digest of all numbers: equal where nothing can be judged otherwise."""
        return digest(dataclasses.asdict(self))


Limits = TypeVar("Limits")
_TABLES: Mapping[str, Callable[..., object]] = {
    "abv": AbvLimits,
    "name": NameLimits,
    "size_ml": SizeLimits,
    "price_minor": PriceLimits,
    "verdicts": HeldLimits,
    "shares": ShareLimits,
    "loss": LossLimits,
}
_SHARES = frozenset({"largest_held_share", "largest_fall", "largest_share"})
_PCT = frozenset({"weakest_pct", "strongest_pct", "whisky_cut_pct", "full_strength_pct"})


@cache
def shipped_thresholds() -> Thresholds:
    """Return the numbers that hold where an owner says nothing."""
    return _read(SHIPPED_THRESHOLDS, None)


def load_thresholds(curation: Path | None = None) -> Thresholds:
    """Return the shipped numbers with those that a home's `curation/quality.toml` replaces, if it stands there.

    Raises:
        UsageError: as `read_thresholds`.
    """
    path = None if curation is None else curation / QUALITY_FILE
    return shipped_thresholds() if path is None or not path.exists() else read_thresholds(path)


def read_thresholds(path: Path) -> Thresholds:
    """Return the shipped numbers with those that a file replaces.

    Raises:
        UsageError: the file is absent or no TOML, a key is unknown (with the nearest known one), a value is of another
            kind, or two limits contradict; each with file and line.
    """
    if not path.is_file():
        raise UsageError(
            f"{path}: cannot be read, it is no file",
            remedy=f"Copy what you change out of {SHIPPED_THRESHOLDS}. Then: whisky quality --try quality.toml",
        )
    return _read(path, shipped_thresholds())


def _read(path: Path, base: Thresholds | None) -> Thresholds:
    try:
        root = read_toml(path)
        thresholds = Thresholds(**dict(_tables(root, base)))  # type: ignore[arg-type] # each table by its own name
        root.finish()
        _refuse_contradictions(root, thresholds)
    except UsageError as error:
        raise UsageError(
            error.message,
            remedy=f"Mend that line; every key stands with its meaning in {SHIPPED_THRESHOLDS}. Then: whisky quality",
        ) from error
    return thresholds


def _tables(root: TomlTable, base: Thresholds | None) -> Iterator[tuple[str, object]]:
    for name, limits in _TABLES.items():
        default = None if base is None else getattr(base, name)
        table = root.table(name)
        if table is None:
            if default is None:
                raise root.error(name, "is missing")
            yield name, default
            continue
        keys = [field.name for field in dataclasses.fields(limits)]  # type: ignore[arg-type] # they are dataclasses
        yield name, limits(**{key: _value(table, key, default) for key in keys})
        table.finish()


def _value(table: TomlTable, key: str, default: object) -> object:
    known = None if default is None else getattr(default, key)
    if key in ("cheapest", "dearest"):
        return _prices(table, key, known or {})
    if key in _PCT:
        return _at_most(table, key, table.number(key, least=0, default=known), 100)
    if key in _SHARES:
        return _at_most(table, key, table.number(key, least=0, default=known), 1)
    return table.whole(key, least=1, default=known)


def _at_most(table: TomlTable, key: str, value: float, most: float) -> float:
    if value > most:
        raise table.error(key, f"must be a number from 0 to {most:g}, not {value:g}")
    return value


def _prices(table: TomlTable, key: str, known: Mapping[str, int]) -> dict[str, int]:
    told = table.table(key)
    if told is None:
        return dict(known)
    prices = {code: told.whole(code, least=1) for code in told.keys()}  # noqa: SIM118 - a table of TOML, not a dict
    currencies = {**load_reference().currencies, **known}
    for code in prices:
        if code not in currencies:
            near = difflib.get_close_matches(code, currencies, n=1, cutoff=0.5)
            raise told.error(code, f"is no currency{f' (did you mean {near[0]!r}?)' if near else ''}")
    return {**known, **prices}


def _refuse_contradictions(root: TomlTable, found: Thresholds) -> None:
    """Refuse limits of which the lower one lies above the upper one; the line is that of the file's own key."""
    abv, size, price = found.abv, found.size_ml, found.price_minor
    ordered: list[tuple[str, str, float, str, float]] = [
        ("abv", "weakest_pct", abv.weakest_pct, "whisky_cut_pct", abv.whisky_cut_pct),
        ("abv", "whisky_cut_pct", abv.whisky_cut_pct, "full_strength_pct", abv.full_strength_pct),
        ("abv", "full_strength_pct", abv.full_strength_pct, "strongest_pct", abv.strongest_pct),
        ("size_ml", "smallest", size.smallest, "largest", size.largest),
    ]
    for name, low, least, high, most in ordered:
        table = root.table(name)
        if table is not None and least > most:
            key = low if table.has(low) else high
            raise table.error(key, f"contradicts: {low} is {least:g}, {high} is {most:g}")
    for code in sorted(price.cheapest.keys() & price.dearest.keys()):
        if price.cheapest[code] > price.dearest[code]:
            least, most = price.cheapest[code], price.dearest[code]
            raise _table_of_price(root, code).error(code, f"contradicts: cheapest is {least:,}, dearest is {most:,}")


def _table_of_price(root: TomlTable, code: str) -> TomlTable:
    """Return the table of prices in which a file tells this currency, the first of the two."""
    prices = root.table("price_minor") or root
    told = [table for table in (prices.table("cheapest"), prices.table("dearest")) if table is not None]
    return next((table for table in told if table.has(code)), prices)
