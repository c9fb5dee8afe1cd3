"""A Latin name written as it sounds, in Hangul or katakana, for brands and words whose spelling no table tells.

One table of English and Scottish spelling habits turns letters into sounds; two small writers turn sounds into
syllables. It is good enough to be read aloud, never evidence: what comes of it is marked as transliterated. Not here:
spellings that are known (`reference`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from whisky_assets.parsing.by_ear import HANGUL_BY_EAR, KATAKANA_BY_EAR
from whisky_assets.parsing.fold import fold

_VOWELS = "aeiouy"
_PART_ENDS = "(?:$|s$|d$|r$|head|bank|ville|side|field|wood|ston|man|land|hill|burn)"
_SILENT_AFTER = "(?:s?$|(?=head|bank|ville|side|field|wood|ston|man|land|hill|burn))"

# Letters, what must follow (a regular expression), the sounds. The first that fits is taken: longer ones stand first.
_SPELLINGS: tuple[tuple[str, str, str], ...] = (
    ("nch", "", "n ch"),
    ("walk", "", "w o : k"),
    ("thom", "", "t o m"),
    ("mc", "", "m ae k"),
    ("hall", "$", "h o : l"),
    ("eaux", "", "o"),
    ("eigh", "", "e i"),
    ("augh", "", "o"),
    ("ough", "", "o"),
    ("igh", "", "a i"),
    ("tion", "", "sh eo n"),
    ("sion", "", "sh eo n"),
    ("sch", "", "sh"),
    ("tch", "", "ch"),
    ("dge", "", "j"),
    ("ch", "(?=[td]?$|[lrnt])", "k"),
    ("ch", "", "ch"),
    ("ck", "", "k"),
    ("kn", "", "n"),
    ("wr", "", "r"),
    ("wh", "", "w"),
    ("ph", "", "f"),
    ("sh", "", "sh"),
    ("th", "", "th"),
    ("geo", "", "j o"),
    ("gh", "(?=[aeiou])", "g"),
    ("gh", "", ""),
    ("dh", "(?=u|$)", "d"),
    ("bh", "", "v"),
    ("mh", "", "v"),
    ("qu", "", "k w"),
    ("ng", "(?=$|[^aeiouyrl])", "ng"),
    ("n", "(?=[kgxq])", "ng"),
    ("x", "", "k s"),
    ("air", "(?=$|[^aeiouy])", "e eo"),
    ("eer", "(?=$|[^aeiouy])", "i eo"),
    ("ear", "(?=$|[^aeiouy])", "i eo"),
    ("our", "(?=$|[^aeiouy])", "u eo"),
    ("oor", "(?=$|[^aeiouy])", "u eo"),
    ("ore", "(?=$)", "o eo"),
    ("are", "(?=$)", "e eo"),
    ("ire", "(?=$)", "a i eo"),
    ("ure", "(?=$)", "yu eo"),
    ("ar", "(?=$|[^aeiouyr])", "a :"),
    ("er", "(?=$|[^aeiouyr])", "eo :"),
    ("ir", "(?=$|[^aeiouyr])", "eo :"),
    ("ur", "(?=$|[^aeiouyr])", "eo :"),
    ("or", "(?=$|[^aeiouyr])", "o :"),
    ("ai", "", "e i"),
    ("ay", "", "e i"),
    ("ei", "", "e i"),
    ("ey", "", "i"),
    ("ie", "(?=$)", "i"),
    ("ie", "", "i"),
    ("ee", "", "i :"),
    ("ea", "(?=ch$|ich|st|th)", "e"),
    ("ea", "", "i :"),
    ("oa", "", "o :"),
    ("oo", "", "u"),
    ("ou", "(?=[nstd])", "a u"),
    ("ou", "", "u"),
    ("ow", "(?=n|er)", "a u"),
    ("ow", "$", "o :"),
    ("ow", "", "o u"),
    ("au", "", "o :"),
    ("aw", "", "o :"),
    ("ew", "", "yu"),
    ("ue", "(?=$)", "u"),
    ("ui", "", "u i"),
    ("ae", "", "e"),
    ("a", f"(?=[bcdgkmnprstvz]e{_PART_ENDS})", "e i"),
    ("i", "(?=(?:nd|ld)$)", "a i"),
    ("i", f"(?=[bcdfgkmnprstvz]e{_PART_ENDS})", "a i"),
    ("o", f"(?=[bdkmnpstv]e{_PART_ENDS})", "o :"),
    ("o", "", "o"),
    ("e", f"(?<=[^aeiou]e){_SILENT_AFTER}", ""),
    ("e", "", "e"),
    ("a", "(?=[bcdgkmnpstx](?:[bcdgkmnpstxfr]|$))", "ae"),
    ("a", "", "a"),
    ("u", "(?=[bcdfgklmnprstvxz]{2}|[bcdfgklmnprstvxz]$)", "eo"),
    ("u", "", "u"),
    ("i", "", "i"),
    ("y", "(?=[aeou])", "y"),
    ("y", "", "i"),
    ("c", "(?=[eiy])", "s"),
    ("c", "", "k"),
    ("g", "(?=e|y$)", "j"),
    ("s", "(?<=[aeiou]s)(?=es?$)", "z"),
    ("s", "(?<=[bdglmnrvwy]s)$", "zs"),
    ("s", "(?<=[bdglmnrvwy][aeo]s)$", "s"),
    ("q", "", "k"),
    ("j", "", "j"),
    ("w", "(?=[aeiouy])", "w"),
    ("w", "", ""),
    ("h", "(?=[aeiouy])", "h"),
    ("h", "", ""),
    *((letter, "", letter) for letter in "bdfgklmnprstvz"),
)
_READY = tuple(
    (letters, re.compile(re.escape(letters) + following), tuple(sounds.split()))
    for letters, following, sounds in _SPELLINGS
)
_BY_FIRST = {
    first: tuple(row for row in _READY if row[0][0] == first) for first in {letters[0] for letters, _, _ in _READY}
}

_VOWEL_SOUNDS = frozenset({"a", "ae", "e", "i", "o", "u", "eo", "yu"})
_INITIALS = 3
"""Letters up to which a word without a vowel is spelled out."""
_STOPS = frozenset("ptkbdg")
# A word that is Japanese in Latin letters: each letter is spoken, the last e too.
_MORA = re.compile(r"(ts|sh|ch|[kgnhbpmr]y|[kgsztdnhbpmyrwj]?)([aiueo])|n")
_ROMAJI = re.compile(rf"(?:{_MORA.pattern})+")
_ROMAJI_VOWEL = re.compile("[aiueo]")
_LATIN_WORD = re.compile(r"[a-z]+")

_LEADS = dict(zip("gndrmbsjhktp", (0, 2, 3, 5, 6, 7, 9, 12, 18, 15, 16, 17), strict=True)) | {
    "v": 7, "f": 17, "z": 12, "zs": 9, "j": 12, "ch": 14, "th": 9, "sh": 9, "l": 5, "": 11,
}  # fmt: skip
_MEDIALS = {
    "a": 0, "ae": 1, "ya": 2, "eo": 4, "e": 5, "yeo": 6, "ye": 7, "o": 8, "wa": 9, "yo": 12, "u": 13, "wo": 14,
    "we": 15, "wi": 16, "yu": 17, "eu": 18, "i": 20,
}  # fmt: skip
_GLIDED = {
    "wa": "wa", "wo": "wo", "weo": "wo", "wae": "we", "we": "we", "wi": "wi", "wu": "u", "wyu": "yu",
    "ya": "ya", "yo": "yo", "yeo": "yeo", "yae": "ye", "ye": "ye", "yi": "i", "yu": "yu", "yyu": "yu",
}  # fmt: skip
_TAILS = {"k": 1, "n": 4, "l": 8, "m": 16, "p": 17, "t": 19, "ng": 21}
_NAMES_OF_LETTERS = (
    "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트"
)
_LETTER_NAMES = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        _NAMES_OF_LETTERS.split(),
        strict=True,
    )
)

_KANA_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ", "n": "ナニヌネノ",
    "h": "ハヒフヘホ", "b": "バビブベボ", "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ", "l": "ラリルレロ",
    "th": "サシスセソ", "zs": "ザジズゼゾ",
}  # fmt: skip
_KANA_PAIRS = {
    "t": ("タ", "ティ", "トゥ", "テ", "ト"), "d": ("ダ", "ディ", "ドゥ", "デ", "ド"),
    "f": ("ファ", "フィ", "フ", "フェ", "フォ"), "v": ("ヴァ", "ヴィ", "ヴ", "ヴェ", "ヴォ"),
    "w": ("ワ", "ウィ", "ウ", "ウェ", "ウォ"), "y": ("ヤ", "イ", "ユ", "イェ", "ヨ"),
    "sh": ("シャ", "シ", "シュ", "シェ", "ショ"), "ch": ("チャ", "チ", "チュ", "チェ", "チョ"),
    "j": ("ジャ", "ジ", "ジュ", "ジェ", "ジョ"),
}  # fmt: skip
_KANA_ALONE = {
    "k": "ク", "g": "グ", "s": "ス", "z": "ズ", "zs": "ズ", "t": "ト", "d": "ド", "f": "フ", "v": "ヴ", "p": "プ",
    "b": "ブ", "m": "ム", "n": "ン", "ng": "ン", "l": "ル", "r": "ル", "th": "ス", "sh": "シュ", "ch": "チ", "j": "ジ",
    "h": "フ", "w": "ウ", "y": "イ",
}  # fmt: skip
_GLIDED_KANA: Mapping[Sequence[str], str] = {("a",): "ャ", ("u",): "ュ", ("o",): "ョ"}
_KANA_VOWELS = {"a": 0, "ae": 0, "eo": 0, "i": 1, "u": 2, "yu": 2, "e": 3, "o": 4}


def in_hangul(text: str) -> str:
    """Return a Latin text in Hangul by its sound, word by word: `Dalmore` -> `달모어`; numbers stay as they are."""
    return _by_words(text, _hangul_word)


def in_katakana(text: str) -> str:
    """Return a Latin text in katakana by its sound: `Glenlivet` -> `グレンリヴェット`; numbers and initials stay."""
    return _by_words(text, _katakana_word)


def _by_words(text: str, write: Callable[[str], str]) -> str:
    return " ".join(write(word) if _LATIN_WORD.fullmatch(word) else word for word in fold(text).split())


@lru_cache(maxsize=16_384)
def sounds_of(word: str) -> tuple[str, ...]:
    """Return the sounds of one folded Latin word: consonants, vowels, and `:` behind a long one."""
    if _ROMAJI.fullmatch(word) and len(_ROMAJI_VOWEL.findall(word)) > 2:
        return tuple(sound for mora in _MORA.finditer(word) for sound in _mora_sounds(mora))
    found: list[str] = []
    place = 0
    while place < len(word):
        for letters, pattern, sounds in _BY_FIRST[word[place]]:
            if pattern.match(word, place):
                found.extend(sounds)
                place += len(letters)
                break
        while 0 < place < len(word) and word[place] == word[place - 1] and word[place] not in _VOWELS:
            place += 1
    return tuple(found)


def _mora_sounds(mora: re.Match[str]) -> Iterator[str]:
    lead, vowel = mora.groups()
    if lead is None:
        yield "n"
        return
    if lead == "ts":
        yield "ch"
    elif lead[-1:] == "y" and len(lead) > 1:
        yield lead[0]
        yield "y"
    elif lead:
        yield lead
    yield vowel


def _hangul_word(word: str) -> str:
    if word in HANGUL_BY_EAR:
        return HANGUL_BY_EAR[word]
    if len(word) <= _INITIALS and not set(word) & set(_VOWELS[:-1]):
        return _spelled_out(word)
    sounds = sounds_of(word)
    syllables: list[_Syllable] = []
    lead = ""
    for place, sound in enumerate(sounds):
        if sound == ":":
            continue
        if sound in _VOWEL_SOUNDS:
            syllables.append(_opened(lead, sound, syllables))
            lead = ""
        elif sound != "ng" and _begins_syllable(sounds, place):
            lead = _lead_of(lead, sound, syllables)
        else:
            _close(syllables, sound, sounds, place)
    return "".join(syllable.text for syllable in syllables) or _spelled_out(word)


def _spelled_out(word: str) -> str:
    return "".join(_LETTER_NAMES[letter] for letter in word)


@dataclasses.dataclass(slots=True)
class _Syllable:
    """One Hangul syllable by its parts."""

    lead: int
    medial: int
    tail: int = 0

    @property
    def text(self) -> str:
        return chr(0xAC00 + (self.lead * 21 + self.medial) * 28 + self.tail)


def _opened(lead: str, vowel: str, before: list[_Syllable]) -> _Syllable:
    """Return the syllable that a vowel makes with the consonants before it."""
    if lead == "l" and before and not before[-1].tail:
        before[-1].tail = _TAILS["l"]
    glide = lead[-1] if lead and lead[-1] in "wy" else ""
    head = lead.removesuffix(glide) if glide else lead
    if head == "sh":
        head, glide = "s", "y"
    medial = _GLIDED.get(glide + vowel, vowel)
    return _Syllable(_LEADS[head], _MEDIALS[medial])


def _lead_of(lead: str, sound: str, syllables: list[_Syllable]) -> str:
    """Return the head of the next syllable; a consonant that waited before this one becomes a syllable of its own."""
    if sound in "wy" and lead in {"", "k", "g", "s", "t", "h"}:
        return lead + sound
    if waiting := lead.rstrip("wy"):
        syllables.append(_Syllable(_LEADS[waiting], _MEDIALS["eu"]))
    return sound


def _begins_syllable(sounds: Sequence[str], place: int) -> bool:
    """Say whether a vowel follows, or a glide and a vowel."""
    following = [sound for sound in sounds[place + 1 : place + 3] if sound != ":"]
    if not following:
        return False
    return following[0] in _VOWEL_SOUNDS or (following[0] in "wy" and following[-1] in _VOWEL_SOUNDS)


def _close(syllables: list[_Syllable], sound: str, sounds: Sequence[str], place: int) -> None:
    """Add a consonant without a vowel: to the syllable before it, or as one of its own."""
    is_open = bool(syllables) and not syllables[-1].tail and syllables[-1].medial != _MEDIALS["eu"]
    if sound in "hwy" or (sound == "r" and is_open):
        return
    if _can_close(syllables, sound, is_open=is_open, is_short=_is_short(sounds, place)):
        syllables[-1].tail = _TAILS[sound]
    elif sound != "ng":
        medial = "i" if sound in {"ch", "j", "sh"} else "eu"
        syllables.append(_Syllable(_LEADS[sound], _MEDIALS[medial]))


def _can_close(syllables: list[_Syllable], sound: str, *, is_open: bool, is_short: bool) -> bool:
    """Say whether a consonant stands below the last syllable; an l does so also below one made for a consonant."""
    if sound == "l":
        return bool(syllables) and not syllables[-1].tail
    return is_open and (sound in {"m", "n", "ng"} or (sound in {"p", "t", "k"} and is_short))


def _is_short(sounds: Sequence[str], place: int) -> bool:
    """Say whether one short vowel stands before a stop, and no liquid behind it."""
    before = sounds[max(0, place - 2) : place]
    if not before or before[-1] not in _VOWEL_SOUNDS or (len(before) > 1 and before[0] in _VOWEL_SOUNDS):
        return False
    return place + 1 == len(sounds) or sounds[place + 1] not in {"l", "r"}


def _katakana_word(word: str) -> str:
    if word in KATAKANA_BY_EAR:
        return KATAKANA_BY_EAR[word]
    if len(word) <= _INITIALS and not set(word) & set(_VOWELS[:-1]):
        return word.upper()
    return "".join(_kana_pieces(sounds_of(word))) or word.upper()


def _kana_pieces(sounds: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(sounds):
        sound = sounds[place]
        following = sounds[place + 1] if place + 1 < len(sounds) else ""
        if sound == ":":
            yield "ー"
        elif sound in _VOWEL_SOUNDS:
            yield _kana("y" if sound == "yu" else "", sound)
        elif following in _VOWEL_SOUNDS and sound != "ng":
            yield _kana(sound, following)
            place += 1
        elif following == "y" and sound in _KANA_ROWS and sounds[place + 2 : place + 3] in _GLIDED_KANA:
            yield _KANA_ROWS[sound][1] + _GLIDED_KANA[sounds[place + 2 : place + 3]]
            place += 2
        elif sound == "r" and place and sounds[place - 1] in _VOWEL_SOUNDS:
            yield "ー"
        elif sound == "ng":
            yield "ン" if following in {"g", "k"} else "ング"
        elif sound == "m" and following in {"p", "b"}:
            yield "ン"
        else:
            is_last_stop = sound in _STOPS and following in {"", "s"} and _is_short(sounds, place)
            yield ("ッ" if is_last_stop else "") + _KANA_ALONE[sound]
        place += 1


def _kana(consonant: str, vowel: str) -> str:
    column = _KANA_VOWELS[vowel]
    if vowel == "yu" and consonant in _KANA_ROWS and consonant:
        return _KANA_ROWS[consonant][1] + "ュ"
    row = _KANA_ROWS.get(consonant) or _KANA_PAIRS[consonant]
    return row[column]
