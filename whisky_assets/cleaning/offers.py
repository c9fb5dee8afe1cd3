"""All that feeds tell of one product becomes one offer: the newest word speaks, in our units, with a verdict.

Grain in: `staged/listings`, one a feed; out: one `core/offers`, key (id_space, source_id). Never across products.
Not here: which offers are one whisky (`identity`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name, told
from whisky_assets.cleaning.thresholds import Thresholds, shipped_thresholds
from whisky_assets.cleaning.values import barcode, believable_abv, country_code
from whisky_assets.cleaning.verdicts import Facts, is_outside_prices, is_outside_sizes, letters_of, verdict_of
from whisky_assets.domain.digests import digest
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records.core import Offer
from whisky_assets.domain.records.shared import PAGE_STATES
from whisky_assets.domain.records.staged import Listing
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.sources.maker import CLEANER_PARTS
from whisky_assets.sources.source import Source

CLEANER_VERSION = "cleaner-4"
"""Raised when the same listings give another offer."""

GAP_FIELDS = ("producer", "country", "region", "abv_pct", "gtin_text")
"""What an older word may fill where the newest says nothing usable; never what changes with the day, like a price."""

_UNREAD = ParsedName(text="", fields={}, leftover=frozenset())
_UNREAD_JSON = _UNREAD.to_json()

_ORIGIN_COLUMNS = frozenset({"input_digest", "maker_version", "document", "ordinal", "repeats"})
_words_of = attrgetter(*(name for name in spec_of(Listing).stable_columns if name not in _ORIGIN_COLUMNS))


class ParseName(Protocol):
    """Reads a name into typed fields; the pipeline binds the reference (`parsing.names.parse_name`)."""

    def __call__(
        self, text: str, *, producer: str | None, category: str | None, abv_pct: float | None, language: str | None
    ) -> ParsedName:
        """Return what the name says."""


class BlockOf(Protocol):
    """Says in which block a name is matched (`identity.block.block_of`)."""

    def __call__(self, parsed: ParsedName, producer: str | None = None) -> str:
        """Return the block."""


def offer_digest(listings: Sequence[Listing], sources: Mapping[str, Source], limits: Thresholds | None = None) -> str:
    """Return the digest of all that an offer is made from: what its listings say, and what cleaning reads of feeds.

    In which document a listing stood and how often it was repeated is left out: it changes no offer. Of the thresholds
    (None: the shipped ones) only on which side of each the product lies counts, so that a changed one makes anew the
    offers that change sides, and no other.
    """
    ordered = _by_newness(listings)
    words = [_words_of(listing) for listing in ordered]
    feeds = sorted({listing.feed for listing in listings})
    return digest(
        [
            words,
            {feed: sources[feed].digest_of(*CLEANER_PARTS) for feed in feeds},
            sides(listings, sources, limits or shipped_thresholds()),
        ]
    )


def sides(listings: Sequence[Listing], sources: Mapping[str, Source], limits: Thresholds) -> tuple[bool, ...]:
    """Return on which side of each threshold that may count a product lies."""
    ordered = _by_newness(listings)
    speaker = ordered[0]
    name, _ = clean_name(speaker.name)
    short = letters_of(name) < limits.name.fewest_letters
    if not reads_name(listings, sources):
        return (short,)
    abv_pct = _told_abv(ordered, sources)
    abv = limits.abv
    strengths = (abv.weakest_pct, abv.whisky_cut_pct, abv.full_strength_pct)
    return (
        short,
        len(name) > limits.name.longest_characters,
        is_outside_sizes(speaker.volume_ml, limits),
        is_outside_prices(speaker.price_minor, speaker.currency, limits),
        abv_pct is not None and abv_pct > abv.strongest_pct,
        *(abv_pct is not None and abv_pct < strength for strength in strengths),
    )


def reads_name(listings: Sequence[Listing], sources: Mapping[str, Source]) -> bool:
    """Say whether the name of a product says anything that counts: not where its category alone makes it other goods.

    Nine in ten rows of a monopoly's list are wine and beer: their names are told, and never read.
    """
    speaker = _by_newness(listings)[0]
    return sources[speaker.feed].kinds.of(told("category", speaker.category)) not in (None, "other")


def clean_product(
    listings: Sequence[Listing],
    sources: Mapping[str, Source],
    parse: ParseName,
    block: BlockOf,
    countries: Mapping[str, str],
    *,
    limits: Thresholds | None = None,
    input_digest: str | None = None,
    maker_version: str = CLEANER_VERSION,
) -> Offer:
    """Return the one offer that stands for a product.

    The listing with the newest `as_of` speaks, on a tie the first feed by name. Where it says nothing usable of
    producer, country, region, strength or barcode, the next older word fills the gap, flagged `..._told_elsewhere`, if
    the terms of both feeds allow the same.

    Args:
        listings: what each feed tells of this product, at most one a feed, at least one.
        sources: the feeds by name.
        parse: reads a name.
        block: says where a name is matched.
        countries: case-folded spelling to ISO code (`Reference.countries`).
        limits: the numbers that verdicts hang on; None: the shipped ones.
        input_digest: digest of all that the offer is made from, where the caller knows more than `offer_digest`.
        maker_version: code version of the caller's whole making.

    Raises:
        ValueError: no listings, or listings of different products.
        KeyError: a listing's feed is not among the sources.
    """
    if len({(listing.id_space, listing.source_id) for listing in listings}) != 1:
        raise ValueError("clean_product takes the listings of exactly one product")
    limits = limits or shipped_thresholds()
    ordered = _by_newness(listings)
    speaker, gap_flags = _fill_gaps(ordered, sources, countries)
    source = sources[speaker.feed]
    name, name_flags = clean_name(speaker.name)
    producer = told("producer", speaker.producer)
    category = told("category", speaker.category)
    is_read = reads_name(listings, sources)
    parsed = (
        parse(name, producer=producer, category=category, abv_pct=speaker.abv_pct, language=speaker.language)
        if is_read
        else _UNREAD
    )
    kind = kind_of(source.kinds, speaker.category, name, parsed, speaker.abv_pct, speaker.volume_ml, limits.abv)
    abv_pct, abv_flags = believable_abv(speaker.abv_pct, kind.kind, limits.abv)
    gtin14, gtin_flags = barcode(speaker.gtin_text)
    country, country_flags = country_code(speaker.country, countries)
    flags = {*speaker.flags, *gap_flags, *name_flags, *abv_flags, *gtin_flags, *country_flags}
    if abv_pct is None:
        flags.add("abv_missing")
    facts = Facts(
        clean_name=name,
        kind=kind.kind,
        doubts=kind.doubts,
        flags=tuple(sorted(flags)),
        brand=parsed.brand,
        abv_pct=abv_pct,
        volume_ml=speaker.volume_ml,
        price_minor=speaker.price_minor,
        currency=speaker.currency,
        publishable=source.licence.publish,
    )
    verdict, reasons = verdict_of(facts, limits)
    return Offer(
        input_digest=input_digest or offer_digest(listings, sources, limits),
        maker_version=maker_version,
        id_space=speaker.id_space,
        source_id=speaker.source_id,
        feed=speaker.feed,
        told_by=tuple(sorted({listing.feed for listing in listings})),
        seller=speaker.seller,
        witness=source.feed.witness,
        name=speaker.name,
        clean_name=name,
        producer=producer,
        category=category,
        country=country,
        region=told("region", speaker.region),
        language=speaker.language,
        abv_pct=abv_pct,
        volume_ml=speaker.volume_ml,
        pack_count=speaker.pack_count,
        price_minor=speaker.price_minor,
        currency=speaker.currency,
        gtin14=gtin14,
        url=speaker.url,
        available=speaker.available,
        page_state=min((listing.page_state for listing in listings), key=PAGE_STATES.index),
        kind=kind.kind,
        verdict=verdict,
        reasons=reasons,
        flags=facts.flags,
        parsed=parsed.to_json() if is_read else _UNREAD_JSON,
        block=block(parsed, producer) if is_read else "",
        licence=speaker.licence,
        publishable=source.licence.publish,
        as_of=speaker.as_of,
        first_seen=min(listing.first_seen for listing in listings),
        last_seen=max(listing.last_seen for listing in listings),
    )


def _by_newness(listings: Sequence[Listing]) -> list[Listing]:
    """Return listings, the newest word first, on a tie by feed."""
    return sorted(sorted(listings, key=lambda listing: listing.feed), key=lambda listing: listing.as_of, reverse=True)


def _told_abv(ordered: list[Listing], sources: Mapping[str, Source]) -> float | None:
    """Return the strength with which `_fill_gaps` lets a product speak."""
    speaks = sources[ordered[0].feed].licence.publish
    told = (one.abv_pct for one in ordered if one.abv_pct is not None and sources[one.feed].licence.publish == speaks)
    return next(told, None)


def _fill_gaps(
    ordered: list[Listing], sources: Mapping[str, Source], countries: Mapping[str, str]
) -> tuple[Listing, tuple[str, ...]]:
    speaker = ordered[0]
    filled: dict[str, Any] = {}
    for older in ordered[1:]:
        if sources[older.feed].licence.publish != sources[speaker.feed].licence.publish:
            continue
        for field in GAP_FIELDS:
            word = _usable(older, field, countries)
            if field not in filled and word is not None and _usable(speaker, field, countries) is None:
                filled[field] = word
    flags = tuple(f"{field.removesuffix('_text').removesuffix('_pct')}_told_elsewhere" for field in filled)
    return dataclasses.replace(speaker, **filled), flags


def _usable(listing: Listing, field: str, countries: Mapping[str, str]) -> str | float | None:
    """Return a listing's word on a field, None where it is missing, a placeholder, or nothing that we can use."""
    if field == "abv_pct":
        return listing.abv_pct
    text: str | None = getattr(listing, field)
    if field == "gtin_text":
        return text if barcode(text)[0] else None
    if field == "country":
        return text if country_code(text, countries)[0] else None
    return told(field, text)
