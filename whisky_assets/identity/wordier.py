"""Pairs of names that read equal but for one or two words that one of them has more: an expression told by one only.

`Glen Heron 12` and `Glen Heron 12 Winged`, where alcohol is equal and no other `12` of that alcohol holds words that
`Winged` lacks. Not here: whether such a pair may join beyond that (`identity.cluster`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations, pairwise

from whisky_assets.identity.model import Facts, TextKey
from whisky_assets.identity.weak_words import WeakWords

MOST_WORDS = 2
"""So many words more tell an expression's name; with three, other whiskies begin (measured: 5 of 5 were others)."""
COMMON_ABV_PCT = frozenset({40.0, 43.0, 46.0})
"""Strengths that whole ranges share: without an age, equal ones say little."""

_NUMBERED = re.compile(r"(?!1[5-8]\d\d$).*\d.*|[ivxlc]+")
"""A number tells a release; one of these centuries tells when the house was founded."""

Words = frozenset[str]


def wordier_pairs(facts: Iterable[Facts], weak_words: WeakWords) -> list[tuple[Facts, Facts]]:
    """Return the pairs of a block, the one with fewer words first, in order of key.

    Both tell one alcohol and all else that text tells. An age bears a name without a word; without an age the shorter
    name must hold a word of its own, at a strength of `COMMON_ABV_PCT` two. Give one listing a cluster and shape.
    """
    groups: dict[TextKey, list[Facts]] = defaultdict(list)
    for row in sorted(facts, key=lambda row: row.key):
        if row.abv_pct is not None:
            groups[row.text._replace(leftover=frozenset())].append(row)
    found = [pair for text, rows in groups.items() for pair in _of_group(text.age, rows, weak_words)]
    return sorted(found, key=lambda pair: (pair[0].key, pair[1].key))


def _of_group(age: int | None, rows: list[Facts], weak_words: WeakWords) -> Iterable[tuple[Facts, Facts]]:
    by_abv: dict[float, dict[Words, list[Facts]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.abv_pct is not None:
            by_abv[row.abv_pct][row.text.leftover].append(row)
    for abv_pct, of_words in by_abv.items():
        least = 0 if age is not None else 2 if abv_pct in COMMON_ABV_PCT else 1
        for longer in of_words:
            for shorter in _shorter(longer, of_words, weak_words):
                if len(shorter - weak_words.all) >= least and _in_one_line(shorter, of_words):
                    pairs = ((one, other) for one in of_words[shorter] for other in of_words[longer])
                    # Of a brand that nobody lists the words are the brand's own.
                    yield from (pair for pair in pairs if not least or pair[0].subject.parsed.brand is not None)


def _shorter(longer: Words, known: Collection[Words], weak_words: WeakWords) -> Iterable[Words]:
    """Yield the known names that lack one or two of a name's words, none of them a number or a word of labels."""
    named = [word for word in sorted(longer) if word not in weak_words.label and not _NUMBERED.fullmatch(word)]
    if longer & weak_words.label:
        return
    for count in range(1, MOST_WORDS + 1):
        for left_out in combinations(named, count):
            if (shorter := longer.difference(left_out)) in known:
                yield shorter


def _in_one_line(shorter: Words, known: Iterable[Words]) -> bool:
    """Say whether of all names that hold these words and more none has a word that another lacks."""
    longer = sorted((words for words in known if words > shorter), key=len)
    return all(one <= other for one, other in pairwise(longer))
