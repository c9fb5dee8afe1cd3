"""A name cut into the pieces that a label has, each with its place and what it is, and those that only a shop adds.

`silent` pieces leave the name: sizes, packs, a shop's words, and wording that tells the type of every such whisky
(`Islay Single Malt Scotch Whisky`). A word of the same kind before a word of the whisky's own stays (`Islay Barley`,
`Japanese Harmony`). Not here: the values of a reading (`parsing.parsed`), names in other languages (`identity.naming`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from whisky_assets.parsing.fold import words
from whisky_assets.parsing.lexicon import lexicon_of
from whisky_assets.parsing.names_cjk import translate
from whisky_assets.parsing.names_words import annotate
from whisky_assets.parsing.parsed import IMPLIED, ParsedName
from whisky_assets.parsing.reading import Reading, Token
from whisky_assets.reference import Reference

_SHOPS_OWN = frozenset({"volume_ml", "abv_pct", "pack_count", "pack", "shop"})
"""Kinds of pieces that one whisky's offers differ in."""

_MAKERS = ("brand", "bottler")
_NUMBERS = ("age_years", "bare_number", "vintage_year", "bottled_year", "year", "cask_number", "batch")
_SPANNED = (*_MAKERS, *_NUMBERS, "volume_ml", "abv_pct", "pack_count", "pack")

# Said of every whisky of its kind: whoever knows the brand misses none of them.
_SILENT_STYLES = frozenset({"malt", "blended", "tennessee"})
_ALWAYS_SILENT = frozenset({"whisky", "whiskey", "whiskies", "whiskeys", "scotch"})
_JOINING = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "isle", "of", "on", "the", "to", "with"})
_OF_ITS_OWN = frozenset({"own", "cask", "cask_word", "generic", "label", "flavour", "batch"})
# A strength told by a column has no span in the name, though the name may tell it too.
_STRENGTH = re.compile(
    r"(?<![\w.,])\d{2}(?:[.,]\d{1,2})?\s*(?:%(?:\s*(?:vol|abv|alc)\b\.?)*|[도度](?!\w))", re.IGNORECASE
)
_SHOP_BRACKETS = re.compile(r"【[^】]*】|《[^》]*》|〔[^〕]*〕|※.*$")


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """One word or phrase of a name.

    `kind` is the field that it fills, else the role of the tables, else `own` for a word of the whisky's own;
    `meaning` is what its translations share, empty where there is none; `script` is that of its letters.
    """

    text: str
    start: int
    end: int
    kind: str
    meaning: str
    script: str
    silent: bool = False


@lru_cache(maxsize=16_384)
def pieces_of(parsed: ParsedName, reference: Reference) -> tuple[Piece, ...]:
    """Return the pieces of a name in their order, with those marked that only a shop or a type of whisky adds."""
    shown = _SHOP_BRACKETS.sub(lambda match: " " * len(match.group()), parsed.text)
    shown = shown if shown.strip() else parsed.text
    told = {field: parsed.fields[field] for field in _SPANNED if field in parsed.fields}
    # An implied age stands at the expression's own words, which are no age.
    spans = [(field, each.span) for field, each in told.items() if not each.rule.startswith(IMPLIED)]
    spans = [(field, span) for field, span in spans if span[0] < span[1]]
    spans += [
        ("abv_pct", match.span())
        for match in _STRENGTH.finditer(shown)
        if not any(_meet(span, match.span()) for _, span in spans)
    ]
    for _, (start, end) in spans:
        shown = f"{shown[:start]}{' ' * (end - start)}{shown[end:]}"
    lexicon = lexicon_of(reference)
    tokens = translate([Token.of(word) for word in words(shown)], lexicon)
    reading = Reading(parsed.text, tokens, lexicon, None, free_text=False)
    annotate(reading)
    pieces = [_of_token(token) for token in reading.tokens if token.text]
    pieces += [Piece(parsed.text[start:end], start, end, field, "", "") for field, (start, end) in spans]
    pieces.sort(key=lambda piece: (piece.start, piece.end))
    return tuple(_with_silence(pieces, parsed, reference))


def label_text(parsed: ParsedName, reference: Reference) -> str:
    """Return a name without its silent pieces and a shop's brackets, its punctuation still in place."""
    text = parsed.text
    cut = [(piece.start, piece.end) for piece in pieces_of(parsed, reference) if piece.silent]
    cut += [match.span() for match in _SHOP_BRACKETS.finditer(text)]
    for start, end in sorted(cut, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _meet(one: tuple[int, int], two: tuple[int, int]) -> bool:
    return one[0] < two[1] and one[1] > two[0]


def _of_token(token: Token) -> Piece:
    kind = token.role or ("symbol" if token.script == "symbol" else "own")
    return Piece(token.text, token.start, token.end, kind, token.meaning, token.script)


def _with_silence(pieces: list[Piece], parsed: ParsedName, reference: Reference) -> Iterator[Piece]:
    """Return the pieces with their silence, which hangs on the piece behind: `Islay Single Malt`, `Islay Barley`."""
    place = None if parsed.brand is None else reference.distillery_of(parsed.brand)
    own = set(parsed.leftover_words)
    more = any(piece.kind in {*_NUMBERS, *_OF_ITS_OWN, "bottler", "strength", "peat"} for piece in pieces)
    silent_style = parsed.brand is not None and (more or place is not None)
    decided: list[Piece] = []
    behind: Piece | None = None
    packs = [piece.start for piece in pieces if piece.kind == "pack"]
    for piece in reversed(pieces):
        heads_own_word = behind is not None and not behind.silent and behind.kind in _OF_ITS_OWN
        is_of_packs = bool(packs) and packs[0] < piece.start < packs[-1]
        if is_of_packs or piece.kind in _SHOPS_OWN or (piece.kind == "wording" and piece.text in _ALWAYS_SILENT):
            silent = True
        elif piece.text in _JOINING:
            silent = behind is None or behind.silent
        elif piece.kind == "style" and {piece.text, piece.meaning} & own:
            silent = False
        elif piece.kind == "style":
            silent = piece.meaning in _SILENT_STYLES and silent_style and (" " in piece.text or not heads_own_word)
        elif piece.kind == "region":
            silent = place is not None and not heads_own_word
        else:
            silent = piece.kind == "wording" and not heads_own_word
        behind = dataclasses.replace(piece, silent=silent)
        decided.append(behind)
    return _said_once(reversed(decided))


def _said_once(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Return the pieces with a style silent that one before it told: `Rye Straight Rye Whiskey`."""
    told: set[str] = set()
    for piece in pieces:
        repeats = piece.kind == "style" and piece.meaning in told
        if piece.kind == "style" and not piece.silent:
            told.add(piece.meaning)
        yield dataclasses.replace(piece, silent=piece.silent or repeats)
