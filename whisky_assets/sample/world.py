"""The sample world in any week: what stands on each shop's shelf, what it truly is, and which files the shops sent.

Everything is a function of the written catalogue, the week and the cut; the same on every machine. Not here: the
texts of the tables (`data/`), the wording of a shop (`wording.py`), serving (`server.py`).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from whisky_assets.sample import elbe, minato
from whisky_assets.sample.barcodes import barcode, spoiled
from whisky_assets.sample.catalogue import Change, Special, TruthWhisky, load_catalogue
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.listing import Listing, TruthRow
from whisky_assets.sample.wording import (
    CATEGORIES,
    COUNTRIES,
    FEEDS,
    REGIONS,
    SHOPS,
    abv_text,
    in_shop,
    plain_title,
    price_text,
    producer_name,
    round_price,
    size_text,
    start_price,
)

EDITION_WEEKS = (1, 2, 4)
"""Weeks in which elbe and minato send a new price list."""

_SIZE_DIGITS = {700: 0, 750: 0, 1000: 1, 500: 2, 50: 3, 200: 4}
_CHANCE_OF_NEW_PRICE = 5
"""One listing in so many has a new price each week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The whole sample world, or its cut of 40 listings with nearly the same kinds of trouble (`World(cut=40)`)."""

    cut: Literal[40] | None = None

    def listings(self, week: int) -> tuple[Listing, ...]:
        """Return every listing in its state of a week, also those that are not on the shelf, in order of the tables.

        Raises:
            UsageError: the week is below 1.
        """
        week_now(week)
        return _listings(self.cut is not None, week)

    def shelf(self, feed: str, week: int) -> tuple[Listing, ...]:
        """Return the listings that a shop's documents tell in a week; of a file feed, those of its newest edition."""
        if feed in ("elbe", "minato"):
            week = edition_week(week)
        return tuple(listing for listing in self.listings(week) if listing.feed == feed and listing.live)

    def changed_week(self, listing: Listing, week: int) -> int:
        """Return the last week, up to this one, in which a listing began to read as it does now."""
        changed = week
        while changed > 1 and _by_code(self.cut is not None, changed - 1)[listing.code] == listing:
            changed -= 1
        return changed

    def truth(self, week: int) -> tuple[TruthRow, ...]:
        """Return one row per listing told in any document of weeks 1 to `week`, and per refused row of them.

        Key is (`id_space`, `source_id`). What a listing is, is told as of this week: a number that now stands for
        another batch has the other batch's key. See `TruthRow`.
        """
        present = {listing.code for feed in FEEDS for listing in self.shelf(feed, week)}
        told = {listing.code for past in range(1, week + 1) for feed in FEEDS for listing in self._answered(feed, past)}
        rows = [
            _truth_row(listing, present=listing.code in present)
            for listing in self._as_told(week)
            if listing.code in told
        ]
        return (*rows, minato.footnote_truth())

    def files(self, week: int) -> Mapping[str, tuple[tuple[str, bytes], ...]]:
        """Return the new editions of a week: feed to (file name, bytes); empty in weeks without one.

        The same bytes on every machine: no clock, no compression.
        """
        if week not in EDITION_WEEKS:
            week_now(week)
            return {"elbe": (), "minato": ()}
        date = week_now(week).date()
        return {
            "elbe": ((elbe.file_name(date), elbe.price_list(self.shelf("elbe", week))),),
            "minato": ((minato.file_name(date), minato.price_list(self.shelf("minato", week), date)),),
        }

    def _answered(self, feed: str, week: int) -> tuple[Listing, ...]:
        told = self.shelf(feed, week)
        return (*told, *(row for row in self.listings(week) if row.feed == feed and row.shelf == "error"))

    def _as_told(self, week: int) -> Iterator[Listing]:
        edition = _by_code(self.cut is not None, edition_week(week))
        for listing in self.listings(week):
            yield edition[listing.code] if SHOPS[listing.letter].host is None else listing


def edition_week(week: int) -> int:
    """Return the week whose edition of the price lists is the newest in a week."""
    return max(edition for edition in EDITION_WEEKS if edition <= week)


def _truth_row(listing: Listing, *, present: bool) -> TruthRow:
    return TruthRow(
        id_space=listing.feed,
        source_id=listing.source_id,
        kind=listing.kind,
        truth_key=listing.truth_key,
        why=listing.why,
        traps=listing.traps,
        present=present,
    )


@cache
def _by_code(cut: bool, week: int) -> Mapping[str, Listing]:  # noqa: FBT001 - a cache key, handed on from World alone
    return {listing.code: listing for listing in _listings(cut, week)}


@cache
def _listings(cut: bool, week: int) -> tuple[Listing, ...]:  # noqa: FBT001 - a cache key, handed on from World alone
    if week < 1:
        return tuple(listing for listing in _first_listings() if listing.cut or not cut)
    before = _listings(cut, week - 1)
    changes: dict[str, list[Change]] = {}
    for change in load_catalogue().changes:
        if change.week == week:
            changes.setdefault(change.listing, []).append(change)
    moved = before if week == 1 else tuple(_moved_price(listing, week) for listing in before)
    return tuple(_changed(listing, changes.get(listing.code, ())) for listing in moved)


def _first_listings() -> Iterator[Listing]:
    catalogue = load_catalogue()
    for whisky in catalogue.whiskies:
        for letter, size_cl in whisky.sold:
            yield _plain(whisky, letter, size_cl)
    for special in catalogue.specials:
        yield _special(special)


