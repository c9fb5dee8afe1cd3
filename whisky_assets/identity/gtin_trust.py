"""Which barcodes may join listings: a code on two parsed identities is evidence for none.

Not here: whether a code is valid (`parsing.gtin`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.model import Subject, facts_of, known_ages
from whisky_assets.identity.pool import shape_of


def gtin_trust(subjects: Iterable[Subject]) -> Mapping[str, bool]:
    """Return for every barcode that two listings share whether it may join: not if any two of them conflict.

    A barcode outlives a change of recipe and is copied by mistake; on two brands, or two parsed identities, it is
    evidence for none. Give all listings of all blocks.
    """
    by_code: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if subject.gtin14 is not None:
            by_code[subject.gtin14].append(subject)
    return {code: _agree(group) for code, group in sorted(by_code.items()) if len(group) > 1}


def _agree(group: list[Subject]) -> bool:
    ages = known_ages(group)
    distinct = {shape_of(facts): facts for facts in (facts_of(subject, ages) for subject in group)}
    return not any(conflicts(left, right) for left, right in combinations(distinct.values(), 2))
