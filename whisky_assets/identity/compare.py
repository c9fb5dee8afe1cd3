"""Two listings, field by field: agree, conflict or unknown. Unknown is not agreement.

A conflict in one hard field means two whiskies whatever else agrees. Not here: what follows from agreement
(`identity.cluster`), words for a person (`identity.explain`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from whisky_assets.identity.model import Facts

AGREE = "agree"
CONFLICT = "conflict"
UNKNOWN = "unknown"

ABV_LIMIT_PCT = 0.5
"""Largest difference of one bottling's alcohol between sources (measured: all but 4 of 1,076 same pairs)."""
CASK_STRENGTH_LIMIT_PCT = 0.15
"""The same for cask strength, where batches differ by little."""
STRONG_ABV_PCT = 52.0
"""From here on alcohol with odd decimals is a batch's own, whether the name says cask strength or not."""
_ROUNDING = 1e-9

# Sources use these words for one product: a Tennessee whiskey is filed as bourbon, a blended malt as malt or blend.
_STYLES_ALIKE = (
    frozenset({"tennessee", "bourbon"}),
    frozenset({"blended_malt", "malt"}),
    frozenset({"blended_malt", "blended"}),
    frozenset({"blended", "rye"}),
    frozenset({"corn", "bourbon"}),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """One field of two listings, as each tells it."""

    left: object
    right: object
    verdict: str


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """All fields of two listings; `hard_conflict` says that they are two whiskies."""

    fields: Mapping[str, Verdict]

    @property
    def hard_conflict(self) -> bool:
        """Whether a hard field conflicts."""
        return any(self.fields[name].verdict == CONFLICT for name in HARD_FIELDS)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The hard fields that conflict, in their fixed order."""
        return tuple(name for name in HARD_FIELDS if self.fields[name].verdict == CONFLICT)


def _equal(name: str) -> Callable[[Facts, Facts], str]:
    def verdict(left: Facts, right: Facts) -> str:
        one, other = getattr(left.text, name), getattr(right.text, name)
        if one is None or other is None:
            return UNKNOWN
        return AGREE if one == other else CONFLICT

    return verdict


def _brand(left: Facts, right: Facts) -> str:
    one, other = left.subject.parsed.brand, right.subject.parsed.brand
    if one is None or other is None:
        return UNKNOWN
    return AGREE if one == other else CONFLICT


def _year(left: Facts, right: Facts) -> str:
    """A lone year of unknown kind conflicts only where the other one has years and none is equal."""
    one = {left.text.year, left.text.vintage, left.text.bottled} - {None}
    other = {right.text.year, right.text.vintage, right.text.bottled} - {None}
    if (left.text.year is None and right.text.year is None) or not one or not other:
        return UNKNOWN
    return AGREE if one & other else CONFLICT


def _cask(left: Facts, right: Facts) -> str:
    """One wood more is a more specific telling; two lists that each have a wood of their own are two whiskies."""
    one, other = set(left.text.cask), set(right.text.cask)
    if not one or not other:
        return UNKNOWN
    if one == other:
        return AGREE
    return UNKNOWN if one < other or other < one else CONFLICT


def _flavour(left: Facts, right: Facts) -> str:
    """One flavour more is a more specific telling (`Spiced`), but none beside one is a whisky without it."""
    one, other = set(left.text.flavour), set(right.text.flavour)
    if not one and not other:
        return UNKNOWN
    if one == other:
        return AGREE
    return UNKNOWN if one and other and (one < other or other < one) else CONFLICT


def _peat(left: Facts, right: Facts) -> str:
    one, other = left.text.peat, right.text.peat
    if one is None or other is None:
        return UNKNOWN
    return AGREE if one == other or "unpeated" not in {one, other} else CONFLICT


def _style(left: Facts, right: Facts) -> str:
    if not left.style or not right.style:
        return UNKNOWN
    if left.style & right.style:
        return AGREE
    alike = any({one, other} <= pair for pair in _STYLES_ALIKE for one in left.style for other in right.style)
    return UNKNOWN if alike else CONFLICT


def _release(left: Facts, right: Facts) -> str:
    """A maker's code of one release parts it from every other code; a name without one tells nothing."""
    if not left.release or not right.release:
        return UNKNOWN
    return AGREE if left.release & right.release else CONFLICT


def _region(left: Facts, right: Facts) -> str:
    """Sources disagree on a distillery's region; a brand without a distillery may bottle one whisky a region."""
    if not left.region or not right.region or left.subject.parsed.distillery or right.subject.parsed.distillery:
        return UNKNOWN
    return AGREE if left.region & right.region else CONFLICT


def _strength(left: Facts, right: Facts) -> str:
    if left.strength is None or right.strength is None:
        return UNKNOWN
    return AGREE if left.strength == right.strength else CONFLICT


def _abv(left: Facts, right: Facts) -> str:
    if left.abv_pct is None or right.abv_pct is None:
        return UNKNOWN
    strong = "cask_strength" in {left.strength, right.strength} or _as_the_cask_gave(left.abv_pct, right.abv_pct)
    limit = CASK_STRENGTH_LIMIT_PCT if strong else ABV_LIMIT_PCT
    return AGREE if abs(left.abv_pct - right.abv_pct) <= limit + _ROUNDING else CONFLICT


def _as_the_cask_gave(left: float, right: float) -> bool:
    """Say whether alcohol was left as the cask gave it: both high, and one neither whole nor half a per cent.

    One is enough: of two batches at 56.5 and 56.8 % the first only happens to be half a per cent.
    """
    return min(left, right) >= STRONG_ABV_PCT and any(round(abv * 100) % 50 != 0 for abv in (left, right))


def _mixed(left: Facts, right: Facts) -> str:
    return AGREE if left.text.mixed == right.text.mixed else CONFLICT


_RULES: Mapping[str, Callable[[Facts, Facts], str]] = {
    "brand": _brand,
    "age": _equal("age"),
    "abv": _abv,
    "vintage": _equal("vintage"),
    "bottled": _equal("bottled"),
    "year": _year,
    "cask_number": _equal("cask_number"),
    "batch": _equal("batch"),
    "release": _release,
    "bottler": _equal("bottler"),
    "style": _style,
    "region": _region,
    "cask": _cask,
    "strength": _strength,
    "peat": _peat,
    "flavour": _flavour,
    "mixed": _mixed,
}
HARD_FIELDS = tuple(_RULES)
"""The fields in which a conflict means two whiskies."""


def conflicts(left: Facts, right: Facts) -> bool:
    """Return whether two listings conflict in a hard field; the quick form of `compare`."""
    return any(rule(left, right) == CONFLICT for rule in _RULES.values())


def compare(left: Facts, right: Facts) -> Comparison:
    """Return every field of two listings with its verdict; the leftover words are told too, but are not hard."""
    fields = {
        name: Verdict(_shown(left, name), _shown(right, name), rule(left, right)) for name, rule in _RULES.items()
    }
    same = left.text.leftover == right.text.leftover or left.joined == right.joined
    fields["leftover"] = Verdict(
        " ".join(sorted(left.text.leftover)), " ".join(sorted(right.text.leftover)), AGREE if same else CONFLICT
    )
    return Comparison(fields)


def _shown(facts: Facts, name: str) -> object:
    if name == "brand":
        return facts.subject.parsed.brand
    if name == "abv":
        return facts.abv_pct
    if name == "style":
        return sorted(facts.style) or None
    if name == "region":
        return sorted(facts.region) or None
    if name == "strength":
        return facts.strength
    if name == "release":
        return sorted(facts.release) or None
    value = getattr(facts.text, name)
    return list(value) or None if isinstance(value, tuple) else value
