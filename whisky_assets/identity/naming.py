"""A bottling's name in English, Korean or Japanese where no source writes it: put together of known words, or by sound.

The pieces of a name that is known in another language are replaced one by one: the brand by its spelling, the age by
the language's idiom, each word by the tables' word of the same meaning. What no table knows is written as it sounds,
and then the whole name is marked so. Not here: names that a source writes (`identity.survivorship`).
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from rapidfuzz.distance import Levenshtein

from whisky_assets.domain.digests import digest
from whisky_assets.parsing.by_ear import ENGLISH_BY_EAR, HANGUL_BY_EAR, KATAKANA_BY_EAR
from whisky_assets.parsing.by_sound import in_hangul, in_katakana
from whisky_assets.parsing.fold import fold, kana_key
from whisky_assets.parsing.name_pieces import Piece, pieces_of
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.parsing.romanizing import has_other_letters, in_latin
from whisky_assets.reference import Reference

KNOWN, COMPOSED, TRANSLITERATED = "known", "composed", "transliterated"
LANGUAGES = ("en", "ko", "ja")

_AGED = {"en": "{} Year Old", "ko": "{}년", "ja": "{}年"}
_BY_EAR = {"ko": HANGUL_BY_EAR, "ja": KATAKANA_BY_EAR}
_BY_SOUND = {"ko": in_hangul, "ja": in_katakana}
_ASIAN = frozenset({"hangul", "kana", "han", "known"})
_YEARS = frozenset({"vintage_year", "bottled_year", "year"})


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A name and where it comes from: `known`, `composed` of known words, or `transliterated` in a part of it."""

    name: str
    origin: str


def name_from(parsed: ParsedName, language: str, reference: Reference, *, age_years: int | None = None) -> Named | None:
    """Return a name in `en`, `ko` or `ja` made from a reading in any language; None where no piece of it is left.

    Args:
        parsed: the name to start from.
        language: of the name to be made.
        reference: spellings of brands and words.
        age_years: the age that counts where the name tells one; the name's own for None.
    """
    pieces = [piece for piece in pieces_of(parsed, reference) if not piece.silent and piece.kind != "symbol"]
    told = [
        *_makers_beside(parsed, pieces, language, reference),
        *_told(parsed, pieces, language, reference, age_years),
    ]
    texts = [part.name for part in told if part.name]
    if not texts:
        return None
    by_sound = any(part.origin == TRANSLITERATED for part in told)
    return Named(" ".join(texts), TRANSLITERATED if by_sound else COMPOSED)


def words_digest(names: Sequence[ParsedName], reference: Reference) -> str:
    """Return the digest of all spellings that the words of these names could be given in another language."""
    rows = _rows_by_word(reference)
    said = {word for name in names for word in _words_said(name)}
    return digest({word: rows[word] for word in sorted(said & rows.keys())})


def _makers_beside(parsed: ParsedName, pieces: Sequence[Piece], language: str, reference: Reference) -> Iterator[Named]:
    """Yield the brand that the source told beside the name."""
    if parsed.brand is not None and all(piece.kind != "brand" for piece in pieces):
        yield _maker(parsed.brand, language, reference)


def _told(
    parsed: ParsedName, pieces: Sequence[Piece], language: str, reference: Reference, age_years: int | None
) -> Iterator[Named]:
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        width = 1
        if piece.kind in {"brand", "bottler"}:
            is_english = language == "en" and fold(piece.text).isascii()
            key = str(parsed.value(piece.kind))
            yield Named(piece.text, COMPOSED) if is_english else _maker(key, language, reference)
        elif piece.kind == "age_years" or (piece.kind == "bare_number" and parsed.bare_number == age_years):
            yield Named(_AGED[language].format(age_years or parsed.age_years), COMPOSED)
        elif piece.kind in _YEARS or piece.kind == "bare_number":
            yield Named(str(parsed.value(piece.kind)), COMPOSED)
        elif piece.kind == "cask_number":
            yield Named(f"#{parsed.cask_number}", COMPOSED)
        elif piece.kind == "batch" and not piece.script:
            yield from _numbered(str(parsed.batch), language, reference)
        else:
            width, named = _own_words(parsed, pieces, place, language, reference)
            yield named
        place += width


def _maker(key: str, language: str, reference: Reference) -> Named:
    name = reference.brand_name(key)
    if language == "en":
        return Named(name, COMPOSED)
    spelled = next(iter(reference.brand_spellings(key, language)), None)
    return _by_sound(name, language) if spelled is None else Named(spelled, COMPOSED)


def _numbered(batch: str, language: str, reference: Reference) -> Iterator[Named]:
    """Yield a batch as its word and its number: `batch 3` -> `배치 3`."""
    head, _, number = batch.partition(" ")
    if language == "en":
        yield Named(_titled(batch), COMPOSED)
        return
    spelled = _spelled("batch", head, head, language, reference)
    yield _by_sound(head, language) if spelled is None else Named(spelled, COMPOSED)
    yield Named(number, COMPOSED)


def _own_words(
    parsed: ParsedName, pieces: Sequence[Piece], place: int, language: str, reference: Reference
) -> tuple[int, Named]:
    """Return how many pieces the longest run of words that is spelled as one takes from here, and its name."""
    end = place
    while end < len(pieces) and pieces[end].script:
        end += 1
    for stop in range(end, place, -1):
        run = fold(" ".join(piece.text for piece in pieces[place:stop]))
        spelled = _own_spelling(parsed.brand, run, language, reference)
        if spelled is not None:
            return stop - place, Named(spelled, COMPOSED)
    return 1, _word(parsed, pieces[place], language, reference)


