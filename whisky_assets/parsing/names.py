"""Read a whisky's name in any language into typed fields, each with the words it came from and the rule that read it.

Order: bottler and brand, packs, size and alcohol, age, cask number, batch, years, woods and styles, wording. What no
rule consumed is the leftover: identity, because a new expression hides there. Pure: same text and tables, same reading.
Not here: prices and sizes in columns (`parsing.measures`), what two readings have in common (`identity.compare`).
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import Levenshtein

from whisky_assets.parsing.fold import fold, words
from whisky_assets.parsing.lexicon import Lexicon, Phrase, lexicon_of, singular
from whisky_assets.parsing.names_cjk import fuzzy_brand, translate
from whisky_assets.parsing.names_numbers import (
    read_abv,
    read_age,
    read_bare_number,
    read_batch,
    read_cask_number,
    read_limits,
    read_number_words,
    read_pack,
    read_size,
    read_years,
)
from whisky_assets.parsing.names_words import annotate, read_cask_words, read_word_fields, read_wording
from whisky_assets.parsing.parsed import Field, ParsedName
from whisky_assets.parsing.reading import WORDING, Reading, Token
from whisky_assets.reference import Reference

PARSER_VERSION = "1"
"""Changes with every change of what a name is read as; a stored reading of another version is read anew."""

BRAND_WORDS = 5
"""A brand begins within so many words; later words name woods, places and series."""
FUZZY_RATIO = 0.2
"""Largest share of wrong letters in a brand that a person typed (`argbeg` for ardbeg: .17)."""
FUZZY_LETTERS = 5
"""Fewest letters of a brand that may be mistyped; shorter ones have too many neighbours."""
LONGEST_NAME = 400
"""Characters of a name that are read; longer texts are descriptions."""

# Japanese shops put their own words into these brackets and behind these marks.
_SHOP_BRACKETS = re.compile(r"【[^】]*】|《[^》]*》|〔[^〕]*〕|※.*$")
_UNKNOWN_LETTERS = "\ufffd"


def parse_name(
    text: str,
    reference: Reference,
    *,
    producer: str | None = None,
    category: str | None = None,
    abv_pct: float | None = None,
    language: str | None = None,
    free_text: bool = False,
) -> ParsedName:
    """Return what a name says, as typed fields; spans count the characters of the text in NFC.

    Args:
        text: the name as told.
        reference: the tables to read it with.
        producer: the source's own field; used only where the name holds no listed brand.
        category: the source's own field; only that it names another kind of drink is read, sources file by shelf.
        abv_pct: alcohol from the source's own column; it decides over a number in the name.
        language: ISO 639-1 of the source's texts; it decides over units that are a letter or two long.
        free_text: a person's own words: `argbeg ten` is then a brand with a slip of the pen and an age.
    """
    text = unicodedata.normalize("NFC", text)
    lexicon = lexicon_of(reference)
    shown = _without_shop_words(text[:LONGEST_NAME])
    tokens = translate([Token.of(word) for word in words(shown)], lexicon)
    reading = Reading(text, tokens, lexicon, language, free_text)
    _mend_broken_words(reading)
    _read_maker(reading, reference)
    if "brand" not in reading.fields:
        _read_mistyped_brand(reading, reference)
    if "brand" not in reading.fields and producer:
        _read_producer(reading, reference, producer)
    _drop_repeated_brand(reading, reference)
    annotate(reading)
    for rule in _RULES:
        rule(reading)
    _drop_shop_codes(reading)
    _drop_owner_as_bottler(reading, reference)
    if category:
        _read_category(reading, category)
    if abv_pct is not None:
        reading.fields["abv_pct"] = Field(abv_pct, (0, 0), "source column")
    return _parsed(reading)


_RULES = (
    read_limits,
    read_pack,
    read_size,
    read_abv,
    read_age,
    read_cask_number,
    read_batch,
    read_years,
    read_word_fields,
    read_cask_words,
    read_number_words,
    read_wording,
    read_bare_number,
)


def _without_shop_words(text: str) -> str:
    """Blank a shop's bracketed words, keeping every other character in its place."""
    blanked = _SHOP_BRACKETS.sub(lambda match: " " * len(match.group()), text)
    return blanked if blanked.strip() else text


def _read_maker(reading: Reading, reference: Reference) -> None:
    """Find brand and bottler: the bottler's phrases anywhere near the front, the brand in the first words left."""
    texts = reading.texts()
    bottler = _first_phrase(reading, texts, "bottler")
    if bottler is not None:
        place, width, key, rule = bottler
        reading.put("bottler", key, place, width, rule)
        texts = reading.texts()
    brand = _first_phrase(reading, texts, "brand")
    if brand is not None:
        place, width, key, rule = _own_brand_of_place(reading, reference, texts, brand)
        _put_brand(reading, reference, key, (place, width), rule)
    elif bottler is not None:
        # A bottler's own label without a distillery is a brand of the bottler.
        reading.fields["brand"] = Field(bottler[2], reading.fields["bottler"].span, "bottler's own label")


