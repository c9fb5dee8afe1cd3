"""One bottling from all who tell it: the best witnessed value of each field, every word kept, every dispute named.

A word that terms withhold gives no value, but in a whisky that no terms let us publish: that one is described for its
owner alone. Not here: whose word counts (`identity.witnesses`), which offers are one bottling (`identity.registry`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from whisky_assets.domain.digests import canonical_json, digest
from whisky_assets.domain.record import Json
from whisky_assets.domain.records.core import Claim, Conflict, Offer, Whisky
from whisky_assets.domain.records.shared import TERMS_FORBID
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.naming import KNOWN, LANGUAGES, TRANSLITERATED, Named, name_from, words_digest
from whisky_assets.identity.witnesses import (
    DECISION,
    PRODUCER_COLUMN,
    REFERENCE,
    Ruling,
    Said,
    Word,
    best_teller,
    by_field,
    corrected,
    known_of_brand,
    rule_on,
    without_producer,
    words_of,
)
from whisky_assets.parsing.fold import fold, words
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.parsing.romanizing import has_other_letters
from whisky_assets.parsing.tokens import search_tokens
from whisky_assets.reference import Reference
from whisky_assets.sources.source import IMAGE_COLUMN, NAMED_FIELDS

MAKER_VERSION = "survivorship-6"

_VERDICTS = ("publish", "hold", "refuse")
_NONE_LIVE: Mapping[str, Any] = {"offer_count": 0, "live_offer_count": 0, "image_url": None, "image_feed": None}
_ROMAN = re.compile(r"X{0,2}(?:I[XV]|V?I{1,3}|V)|X{1,2}")
_SMALL = frozenset({"And", "From", "In", "Of", "The"})
# Letters that a language alone writes; Han is Japanese only in a Japanese source.
_SCRIPTS = {"en": frozenset({"latin"}), "ko": frozenset({"hangul"}), "ja": frozenset({"kana"})}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One whisky with the words and disputes behind it."""

    whisky: Whisky
    claims: tuple[Claim, ...]
    conflicts: tuple[Conflict, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """All that is known before the row is made: `names` are the readings of `named`, `said` the words that count."""

    offers: Sequence[Offer]
    named: Sequence[Offer]
    names: Sequence[ParsedName]
    said: Sequence[Said]
    values: Mapping[str, Word]


def whisky_digest(
    whisky_pk: str, family_pk: str, offers: Sequence[Offer], corrections: Mapping[str, Decision], reference: Reference
) -> str:
    """Return the digest of all that `describe` makes a whisky from, equal in any order of offers."""
    rows = sorted([one.id_space, one.source_id, one.input_digest, one.maker_version, one.page_state] for one in offers)
    names = [ParsedName.from_json(one.parsed) for one in offers]
    brands = {name.brand for name in names if name.brand is not None}
    makers = {key for name in names for key in (name.brand, name.distillery, name.bottler) if key is not None}
    facts = {
        "spellings": {
            key: {language: list(reference.brand_spellings(key, language)) for language in LANGUAGES} for key in makers
        },
        "names": {key: reference.brand_name(key) for key in makers},
        "countries": {key: reference.country_of(key) for key in brands},
        "regions": {key: _region_of(key, reference) for key in brands},
        "wide": sorted({one.region for one in offers if one.region and _is_a_country(one.region, reference)}),
        "words": words_digest(names, reference),
    }
    decided = {field: decision.digest for field, decision in corrections.items()}
    return digest([whisky_pk, family_pk, rows, facts, decided])


def describe(
    whisky_pk: str,
    family_pk: str,
    offers: Sequence[Offer],
    *,
    corrections: Mapping[str, Decision],
    reference: Reference,
    input_digest: str,
) -> Description:
    """Return a whisky of the offers that stand for it, with all claims and conflicts, the same in any order of offers.

    It is live while one of its offers is not gone, and has the best verdict of its offers. A name in English, Korean
    or Japanese is one that a person decided or an offer writes in that language, else one made of another's pieces;
    `name_ko_origin` and its likes say which. Words that terms withhold are claims and give no value, name or token,
    unless the terms of every offer withhold its name: then no verdict but `refuse` is possible, and all words count.

    Args:
        whisky_pk: its key.
        family_pk: its family's key.
        offers: at least one; packs of it among them.
        corrections: what people decided on its fields (`Decisions.corrections(whisky_pk)`).
        reference: brands and their spellings.
        input_digest: `whisky_digest` of the same.

    Raises:
        ValueError: no offer was given; `fall_asleep` keeps a whisky that has none.
    """
    if not offers:
        raise ValueError(f"{whisky_pk} has no offer to be described by; fall_asleep keeps what was known")
    ordered = sorted(offers, key=lambda offer: (offer.id_space, offer.source_id))
    readings = [ParsedName.from_json(offer.parsed) for offer in ordered]
    said = [word for offer, name in zip(ordered, readings, strict=True) for word in words_of(offer, name, reference)]
    is_open = any(offer.publishable for offer in ordered)
    naming = [pair for pair in zip(ordered, readings, strict=True) if pair[0].publishable or not is_open]
    names = [_may_name(offer, name) if is_open else name for offer, name in naming]
    brand = _common_brand(names)
    if brand is not None:
        said += known_of_brand(brand, reference, min(offer.as_of for offer, _ in naming))
    said += corrected(corrections)
    counting = [word for word in said if _counts(word, is_open=is_open)]
    words_by_field = _without_countries(by_field(counting), reference)
    strong = bool(words_by_field.get("cask_strength"))
    rulings = {field: rule_on(field, given, cask_strength=strong) for field, given in words_by_field.items()}
    for field, decision in corrections.items():
        if decision.value is None:
            rulings.pop(field, None)
    values = {field: ruling.value for field, ruling in rulings.items()}
    made = {"input_digest": input_digest, "maker_version": MAKER_VERSION}
    told = _Told(offers=ordered, named=[offer for offer, _ in naming], names=names, said=counting, values=values)
    whisky = _whisky(whisky_pk, family_pk, told, reference, made)
    return Description(
        whisky=whisky,
        claims=tuple(_claim(word, whisky, values, made, counts=_counts(word, is_open=is_open)) for word in said),
        conflicts=tuple(
            _conflict(whisky_pk, rulings[field], made) for field in sorted(rulings) if rulings[field].others
        ),
    )


def _conflict(whisky_pk: str, ruling: Ruling, made: Mapping[str, str]) -> Conflict:
    return Conflict(
        whisky_pk=whisky_pk,
        field=ruling.field,
        chosen=Json(canonical_json(ruling.value)),
        others=Json(canonical_json([list(other) for other in ruling.others])),
        reason=ruling.reason,
        input_digest=made["input_digest"],
        maker_version=made["maker_version"],
    )


def _counts(word: Said, *, is_open: bool) -> bool:
    """Say whether a word gives a value: none that terms withhold where a name may be published, no picture anywhere."""
    return word.withheld_by is None or (not is_open and word.field not in NAMED_FIELDS)


def _may_name(offer: Offer, name: ParsedName) -> ParsedName:
    """Return what an offer's name says, without the maker that a withheld column of producers tells."""
    return without_producer(name) if PRODUCER_COLUMN in offer.withheld else name


def _without_countries(words_by_field: Mapping[str, list[Said]], reference: Reference) -> dict[str, list[Said]]:
    """Return the words that are asked: `Scotland` in a column of regions is asked where nobody tells more exactly."""
    regions = words_by_field.get("region", [])
    exact = [one for one in regions if one.witness == DECISION or not _is_a_country(str(one.value), reference)]
    return {**words_by_field, "region": exact} if exact else dict(words_by_field)


def _is_a_country(text: str, reference: Reference) -> bool:
    return text.casefold() in reference.countries


def fall_asleep(whisky: Whisky, *, is_closed: bool | None = None) -> Whisky:
    """Return a whisky for which no offer stands any more: all that was known of it but a picture, dormant.

    `is_closed` says whether the licences of its values now forbid to publish it; None leaves its verdict as it is.
    """
    verdict, reasons = whisky.verdict, whisky.reasons
    if is_closed:
        verdict, reasons = "refuse", (TERMS_FORBID,)
    elif is_closed is False and reasons == (TERMS_FORBID,):
        verdict, reasons = "publish", ()
    return dataclasses.replace(whisky, state="dormant", verdict=verdict, reasons=reasons, **_NONE_LIVE)


def _whisky(whisky_pk: str, family_pk: str, told: _Told, reference: Reference, made: Mapping[str, str]) -> Whisky:
    values = told.values
    named = {language: _name_in(language, told, reference) for language in LANGUAGES}
    names = {language: None if one is None else one.name for language, one in named.items()}
    origins = {language: None if one is None else one.origin for language, one in named.items()}
    name = _name(told, named["en"])
    live = [offer for offer in told.offers if offer.page_state != "gone"]
    verdict = min((offer.verdict for offer in told.named), key=_VERDICTS.index)
    reasons = {reason for offer in told.named if offer.verdict == verdict for reason in offer.reasons}
    return Whisky(
        whisky_pk=whisky_pk,
        family_pk=family_pk,
        state="live" if live else "dormant",
        name=name,
        name_en=names["en"],
        name_ko=names["ko"],
        name_ja=names["ja"],
        name_en_origin=origins["en"],
        name_ko_origin=origins["ko"],
        name_ja_origin=origins["ja"],
        brand=_text(values, "brand"),
        distillery=_text(values, "distillery"),
        bottler=_text(values, "bottler"),
        expression=_text(values, "expression"),
        age_years=_whole(values, "age_years"),
        vintage_year=_whole(values, "vintage_year"),
        bottled_year=_whole(values, "bottled_year"),
        cask_type=_text(values, "cask_type"),
        cask_number=_text(values, "cask_number"),
        batch=_text(values, "batch"),
        style=_text(values, "style"),
        country=_text(values, "country"),
        region=_text(values, "region"),
        abv_pct=_number(values, "abv_pct"),
        cask_strength=bool(values.get("cask_strength", False)),
        image_url=_text(values, IMAGE_COLUMN),
        image_feed=_image_feed(told),
        kind="whisky" if any(offer.kind == "whisky" for offer in told.offers) else "spirit_drink",
        verdict=verdict,
        reasons=() if verdict == "publish" else tuple(sorted(reasons)),
        offer_count=len(told.offers),
        live_offer_count=len(live),
        sources=tuple(sorted({feed for offer in told.offers for feed in offer.told_by})),
        licences=_licences(told),
        search_tokens=search_tokens(*_searched(name, names, _common_brand(told.names), values, reference)),
        input_digest=made["input_digest"],
        maker_version=made["maker_version"],
    )


def _image_feed(told: _Told) -> str | None:
    best = best_teller(IMAGE_COLUMN, told.values.get(IMAGE_COLUMN), told.said)
    feeds = {(offer.id_space, offer.source_id): offer.image_feed for offer in told.offers}
    return None if best is None else feeds[best.id_space, best.source_id]


def _licences(told: _Told) -> tuple[str, ...]:
    """Return the licences of the offers that may name the whisky and of every word that counts, sorted."""
    words_of_sources = {word.licence for word in told.said if word.witness not in (DECISION, REFERENCE)}
    return tuple(sorted(words_of_sources | {offer.licence for offer in told.named}))


def _region_of(brand: str, reference: Reference) -> str | None:
    """Return the region of the one distillery that a brand comes from."""
    distillery = reference.distillery_of(brand)
    return None if distillery is None else distillery.region or None


def _claim(word: Said, whisky: Whisky, values: Mapping[str, Word], made: Mapping[str, str], *, counts: bool) -> Claim:
    shown = {whisky.name, whisky.name_en, whisky.name_ko, whisky.name_ja}
    wins = _shown(str(word.value)) in shown if word.field == "name" else word.value == values.get(word.field)
    return Claim(
        whisky_pk=whisky.whisky_pk,
        field=word.field,
        id_space=word.id_space,
        source_id=word.source_id,
        value=Json(canonical_json(word.value)),
        witness=word.witness,
        read_from=word.read_from,
        wins=wins and counts,
        withheld_by=word.withheld_by,
        as_of=word.as_of,
        licence=word.licence,
        permission=word.permission,
        input_digest=made["input_digest"],
        maker_version=made["maker_version"],
    )


def _name(told: _Told, english: Named | None) -> str:
    """Return the name that an owner would write: decided, English unless only by sound, else as a source writes it.

    One that packs alone tell keeps their words: without them it would have another whisky's name.
    """
    if not _is_decided("name", told):
        if not _names_told(told):
            return _shown(told.named[0].clean_name)
        if english is not None and english.origin != TRANSLITERATED:
            return english.name
    return _text(told.values, "name") or told.named[0].clean_name


def _name_in(language: str, told: _Told, reference: Reference) -> Named | None:
    """Return the name in a language: decided, as the best witness writes it there, or made of another's pieces."""
    field = f"name_{language}"
    if _is_decided(field, told):
        return Named(str(told.values[field]), KNOWN)
    known = _best_written(language, told)
    if known is not None:
        return Named(_shown(str(known.value)), KNOWN)
    age = told.values.get("age_years")
    return name_from(_source_name(told), language, reference, age_years=age if isinstance(age, int) else None)


def _best_written(language: str, told: _Told) -> Said | None:
    """Return the best witness's word on the name in a language; Korean and kana count in any source."""
    language_of = {(offer.id_space, offer.source_id): offer.language for offer in told.offers}
    written = [word for word in _names_told(told) if _is_written_in(language, str(word.value))]
    own = [
        word
        for word in _names_told(told)
        if language_of[word.id_space, word.source_id] == language
        and (word in written or (language == "ja" and _has_script(str(word.value), "han")))
    ]
    given = own or ([] if language == "en" else written)
    if not given:
        return None
    best = rule_on("name", given).value
    return next(word for word in given if word.value == best)


def _source_name(told: _Told) -> ParsedName:
    """Return the reading that a name in another language is made from: the best witness's, a Latin one first."""
    names = _names_told(told)
    given = [word for word in names if _is_written_in("en", str(word.value))] or names
    if not given:
        return told.names[0]
    best = rule_on("name", given).value
    teller = next((word.id_space, word.source_id) for word in given if word.value == best)
    places = [(offer.id_space, offer.source_id) for offer in told.named]
    return told.names[places.index(teller)]


def _names_told(told: _Told) -> list[Said]:
    return [word for word in told.said if word.field == "name" and word.witness != DECISION]


def _is_written_in(language: str, text: str) -> bool:
    """Return whether a name has letters that its language alone writes; Latin letters alone make a name English."""
    scripts = {word.script for word in words(text)} & {"latin", "hangul", "kana", "han"}
    if language == "en":
        return scripts == {"latin"} and not has_other_letters(text)
    return bool(scripts & _SCRIPTS[language])


def _has_script(text: str, script: str) -> bool:
    return any(word.script == script for word in words(text))


def _shown(name: str) -> str:
    """Return a name that a list prints in capitals as words; Roman numbers stay, small words inside it are small."""
    if not name.isupper():
        return name
    shown = [word if _ROMAN.fullmatch(word) else word.capitalize() for word in name.split()]
    return " ".join(word.lower() if place and word in _SMALL else word for place, word in enumerate(shown))


def _is_decided(field: str, told: _Told) -> bool:
    return any(word.field == field and word.witness == DECISION for word in told.said)


def _common_brand(names: Sequence[ParsedName]) -> str | None:
    brands = sorted(name.brand for name in names if name.brand is not None)
    return max(brands, key=brands.count, default=None)


def _searched(
    name: str, names: Mapping[str, str | None], brand: str | None, values: Mapping[str, Word], reference: Reference
) -> list[str]:
    """Return the names that a whisky is searched by, each once by its folded text."""
    age = values.get("age_years")
    spelled = [
        spelling if age is None else f"{spelling} {age}"
        for language in LANGUAGES
        for spelling in (() if brand is None else reference.brand_spellings(brand, language)[:2])
    ]
    return list({fold(text): text for text in (name, *filter(None, names.values()), *spelled)}.values())


def _text(values: Mapping[str, Word], field: str) -> str | None:
    value = values.get(field)
    return None if value is None else str(value)


def _whole(values: Mapping[str, Word], field: str) -> int | None:
    value = values.get(field)
    return value if isinstance(value, int) else None


def _number(values: Mapping[str, Word], field: str) -> float | None:
    value = values.get(field)
    return float(value) if isinstance(value, int | float) else None