def _plain(whisky: TruthWhisky, letter: str, size_cl: int) -> Listing:
    size_ml = size_cl * 10
    shop = SHOPS[letter]
    code = f"{letter}{size_cl}:{whisky.key}"
    price_minor = round_price(
        start_price(whisky.price_gbp, size_ml, letter) * (97 + _dice("start", code) % 7) // 100, letter
    )
    title = plain_title(whisky, letter, size_ml)
    told = _dice("gtin", code) % 10 < shop.tells_gtin
    return Listing(
        code=code,
        letter=letter,
        feed=shop.name,
        number=whisky.number,
        source_id=_source_id(letter, whisky.number, str(size_ml)),
        kind="whisky",
        truth_key=whisky.key,
        why="a plain bottle",
        traps=(),
        cut=(letter, size_cl) in whisky.cut,
        base_title=title,
        title=title,
        producer=producer_name(load_catalogue().producers, whisky.producer, letter),
        category=in_shop(CATEGORIES[whisky.style], letter),
        country=in_shop(COUNTRIES[whisky.country], letter),
        region=in_shop(REGIONS[whisky.region], letter),
        size=size_text(str(size_ml), letter),
        abv=abv_text(whisky.abv, letter, whisky.number),
        price_minor=price_minor,
        price=price_text(price_minor, letter, whisky.number),
        old_price="",
        gtin=barcode(whisky.number, size_ml, whisky.country) if told else "",
        stock="yes",
        shelf="live",
        copies="",
        charset="",
    )


def _special(special: Special) -> Listing:
    letter = special.shop
    shop = SHOPS[letter]
    price_minor = round_price(special.price_gbp * shop.rate, letter)
    return Listing(
        code=f"{letter}:{special.number}",
        letter=letter,
        feed=shop.name,
        number=special.number,
        source_id="" if "missing_id" in special.traps else _source_id(letter, special.number, special.size),
        kind=special.kind,
        truth_key=special.truth,
        why=special.why,
        traps=special.traps,
        cut=special.cut,
        base_title=special.title,
        title=special.title,
        producer=special.producer,
        category=in_shop(CATEGORIES[special.style], letter),
        country=in_shop(COUNTRIES[special.country], letter) if special.country else "",
        region="",
        size=size_text(special.size, letter),
        abv=abv_text(special.abv, letter, special.number),
        price_minor=price_minor,
        price=price_text(price_minor, letter, special.number),
        old_price="",
        gtin="",
        stock="yes",
        shelf="live",
        copies="",
        charset="",
    )


def _source_id(letter: str, number: int, size: str) -> str:
    plain = int(size) if size.isdecimal() else None
    if letter == "h":
        return str(41_000_000_000_000 + number * 10_000 + (plain or 0))
    if letter == "m":
        return f"M{number:04d}-{plain // 10 if plain else 0:02d}"
    digit = 9 if plain is None else _SIZE_DIGITS[plain]
    return str(10_000 + number * 10 + digit) if letter == "k" else f"{number * 10 + digit:05d}"


def _moved_price(listing: Listing, week: int) -> Listing:
    """Return the listing with this week's price; a price that a change has written out stays as written."""
    dice = _dice("week", str(week), listing.code)
    written_out = listing.price != price_text(listing.price_minor, listing.letter, listing.number)
    if dice % _CHANCE_OF_NEW_PRICE or written_out:
        return listing
    percent = (94, 95, 96, 104, 105, 107)[dice // _CHANCE_OF_NEW_PRICE % 6]
    price_minor = round_price(listing.price_minor * percent // 100, listing.letter)
    return dataclasses.replace(
        listing, price_minor=price_minor, price=price_text(price_minor, listing.letter, listing.number)
    )


_FIELD_OF = {"was": "old_price", "truth": "truth_key"}


def _changed(listing: Listing, changes: list[Change] | tuple[Change, ...]) -> Listing:
    for change in changes:
        value = _gtin(listing, change.value) if change.field == "gtin" else change.value
        traps, why = listing.traps, listing.why
        if change.trap:
            traps = (*(trap for trap in traps if trap != change.trap), change.trap)
            why = change.why
        listing = _with_text(listing, _FIELD_OF.get(change.field, change.field), value, traps=traps, why=why)
    return listing


def _with_text(listing: Listing, field: str, value: str, *, traps: tuple[str, ...], why: str) -> Listing:
    known = {item.name: getattr(listing, item.name) for item in dataclasses.fields(listing)}
    return Listing(**{**known, field: value, "traps": traps, "why": why})


def _gtin(listing: Listing, value: str) -> str:
    """Return a barcode as the tables name it: `@own`, `@bad`, `@` and another whisky's key, or plain digits."""
    if not value.startswith("@"):
        return value
    whiskies = {whisky.key: whisky for whisky in load_catalogue().whiskies}
    subject = listing.truth_key if value in ("@own", "@bad") else value[1:]
    whisky = whiskies.get(subject)
    size_ml = int(listing.code[1 : listing.code.index(":")] or 0) * 10
    code = (
        barcode(whisky.number, size_ml, whisky.country) if whisky else barcode(listing.number, size_ml, listing.country)
    )
    return spoiled(code) if value == "@bad" else code


def _dice(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:4], "big")
