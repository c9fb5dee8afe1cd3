"""Whether an offer may be published, and why not: each rule is one row of one table that a person can read.

The numbers that rules compare with stand in `thresholds.toml`. Not here: what a published whisky does when its last
good offer fails (it keeps its document: `publishing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from whisky_assets.cleaning.thresholds import Thresholds
from whisky_assets.domain.records.shared import TERMS_FORBID

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
    volume_ml: int | None
    price_minor: int | None
    currency: str | None
    publishable: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One reason: what it leads to, when it applies, why that is right, and what an owner can do about it.

    `remedy` ends with the command that shows what it did; `answered_by` are the fields of a listing whose correction by
    a person takes the reason away.
    """

    verdict: str
    applies: Callable[[Facts, Thresholds], bool]
    because: str
    remedy: str
    answered_by: tuple[str, ...] = ()


_AS_IT_SHOULD_BE = "Nothing, where that is true; else correct [kinds] in the feed's TOML: whisky run"
_CORRECT = "If the source is wrong, correct it in curation/decisions (docs/curation.md): whisky run"

RULES: Mapping[str, Rule] = {
    TERMS_FORBID: Rule(
        REFUSE,
        lambda facts, _: not facts.publishable,
        "The source's terms do not allow its name to be published; its word still counts as evidence.",
        "Nothing, unless the source allows it: then say so in [licence] of its TOML: publish = true, and name among "
        "its allowed_fields: whisky run",
    ),
    "name_unusable": Rule(
        REFUSE,
        lambda facts, limits: facts.brand is None and letters_of(facts.clean_name) < limits.name.fewest_letters,
        "A name without a listed brand and with fewer than two letters names nothing that a person could find.",
        "Look whether the feed's TOML reads the right column as name; a brand of one letter is a row of "
        "curation/reference/brands.csv: whisky run",
        ("brand",),
    ),
    "other_goods": Rule(
        REFUSE,
        lambda facts, _: facts.kind == "other" and not facts.doubts,
        "Glasses, wine, gin: the source's category or the name says that it is no whisky.",
        _AS_IT_SHOULD_BE,
    ),
    "bundle": Rule(
        REFUSE,
        lambda facts, _: facts.kind == "bundle",
        "Several whiskies sold together are none of them; a diary entry could not point to one.",
        _AS_IT_SHOULD_BE,
    ),
    "review": Rule(
        REFUSE,
        lambda facts, _: facts.kind == "review",
        "A person's words about a whisky: it is for sale nowhere, and has no key of its own.",
        _AS_IT_SHOULD_BE,
    ),
    "spirit_drink": Rule(
        REFUSE,
        lambda facts, _: facts.kind == "spirit_drink",
        "Liqueurs, flavoured and under-strength spirits have keys, so that notes can find them, but no document.",
        _AS_IT_SHOULD_BE,
    ),
    "category_unknown": Rule(
        HOLD,
        lambda facts, _: "category_unknown" in facts.doubts,
        "The feed's [kinds] does not say what this category holds: add one line and run again.",
        "Add the category to [kinds] of the feed's TOML: whisky run",
    ),
    "category_missing": Rule(
        HOLD,
        lambda facts, _: "category_missing" in facts.doubts,
        "The row has no category and the feed declares no default for such rows.",
        "Set default in [kinds] of the feed's TOML, to by_name where the shelf is mixed: whisky run",
    ),
    "name_doubt": Rule(
        HOLD,
        lambda facts, _: "name_doubt" in facts.doubts,
        "The name holds a word for a flavour or another drink, at full strength: a liqueur, or a label's poetry.",
        "If it is whisky, correct the field flavour or other_good to untold in curation/decisions: whisky run",
        ("flavour", "other_good"),
    ),
    "abv_implausible": Rule(
        HOLD,
        lambda facts, _: "abv_implausible" in facts.flags,
        "The source tells a strength that no whisky has (below 30 or above 75 % vol), so its row is not to be trusted.",
        _CORRECT,
        ("abv_pct",),
    ),
    "size_implausible": Rule(
        HOLD,
        lambda facts, limits: facts.kind == "whisky" and is_outside_sizes(facts.volume_ml, limits),
        "The container is smaller than a sample or larger than any bottle: a column slipped, or a whole cask is sold.",
        _CORRECT,
        ("volume_ml",),
    ),
    "price_implausible": Rule(
        HOLD,
        lambda facts, limits: facts.kind == "whisky" and is_outside_prices(facts.price_minor, facts.currency, limits),
        "Nobody sells a bottle for so little or so much: a deposit, a number that slipped into the column, or a cask.",
        "Look whether the feed's TOML reads the right column as price; a true price is let through by [price_minor] in "
        "curation/quality.toml, which is tried by: whisky quality --try quality.toml",
    ),
    "name_too_long": Rule(
        HOLD,
        lambda facts, limits: facts.kind == "whisky" and len(facts.clean_name) > limits.name.longest_characters,
        "A text of so many characters is a description that slipped into the name; what it names is a guess.",
        "Look whether the feed's TOML reads the right column as name: whisky run",
    ),
    "name_damaged": Rule(
        HOLD,
        lambda facts, _: "name_damaged" in facts.flags,
        "Letters of the name are lost for good; another source may tell it whole.",
        "Name the file's encoding in the feed's TOML; else wait until another source tells it: whisky run",
    ),
    "unidentified": Rule(
        HOLD,
        lambda facts, _: facts.kind == "whisky" and facts.brand is None and facts.abv_pct is None,
        "Neither a listed brand nor a strength says which bottling it is. A listed brand alone is enough: a strength "
        "that is missing (or was a date) separates nothing, and people look for the whisky by its name.",
        "Add its brand as a row of curation/reference/brands.csv, or correct its strength: whisky run",
        ("brand", "abv_pct"),
    ),
}
"""All reasons, the gravest first. A strength, size, price or barcode that is missing holds nothing back by itself."""


def letters_of(name: str) -> int:
    """Return how many letters a name has; a sign of Korean, Japanese or Chinese counts as two."""
    return sum(2 if sign >= _FIRST_SYLLABLE else 1 for sign in name if sign.isalpha())


def is_outside_sizes(volume_ml: int | None, limits: Thresholds) -> bool:
    """Say whether a size is told that no bottle has."""
    return volume_ml is not None and not limits.size_ml.smallest <= volume_ml <= limits.size_ml.largest


def is_outside_prices(price_minor: int | None, currency: str | None, limits: Thresholds) -> bool:
    """Say whether a price is told that nobody asks; a currency without limits is not judged."""
    if price_minor is None or currency is None:
        return False
    cheapest, dearest = limits.price_minor.cheapest.get(currency), limits.price_minor.dearest.get(currency)
    return (cheapest is not None and price_minor < cheapest) or (dearest is not None and price_minor > dearest)


def verdict_of(facts: Facts, limits: Thresholds) -> tuple[str, tuple[str, ...]]:
    """Return the gravest verdict of all rules that apply, and their codes in the table's order; none: publish."""
    reasons = tuple(code for code, rule in RULES.items() if rule.applies(facts, limits))
    return gravest(reasons), reasons


def gravest(reasons: Iterable[str]) -> str:
    """Return the gravest verdict to which these reasons lead; none: publish."""
    verdicts = {RULES[code].verdict for code in reasons}
    return next((verdict for verdict in (REFUSE, HOLD) if verdict in verdicts), PUBLISH)
