"""Curated tables of a few invented makers and words, so that a test sees what each row is for."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from whisky_assets.reference import Alias, Bottler, Brand, Distillery, Expression, Reference, WordEntry

ORIGIN = "a test"


def distillery(name: str, *spellings: str, key: str = "", owner: str = "") -> Distillery:
    """Return an open distillery in Scotland."""
    return Distillery(
        key=key or name.casefold().replace(" ", "_"),
        name=name,
        country="GB",
        region="islay",
        status="open",
        owner=owner,
        spellings=MappingProxyType({"ko": spellings}),
        origin=ORIGIN,
    )


def brand(name: str, *spellings: str, key: str = "", of: str = "", owner: str = "") -> Brand:
    """Return a brand; `of` is the distillery that it comes from."""
    return Brand(
        key=key or name.casefold().replace(" ", "_"),
        name=name,
        country="GB",
        distillery=of,
        owner=owner,
        spellings=MappingProxyType({"en": spellings}),
        origin=ORIGIN,
    )


def bottler(name: str, *spellings: str) -> Bottler:
    """Return an independent bottler."""
    return Bottler(
        key=name.casefold().replace(" ", "_"),
        name=name,
        country="GB",
        spellings=MappingProxyType({"en": spellings}),
        origin=ORIGIN,
    )


def word(spelling: str, role: str, meaning: str = "", language: str = "en") -> WordEntry:
    """Return one word of names."""
    return WordEntry(spelling=spelling, language=language, role=role, meaning=meaning or spelling, origin=ORIGIN)


def tables(
    *rows: Distillery | Brand | Bottler | WordEntry | Alias, expressions: Sequence[Expression] = ()
) -> Reference:
    """Return a reference that holds these rows alone."""
    return Reference(
        distilleries=MappingProxyType({row.key: row for row in rows if isinstance(row, Distillery)}),
        brands=MappingProxyType({row.key: row for row in rows if isinstance(row, Brand)}),
        bottlers=MappingProxyType({row.key: row for row in rows if isinstance(row, Bottler)}),
        aliases=tuple(row for row in rows if isinstance(row, Alias)),
        expressions=tuple(expressions),
        words=tuple(row for row in rows if isinstance(row, WordEntry)),
        currencies=MappingProxyType({"GBP": 2}),
        countries=MappingProxyType({"GB": "Great Britain"}),
        version=repr((rows, tuple(expressions))),
    )
