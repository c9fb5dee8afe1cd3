"""The rules that join two listings, strongest first, each with the precision it had on labelled pairs.

Not here: the order of merging and what forbids it (`identity.cluster`).
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One reason to join: its name, its place in the order (small first), and how often it was right.

    `measured` is how many of the labelled pairs that the rule linked were one whisky; `confidence` is the lower bound
    of the 95 % Wilson interval of that share, so that a rule seen rarely claims little (of `sizes`: equal text's times
    that of the alcohol, the one thing left open). `by_text` rules join by what
    names say alone.
    """

    name: str
    order: int
    confidence: float
    measured: str
    words: str
    by_text: bool = False


DECISION = Rule("decision", 0, 1.0, "not measured: a decision is final", "a person said so")
FORMER = Rule("former", 1, 0.99, "replay of ten releases, precision .996", "both were this whisky before")
GTIN = Rule("gtin", 2, 0.78, "14 of 14", "via gtin")
SHARED_NUMBER = Rule("shared_number", 3, 0.92, "46 of 46", "via a product number that both sellers share")
EQUAL_TEXT = Rule("equal_text", 4, 0.98, "308 of 309", "name reads equal, alcohol agrees", by_text=True)
SIZES = Rule(
    "sizes",
    5,
    0.97,
    "1 of 1; of such pairs that both tell alcohol 675 of 677 agree",
    "one source lists one name in several sizes, alcohol untold by one",
    by_text=True,
)
EQUAL_TEXT_NO_ABV = Rule(
    "equal_text_no_abv", 6, 0.74, "11 of 11", "name reads equal, alcohol untold by one", by_text=True
)
WEAK_WORD = Rule(
    "weak_word", 7, 0.70, "14 of 15", "name reads equal but for a word that says little, alcohol agrees", by_text=True
)
RARE_ABV = Rule(
    "rare_abv",
    8,
    0.43,
    "3 of 3",
    "age told by one only, but an expression's name and a rare alcohol are equal",
    by_text=True,
)
ONE_AGE = Rule(
    "one_age",
    9,
    0.43,
    "none is labelled; the 6 on unlabelled listings were right, claimed as much as a rare alcohol",
    "age told by one only, but an expression's name, of one age alone, and alcohol are equal",
    by_text=True,
)
WORDIER = Rule(
    "wordier",
    10,
    0.57,
    "5 of 5",
    "name reads equal but for a word or two that no other name of this alcohol speaks against, alcohol equal",
    by_text=True,
)
ALONE = Rule("alone", 11, 1.0, "not measured: it joins nothing", "no other listing is this whisky")

RULES = (
    DECISION,
    FORMER,
    GTIN,
    SHARED_NUMBER,
    EQUAL_TEXT,
    SIZES,
    EQUAL_TEXT_NO_ABV,
    WEAK_WORD,
    RARE_ABV,
    ONE_AGE,
    WORDIER,
    ALONE,
)
