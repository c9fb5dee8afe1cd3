"""Which curated rows a text hangs on, so that a changed alias makes exactly the rows anew that it touches.

A row touches a text when one of its spellings stands in it, folded, with or without `the` and a final s; a spelling in
an Asian script, which is written with and without spaces, when its letters stand in the text as the parser compares
them: no spaces, one kind of kana and of Han. Added, changed or removed: the digest of the touching rows changes, also
where the text matched nothing before. Not touched is a name that resembles a spelling by a slip alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from whisky_assets.domain.digests import digest
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.lexicon import cjk_key, variants_of
from whisky_assets.reference import Reference


class Touching:
    """An index from spellings to the rows that they belong to."""

    def __init__(self, reference: Reference) -> None:
        """Index every spelling of every row, Latin ones by words, others by letters."""
        self._by_words: dict[tuple[str, ...], list[str]] = {}
        self._by_letters: dict[str, list[str]] = {}
        for row in reference.rows().values():
            for spelling in row.spellings:
                if spelling.isascii() or not _is_asian(spelling):
                    for words in sorted(_written(spelling)):
                        self._by_words.setdefault(words, []).append(row.digest)
                else:
                    self._by_letters.setdefault(cjk_key(spelling), []).append(row.digest)
        self._word_lengths = sorted({len(words) for words in self._by_words})
        self._letter_lengths = sorted({len(letters) for letters in self._by_letters if letters})
        self.digest_of = lru_cache(maxsize=None)(self._digest_of)

    def _digest_of(self, text: str) -> str:
        """Return a digest of all rows that a text hangs on."""
        return digest(sorted({*self._rows_by_words(text), *self._rows_by_letters(text)}))

    def _rows_by_words(self, text: str) -> Iterator[str]:
        words = fold(text).split()
        for length in self._word_lengths:
            for start in range(len(words) - length + 1):
                yield from self._by_words.get(tuple(words[start : start + length]), ())

    def _rows_by_letters(self, text: str) -> Iterator[str]:
        if text.isascii():
            return
        letters = cjk_key(text)
        for length in self._letter_lengths:
            for start in range(len(letters) - length + 1):
                yield from self._by_letters.get(letters[start : start + length], ())


def _written(spelling: str) -> set[tuple[str, ...]]:
    words = tuple(fold(spelling).split())
    return {words, *variants_of(words)} if words else set()


def _is_asian(text: str) -> bool:
    return any(ord(letter) >= 0x1100 for letter in text)
