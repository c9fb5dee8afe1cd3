"""What a name says, as typed fields: each with its value, the characters it was read from and the rule that read it.

Not here: reading a name (`parsing.names`), comparing two of them (`identity.compare`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TypeAlias

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.record import Json
from whisky_assets.parsing.lexicon import singular

Value: TypeAlias = str | int | float | tuple[str, ...]

FIELDS = (
    "brand",  # key in reference (brand, distillery, or a bottler's own label)
    "distillery",  # key in reference, where the brand comes from one place
    "bottler",  # key of an independent bottler
    "age_years",  # stated age
    "vintage_year",  # distilled
    "bottled_year",  # bottled
    "year",  # a lone year of unknown kind
    "bare_number",  # 3-60 without a unit: an age only if the brand has that age elsewhere
    "cask_number",  # number of a single cask, folded
    "batch",  # "batch 3", "edition 11", "release 2019"
    "cask",  # sorted woods: ("px", "sherry")
    "region",  # sorted: highland, islay, ...
    "style",  # sorted: grain, malt, rye, bourbon, wheat, corn, pot_still, blended, blended_malt, tennessee
    "strength",  # cask_strength, full_proof, navy_strength
    "peat",  # peated or unpeated
    "abv_pct",  # alcohol that the name itself states, % vol
    "volume_ml",  # size that the name itself states
    "pack_count",  # containers that the name itself states
    "pack",  # same: box, glass, miniatures of one whisky; mixed: several whiskies
    "other_good",  # a word that says it is no whisky
    "flavour",  # sorted words for what was added
)
"""Every field that a name can fill."""

IMPLIED = "what "
"""How the rule of a field begins that no word tells: the expression or the brand at its span has it anyway."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One value, where it stands in the text (`span`, characters from and to; (0, 0) if told from outside), and why."""

    value: Value
    span: tuple[int, int]
    rule: str


@dataclasses.dataclass(frozen=True, slots=True, eq=True)
class ParsedName:
    """One name, read. A field that is absent is unknown, which agrees with nothing.

    `leftover` holds the folded words that no rule consumed, without a plural s: identity, because a new expression
    hides there; `leftover_words` are the same in their order. `wording` holds those consumed as saying nothing.
    """

    text: str
    fields: Mapping[str, Field]
    leftover: frozenset[str]
    leftover_words: tuple[str, ...] = ()
    wording: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        """Return a hash that equal readings share."""
        return hash((self.text, self.leftover))

    def value(self, field: str) -> Value | None:
        """Return a field's value, None where the name does not say it."""
        found = self.fields.get(field)
        return None if found is None else found.value

    @property
    def brand(self) -> str | None:
        """Key of the brand, None for one that is not listed."""
        return self._text("brand")

    @property
    def distillery(self) -> str | None:
        """Key of the distillery."""
        return self._text("distillery")

    @property
    def bottler(self) -> str | None:
        """Key of the independent bottler."""
        return self._text("bottler")

    @property
    def age_years(self) -> int | None:
        """Stated age in years."""
        return self._number("age_years")

    @property
    def vintage_year(self) -> int | None:
        """Year of distillation."""
        return self._number("vintage_year")

    @property
    def bottled_year(self) -> int | None:
        """Year of bottling."""
        return self._number("bottled_year")

    @property
    def year(self) -> int | None:
        """A lone year of unknown kind."""
        return self._number("year")

    @property
    def bare_number(self) -> int | None:
        """A number that may be an age."""
        return self._number("bare_number")

    @property
    def cask_number(self) -> str | None:
        """Number of a single cask."""
        return self._text("cask_number")

    @property
    def batch(self) -> str | None:
        """Batch, edition or release, as `batch 3`."""
        return self._text("batch")

    @property
    def strength(self) -> str | None:
        """Strength class."""
        return self._text("strength")

    @property
    def peat(self) -> str | None:
        """Whether it is peated or unpeated, where the name says so."""
        return self._text("peat")

    @property
    def pack(self) -> str | None:
        """`same` for a pack of one whisky, `mixed` for one of several."""
        return self._text("pack")

    @property
    def cask(self) -> tuple[str, ...]:
        """Woods that the name tells, sorted; empty if untold."""
        return self._texts("cask")

    @property
    def style(self) -> tuple[str, ...]:
        """Style words, sorted; empty if untold."""
        return self._texts("style")

    @property
    def region(self) -> tuple[str, ...]:
        """Regions that the name tells, sorted; empty if untold."""
        return self._texts("region")

    @property
    def flavour(self) -> tuple[str, ...]:
        """What was added, sorted; empty if untold."""
        return self._texts("flavour")

    @property
    def abv_pct(self) -> float | None:
        """Alcohol by volume that the name states, % vol."""
        value = self.value("abv_pct")
        return float(value) if isinstance(value, int | float) else None

    @property
    def volume_ml(self) -> int | None:
        """Size that the name states, ml."""
        return self._number("volume_ml")

    @property
    def pack_count(self) -> int | None:
        """Containers that the name states."""
        return self._number("pack_count")

    @property
    def expression(self) -> str | None:
        """The leftover words in their order: what the label calls it beside all typed fields; None if nothing."""
        return " ".join(self.leftover_words) or None

    def to_json(self) -> Json:
        """Return the reading as canonical JSON, for a column of `core/offers`."""
        return Json(
            canonical_json(
                {
                    "text": self.text,
                    "fields": {
                        name: {"value": field.value, "span": list(field.span), "rule": field.rule}
                        for name, field in self.fields.items()
                    },
                    "leftover": list(self.leftover_words),
                    "wording": sorted(self.wording),
                }
            )
        )

    @classmethod
    def from_json(cls, text: str) -> ParsedName:
        """Return the reading that `to_json` wrote."""
        plain = json.loads(text)
        fields = {
            name: Field(
                value=tuple(field["value"]) if isinstance(field["value"], list) else field["value"],
                span=(field["span"][0], field["span"][1]),
                rule=field["rule"],
            )
            for name, field in plain["fields"].items()
        }
        return cls(
            text=plain["text"],
            fields=fields,
            leftover=frozenset(map(singular, plain["leftover"])),
            leftover_words=tuple(plain["leftover"]),
            wording=frozenset(plain["wording"]),
        )

    def _text(self, field: str) -> str | None:
        value = self.value(field)
        return value if isinstance(value, str) else None

    def _number(self, field: str) -> int | None:
        value = self.value(field)
        return value if isinstance(value, int) else None

    def _texts(self, field: str) -> tuple[str, ...]:
        value = self.value(field)
        return value if isinstance(value, tuple) else ()
