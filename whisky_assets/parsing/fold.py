"""One folding of any text, used wherever two spellings are compared: names, aliases, blocks, slugs and searches.

What is folded: width and ligatures (NFKC), case, Latin accents, points of Arabic and Hebrew, ø æ œ ß ł đ þ, every kind
of apostrophe, the dots of initials (`D.E.W.`, `J. P.`), the seam between a letter and a digit (`Glenfarclas12`). Not
here: what a word means (`parsing.names`), prefixes for a search field (`parsing.tokens`).
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from functools import lru_cache

APOSTROPHES = "'’‘‛`´ʼʻ′＇"
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
_PLAIN = str.maketrans({**_LETTERS, **dict.fromkeys(APOSTROPHES, "'")})
# NFC writes these in two characters, so that a place in the text would no longer be one in the text as given.
_LONGER_IN_NFC = re.compile(
    "[\u0344\u0958-\u095f\u09dc\u09dd\u09df\u0a33\u0a36\u0a59-\u0a5b\u0a5e\u0b5c\u0b5d\u0f43\u0f4d\u0f52\u0f57"
    "\u0f5c\u0f69\u0f73\u0f75\u0f76\u0f78\u0f81\u0f93\u0f9d\u0fa2\u0fa7\u0fac\u0fb9\u2adc\ufb1d\ufb1f\ufb2a-\ufb36"
    "\ufb38-\ufb3c\ufb3e\ufb40\ufb41\ufb43\ufb44\ufb46-\ufb4e\U0001d15e-\U0001d164\U0001d1bb-\U0001d1c0]+"
)
_HALF_WIDTH_MARKS = "ﾞﾟ"
_UNKNOWN_LETTER = "\ufffd"

HANGUL = "가-힣ᄀ-ᇿㄱ-ㆎ"
KANA = "ぁ-ゖゝゞァ-ヺー-ヿ"
HAN = "々〆〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

# Signs of Indic scripts, Thai, Lao, Burmese and Khmer are half of a syllable, though no letters: they stay in its word.
_SIGNS = "".join(
    chr(code) for code in (*range(0x900, 0x10A0), *range(0x1780, 0x17D4)) if unicodedata.category(chr(code))[0] == "M"
)
# Accents, and the points of Hebrew and Arabic, which a writer may leave out.
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")

# Order matters: an ordinal before a number, initials before a word. `_` is a letter only beside a broken one.
_WORD = re.compile(
    rf"""
    (?P<ordinal>\d+(?:st|nd|rd|th)(?![^\W\d_]))
  | (?P<number>\d+(?:[.,]\d+)*)
  | (?P<hangul>[{HANGUL}]+)
  | (?P<kana>[{KANA}]+)
  | (?P<han>[{HAN}]+)
  | (?P<latin>(?:[^\W\d_{HANGUL}{KANA}{HAN}]|(?<=[^\W\d_])[{_SIGNS}]+
        |[\ufffd]_*|_+(?=\ufffd)|(?<=[^\W\d_])'+(?=[^\W\d_]))+)
  | (?P<symbol>[%#&+])
    """,
    re.VERBOSE,
)
_SYMBOL_WORDS = {"&": "and"}


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """One folded word and where it stood: `start` and `end` count characters of the text as given."""

    text: str
    start: int
    end: int
    script: str


def composed(text: str) -> str:
    """Return a text in NFC, which is never longer than the text: a character that NFC would write in two is kept."""
    if unicodedata.is_normalized("NFC", text):
        return text
    pieces: list[str] = []
    place = 0
    for kept in _LONGER_IN_NFC.finditer(text):
        pieces += [unicodedata.normalize("NFC", text[place : kept.start()]), kept.group()]
        place = kept.end()
    return "".join(pieces) + unicodedata.normalize("NFC", text[place:])


def fold(text: str) -> str:
    """Return the text's folded words with one space between them; folding again changes nothing.

    `J.P. Wiser’s – Légacy` -> `jp wisers legacy`; `12YO` -> `12 yo`; `１０年` -> `10 年`; `&` -> `and`.
    """
    return " ".join(word.text for word in words(text))


def compact(text: str) -> str:
    """Return the folded text without its spaces, for spellings that differ in them (`조니 워커`, `조니워커`)."""
    return "".join(word.text for word in words(text))


def words(text: str) -> tuple[Word, ...]:
    """Return the folded words of a text with their places.

    `script` is latin (any alphabet but those named), number, ordinal, hangul, kana, han or symbol (`%`, `#`, `+`).
    A broken letter (U+FFFD, with underscores beside it) stays in its word as U+FFFD: it stands for 1-3 unknown letters.
    """
    folded, places = _folded_characters(text)
    found: list[Word] = []
    for match in _WORD.finditer(folded):
        script = match.lastgroup or "latin"
        start, end = match.span()
        if places is not None:
            start, end = places[start][0], places[end - 1][1]
        _add(found, Word(_word_text(match.group(), script), start, end, script))
    return tuple(dataclasses.replace(word, script="latin") if word.script == "initials" else word for word in found)


def kana_key(text: str) -> str:
    """Return one spelling for the ways in which Japanese writes a foreign name.

    Hiragana becomes katakana, ヴァ行 becomes バ行, small kana become large, and ー ッ ・ are dropped.
    """
    key = _VU.sub(lambda match: _VU_SOUNDS[match.group(1)], unicodedata.normalize("NFKC", text).translate(_TO_KATAKANA))
    return key.replace("ヴ", "ブ").translate(_KANA_LOOSE)


_VU_SOUNDS = {"ァ": "バ", "ィ": "ビ", "ェ": "ベ", "ォ": "ボ"}
_VU = re.compile("ヴ([ァィェォ])")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_KANA_LOOSE = str.maketrans("ァィゥェォャュョヮ", "アイウエオヤユヨワ", "ーッ・")


def _add(found: list[Word], word: Word) -> None:
    """Append a word; single letters in a row are initials and become one word."""
    if found and _is_initial(word, found[-2:]):
        last = found[-1]
        if _is_initial(last, found[-2:-1]) or last.script == "initials":
            found[-1] = Word(last.text + word.text, last.start, word.end, "initials")
            return
    found.append(word)


def _is_initial(word: Word, before: list[Word]) -> bool:
    """Say whether a word is one letter of a name; an x after a number multiplies it."""
    if len(word.text) != 1 or word.script != "latin":
        return False
    return word.text != "x" or not before or before[-1].script != "number"


def _word_text(text: str, script: str) -> str:
    if script == "latin":
        return text.replace("'", "").replace("_", _UNKNOWN_LETTER)
    if script == "number":
        return text.replace(",", ".")
    if script == "symbol":
        return _SYMBOL_WORDS.get(text, text)
    return text


def _folded_characters(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """Return the folded text and for each of its characters where what it came from begins and ends; None: as it is."""
    if text.isascii():
        return text.lower().replace("`", "'"), None
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    start, length = 0, len(text)
    while start < length:
        end = start + 1
        while end < length and _belongs_to_the_letter_before(text[end]):
            end += 1
        piece = _fold_cluster(text[start:end])
        pieces.append(piece)
        places.extend([(start, end)] * len(piece))
        start = end
    return "".join(pieces), places


def _belongs_to_the_letter_before(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in _HALF_WIDTH_MARKS or "\u1160" <= character <= "\u11ff"


@lru_cache(maxsize=16_384)
def _fold_cluster(cluster: str) -> str:
    if cluster in APOSTROPHES:
        return "'"
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", cluster).casefold())
    return unicodedata.normalize("NFKC", _POINTS.sub("", plain).translate(_PLAIN))
