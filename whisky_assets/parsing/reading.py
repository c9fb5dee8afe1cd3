"""One name in the middle of being read: its words, which of them a rule has consumed, and the fields found so far.

Not here: the rules (`parsing.names`, `names_makers`, `names_numbers`, `names_ages`, `names_words`, `names_cjk`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from whisky_assets.parsing.fold import Word
from whisky_assets.parsing.lexicon import Entry, Lexicon
from whisky_assets.parsing.parsed import Field, Value

WORDING = "wording"
"""What consumed a word that says nothing about which bottling it is."""
EXPRESSION = "expression"
"""Role of the one token that stands for all words of a brand's expression."""


LONGEST_NUMBER = 12
"""Characters of a number that a name can mean; a longer run of digits is a code."""


@dataclasses.dataclass(slots=True)
class Token:
    """One word of the name, or one phrase of the tables; `used` names what consumed it, empty for nothing yet."""

    text: str
    start: int
    end: int
    script: str
    entry: Entry | None = None
    used: str = ""

    @property
    def role(self) -> str:
        """What the tables say this word is, empty for a word they do not know."""
        return self.entry.role if self.entry is not None else ""

    @property
    def meaning(self) -> str:
        """The one spelling that all translations of this word share."""
        return self.entry.value if self.entry is not None else ""

    @property
    def number(self) -> float | None:
        """The word's number, None for a word and for a run of digits that is a code."""
        return float(self.text) if self._is_number and self.text.count(".") <= 1 else None

    @property
    def whole_number(self) -> int | None:
        """The word's number if it has no decimals."""
        return int(self.text) if self._is_number and self.text.isdecimal() else None

    @property
    def _is_number(self) -> bool:
        return self.script == "number" and len(self.text) <= LONGEST_NUMBER

    def copy(self) -> Token:
        """Return a token that can be consumed and changed on its own."""
        return Token(self.text, self.start, self.end, self.script, self.entry, self.used)

    @classmethod
    def of(cls, word: Word) -> Token:
        """Return a token for a folded word."""
        return cls(word.text, word.start, word.end, word.script)


@dataclasses.dataclass(slots=True)
class Reading:
    """The state that the rules work on, in order; a rule only sees what no earlier rule consumed."""

    text: str
    tokens: list[Token]
    lexicon: Lexicon
    language: str | None
    free_text: bool
    fields: dict[str, Field] = dataclasses.field(default_factory=dict)

    def at(self, index: int) -> Token | None:
        """Return the unconsumed token at a position, None where there is none."""
        if 0 <= index < len(self.tokens) and not self.tokens[index].used:
            return self.tokens[index]
        return None

    def value(self, field: str) -> Value | None:
        """Return a field's value, None where nothing was read for it."""
        found = self.fields.get(field)
        return None if found is None else found.value

    def open_tokens(self) -> Iterator[tuple[int, Token]]:
        """Yield each token that nothing has consumed yet, with its position."""
        for index, token in enumerate(self.tokens):
            if not token.used:
                yield index, token

    def texts(self) -> list[str]:
        """Return the tokens' texts, empty where consumed or of an expression: no phrase runs across them."""
        return ["" if token.used or token.role == EXPRESSION else token.text for token in self.tokens]

    def consume(self, first: int, count: int, used: str) -> None:
        """Mark tokens as consumed."""
        for token in self.tokens[first : first + count]:
            token.used = token.used or used

    def put(self, field: str, value: Value, first: int, count: int, rule: str) -> None:
        """Set a field that is not set yet, and consume its tokens either way."""
        if field not in self.fields:
            span = (self.tokens[first].start, self.tokens[first + count - 1].end)
            self.fields[field] = Field(value, span, rule)
        self.consume(first, count, field)
