"""Words of a name: woods, styles, strength, peat, what was added, and the wording that says nothing.

A cask word (cask, barrel, finish) says nothing beside a wood it belongs to and is part of the name elsewhere
(`Single Barrel`). Not here: numbers (`parsing.names_numbers`).
"""

from __future__ import annotations

from collections.abc import Iterable

from whisky_assets.parsing.reading import WORDING, Reading, Token

SET_FIELDS = {"cask": "cask", "style": "style", "flavour": "flavour", "region": "region"}
"""Roles whose words are gathered into one sorted tuple: role to field."""

SINGLE_FIELDS = {"strength": "strength", "peat": "peat", "other_good": "other_good"}

# A kind of sherry or wine tells more than the word itself, which then adds nothing.
_NARROWER = {
    "sherry": frozenset({"oloroso", "px", "fino", "manzanilla", "amontillado", "palo_cortado", "moscatel"}),
    "wine": frozenset(
        {
            "sauternes",
            "bordeaux",
            "burgundy",
            "barolo",
            "amarone",
            "rioja",
            "tokaji",
            "chardonnay",
            "icewine",
            "madeira",
        }
    ),
}


def annotate(reading: Reading) -> None:
    """Replace every open phrase that the tables know by one token that carries its meaning."""
    texts = reading.texts()
    place = 0
    while place < len(reading.tokens):
        token = reading.tokens[place]
        if token.used or token.entry is not None or not token.text:
            place += 1
            continue
        phrase = reading.lexicon.words.longest(texts, place)
        if phrase is None:
            place += 1
            continue
        width = len(phrase.words)
        token.end = reading.tokens[place + width - 1].end
        if phrase.entry.role == "word":
            _replace_by_meaning(reading, place, width, phrase.entry.value)
        else:
            token.entry = phrase.entry
            token.text = " ".join(phrase.words)
            del reading.tokens[place + 1 : place + width]
        texts = reading.texts()
        place += 1 if phrase.entry.role != "word" else len(phrase.entry.value.split())


def _replace_by_meaning(reading: Reading, place: int, width: int, meaning: str) -> None:
    token = reading.tokens[place]
    words = [type(token)(word, token.start, token.end, "latin") for word in meaning.split()]
    reading.tokens[place : place + width] = words


def read_word_fields(reading: Reading) -> None:
    """Gather woods, styles and flavours, and take strength, peat and other goods; the first one said counts."""
    for role, field in SET_FIELDS.items():
        places = [index for index, token in reading.open_tokens() if token.role == role]
        if not places:
            continue
        meanings = _without_wider({reading.tokens[index].meaning for index in places})
        reading.put(field, tuple(sorted(meanings)), places[0], 1, f"{role} word")
        for index in places:
            reading.consume(index, 1, field)
            _keep_in_name(reading.tokens[index])
    for role, field in SINGLE_FIELDS.items():
        for index, token in list(reading.open_tokens()):
            if token.role == role:
                reading.put(field, token.meaning, index, 1, f"{role} word")
                _keep_in_name(token)


def _keep_in_name(token: Token) -> None:
    """Leave what was added, and what other drink it is, a word of the name too: two cocktails are not one."""
    if token.role in {"flavour", "other_good"}:
        token.used = ""
        token.text = token.meaning


def _without_wider(meanings: Iterable[str]) -> set[str]:
    kept = set(meanings)
    for wider, narrower in _NARROWER.items():
        if wider in kept and kept & narrower:
            kept.discard(wider)
    return kept


def read_cask_words(reading: Reading) -> None:
    """Drop cask words that stand beside a wood, through other cask words and wording."""
    tokens = reading.tokens
    for index, token in enumerate(tokens):
        if token.used != "cask" or token.role != "cask":
            continue
        for step in (-1, 1):
            place = index + step
            while 0 <= place < len(tokens) and tokens[place].role in {"cask_word", "cask"}:
                if not tokens[place].used:
                    reading.consume(place, 1, WORDING)
                place += step


def read_wording(reading: Reading) -> None:
    """Drop the words that say nothing about which bottling it is, and what only a shop says."""
    for index, token in list(reading.open_tokens()):
        if token.role in {"wording", "shop"} or token.script == "symbol":
            reading.consume(index, 1, WORDING)
