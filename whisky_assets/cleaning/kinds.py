"""What a listing is: whisky, spirit drink, bundle, review or other goods; by its category first, then by its name.

Not here: whether it is published (`verdicts`). An unknown category is never guessed: it is other goods, told by name.
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.cleaning.texts import told
from whisky_assets.cleaning.thresholds import AbvLimits
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.sources.declared_kinds import Kinds

_WHISKY_WORD = re.compile(
    r"whisk(?:e?y|ies)|\bscotch\b|\bbourbon\b|single malt|viski|위스키|ウイスキー|ウィスキー|威士忌", re.IGNORECASE
)
_GOODS_WORD = re.compile(
    r"\b(?:(?:t-?shirt|hoodie|cap|mug|poster|book|gift card|voucher|tumbler|glencairn|decanter|coaster|membership|"
    r"ticket|tasting event)s?|glassware|glass(?:es)?|gutschein|gläsern?|glas|viskilasi|lahjakortti)\b"
    r"|상품권|글라스|グラス|ギフト券",
    re.IGNORECASE,
)
_COMES_WITH = re.compile(
    r"\b(?:with|including|incl|mit|inklusive|inkl|avec|med|met|con)\b|\bw/|(?<=\s)\+(?=\s)", re.IGNORECASE
)
_AND = re.compile(r"&|\b(?:and|plus|und|et|og|och|en|y)\b", re.IGNORECASE)
_GIVEN = re.compile(r"\s*\d{0,2}\s*(?:개|잔|個|本|p)?\s*(?:付|포함|증정)", re.IGNORECASE)
"""Korean and Japanese say behind the glass that it comes with the bottle: `글라스 2개 포함`, `グラス付き`."""

_OF_A_BOTTLING = (
    *("age_years", "bare_number", "vintage_year", "year"),
    *("cask_number", "batch", "cask", "style", "strength"),
)
"""Fields of a name that no glass has, though it may bear a brand."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """What a listing is, and what remained in doubt: `category_unknown`, `category_missing`, `name_doubt`."""

    kind: str
    doubts: tuple[str, ...] = ()


def kind_of(
    kinds: Kinds,
    category: str | None,
    name: str,
    parsed: ParsedName,
    abv_pct: float | None,
    volume_ml: int | None,
    limits: AbvLimits,
) -> Kind:
    """Return what a listing is.

    Args:
        kinds: what the feed's TOML says of categories.
        category: the category as told.
        name: the cleaned name.
        parsed: what the name says.
        abv_pct: the strength as told, before its range is judged.
        volume_ml: size of one container.
        limits: which strengths make a whisky, and which a spirit drink.
    """
    declared = kinds.of(told("category", category), name)
    if declared is None:
        return Kind("other", ("category_unknown" if told("category", category) else "category_missing",))
    if declared in ("other", "bundle", "review"):
        return Kind(declared)
    if volume_ml is None and abv_pct is None and _is_goods_alone(name, parsed):
        return Kind("other")
    is_other = parsed.value("other_good") is not None
    if declared == "by_name" and (is_other or not (parsed.brand or _WHISKY_WORD.search(name))):
        return Kind("other")
    if parsed.value("pack") == "mixed":
        return Kind("bundle")
    if declared == "spirit_drink":
        return Kind("spirit_drink")
    return _whisky_or_drink(parsed, abv_pct, limits)


def _is_goods_alone(name: str, parsed: ParsedName) -> bool:
    """Whether a name tells goods (`Ardbeg glass`), and no whisky that they come with (`Ardbeg 10 with a glass`)."""
    brand = parsed.fields.get("brand")
    own = range(*brand.span) if brand else range(0)
    goods = next((word for word in _GOODS_WORD.finditer(name) if word.start() not in own), None)
    if goods is None:
        return False
    before = name[: goods.start()]
    if joint := _COMES_WITH.search(before):
        return not _names_whisky(before[: joint.start()], parsed)
    if joint := _AND.search(before):
        return not _names_bottling(before[: joint.start()], parsed)
    if _GIVEN.match(name, goods.end()):
        return not _names_whisky(before, parsed)
    pack = parsed.fields.get("pack")
    return pack is None or pack.span[1] > goods.start() or not _names_bottling(before[: pack.span[0]], parsed)


def _names_whisky(head: str, parsed: ParsedName) -> bool:
    brand = parsed.fields.get("brand")
    return (brand is not None and brand.span[1] <= len(head)) or _WHISKY_WORD.search(head) is not None


def _names_bottling(head: str, parsed: ParsedName) -> bool:
    """Whether the head of a name tells a whisky and something of the bottling beside its brand."""
    told = (parsed.fields[name] for name in _OF_A_BOTTLING if name in parsed.fields)
    own_words = set(head.casefold().split()).intersection(parsed.leftover_words)
    return _names_whisky(head, parsed) and (bool(own_words) or any(field.span[1] <= len(head) for field in told))


def _whisky_or_drink(parsed: ParsedName, abv_pct: float | None, limits: AbvLimits) -> Kind:
    """Judge a row of a whisky category: `Honey` at 35 % is a spirit drink, `Brandy Cask` at 56 % may be whisky."""
    if parsed.value("flavour") is not None or parsed.value("other_good") is not None:
        if abv_pct is None or abv_pct < limits.full_strength_pct:
            return Kind("spirit_drink")
        return Kind("whisky", ("name_doubt",))
    # Below the weakest it is an error or a date, not a spirit drink (`values.believable_abv`).
    if abv_pct is not None and limits.weakest_pct <= abv_pct < limits.whisky_cut_pct:
        return Kind("spirit_drink")
    return Kind("whisky")