def _first_phrase(reading: Reading, texts: list[str], kind: str) -> tuple[int, int, str, str] | None:
    """Return place, width, key and rule of the first brand or bottler, the longest one at its place."""
    table = reading.lexicon.brands if kind == "brand" else reading.lexicon.bottlers
    seen = 0
    for place, token in enumerate(reading.tokens):
        if token.used:
            continue
        if token.entry is not None and token.entry.kind == kind:
            return place, 1, token.entry.value, f"{kind} in the tables"
        phrase: Phrase | None = table.longest(texts, place) if token.text else None
        if phrase is not None:
            return place, len(phrase.words), phrase.entry.value, f"{kind} in the tables"
        if not _is_wording(reading, token):
            seen += 1
        if seen >= BRAND_WORDS:
            return None
    return None


def _own_brand_of_place(
    reading: Reading, reference: Reference, texts: list[str], found: tuple[int, int, str, str]
) -> tuple[int, int, str, str]:
    """Return the brand that a place's name introduces (`Midleton - Green Spot`), else what was found.

    The place then says nothing: its words are consumed.
    """
    first, width, key, _ = found
    for place in range(first + width, len(texts)):
        token = reading.tokens[place]
        phrase = reading.lexicon.brands.longest(texts, place) if texts[place] else None
        known = token.entry if token.entry is not None and token.entry.kind == "brand" and not token.used else None
        own = phrase.entry.value if phrase is not None else known.value if known is not None else ""
        if own in reference.brands and reference.brands[own].distillery == key:
            reading.consume(first, width, WORDING)
            return place, len(phrase.words) if phrase is not None else 1, own, "brand of the place before it"
    return found


def _is_wording(reading: Reading, token: Token) -> bool:
    if token.entry is not None:
        return token.role in {"wording", "shop", "style", "region"}
    entry = reading.lexicon.words.word(token.text)
    return entry is not None and entry.role in {"wording", "style", "region"}


def _put_brand(reading: Reading, reference: Reference, key: str, place: tuple[int, int], rule: str) -> None:
    reading.put("brand", key, *place, rule)
    distillery = reference.distillery_of(key)
    if distillery is not None:
        reading.fields["distillery"] = Field(distillery.key, reading.fields["brand"].span, "distillery of the brand")


def _read_mistyped_brand(reading: Reading, reference: Reference) -> None:
    """Find the one brand that the first unknown words come near to; two equally near are none."""
    for place, token in list(reading.open_tokens()):
        if token.script == "hangul":
            found = fuzzy_brand(_hangul_from(reading, place), reading.lexicon)
            if found is not None:
                _put_brand(reading, reference, found[0], (place, _words_of(reading, place, found[1])), "nearest brand")
            return
        if token.script == "latin" and reading.free_text and not _is_wording(reading, token):
            near = _nearest_brand(reading, place)
            if near is not None:
                _put_brand(reading, reference, near[0], (place, near[1]), "nearest brand")
            return


def _hangul_from(reading: Reading, place: int) -> str:
    """Return the unknown Hangul words from a place on, written in one: brands are written with and without spaces."""
    letters = ""
    while (token := reading.at(place)) is not None and token.script == "hangul":
        letters += token.text
        place += 1
    return letters


def _words_of(reading: Reading, place: int, length: int) -> int:
    """Return how many tokens the first letters from a place take; a token that they end in is split and read again."""
    count = 0
    while length > 0:
        token = reading.tokens[place + count]
        if length < len(token.text):
            middle = token.start + length
            head = Token(token.text[:length], token.start, middle, token.script)
            rest = Token(token.text[length:], middle, token.end, token.script)
            reading.tokens[place + count : place + count + 1] = [head, *translate([rest], reading.lexicon)]
        length -= len(token.text)
        count += 1
    return count


def _nearest_brand(reading: Reading, place: int) -> tuple[str, int] | None:
    """Return brand and number of words of the nearest spelling to the words from here, None if none or two are."""
    best: dict[str, tuple[float, int]] = {}
    texts = reading.texts()
    for width in (1, 2, 3):
        part = texts[place : place + width]
        if len(part) < width or not all(part):
            break
        typed = "".join(part)
        if len(typed) < FUZZY_LETTERS:
            continue
        for spelling, key in reading.lexicon.brand_spellings.items():
            limit = int(FUZZY_RATIO * len(spelling))
            if len(spelling) < FUZZY_LETTERS or abs(len(spelling) - len(typed)) > limit:
                continue
            distance = Levenshtein.distance(typed, spelling, score_cutoff=limit)
            if distance <= limit:
                near = (distance / len(spelling), -width)
                best[key] = min(near, best.get(key, near))
    ranked = sorted(best.items(), key=lambda item: (item[1], item[0]))
    if not ranked or (len(ranked) > 1 and ranked[1][1][0] == ranked[0][1][0]):
        return None
    return ranked[0][0], -ranked[0][1][1]


