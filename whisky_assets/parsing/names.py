"""Read a whisky's name in any language into typed fields, each with the words it came from and the rule that read it.

Order: bottler and brand, packs, size and alcohol, age, cask number, batch, years, woods and styles, wording. What no
rule consumed is the leftover: identity, because a new expression hides there. Pure: same text and tables, same reading.
Not here: prices and sizes in columns (`parsing.measures`), what two readings have in common (`identity.compare`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whisky_assets.parsing.fold import HAN, KANA, composed, fold, words
from whisky_assets.parsing.lexicon import lexicon_of, singular
from whisky_assets.parsing.names_ages import read_age, read_bare_number, read_number_words
from whisky_assets.parsing.names_cjk import join_mixed, translate
from whisky_assets.parsing.names_expressions import read_implied, with_expressions
from whisky_assets.parsing.names_makers import (
    drop_owner_as_bottler,
    drop_repeated_makers,
    read_maker,
    read_mistyped_brand,
    read_producer,
)
from whisky_assets.parsing.names_numbers import (
    read_abv,
    read_batch,
    read_cask_number,
    read_limits,
    read_pack,
    read_size,
    read_years,
)
from whisky_assets.parsing.names_words import annotate, read_cask_words, read_word_fields, read_wording
from whisky_assets.parsing.numerals import with_numbers
from whisky_assets.parsing.parsed import Field, ParsedName
from whisky_assets.parsing.reading import WORDING, Reading, Token
from whisky_assets.reference import Reference

PARSER_VERSION = "6"
"""Changes with every change of what a name is read as; a stored reading of another version is read anew."""

LONGEST_NAME = 400
"""Characters of a name that are read; longer texts are descriptions."""

# Japanese shops put their own words into these brackets and behind these marks.
_SHOP_BRACKETS = re.compile(r"【[^】]*】|《[^》]*》|〔[^〕]*〕|※.*$")
# A shop's own number of the article, and its place in a ranking.
_SHOP_NUMBERS = re.compile(
    r"\[[A-Za-z]{0,3}-?\d{3,}\]|(?:商品番号|商品コード|品番|상품번호|상품코드|商品编号|商品編號|货号|貨號)\s*[:：]?\s*[\w-]+"
    r"|第?\d+位(?:入賞|受賞|獲得)?"
)
_JAPANESE = re.compile(f"[{KANA}{HAN}]")
_MEANT = frozenset({"cask_word", "batch", "label", "generic"})
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
    text = composed(text)
    lexicon = lexicon_of(reference)
    told = with_numbers([Token.of(word) for word in words(_without_shop_words(text[:LONGEST_NAME]))])
    reading = _begun(Reading(text, told, lexicon, language, free_text), reference, producer)
    with_own = with_expressions(told, reading)
    if with_own is not None:
        reading = _begun(Reading(text, with_own, lexicon, language, free_text), reference, producer)
    drop_repeated_makers(reading, reference)
    annotate(reading)
    for rule in _RULES:
        rule(reading)
    _drop_shop_codes(reading)
    drop_owner_as_bottler(reading, reference)
    read_implied(reading)
    if category:
        _read_category(reading, category)
    if abv_pct is not None:
        reading.fields["abv_pct"] = Field(abv_pct, (0, 0), "source column")
    return _parsed(reading)


def _begun(reading: Reading, reference: Reference, producer: str | None) -> Reading:
    """Translate a reading's words and find who made it."""
    copies = [token.copy() for token in reading.tokens]
    reading.tokens = translate(join_mixed(copies, reading.lexicon), reading.lexicon)
    _mend_broken_words(reading)
    read_maker(reading, reference)
    if "brand" not in reading.fields:
        read_mistyped_brand(reading, reference)
    if "brand" not in reading.fields and producer:
        read_producer(reading, reference, producer)
    return reading


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
    """Blank a shop's bracketed words and numbers, keeping every other character in its place."""
    blanked = _SHOP_NUMBERS.sub(_blank, _SHOP_BRACKETS.sub(_blank, text))
    return blanked if blanked.strip() else text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _read_category(reading: Reading, category: str) -> None:
    """Take from the source's shelf that it is another kind of drink, where the name does not say so itself."""
    texts = fold(category).split()
    for place in range(len(texts)):
        phrase = reading.lexicon.words.longest(texts, place)
        if phrase is not None and phrase.entry.role == "other_good":
            reading.fields.setdefault("other_good", Field(phrase.entry.value, (0, 0), "category column"))


def _mend_broken_words(reading: Reading) -> None:
    """Give a word with lost letters (U+FFFD) back its letters where one known word fits, else let it say nothing."""
    for place, token in list(reading.open_tokens()):
        if _UNKNOWN_LETTERS not in token.text:
            continue
        pattern = re.compile(re.sub("\ufffd+", "[a-z]{0,3}", token.text))
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


def _drop_shop_codes(reading: Reading) -> None:
    """In a title that spells the brand in kana or kanji, unknown Latin words behind the size are the shop's codes."""
    size, brand = reading.fields.get("volume_ml"), reading.fields.get("brand")
    if size is None or brand is None or not _JAPANESE.search(reading.text[slice(*brand.span)]):
        return
    for _, token in list(reading.open_tokens()):
        if token.script == "latin" and token.entry is None and token.start >= size.span[1]:
            token.used = WORDING


def _parsed(reading: Reading) -> ParsedName:
    left = [token for _, token in reading.open_tokens() if token.text]
    shown = [_plain_number(word) for token in left for word in _words_of(token).split()]
    return ParsedName(
        text=reading.text,
        fields=dict(reading.fields),
        leftover=frozenset(singular(word) for word in shown),
        leftover_words=tuple(shown),
        wording=frozenset(_said_nothing(reading)),
    )


def _said_nothing(reading: Reading) -> Iterator[str]:
    """Yield the words that say nothing and what they mean in all languages: `muovipullo`, plastic."""
    for token in reading.tokens:
        if token.used == WORDING:
            yield token.text
            if token.role in {"wording", "shop"} and token.meaning:
                yield token.meaning


def _words_of(token: Token) -> str:
    """Return a token's words as English writes them, where the tables know them in an Asian script."""
    return token.meaning or token.text if token.script == "known" and token.role in _MEANT else token.text


def _plain_number(word: str) -> str:
    return (word.lstrip("0") or "0") if word.isdecimal() else word
