"""Korean, Japanese and Chinese words of a name become the tables' words, so that one set of rules reads all languages.

A run of such words is read without its spaces, always the longest known spelling from the left: `조니워커블랙라벨`
and `조니 워커 블랙 라벨` become the same three. What no table knows stays one word. Not here: Latin words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from whisky_assets.parsing.han import one_han
from whisky_assets.parsing.lexicon import Entry, Lexicon
from whisky_assets.parsing.reading import Token
from whisky_assets.parsing.units import SCRIPTS, Unit, UnitTable, letters_of, units_of

SHORT_KEY = 2
"""Letters up to which a known word at the head of an unknown one is an accident: `라이터스` is not `라이` (rye)."""
FUZZY_RATIO = 0.15
"""Largest share of differing jamo at which an unknown Hangul word is still a brand (an other word: .30)."""
FUZZY_JAMO = 7
"""Fewest jamo of a spelling that may be matched with a mistake in it."""


def translate(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens with every run of CJK words replaced by what the tables know of it."""
    found: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if token.script in SCRIPTS:
            run.append(token)
            continue
        if run:
            found.extend(_read_run(run, lexicon, found))
            run = []
        found.append(token)
    found.extend(_read_run(run, lexicon, found))
    return found


def join_mixed(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens, those joined that tell a spelling of Asian letters and others: `100 파이퍼스`, `이마트24`."""
    if all(token.script not in SCRIPTS for token in tokens):
        return tokens
    units = units_of(tokens)
    matches = dict(_mixed(units, lexicon.mixed))
    if not matches:
        return tokens
    found: list[Token] = []
    end = 0
    for place, unit in enumerate(units):
        if place in matches:
            end, entry = matches[place]
            raw = "".join(each.raw for each in units[place:end])
            found.append(Token(raw, unit.start, units[end - 1].end, "known", entry))
        elif place >= end and (unit.first or place == end):
            word = tokens[unit.word]
            found.append(Token(unit.raw, unit.start, unit.end, word.script, word.entry, word.used))
        elif place >= end:
            found[-1].text += unit.raw
            found[-1].end = unit.end
    return found


def _mixed(units: list[Unit], table: UnitTable[Entry]) -> Iterator[tuple[int, tuple[int, Entry]]]:
    """Yield where each spelling begins, and where it ends with what it means; the longest from the left."""
    place = 0
    while place < len(units):
        match = _mixed_at(units, place, table) if units[place].first else None
        if match is not None:
            yield place, (place + match[0], match[1])
        place += 1 if match is None else match[0]


def _mixed_at(units: list[Unit], place: int, table: UnitTable[Entry]) -> tuple[int, Entry] | None:
    for length, entry in table.longest(units, place):
        end = place + length
        if end == len(units) or units[end].first or length > SHORT_KEY:
            return length, entry
    return None


def fuzzy_brand(word: str, lexicon: Lexicon) -> tuple[str, int] | None:
    """Return the brand that a Hangul word begins with but for a slip of the pen, and how many letters it takes.

    Only a unique best counts; two brands equally near are none.
    """
    best: dict[str, tuple[float, int]] = {}
    for length in range(2, len(word) + 1):
        head = unicodedata.normalize("NFD", word[:length])
        if len(head) < FUZZY_JAMO - 1:
            continue
        for spelling, key in lexicon.hangul_brands.items():
            if abs(len(spelling) - length) > 1:
                continue
            jamo = unicodedata.normalize("NFD", spelling)
            if len(jamo) < FUZZY_JAMO:
                continue
            limit = int(FUZZY_RATIO * len(jamo))
            distance = Levenshtein.distance(head, jamo, score_cutoff=limit)
            if distance <= limit and (key not in best or (distance / len(jamo), -length) < best[key]):
                best[key] = (distance / len(jamo), -length)
    return _unique_best(best)


def _unique_best(best: dict[str, tuple[float, int]]) -> tuple[str, int] | None:
    ranked = sorted(best.items(), key=lambda item: (item[1], item[0]))
    if not ranked or (len(ranked) > 1 and ranked[1][1][0] == ranked[0][1][0]):
        return None
    key, (_, length) = ranked[0]
    return key, -length


def _read_run(run: list[Token], lexicon: Lexicon, before: list[Token]) -> Iterator[Token]:
    letters = [letter for index, token in enumerate(run) for letter in letters_of(token, index)]
    after_number = bool(before) and before[-1].script == "number"
    unknown: list[Unit] = []
    position = 0
    boundary = True
    while position < len(letters):
        letter = letters[position]
        length, entry = _longest(
            letters, position, lexicon, boundary=boundary or letter.first, unit=after_number and position == 0
        )
        if entry is None:
            if unknown and letter.first:
                yield _unknown(unknown)
                unknown = []
            unknown.append(letter)
            boundary = False
            position += 1
            continue
        if unknown:
            yield _unknown(unknown)
            unknown = []
        yield from _known(entry, letters[position : position + length])
        position += length
        boundary = True
    if unknown:
        yield _unknown(unknown)


def _longest(
    letters: list[Unit], position: int, lexicon: Lexicon, *, boundary: bool, unit: bool
) -> tuple[int, Entry | None]:
    """Return how many letters the longest known spelling from here takes, and what it is."""
    keys = [letter.key for letter in letters[position : position + lexicon.cjk_longest + 4]]
    for length in range(len(keys), 0, -1):
        key = "".join(keys[:length])
        entries = lexicon.cjk.get(key)
        if not entries or (length < len(keys) and not keys[length] and not letters[position + length].first):
            continue
        for entry in entries:
            if _may_stand(entry, key, letters, position, length, lexicon, boundary=boundary, unit=unit):
                return length, entry
    return 0, None


def _may_stand(
    entry: Entry,
    key: str,
    letters: list[Unit],
    position: int,
    length: int,
    lexicon: Lexicon,
    *,
    boundary: bool,
    unit: bool,
) -> bool:
    if entry.role == "age_unit":
        return unit
    ends_word = position + length == len(letters) or letters[position + length].first
    if len(key) == 1:
        return letters[position].first and ends_word
    if not boundary:
        return entry.kind == "word" and ends_word
    # A spelling that runs across a space ends with its word: `올드 파인` holds no `올드파`.
    crosses = any(letter.first for letter in letters[position + 1 : position + length])
    long_enough = len(key) > SHORT_KEY and not crosses
    return ends_word or long_enough or _goes_on(letters, position + length, lexicon)


def _goes_on(letters: list[Unit], position: int, lexicon: Lexicon) -> bool:
    """Say whether known words follow inside the same word, so that a short one before them is no accident."""
    return _longest(letters, position, lexicon, boundary=True, unit=False)[1] is not None


def _known(entry: Entry, letters: list[Unit]) -> Iterator[Token]:
    start, end = letters[0].start, letters[-1].end
    if entry.role == "word":
        for word in entry.value.split():
            yield Token(word, start, end, "latin")
        return
    yield Token("".join(letter.raw for letter in letters), start, end, "known", entry)


def _unknown(letters: list[Unit]) -> Token:
    text = one_han("".join(letter.raw for letter in letters))
    script = "hangul" if any(_is_hangul(character) for character in text) else "kana"
    return Token(text, letters[0].start, letters[-1].end, script)


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"
