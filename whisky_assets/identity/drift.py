"""Whether a listing still says what it said: its own hard fields now against those it was given its key with (R7).

A listing is compared with its own former text only. Not here: comparing two listings (`identity.compare`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from whisky_assets.identity.compare import compare
from whisky_assets.identity.model import Facts, Subject, facts_of
from whisky_assets.identity.release_codes import release_codes
from whisky_assets.parsing.fold import words
from whisky_assets.parsing.parsed import Field, ParsedName

HardValue: TypeAlias = str | int | float | tuple[str, ...]
HardFields: TypeAlias = Mapping[str, HardValue]
"""What a listing's own text says about which bottling it is; a field that is absent is untold."""

ABV = "abv_pct"
RELEASE = "release"
_TEXT_FIELDS = ("brand", "age_years", "vintage_year", "bottled_year", "year", "cask_number", "batch", "bottler", "peat")
_SET_FIELDS = ("style", "cask")
_WAS = "was_"
# With one of these another alcohol value is another bottling, not a correction.
_BATCH_LIKE = ("batch", RELEASE, "cask_number", "strength")
# Shorter words (of, the, yo) stand in every name.
_MIN_TELLING_WORD = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What changed in a listing's own text: `fields` conflict; `detach` whether it leaves its key for that."""

    fields: tuple[str, ...] = ()
    detach: bool = False

    @property
    def disputed(self) -> bool:
        """Whether its alcohol alone changed, so that it keeps its key and a person is asked."""
        return bool(self.fields) and not self.detach


UNCHANGED = Drift()


def hard_fields(parsed: ParsedName, *, abv_pct: float | None) -> HardFields:
    """Return the hard fields of a listing: those of its name, and its alcohol by its own column or its name."""
    found: dict[str, HardValue] = {}
    for name in (*_TEXT_FIELDS, "strength", *_SET_FIELDS):
        value = parsed.value(name)
        if value not in (None, ()):
            found[name] = value
    codes = release_codes(parsed)
    if codes:
        found[RELEASE] = tuple(sorted(codes))
    abv = parsed.abv_pct if abv_pct is None else abv_pct
    if abv is not None:
        found[ABV] = float(abv)
    return MappingProxyType(found)


def conflicts(left: HardFields, right: HardFields) -> tuple[str, ...]:
    """Return the fields that both sides tell and that cannot be one bottling's, by the rules that compare listings."""
    if left == right:
        return ()
    found = [_OWN_NAME.get(name, name) for name in compare(_facts(left), _facts(right)).conflicts]
    if "brand" not in found and "brand" in left and "brand" in right and left["brand"] != right["brand"]:
        found.append("brand")
    return tuple(found)


def drift(former_name: str, former: HardFields, name: str, now: HardFields) -> Drift:
    """Return what a listing's own text gained against its former text (`former` as `remembered` gave it).

    The same name says the same, however a newer parser or reference reads it: then only the alcohol counts. Alcohol
    alone detaches where bottlings differ by it (batch, single cask, cask strength); else it is a dispute.
    """
    former = known(former)
    found = conflicts(former, now)
    if name == former_name:
        found = tuple(field for field in found if field == ABV)
    elif "brand" in found and _tells_both_brands(former_name, former, name, now):
        found = tuple(field for field in found if field != "brand")
    if not found and _is_another_text(former_name, former, name, now):
        found = ("name",)
    if not found:
        return UNCHANGED
    batch_like = any(field in former or field in now for field in _BATCH_LIKE)
    return Drift(fields=found, detach=found != (ABV,) or batch_like)


def remembered(former_name: str, former: HardFields, name: str, now: HardFields) -> HardFields:
    """Return what is to be remembered of a listing's own text after a sighting that did not detach it.

    A field once told stays, as `was_FIELD`, until another is told, so that a poorer text hides no later drift; alcohol
    keeps its first value, so that small steps do not add up. A name that stayed the same is read anew.
    """
    told = dict(now)
    if name == former_name:
        earlier = {field: value for field, value in former.items() if field.startswith(_WAS)}
    else:
        earlier = {_WAS + field: value for field, value in known(former).items()}
    told.update({field: value for field, value in earlier.items() if field.removeprefix(_WAS) not in now})
    if ABV in now and ABV in known(former):
        told[ABV] = known(former)[ABV]
    return MappingProxyType(told)


def known(fields: HardFields) -> HardFields:
    """Return remembered fields with those that only an earlier text told among the others."""
    return {field.removeprefix(_WAS): value for field, value in fields.items()}


def as_told(fields: HardFields) -> HardFields:
    """Return of remembered fields those that the last text told itself."""
    return {field: value for field, value in fields.items() if not field.startswith(_WAS)}


def is_reread(former_name: str, former: HardFields, name: str, now: HardFields) -> bool:
    """Return whether a listing says what it said, name and alcohol, and is read otherwise than it was then."""
    before = as_told(former)
    return name == former_name and before.get(ABV) == now.get(ABV) and before != now


# How `compare` names what a name calls otherwise.
_OWN_NAME = {"abv": ABV, "age": "age_years", "vintage": "vintage_year", "bottled": "bottled_year"}


def _facts(fields: HardFields) -> Facts:
    """Return hard fields as facts that can be compared; leftover words, which are not hard, are left out."""
    read = {name: Field(value, (0, 0), "remembered") for name, value in fields.items()}
    abv, codes = fields.get(ABV), fields.get(RELEASE)
    facts = facts_of(
        Subject(
            id_space="",
            source_id="",
            name="",
            parsed=ParsedName(text="", fields=read, leftover=frozenset()),
            abv_pct=abv if isinstance(abv, float) else None,
        )
    )
    return dataclasses.replace(facts, release=frozenset(codes)) if isinstance(codes, tuple) else facts


def _tells_both_brands(former_name: str, former: HardFields, name: str, now: HardFields) -> bool:
    """Return whether one text names both brands (`Suntory Yamazaki` for `Yamazaki`): the brand did not change."""
    former_words, now_words = ({word.text for word in words(text)} for text in (former_name, name))
    return set(str(now["brand"]).split("_")) <= former_words or set(str(former["brand"]).split("_")) <= now_words


def _is_another_text(former_name: str, former: HardFields, name: str, now: HardFields) -> bool:
    """Return whether a name was replaced whole, where no brand known on both sides says that it is still the same."""
    if name == former_name or ("brand" in former and "brand" in now):
        return False
    return _share_no_word(former_name, name)


def _share_no_word(former_name: str, name: str) -> bool:
    """Return whether two Latin texts share no telling word: the number was given to another product.

    Other scripts write compounds with and without spaces, where no shared word says little.
    """
    former_words, now_words = _telling_words(former_name), _telling_words(name)
    return bool(former_words) and bool(now_words) and not former_words & now_words


def _telling_words(name: str) -> set[str]:
    return {word.text for word in words(name) if word.script == "latin" and len(word.text) >= _MIN_TELLING_WORD}
