"""What a listing is: whisky, spirit drink, bundle or other goods; by its category first, then by its name.

Not here: whether it is published (`verdicts`). An unknown category is never guessed: it is other goods, told by name.
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.cleaning.texts import told
from whisky_assets.cleaning.thresholds import AbvLimits
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.sources.source import Kinds

_WHISKY_WORD = re.compile(
    r"whisk(?:e?y|ies)|\bscotch\b|\bbourbon\b|single malt|viski|위스키|ウイスキー|ウィスキー|威士忌", re.IGNORECASE
)
_GOODS_WORD = re.compile(
    r"\b(?:t-?shirt|hoodie|cap|mug|poster|book|gift card|voucher|tumbler|glencairn|glassware|glass|decanter|"
    r"coaster|membership|ticket|tasting event|gutschein|gläser|glas|viskilasi|lahjakortti)\b"
    r"|상품권|글라스|グラス|ギフト券",
    re.IGNORECASE,
)


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
    declared = kinds.of(told("category", category))
    if declared is None:
        return Kind("other", ("category_unknown" if told("category", category) else "category_missing",))
    if declared in ("other", "bundle"):
        return Kind(declared)
    if volume_ml is None and abv_pct is None and _GOODS_WORD.search(name):
        return Kind("other")
    is_other = parsed.value("other_good") is not None
    if declared == "by_name" and (is_other or not (parsed.brand or _WHISKY_WORD.search(name))):
        return Kind("other")
    if parsed.value("pack") == "mixed":
        return Kind("bundle")
    if declared == "spirit_drink":
        return Kind("spirit_drink")
    return _whisky_or_drink(parsed, abv_pct, limits)


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
