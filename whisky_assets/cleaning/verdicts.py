"""Whether an offer may be published, and why not: each rule is one row of one table that a person can read.

Not here: what a published whisky does when its last good offer fails (it keeps its document: `publishing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

_FIRST_SYLLABLE = "\u2e80"
"""From here on (CJK, kana, Hangul) one sign is a syllable or a word: 響 and 벳 69 are whole names."""

PUBLISH, HOLD, REFUSE = "publish", "hold", "refuse"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a verdict looks at: the offer's cleaned values, its kind with what remained in doubt, and its terms."""

    clean_name: str
    kind: str
    doubts: tuple[str, ...]
    flags: tuple[str, ...]
    brand: str | None
    abv_pct: float | None
    publishable: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One reason: what it leads to, when it applies, and why that is right."""

    verdict: str
    applies: Callable[[Facts], bool]
    because: str


RULES: Mapping[str, Rule] = {
    "terms_forbid": Rule(
        REFUSE,
        lambda facts: not facts.publishable,
        "The source's terms do not allow its values to be published; its word still counts as evidence.",
    ),
    "name_unusable": Rule(
        REFUSE,
        lambda facts: facts.brand is None and _letters(facts.clean_name) < 2,
        "A name without a listed brand and with fewer than two letters names nothing that a person could find.",
    ),
    "other_goods": Rule(
        REFUSE,
        lambda facts: facts.kind == "other" and not facts.doubts,
        "Glasses, wine, gin: the source's category or the name says that it is no whisky.",
    ),
    "bundle": Rule(
        REFUSE,
        lambda facts: facts.kind == "bundle",
        "Several whiskies sold together are none of them; a diary entry could not point to one.",
    ),
    "spirit_drink": Rule(
        REFUSE,
        lambda facts: facts.kind == "spirit_drink",
        "Liqueurs, flavoured and under-strength spirits have keys, so that notes can find them, but no document.",
    ),
    "category_unknown": Rule(
        HOLD,
        lambda facts: "category_unknown" in facts.doubts,
        "The feed's [kinds] does not say what this category holds: add one line and run again.",
    ),
    "category_missing": Rule(
        HOLD,
        lambda facts: "category_missing" in facts.doubts,
        "The row has no category and the feed declares no default for such rows.",
    ),
    "name_doubt": Rule(
        HOLD,
        lambda facts: "name_doubt" in facts.doubts,
        "The name holds a word for a flavour or another drink, at full strength: a liqueur, or a label's poetry.",
    ),
    "abv_implausible": Rule(
        HOLD,
        lambda facts: "abv_implausible" in facts.flags,
        "The source tells a strength that no whisky has (below 30 or above 75 % vol), so its row is not to be trusted.",
    ),
    "name_damaged": Rule(
        HOLD,
        lambda facts: "name_damaged" in facts.flags,
        "Letters of the name are lost for good; another source may tell it whole.",
    ),
    "unidentified": Rule(
        HOLD,
        lambda facts: facts.kind == "whisky" and facts.brand is None and facts.abv_pct is None,
        "Neither a listed brand nor a strength says which bottling it is. A listed brand alone is enough: a strength "
        "that is missing (or was a date) separates nothing, and people look for the whisky by its name.",
    ),
}
"""All reasons, the gravest first. A strength, size, price or barcode that is missing holds nothing back by itself."""


def _letters(name: str) -> int:
    return sum(2 if sign >= _FIRST_SYLLABLE else 1 for sign in name if sign.isalpha())


def verdict_of(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return the gravest verdict of all rules that apply, and their codes in the table's order; none: publish."""
    reasons = tuple(code for code, rule in RULES.items() if rule.applies(facts))
    verdicts = {RULES[code].verdict for code in reasons}
    return next((verdict for verdict in (REFUSE, HOLD) if verdict in verdicts), PUBLISH), reasons
