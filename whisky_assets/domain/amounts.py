"""Sizes and spans of time as people write them: `100G`, `1.5 TB`, `7 days`; and sizes as people read them.

Units of a thousand, as drives are sold; `Ki`, `Mi`, `Gi`, `Ti` count by 1,024. Months and years are no spans: they
differ in length.
"""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

SIZE_MEANING = "a size like 100G, 1.5 TB or 500 MiB"
SPAN_MEANING = "a time like 12 hours, 7 days or 2 weeks"

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)
_SPAN = re.compile(r"(\d+)\s*(minute|hour|day|week)s?", re.IGNORECASE)
_LETTERS = ("", "K", "M", "G", "T")


def bytes_of(text: str) -> int:
    """Return how many bytes a size is, rounded down.

    Raises:
        ValueError: it is no size.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        raise ValueError(f"{text!r} is not {SIZE_MEANING}")
    step = 1024 if found[3] else 1000
    return int(Fraction(found[1]) * step ** _LETTERS.index(found[2].upper()))


def span_of(text: str) -> timedelta:
    """Return a span of time.

    Raises:
        ValueError: it is no span, or one of more than ten thousand years.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None or len(found[1]) > 6:
        raise ValueError(f"{text!r} is not {SPAN_MEANING}")
    return timedelta(**{f"{found[2].lower()}s": int(found[1])})


def size_words(size_bytes: int) -> str:
    """Return a size with three digits and its unit: `0 B`, `12.3 MB`, `512 GB`."""
    amount = float(size_bytes)
    for letter in _LETTERS:
        if abs(amount) < 999.5 or letter == _LETTERS[-1]:
            break
        amount /= 1000
    else:
        raise AssertionError("the last unit takes any amount")
    digits = 0 if not letter or abs(amount) >= 99.95 else 1 if abs(amount) >= 9.995 else 2
    return f"{amount:,.{digits}f} {letter}B"


def span_words(span: timedelta) -> str:
    """Return a span in its largest whole unit, rounded down: `45 minutes`, `3 days`."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if count := seconds // length:
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
