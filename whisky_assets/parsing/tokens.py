"""The words under which a person finds a whisky by the first letters, in Latin, Korean and Japanese.

A search field asks for the longest word it was given with one `array contains`, so every prefix that a person may type
stands here, in both spellings of kana, with the name in one piece too. Not here: ranking what was found
(`identity.find`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from whisky_assets.parsing.fold import words

LATIN_PREFIX = range(2, 11)
"""Letters of a Latin word that a person types before looking (measured: 18-132 tokens a whisky in all)."""
ASIAN_PREFIX = range(1, 9)
"""Signs of a Korean, Japanese or Chinese word: one may be half a name."""
JOINED_PREFIX = range(2, 13)
"""Letters of the whole name written without spaces."""
MAX_TOKENS = 150
"""More would cost more index entries than a document is worth; the shortest stay, they find most."""

_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def search_tokens(*names: str) -> tuple[str, ...]:
    """Return the sorted tokens of all names of one whisky.

    They are prefixes of words, pairs of letters of CJK words, and prefixes of the name written in one. Folding
    strips U+0300-036F only, so ガ stays ガ; hiragana becomes katakana. At most 150 tokens.
    """
    found: set[str] = set()
    for name in names:
        for word in words(name):
            found.update(_word_tokens(search_fold(word.text), word.script))
        joined = search_fold("".join(word.text for word in words(name)))
        found.update(joined[:length] for length in JOINED_PREFIX if length <= len(joined))
    chosen = sorted(found, key=lambda token: (len(token), token))[:MAX_TOKENS]
    return tuple(sorted(chosen))


def search_fold(text: str) -> str:
    """Return a text as tokens hold it: NFKC, folded case, Latin marks gone, hiragana as katakana."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in plain if not "\u0300" <= character <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_TO_KATAKANA)


def _word_tokens(word: str, script: str) -> Iterator[str]:
    if script in {"number", "ordinal"}:
        yield word
    elif script == "latin":
        yield from _prefixes(word, LATIN_PREFIX)
    elif script == "hangul":
        yield from _prefixes(word, ASIAN_PREFIX)
        yield from letter_pairs(word)
    elif script in {"kana", "han"}:
        yield word
        yield from _prefixes(word, ASIAN_PREFIX)
        yield from letter_pairs(word)


def _prefixes(word: str, lengths: range) -> Iterator[str]:
    for length in lengths:
        if length <= len(word):
            yield word[:length]
    # A short word is found whole; a long one by its first letters, which is what a search field sends.
    if len(word) < lengths.start:
        yield word


def letter_pairs(word: str) -> Iterator[str]:
    """Yield each two letters of a word that follow each other: an Asian word is found by them, however it is spaced."""
    for place in range(len(word) - 1):
        yield word[place : place + 2]
