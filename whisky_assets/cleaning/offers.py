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
from whisky_assets.domain.digests import canonical_json, digest
from whisky_assets.domain.record import Json, spec_of
from whisky_assets.domain.records.core import Offer
from whisky_assets.domain.records.shared import PAGE_STATES
from whisky_assets.domain.records.staged import Listing
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.sources.maker import CLEANER_PARTS
from whisky_assets.sources.source import IMAGE_COLUMN, Licence, Source

CLEANER_VERSION = "cleaner-6"
"""Raised when the same listings give another offer."""

GAP_FIELDS = {
    "producer": "producer",
    "country": "country",
    "region": "region",
    "abv_pct": "abv_pct",
    "gtin_text": "gtin14",
}
"""What an older word may fill where the newest says nothing usable, and which column of an offer it becomes; never what
changes with the day, like a price."""

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
    """Say whether the name of a product says anything that counts: not where its feed declares it other goods.

    Nine in ten rows of a monopoly's list are wine and beer: their names are told, and never read.
    """
    speaker = _by_newness(listings)[0]
    kinds = sources[speaker.feed].kinds
    name = clean_name(speaker.name)[0]
    return kinds.of(told("category", speaker.category), name) not in (None, "other")


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
    producer, country, region, strength or barcode, the next older word fills the gap, flagged `..._told_elsewhere`,
    unless its terms forbid to publish what the newest's allow. Its terms and licence stay with it (`filled_under`).
    The picture's link is that of the newest listing whose page is not gone and whose terms name pictures.

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
    speaker, gap_flags, fillers = _fill_gaps(ordered, sources, countries)
    picture = _pictured(ordered, sources)
    if picture is not None and picture.feed != speaker.feed:
        fillers[IMAGE_COLUMN] = picture
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
        publishable=source.licence.allows("name"),
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
        image_url=None if picture is None else picture.image_url,
        image_feed=None if picture is None else picture.feed,
        available=speaker.available,
        page_state=min((listing.page_state for listing in listings), key=PAGE_STATES.index),
        kind=kind.kind,
        verdict=verdict,
        reasons=reasons,
        flags=facts.flags,
        parsed=parsed.to_json() if is_read else _UNREAD_JSON,
        block=block(parsed, producer) if is_read else "",
        licence=speaker.licence,
        permission=_permissions([speaker, *fillers.values()]),
        filled_under=Json(canonical_json({column: word.licence for column, word in fillers.items()})),
        publishable=facts.publishable,
        withheld=_withheld(source.licence, {column: sources[word.feed].licence for column, word in fillers.items()}),
        as_of=speaker.as_of,
        first_seen=min(listing.first_seen for listing in listings),
        last_seen=max(listing.last_seen for listing in listings),
    )


def _by_newness(listings: Sequence[Listing]) -> list[Listing]:
    """Return listings, the newest word first, on a tie by feed."""
    return sorted(sorted(listings, key=lambda listing: listing.feed), key=lambda listing: listing.as_of, reverse=True)


def _told_abv(ordered: list[Listing], sources: Mapping[str, Source]) -> float | None:
    """Return the strength with which `_fill_gaps` lets a product speak."""
    speaks = sources[ordered[0].feed].licence
    told = (
        one.abv_pct
        for one in ordered
        if one.abv_pct is not None and _may_fill("abv_pct", speaks, sources[one.feed].licence)
    )
    return next(told, None)


def _may_fill(field: str, speaks: Licence, older: Licence) -> bool:
    """Say whether an older word may fill a gap: what its terms forbid must not pass under others' terms."""
    column = GAP_FIELDS[field]
    return older.allows(column) or not speaks.allows(column)


def _fill_gaps(
    ordered: list[Listing], sources: Mapping[str, Source], countries: Mapping[str, str]
) -> tuple[Listing, tuple[str, ...], dict[str, Listing]]:
    """Return the newest word with its gaps filled, the flags that say so, and by column the word that fills it."""
    speaker = ordered[0]
    speaks = sources[speaker.feed].licence
    filled: dict[str, Any] = {}
    fillers: dict[str, Listing] = {}
    for older in ordered[1:]:
        for field, column in GAP_FIELDS.items():
            word = _usable(older, field, countries)
            if field in filled or word is None or _usable(speaker, field, countries) is not None:
                continue
            if _may_fill(field, speaks, sources[older.feed].licence):
                filled[field] = word
                fillers[column] = older
    flags = tuple(f"{field.removesuffix('_text').removesuffix('_pct')}_told_elsewhere" for field in filled)
    return dataclasses.replace(speaker, **filled), flags, fillers


def _pictured(ordered: list[Listing], sources: Mapping[str, Source]) -> Listing | None:
    """Return the listing whose picture's link counts, None where no page that stands tells one.

    The newest one whose terms name pictures, else the speaker's own, as evidence that is shown nowhere.
    """
    standing = [one for one in ordered if one.image_url is not None and one.page_state != "gone"]
    shown = (one for one in standing if sources[one.feed].licence.allows(IMAGE_COLUMN))
    return next(shown, next((one for one in standing if one is ordered[0]), None))


def _permissions(words: Sequence[Listing]) -> str | None:
    """Return the permissions of the words that count, None where all are told under public terms."""
    return "; ".join(sorted({word.permission for word in words if word.permission is not None})) or None


def _withheld(speaks: Licence, fillers: Mapping[str, Licence]) -> tuple[str, ...]:
    """Return the columns whose teller's terms do not let their value be published, sorted."""
    return tuple(column for column in speaks.withheld if column not in fillers or not fillers[column].allows(column))


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
