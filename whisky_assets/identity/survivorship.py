"""One bottling from all who tell it: the best witnessed value of each field, every word kept, every dispute named.

Not here: whose word counts (`identity.witnesses`), which offers are one bottling (`identity.registry`), documents.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from whisky_assets.domain.digests import canonical_json, digest
from whisky_assets.domain.record import Json
from whisky_assets.domain.records.core import Claim, Conflict, Offer, Whisky
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.witnesses import Said, Word, by_field, corrected, rule_on, words_of
from whisky_assets.parsing.fold import fold, words
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.parsing.tokens import search_tokens
from whisky_assets.reference import Reference

MAKER_VERSION = "survivorship-2"

_VERDICTS = ("publish", "hold", "refuse")
_AGED = {"en": "{brand} {age} Year Old", "ko": "{brand} {age}년", "ja": "{brand} {age}年"}
# With one of these a name of brand and age alone would be another whisky's.
_MORE_THAN_AGE = ("bottler", "vintage_year", "bottled_year", "year", "cask_number", "batch", "cask", "strength", "peat")
_SCRIPTS = {"en": {"latin"}, "ko": {"hangul"}, "ja": {"kana", "han"}}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One whisky with the words and disputes behind it."""

    whisky: Whisky
    claims: tuple[Claim, ...]
    conflicts: tuple[Conflict, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """All that is known before the row is made."""

    offers: Sequence[Offer]
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
            key: {language: list(reference.brand_spellings(key, language)) for language in _AGED} for key in brands
        },
        "names": {key: reference.brand_name(key) for key in makers},
        "countries": {key: reference.country_of(key) for key in brands},
        "regions": {key: _region_of(key, reference) for key in brands},
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
    or Japanese is one that an offer writes in that script, else brand and age as the reference spells them where the
    whisky is no more than that, else None.

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
    names = [ParsedName.from_json(offer.parsed) for offer in ordered]
    said = [word for offer, name in zip(ordered, names, strict=True) for word in words_of(offer, name, reference)]
    said += corrected(corrections)
    words_by_field = by_field(said)
    strong = bool(words_by_field.get("cask_strength"))
    rulings = {field: rule_on(field, given, cask_strength=strong) for field, given in words_by_field.items()}
    values = {field: ruling.value for field, ruling in rulings.items()}
    for field, decision in corrections.items():
        if decision.value is None:
            values.pop(field, None)
    made = {"input_digest": input_digest, "maker_version": MAKER_VERSION}
    told = _Told(offers=ordered, names=names, said=said, values=values)
    return Description(
        whisky=_whisky(whisky_pk, family_pk, told, reference, made),
        claims=tuple(_claim(whisky_pk, word, values.get(word.field), made) for word in said),
        conflicts=tuple(
            Conflict(
                whisky_pk=whisky_pk,
                field=field,
                chosen=Json(canonical_json(ruling.value)),
                others=Json(canonical_json([list(other) for other in ruling.others])),
                reason=ruling.reason,
                **made,
            )
            for field, ruling in sorted(rulings.items())
            if ruling.others
        ),
    )


def fall_asleep(whisky: Whisky) -> Whisky:
    """Return a whisky for which no offer stands any more: all that was known of it, dormant."""
    return dataclasses.replace(whisky, state="dormant", offer_count=0, live_offer_count=0)


def _whisky(whisky_pk: str, family_pk: str, told: _Told, reference: Reference, made: Mapping[str, str]) -> Whisky:
    values = told.values
    names = {language: _name_in(language, told, reference) for language in _AGED}
    name = _text(values, "name") if _is_decided("name", told) else names["en"]
    name = name or _text(values, "name") or told.offers[0].clean_name
    brand = _common_brand(told.names)
    live = [offer for offer in told.offers if offer.page_state != "gone"]
    verdict = min((offer.verdict for offer in told.offers), key=_VERDICTS.index)
    reasons = {reason for offer in told.offers if offer.verdict == verdict for reason in offer.reasons}
    return Whisky(
        whisky_pk=whisky_pk,
        family_pk=family_pk,
        state="live" if live else "dormant",
        name=name,
        name_en=names["en"],
        name_ko=names["ko"],
        name_ja=names["ja"],
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
        country=_text(values, "country") or (None if brand is None else reference.country_of(brand)),
        region=_text(values, "region") or (None if brand is None else _region_of(brand, reference)),
        abv_pct=_number(values, "abv_pct"),
        cask_strength=bool(values.get("cask_strength", False)),
        kind="whisky" if any(offer.kind == "whisky" for offer in told.offers) else "spirit_drink",
        verdict=verdict,
        reasons=() if verdict == "publish" else tuple(sorted(reasons)),
        offer_count=len(told.offers),
        live_offer_count=len(live),
        sources=tuple(sorted({feed for offer in told.offers for feed in offer.told_by})),
        licences=tuple(sorted({offer.licence for offer in told.offers})),
        search_tokens=search_tokens(*_searched(name, names, brand, values, reference)),
        input_digest=made["input_digest"],
        maker_version=made["maker_version"],
    )