def _own_spelling(brand: str | None, run: str, language: str, reference: Reference) -> str | None:
    if language == "en":
        return None
    told = _expressions(reference).get((brand or "", run), {}).get(language, ())
    return next(iter(told), None) or _spelled("word", run, run, language, reference)


def _word(parsed: ParsedName, piece: Piece, language: str, reference: Reference) -> Named:
    """Return one word of the tables or of nobody's, in a language."""
    written = parsed.text[piece.start : piece.end]
    if piece.script == "number":
        return Named(written, COMPOSED)
    is_asian = piece.script in _ASIAN
    is_latin = not is_asian and not has_other_letters(piece.text)
    if language == "en" and is_latin and not _is_foreign(piece, reference):
        # Translation puts Latin words over Asian letters: only what reads alike was written so.
        return Named(written if fold(written) == piece.text else _titled(piece.text), COMPOSED)
    if _is_written_in(piece.script, language):
        return Named(written, COMPOSED)
    heard = piece.meaning if is_asian else piece.text
    spelled = _spelled(piece.kind, piece.meaning, heard, language, reference)
    return _by_sound(piece.text, language) if spelled is None else Named(spelled, COMPOSED)


def _is_written_in(script: str, language: str) -> bool:
    """Return whether an unknown word is in a language's own letters."""
    return (script == "hangul" and language == "ko") or (script in {"kana", "han"} and language == "ja")


def _is_foreign(piece: Piece, reference: Reference) -> bool:
    """Return whether a Latin word is of another language than English, by the tables."""
    english = _spellings(reference).get((piece.kind, piece.meaning), {}).get("en", ())
    return bool(piece.meaning and english) and piece.text not in map(fold, english)


def _spelled(kind: str, meaning: str, heard: str, language: str, reference: Reference) -> str | None:
    """Return the spelling of a meaning that sounds most like the word, None where the tables have none."""
    candidates = _spellings(reference).get((kind, meaning), {}).get(language, ()) if meaning else ()
    sound = fold(heard.replace("_", " "))
    wanted = _letters(_BY_SOUND[language](sound) if language in _BY_SOUND else sound)
    best = min(
        candidates,
        key=lambda text: (Levenshtein.distance(wanted, _letters(text)), -text.count(" "), text),
        default=None,
    )
    return _titled(best) if best is not None and language == "en" else best


def _by_sound(text: str, language: str) -> Named:
    """Return words as they sound in a language; those that every label writes alike count as known."""
    heard = [_heard(word, language) for word in fold(text).split()]
    by_sound = any(word.origin == TRANSLITERATED for word in heard)
    return Named(" ".join(word.name for word in heard), TRANSLITERATED if by_sound else COMPOSED)


def _heard(word: str, language: str) -> Named:
    if word.replace(".", "").isdecimal():
        return Named(word, COMPOSED)
    english = ENGLISH_BY_EAR.get(word)
    if language == "en":
        return Named(in_latin(word), TRANSLITERATED) if english is None else Named(_titled(english), COMPOSED)
    latin = (english or (word if word.isascii() else in_latin(word))).lower()
    known = _BY_EAR[language].get(latin)
    return Named(_BY_SOUND[language](latin), TRANSLITERATED) if known is None else Named(known, COMPOSED)


def _titled(text: str) -> str:
    return " ".join(word.capitalize() for word in text.replace("_", " ").split())


def _letters(text: str) -> str:
    """Return the smallest letters of a text, Hangul by its jamo, so that near sounds are near."""
    return unicodedata.normalize("NFD", kana_key(text).replace(" ", ""))


_Spellings: TypeAlias = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=4)
def _spellings(reference: Reference) -> Mapping[tuple[str, str], _Spellings]:
    """Return what the tables know of each role and meaning: language to spellings."""
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for row in reference.words:
        if row.meaning and row.language in LANGUAGES:
            told = found.setdefault((row.role, row.meaning), {})
            told[row.language] = (*told.get(row.language, ()), row.spelling)
    return found


@lru_cache(maxsize=4)
def _expressions(reference: Reference) -> Mapping[tuple[str, str], _Spellings]:
    """Return how a brand's own expressions are spelled: brand and folded name to language to spellings."""
    return {
        (row.brand, fold(name)): row.spellings
        for row in reference.expressions
        for name in (row.name, *row.spellings.get("en", ()))
    }


@lru_cache(maxsize=4)
def _rows_by_word(reference: Reference) -> Mapping[str, str]:
    """Return for each word the digest of all rows that a name with it could be spelled by."""
    rows: dict[str, list[list[str]]] = {}
    for entry in reference.words:
        for word in {entry.meaning, *fold(entry.meaning.replace("_", " ")).split()}:
            rows.setdefault(word, []).append([entry.role, entry.meaning, entry.language, entry.spelling])
    for row in reference.expressions:
        for word in fold(row.name).split():
            told = [f"{language}={spelling}" for language, group in row.spellings.items() for spelling in group]
            rows.setdefault(word, []).append([row.brand, row.name, *sorted(told)])
    return {word: digest(sorted(told)) for word, told in rows.items() if word}


def _words_said(name: ParsedName) -> Iterator[str]:
    yield from name.leftover_words
    yield from (*name.cask, *name.style, *name.flavour, *name.region)
    yield from filter(None, (name.strength, name.peat))
    yield from (name.batch or "").split()
