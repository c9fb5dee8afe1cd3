"""What a source's own categories and wording of names mean: whisky, or something else that it sells.

Not here: what a name says to us (`cleaning.kinds`), which is asked where the source leaves it open.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import lru_cache

DECLARED_KINDS = ("whisky", "spirit_drink", "bundle", "review", "other", "by_name")
"""What a category can mean: `by_name`, that it holds both and the name decides; `review`, that nothing is for sale."""

NAMED_KINDS = DECLARED_KINDS[:-1]
"""What a source's own wording of a name can mean."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What a source's names and categories mean; `default` is for a missing category.

    `by_name` are patterns that the source's own wording of names decides by, before its categories. Keys of
    `by_category` are folded by `fold_category`; a `*` in one stands for any text, where no key is the whole category.
    """

    default: str | None
    by_category: Mapping[str, str]
    by_name: tuple[tuple[re.Pattern[str], str], ...] = ()

    def of(self, category: str | None, name: str = "") -> str | None:
        """Return the declared kind, None where nothing is declared: the caller says so by name, never guesses."""
        for pattern, kind in self.by_name:
            if pattern.search(name):
                return kind
        if not category:
            return self.default
        folded = fold_category(category)
        if folded in self.by_category:
            return self.by_category[folded]
        fitting = (kind for key, kind in self.by_category.items() if "*" in key and _wild(key).fullmatch(folded))
        return next(fitting, None)


def fold_category(text: str) -> str:
    """Return a category as it is compared: case and white space folded."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1_000)
def _wild(key: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in key.split("*")))
