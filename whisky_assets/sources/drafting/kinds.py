"""What the categories of a source mean, as far as their words say it: whisky, other goods, or whatever the name says.

Not here: what one product is taken for (`cleaning.kinds`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Finding, toml_text

WHISKY_WORD = re.compile(
    r"whisk(?:e?y|ies)|(?<!butter)scotch|bourbon|(?:single|blended)[ -](?:malt|grain)"
    r"|viski|віскі|виски|위스키|ウイスキー|威士忌",
    re.IGNORECASE,
)
_LIQUEUR = re.compile(r"liqueur|likör|likööri|flavou?red|cream|리큐르", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:gin|rum|vodka|tequila|mezcal|brandy|cognac|armagnac|calvados|wine|beer|cider|sake|soju|liqueurs?|wein|vin|øl"
    r"|öl|bier|glass(?:es|ware)?|gift ?cards?|gifts?|merch(?:andise)?|apparel|clothing|books?|accessories|service)\b",
    re.IGNORECASE,
)
BUNDLES = (
    r"\bbundle\b",
    r"\btasting (?:pack|set|experience)",
    r"\b(?:two|three|four|five|six) ?set\b",
    r"\b(?:miniature|sample)s? (?:gift )?(?:pack|set)",
    r"\b[2-9] ?x ?\d+ ?(?:ml|cl)\b",
)
"""What names of several whiskies sold together say."""

_GLASS = r"glencairn|\bglass"
"""A bottle that comes with a glass is one whisky, whatever the shop calls it."""

MOST_CATEGORIES = 7
MOST_WHISKY_CATEGORIES = 20
_ORDER = {"whisky": 0, "spirit_drink": 1, "by_name": 2, "other": 3}
_MOST_NAMES = 0.6
"""Share of the names that must say whisky, so that all of the list is."""


def kind_lines(
    categories: Sequence[str], names: Sequence[str], *, url: str, titles: Sequence[str] = ()
) -> list[Finding]:
    """Return the lines of [kinds]: what is sold together, each category, and what a product without one is.

    Args:
        categories: the category of every product that tells one.
        names: the name of every product.
        url: the list's address; what it says counts where the page has no title.
        titles: what the page calls itself.
    """
    counts = Counter(" ".join(text.split()) for text in categories if text.strip())
    is_told = len([text for text in categories if text.strip()]) >= len(names) > 0
    default = [] if counts and is_told else [default_line(names, url=url, titles=titles)]
    return [*default, *bundle_line(names), *_category_lines(counts)]


def _category_lines(counts: Counter[str]) -> list[Finding]:
    """Return a line a category; beside one that is called whisky, one that says nothing stays other goods."""
    has_whisky = any(kind_of_words(text) == "whisky" for text in counts)
    ordered = sorted(counts, key=lambda text: (_ORDER[kind_of_words(text)], -counts[text]))
    called = sum(_ORDER[kind_of_words(text)] < _ORDER["by_name"] for text in ordered)
    shown = max(MOST_CATEGORIES, min(called, MOST_WHISKY_CATEGORIES))
    lines = [_line(text, counts[text], has_whisky=has_whisky) for text in ordered[:shown]]
    rest = ordered[shown:]
    if rest and not has_whisky:
        why = f"{len(rest)} more categories: each name decides"
        lines.append(Finding(section="kinds", key='"*"', value='"by_name"', surety=LIKELY, why=why))
    elif rest:
        why = f"{len(rest)} more categories are other goods until they are named"
        lines.append(Finding(section="kinds", key='"*"', value="", surety=UNSURE, why=why))
    return lines


def default_line(names: Sequence[str], *, url: str, titles: Sequence[str] = ()) -> Finding:
    """Return what a product without a category is: whisky where list or names say so, else what its name says."""
    told = [text for text in titles if text.strip()] or [url]
    word = next((match.group() for text in told if (match := WHISKY_WORD.search(text))), "")
    called = sum(WHISKY_WORD.search(name) is not None for name in names)
    is_mixed = any(_OTHER.search(name) and not WHISKY_WORD.search(name) for name in names)
    if word or (called >= _MOST_NAMES * len(names) > 0 and not is_mixed):
        why = f"the list calls itself {word!r}" if word else f"{called} of {len(names)} names say whisky"
        return _default("whisky", f"{why}; by_name would look at each name")
    return _default("by_name", "nothing says that all of it is whisky, so each name decides")


def bundle_line(names: Sequence[str]) -> list[Finding]:
    """Return the line for names that tell several bottles sold together, none where no name does."""
    found = [name for name in names if not re.search(_GLASS, name, re.IGNORECASE) and _bundles(name)]
    if not found:
        return []
    pattern = "|".join(dict.fromkeys(words for name in found for words in _bundles(name)))
    if any(_bundles(name) for name in names if name not in found):
        pattern = f"^(?!.*(?:{_GLASS})).*(?:{pattern})"
    why = f"{len(found)} of {len(names)} names tell several bottles in one, as {found[0][:60]!r}"
    value = f'{{ {toml_text(pattern)} = "bundle" }}'
    return [Finding(section="kinds", key="names", value=value, surety=LIKELY, why=why)]


def _default(kind: str, why: str) -> Finding:
    return Finding(section="kinds", key="default", value=toml_text(kind), surety=LIKELY, why=why)


def _bundles(name: str) -> list[str]:
    return [words for words in BUNDLES if re.search(words, name, re.IGNORECASE)]


def kind_of_words(category: str) -> str:
    """Return what a category's words say it holds."""
    if WHISKY_WORD.search(category):
        return "spirit_drink" if _LIQUEUR.search(category) else "whisky"
    return "other" if _OTHER.search(category) else "by_name"


def _line(category: str, count: int, *, has_whisky: bool) -> Finding:
    kind = kind_of_words(category)
    key = toml_text(category)
    if kind != "by_name":
        return Finding(section="kinds", key=key, value=toml_text(kind), surety=SURE, why=f"{count:,} products")
    if has_whisky:
        why = f"{count:,} products stay other goods until a kind stands here; by_name would look at each name"
        return Finding(section="kinds", key=key, value="", surety=UNSURE, why=why)
    why = f"{count:,} products; its word does not say what they are, so each name decides"
    return Finding(section="kinds", key=key, value=toml_text(kind), surety=LIKELY, why=why)