def _region_of(brand: str, reference: Reference) -> str | None:
    """Return the region of the one distillery that a brand comes from."""
    distillery = reference.distillery_of(brand)
    return None if distillery is None else distillery.region or None


def _claim(whisky_pk: str, word: Said, chosen: Word | None, made: Mapping[str, str]) -> Claim:
    return Claim(
        whisky_pk=whisky_pk,
        field=word.field,
        id_space=word.id_space,
        source_id=word.source_id,
        value=Json(canonical_json(word.value)),
        witness=word.witness,
        wins=chosen is not None and word.value == chosen,
        as_of=word.as_of,
        licence=word.licence,
        input_digest=made["input_digest"],
        maker_version=made["maker_version"],
    )


def _name_in(language: str, told: _Told, reference: Reference) -> str | None:
    """Return the name in a language: decided, as the best witness writes it there, or brand and age as spelled."""
    field = f"name_{language}"
    if _is_decided(field, told):
        return _text(told.values, field)
    language_of = {(offer.id_space, offer.source_id): offer.language for offer in told.offers}
    written = [
        word
        for word in told.said
        if word.field == "name" and word.witness != "person" and _is_written_in(language, str(word.value))
    ]
    own = [word for word in written if language_of[word.id_space, word.source_id] == language]
    if own or (written and language != "en"):
        return _shown(str(rule_on("name", own or written).value))
    return _of_brand_and_age(language, told, reference) or (
        _shown(str(rule_on("name", written).value)) if written else None
    )


def _of_brand_and_age(language: str, told: _Told, reference: Reference) -> str | None:
    brand = _common_brand(told.names)
    age = told.values.get("age_years")
    spelling = None if brand is None else _spelled(brand, language, reference)
    if spelling is None or age is None or any(name.leftover for name in told.names):
        return None
    if any(name.value(field) for name in told.names for field in _MORE_THAN_AGE):
        return None
    return _AGED[language].format(brand=spelling, age=age)


def _spelled(brand: str, language: str, reference: Reference) -> str | None:
    """Return how a brand is written in a language; its name is its English spelling."""
    known = reference.brand_spellings(brand, language)
    return reference.brand_name(brand) if language == "en" else next(iter(known), None)


def _is_written_in(language: str, text: str) -> bool:
    """Return whether a name has letters of a language's script; Latin letters alone make a name English."""
    scripts = {word.script for word in words(text)} & {"latin", "hangul", "kana", "han"}
    return scripts == {"latin"} if language == "en" else bool(scripts & _SCRIPTS[language])


def _shown(name: str) -> str:
    """Return a name that a list prints in capitals as words."""
    return " ".join(word.capitalize() for word in name.split()) if name.isupper() else name


def _is_decided(field: str, told: _Told) -> bool:
    return any(word.field == field and word.witness == "person" for word in told.said)


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
        for language in _AGED
        for spelling in (() if brand is None else reference.brand_spellings(brand, language)[:2])
    ]
    found = {fold(text): text for text in (name, *filter(None, names.values()), *spelled)}
    return list(found.values())


def _text(values: Mapping[str, Word], field: str) -> str | None:
    value = values.get(field)
    return None if value is None else str(value)


def _whole(values: Mapping[str, Word], field: str) -> int | None:
    value = values.get(field)
    return value if isinstance(value, int) else None


def _number(values: Mapping[str, Word], field: str) -> float | None:
    value = values.get(field)
    return float(value) if isinstance(value, int | float) else None
