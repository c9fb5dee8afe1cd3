"""Numbers written in Han or Hangul numerals: `十二年` is twelve years, `이십일년` twenty-one, `二〇二三年` a year.

Not here: what a number means (`parsing.names_ages`, `parsing.names_numbers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whisky_assets.parsing.reading import Token

HAN_DIGITS = "〇一二三四五六七八九"
_HANGUL_DIGITS = "영일이삼사오육칠팔구"
_TEN = {"han": "十", "hangul": "십"}
_DIGITS = {"han": HAN_DIGITS, "hangul": _HANGUL_DIGITS}
# A lone digit before 년 is a syllable of many words; a Han one is a number.
_BEFORE_YEARS = {
    "han": re.compile(
        r"(?P<number>[一二三四五六七八九]?十[一二三四五六七八九]?|[三四五六七八九]|[一二][〇一二三四五六七八九]{3})(?=年)"
    ),
    "hangul": re.compile(r"(?P<number>[이삼사오육]?십[일이삼사오육칠팔구]?)(?=년)"),
}


def with_numbers(tokens: list[Token]) -> list[Token]:
    """Return the tokens with each numeral before the word for years as a number of its own."""
    if all(token.script not in _BEFORE_YEARS for token in tokens):
        return tokens
    return [part for token in tokens for part in _split(token)]


def numeral_value(text: str, script: str = "han") -> int:
    """Return a number written in numerals, up to 99 with a word for ten, else digit by digit: `十二`, `二〇二三`."""
    digits = _DIGITS[script]
    tens, ten, ones = text.rpartition(_TEN[script])
    if not ten:
        return int("".join(str(digits.index(digit)) for digit in text))
    return 10 * (digits.index(tens) if tens else 1) + (digits.index(ones) if ones else 0)


def _split(token: Token) -> Iterator[Token]:
    pattern = _BEFORE_YEARS.get(token.script)
    match = None if pattern is None or token.end - token.start != len(token.text) else pattern.search(token.text)
    if match is None or (token.script == "hangul" and match.start()):
        yield token
        return
    first, last = match.span("number")
    if first:
        yield Token(token.text[:first], token.start, token.start + first, token.script)
    number = numeral_value(match["number"], token.script)
    yield Token(str(number), token.start + first, token.start + last, "number")
    yield Token(token.text[last:], token.start + last, token.end, token.script)
