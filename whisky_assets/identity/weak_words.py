"""Words that tell two bottlings of one brand apart only where their alcohol differs too, as names hold them.

Not here: the lists themselves (roles `generic` and `label` of `reference/data/words.csv`).
"""

from __future__ import annotations

import dataclasses
from functools import cached_property

from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.lexicon import singular
from whisky_assets.reference import Reference


@dataclasses.dataclass(frozen=True)
class WeakWords:
    """Folded words without a plural s: `label` ones (edition, series) name another bottling on a bare brand."""

    generic: frozenset[str]
    label: frozenset[str]

    @cached_property
    def all(self) -> frozenset[str]:
        """Both kinds."""
        return self.generic | self.label


NO_WEAK_WORDS = WeakWords(frozenset(), frozenset())


def weak_words(reference: Reference) -> WeakWords:
    """Return the weak words of the tables."""
    return WeakWords(_of_role(reference, "generic"), _of_role(reference, "label"))


def _of_role(reference: Reference, role: str) -> frozenset[str]:
    return frozenset(
        singular(word) for entry in reference.words if entry.role == role for word in fold(entry.spelling).split()
    )
