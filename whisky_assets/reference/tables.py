"""The curated tables as one immutable value: who makes whisky, and which words of a name mean what.

Readers get a `Reference` as an argument. Not here: reading the files (`reference.loading`) and reading names
(`parsing.names`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from whisky_assets.domain.digests import digest

ROLES = (
    "wording",  # says nothing about which bottling it is: "whisky", "since 1823", a region
    "generic",  # a weak word: it tells bottlings of one brand apart only where alcohol differs too
    "label",  # edition, series, limited: tells bottlings apart only on an otherwise bare brand
    "region",  # where it comes from; of a brand without a distillery it tells bottlings apart
    "pack",  # a box, a glass, a tin: packaging of the same whisky
    "style",  # what it is made of: malt, grain, rye, bourbon; two known styles conflict
    "strength",  # cask strength, barrel proof, navy strength
    "peat",  # peated, unpeated, smoky
    "cask",  # the wood that named it: sherry, port, px, virgin oak
    "cask_word",  # cask, barrel, finish, matured: the wood's grammar, no identity of its own
    "batch",  # batch, release, edition: before a number
    "age_unit",  # years, ans, 년: after a number
    "number",  # one to thirty, in words
    "word",  # an expression's word in another language: 블랙 means black
    "shop",  # a shop's own words, never a label's: 並行, 送料無料
    "other_good",  # says that it is no whisky: vodka, gin, cocktail
    "flavour",  # says that something was added: honey, apple, liqueur
)
"""What a word of a name can be."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Distillery:
    """A place where whisky is or was made; it is also a brand of the same key."""

    key: str
    name: str
    country: str
    region: str
    status: str
    owner: str
    spellings: Mapping[str, tuple[str, ...]]
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A name on labels; `distillery` is the key of the one place it comes from, empty where there are several."""

    key: str
    name: str
    country: str
    distillery: str
    owner: str
    spellings: Mapping[str, tuple[str, ...]]
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bottler:
    """A house that bottles other people's whisky; its series are spellings of it."""

    key: str
    name: str
    country: str
    spellings: Mapping[str, tuple[str, ...]]
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One more spelling of a brand, distillery or bottler."""

    spelling: str
    language: str
    kind: str
    key: str
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One bottling of one brand as markets call it; `name` is the one spelling that all its names share.

    `when` says of which names it holds: `named` those that tell one of its spellings, `silent` the same where the
    spelling says no more than what it implies (`Gold Signature` is Chivas Regal 18), `bare` also those that say nothing
    but the brand, `brand` all of them (its name is then no part of a reading). `implies` are values that the bottling
    has whether a name tells them or not: field to value, of `age_years`, `cask`, `peat` and `style`.
    """

    brand: str
    name: str
    when: str
    implies: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]]
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WordEntry:
    """What one word or phrase means in a name; `meaning` is the one spelling that all its translations share."""

    spelling: str
    language: str
    role: str
    meaning: str
    origin: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefRow:
    """One row as it is compared between two versions of the tables."""

    spellings: frozenset[str]
    digest: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """All curated tables. Compare two by `version`, or row by row with `rows()`; two loads of one content are equal."""

    distilleries: Mapping[str, Distillery]
    brands: Mapping[str, Brand]
    bottlers: Mapping[str, Bottler]
    aliases: tuple[Alias, ...]
    expressions: tuple[Expression, ...]
    words: tuple[WordEntry, ...]
    currencies: Mapping[str, int]
    countries: Mapping[str, str]
    version: str

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same content."""
        return isinstance(other, Reference) and self.version == other.version

    def __hash__(self) -> int:
        """Return a hash of the content."""
        return hash(self.version)

    def makers(self) -> Iterator[tuple[str, Distillery | Brand | Bottler]]:
        """Yield every maker with its kind: distillery, brand or bottler."""
        for distillery in self.distilleries.values():
            yield "distillery", distillery
        for brand in self.brands.values():
            yield "brand", brand
        for bottler in self.bottlers.values():
            yield "bottler", bottler

    def brand_name(self, key: str) -> str:
        """Return the name of a brand, distillery or bottler, the key itself for one that is not listed."""
        for table in (self.brands, self.distilleries, self.bottlers):
            if key in table:
                return str(table[key].name)
        return key

    def brand_spellings(self, key: str, language: str) -> tuple[str, ...]:
        """Return how a brand is written in `en`, `ko`, `ja` or `zh`, the usual spelling first; empty if unknown."""
        for table in (self.brands, self.distilleries, self.bottlers):
            if key in table:
                return tuple(table[key].spellings.get(language, ()))
        return ()

    def distillery_of(self, brand: str) -> Distillery | None:
        """Return the one distillery that a brand's whisky comes from, None where it is unknown or several."""
        if brand in self.distilleries:
            return self.distilleries[brand]
        parent = self.brands[brand].distillery if brand in self.brands else ""
        return self.distilleries.get(parent)

    def country_of(self, brand: str) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of a brand's country, None where it is unknown."""
        for table in (self.brands, self.distilleries):
            if brand in table:
                return str(table[brand].country)
        return None

    def rows(self) -> Mapping[str, RefRow]:
        """Return every row as `kind:key` with its spellings as written and a digest of all its fields."""
        found: dict[str, RefRow] = {}
        for kind, row in self.makers():
            spellings = [spelling for group in row.spellings.values() for spelling in group]
            found[f"{kind}:{row.key}"] = RefRow(spellings=frozenset([row.name, *spellings]), digest=digest(_plain(row)))
        for alias in self.aliases:
            found[f"alias:{alias.spelling}:{alias.kind}:{alias.key}"] = RefRow(
                spellings=frozenset([alias.spelling]), digest=digest(_plain(alias))
            )
        for own in self.expressions:
            found[f"expression:{own.brand}:{own.name}"] = RefRow(
                spellings=self._told_by(own), digest=digest(_plain(own))
            )
        for word in self.words:
            found[f"word:{word.language}:{word.spelling}"] = RefRow(
                spellings=frozenset([word.spelling]), digest=digest(_plain(word))
            )
        return MappingProxyType(found)

    def _told_by(self, row: Expression) -> frozenset[str]:
        """Return what stands in the names that an expression may change: its spellings, or any of its brand's."""
        spellings = [spelling for group in row.spellings.values() for spelling in group]
        if row.when in {"named", "silent"}:
            return frozenset([row.name, *spellings])
        brand = [self.brand_name(row.brand), *(alias.spelling for alias in self.aliases if alias.key == row.brand)]
        for language in ("en", "ko", "ja", "zh"):
            brand += self.brand_spellings(row.brand, language)
        return frozenset([row.name, *spellings, *brand])


def changed_spellings(old: Mapping[str, RefRow], new: Mapping[str, RefRow]) -> frozenset[str]:
    """Return every spelling of a row that was added, changed or removed, old and new ones, as written.

    A stored name that holds none of them (folded) reads as before.
    """
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    return frozenset(
        spelling for key in changed for rows in (old, new) if key in rows for spelling in rows[key].spellings
    )


def _plain(row: Distillery | Brand | Bottler | Alias | Expression | WordEntry) -> dict[str, object]:
    """Return a row as plain data; where a fact comes from changes no reading and is left out."""
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(row) if field.name != "origin"}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in fields.items()}