def _read_producer(reading: Reading, reference: Reference, producer: str) -> None:
    """Take the brand that a producer's name begins with, where the name itself holds none."""
    texts = fold(producer).split()
    for place in range(len(texts)):
        phrase = reading.lexicon.brands.longest(texts, place)
        if phrase is not None:
            reading.fields["brand"] = Field(phrase.entry.value, (0, 0), "producer column")
            distillery = reference.distillery_of(phrase.entry.value)
            if distillery is not None:
                reading.fields["distillery"] = Field(distillery.key, (0, 0), "distillery of the brand")
            return


def _read_category(reading: Reading, category: str) -> None:
    """Take from the source's shelf that it is another kind of drink, where the name does not say so itself."""
    texts = fold(category).split()
    for place in range(len(texts)):
        phrase = reading.lexicon.words.longest(texts, place)
        if phrase is not None and phrase.entry.role == "other_good":
            reading.fields.setdefault("other_good", Field(phrase.entry.value, (0, 0), "category column"))


def _drop_owner_as_bottler(reading: Reading, reference: Reference) -> None:
    """A house that bottles its own brand is not an independent bottler of it."""
    brand, bottler = reading.fields.get("brand"), reading.fields.get("bottler")
    if brand is None or bottler is None:
        return
    owned = reference.brands.get(str(brand.value)) or reference.distilleries.get(str(brand.value))
    if brand.value == bottler.value or (owned is not None and owned.owner == bottler.value):
        del reading.fields["bottler"]


def _mend_broken_words(reading: Reading) -> None:
    """Give a word with lost letters (U+FFFD) back its letters where one known word fits, else let it say nothing."""
    for place, token in list(reading.open_tokens()):
        if _UNKNOWN_LETTERS not in token.text:
            continue
        pattern = re.compile(re.sub("\ufffd+", "[a-z]{1,3}", token.text))
        fitting = _brand_word_in_place(reading, place, pattern) or {
            word for word in reading.lexicon.known_words if len(word) > 3 and pattern.fullmatch(word)
        }
        if len(fitting) == 1:
            token.text, token.script = fitting.pop(), "latin"
        else:
            token.used = WORDING


def _brand_word_in_place(reading: Reading, place: int, pattern: re.Pattern[str]) -> set[str]:
    """Return the words that would complete a listed brand of several words at this place."""
    texts = reading.texts()
    fitting: set[str] = set()
    for phrase in reading.lexicon.brands.entries:
        for offset, word in enumerate(phrase):
            first = place - offset
            if len(phrase) > 1 and first >= 0 and pattern.fullmatch(word):
                mended = [*texts[first:place], word, *texts[place + 1 : first + len(phrase)]]
                if tuple(mended) == phrase:
                    fitting.add(word)
    return fitting


def _drop_repeated_brand(reading: Reading, reference: Reference) -> None:
    """Let a second mention of the brand say nothing, and another maker stand as a word of the name, in one spelling."""
    brand = reading.fields.get("brand")
    texts = reading.texts()
    for place, token in list(reading.open_tokens()):
        if token.entry is not None and token.entry.kind != "word":
            if brand is not None and token.entry.value == brand.value:
                token.used = WORDING
            else:
                token.text, token.script = fold(reference.brand_name(token.entry.value)), "latin"
        elif token.text and brand is not None:
            phrase = reading.lexicon.brands.longest(texts, place)
            if phrase is not None and phrase.entry.value == brand.value:
                reading.consume(place, len(phrase.words), WORDING)


def _drop_shop_codes(reading: Reading) -> None:
    """In a Japanese shop's title the unknown Latin words behind the size are the shop's own codes."""
    size = reading.fields.get("volume_ml")
    if size is None or not any(token.script == "known" for token in reading.tokens):
        return
    for _, token in list(reading.open_tokens()):
        if token.script == "latin" and token.entry is None and token.start >= size.span[1]:
            token.used = WORDING


def _parsed(reading: Reading) -> ParsedName:
    left = [token for _, token in reading.open_tokens() if token.text]
    shown = [_plain_number(word) for token in left for word in token.text.split()]
    return ParsedName(
        text=reading.text,
        fields=dict(reading.fields),
        leftover=frozenset(singular(word) for word in shown),
        leftover_words=tuple(shown),
        wording=frozenset(token.text for token in reading.tokens if token.used == WORDING),
    )


def _plain_number(word: str) -> str:
    return (word.lstrip("0") or "0") if word.isdecimal() else word


def report_lines(parsed: ParsedName) -> list[str]:
    """Return what a reading says, one line a field, each with its words underlined in the name.

    The first line is the name; under it, for each field, carets below the characters it came from.
    """
    lines = [parsed.text]
    for name, field in parsed.fields.items():
        start, end = field.span
        mark = f"{' ' * start}{'^' * max(1, end - start)}" if end > start else "(told beside the name)"
        shown = ", ".join(field.value) if isinstance(field.value, tuple) else field.value
        lines.append(f"{mark}  {name} = {shown}  [{field.rule}]")
    lines.append(f"leftover: {' '.join(parsed.leftover_words) or '-'}")
    lines.append(f"says nothing: {' '.join(sorted(parsed.wording)) or '-'}")
    return lines


__all__ = ["PARSER_VERSION", "Lexicon", "parse_name", "report_lines"]
