"""Many listings out of real ones, as other shops would write them: other words, case, brands, ages and strengths.

Equal arguments give equal rows, and fewer rows are the beginning of more. No truth comes with them: they measure time
and memory, the labelled listings measure who is right.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from whisky_assets.reference import Reference

ROWS_PER_SHOP = 2_000
"""About what one chain lists; two listings of one shop are rarely one whisky."""
AGES_YEARS = (8, 10, 12, 14, 15, 16, 17, 18, 21, 25, 30)
ABVS_PCT = ("40.0", "43.0", "45.0", "46.0", "46.3", "48.0", "50.0", "")
SIZES_ML = ("50", "350", "500", "700", "750", "1000", "1140")
AGE_WORDS = (" Year Old", " YO", " Years", "-Year-Old", " ans", " Jahre", "년")
SHOP_WORDS = ("", "", "", " Whisky", " Single Malt", " Gift Box", " 70cl", " (Tube)", " Limited Edition")

_AGE = re.compile(r"\b(\d{1,2})(?:[ -]?(?:years?|yo|yrs?|ans))(?:[ -]?old)?\b", re.IGNORECASE)
_CASES: tuple[Callable[[str], str], ...] = (str, str, str.upper, str.lower, str.title)

Row = Mapping[str, str]


def perturbed(rows: Sequence[Row], reference: Reference, count: int, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield `count` listings with the columns of the real ones, each with a number of its own in one of many shops.

    Half of them change the brand, a third the age, a third the strength; those that change none keep their barcode.

    Args:
        rows: real listings, at least one.
        reference: whose brands take each other's places.
        count: how many rows to yield.
        seed: which rows to yield.
    """
    distilleries = {entry.name for entry in reference.distilleries.values()}
    brands = tuple(sorted(distilleries | {entry.name for entry in reference.brands.values()}))
    known = {name.casefold() for name in brands}
    draw = random.Random(seed)  # noqa: S311 - repeatable rows for a benchmark, no secret
    for number in range(count):
        row = rows[draw.randrange(len(rows))]
        words = row["name"].split()
        head = _brand_length(words, known)
        another = bool(head) and draw.random() < 0.5
        rest = " ".join(words[head:])
        aged = _AGE.search(rest) is not None and draw.random() < 0.3
        age = draw.choice(AGES_YEARS) if aged else None
        stronger = draw.random() < 0.3
        brand = draw.choice(brands) if another else " ".join(words[:head])
        name = f"{brand} {_AGE.sub(_spelled(age, draw.choice(AGE_WORDS)), rest)}{draw.choice(SHOP_WORDS)}".strip()
        yield {
            **row,
            "rid": f"p{number:07d}",
            "source": f"shop_{number // ROWS_PER_SHOP}",
            "source_id": str(number),
            "name": draw.choice(_CASES)(name),
            "abv_pct": draw.choice(ABVS_PCT) if stronger else row["abv_pct"],
            "volume_ml": draw.choice(SIZES_ML),
            "gtin": "" if another or aged or stronger else row["gtin"],
            "producer": "" if another else row["producer"],
            "seen": "2025",
        }


def _spelled(age: int | None, words: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match.group(1) if age is None else age}{words}"


def _brand_length(words: Sequence[str], known: Iterable[str]) -> int:
    """Return how many of the first words are a brand that the tables list, 0 for none."""
    lengths = (length for length in range(min(4, len(words)), 0, -1) if " ".join(words[:length]).casefold() in known)
    return next(lengths, 0)
