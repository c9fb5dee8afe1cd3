"""Words of any script in Latin letters: Cyrillic and Greek letter by letter, Korean and kana by their sound.

It names keys and is read aloud, never evidence. Not here: Latin names in Hangul or katakana (`parsing.by_sound`).
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from whisky_assets.parsing.fold import HAN, HANGUL, KANA, fold

_CJK = re.compile(f"[{HANGUL}{KANA}{HAN}]+")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"})
# Two Greek letters that sound as one or otherwise than each alone (ELOT 743); the rest goes letter by letter.
_GREEK = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        ("γγ", "ng"), ("γξ", "nx"), ("γχ", "nch"), ("ου", "ou"), ("(?<!\\w)μπ", "b"),
        ("([αεη])υ(?=[αεηιοωυβγδζλμνρ])", r"\1v"), ("([αεη])υ", r"\1f"), ("χ", "ch"),
    )
)  # fmt: skip


def romanized(word: str) -> str:
    """Return one folded word in Latin letters; empty where a script's letters do not tell its vowels (Arabic, Thai).

    Cyrillic, Greek, Armenian and Georgian go letter by letter, Korean and kana by sound, Chinese characters as
    Mandarin reads them.
    """
    if word.isascii():
        return word
    letters = _CJK.sub("", word)
    if any(one.isalpha() and unicodedata.name(one, "").partition(" ")[0] not in _ALPHABETS for one in letters):
        return ""
    for spelling, sound in _GREEK:
        word = spelling.sub(sound, word)
    return _NO_LETTER.sub("", anyascii(word).lower())


def has_other_letters(text: str) -> bool:
    """Say whether a text has a letter of an alphabet that is neither Latin nor Korean, Japanese or Chinese."""
    letters = _CJK.sub("", text)
    return not letters.isascii() and any(
        one.isalpha() and not unicodedata.name(one, "").startswith("LATIN ") for one in fold(letters)
    )


def in_latin(text: str) -> str:
    """Return a text of another script in Latin letters by its sound, each word capitalised.

    A word of Chinese characters stays: Korean, Japanese and Chinese read it differently. So does one whose script does
    not tell its vowels.
    """
    words = re.sub(f"(?<=[{HAN}])(?=[{HANGUL}{KANA}])|(?<=[{HANGUL}{KANA}])(?=[{HAN}])", " ", text).split()
    return " ".join(_spoken(word) for word in words)


def _spoken(word: str) -> str:
    is_to_write = not re.search(f"[{HAN}]", word) and (_CJK.search(word) or has_other_letters(word))
    return (romanized(word).capitalize() if is_to_write else "") or word
