"""One feed as its TOML declares it: frozen, checked, and able to say which part of it changed.

Not here: reading the TOML (`loading`), documents (`reading`) or any request. `fetching` imports this module alone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from whisky_assets.domain.digests import digest

WORLDS = ("real", "sample")
PRESETS = ("shopify", "product_pages", "cards", "csv_xlsx")
WITNESSES = ("column", "producer", "registry", "monopoly", "person")
FILE_FORMATS = ("csv", "xlsx")
DECIMAL_SIGNS = (".", ",")
VOLUME_UNITS = ("ml", "cl", "l")
DECLARED_KINDS = ("whisky", "spirit_drink", "bundle", "other", "by_name")
"""What a category can mean; `by_name` says that the category holds both and the name decides."""

FIELD_NAMES = (
    "source_id",
    "name",
    "url",
    "producer",
    "category",
    "country",
    "region",
    "abv",
    "volume",
    "pack",
    "price",
    "currency",
    "gtin",
    "available",
)
"""What a reader can find out about one product, in the order of a TOML's `[fields]`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Who speaks, about whose shelf, in which language and money. `cadence_days` is None for feeds of files."""

    name: str
    title: str
    world: str
    enabled: bool
    preset: str
    seller: str
    witness: str
    id_space: str
    country: str
    language: str
    currency: str
    complete: bool
    cadence_days: int | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Under which terms the values may be used, and when a person last read them."""

    key: str
    title: str
    terms_url: str
    checked: date
    attribution: str
    publish: bool
    allowed_fields: tuple[str, ...]

    def allows(self, field: str) -> bool:
        """Whether a value of this column may be published."""
        return self.publish and ("*" in self.allowed_fields or field in self.allowed_fields)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlan:
    """Where a crawl starts, where it may go and how politely (seconds between requests, requests an hour)."""

    start: tuple[str, ...]
    origins: tuple[str, ...]
    pace_seconds: float
    per_hour: int
    max_pages: int
    deadline_seconds: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """How a site's pages are told apart, and where on a product page its one product stands."""

    index: re.Pattern[str]
    page: re.Pattern[str]
    links: str
    region: str
    drop: tuple[str, ...]
    json_ld: bool


CARD_ITSELF = ":scope"
"""The place of a field that stands in an attribute, or anywhere, of the card itself."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CardPlan:
    """Where on a list page its products stand (CSS), what to cut out first, the next page's link, the list's total."""

    region: str
    card: str
    drop: tuple[str, ...]
    next: str | None
    total: FieldRule | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AsOfRule:
    """How a file states its own date: a regex with groups year, month, day on its name or on rows above the header."""

    where: str
    pattern: re.Pattern[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What a price list looks like. `header_row` counts from 1; None looks for the row with all declared columns."""

    patterns: tuple[str, ...]
    format: str
    sheet: str | None
    header_row: int | None
    encoding: str | None
    delimiter: str
    decimal: str
    as_of: AsOfRule | None
    ignore: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """Where one value stands. The first of `places` or `labels` that holds text speaks; `pattern` cuts it.

    `places` are column headers, CSS selectors or JSON paths by preset. `search` looks inside running text, where
    finding nothing is no refusal. `unit` is what a bare number counts; `yes` and `no` read availability.
    """

    places: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    attribute: str | None = None
    pattern: re.Pattern[str] | None = None
    unit: str | None = None
    yes: re.Pattern[str] | None = None
    no: re.Pattern[str] | None = None
    search: bool = False
    optional: bool = False

    def cut(self, text: str) -> str | None:
        """Return the part of a text that the pattern names, None where it does not match.

        The part is the group `value`, else group 1, else the whole match.
        """
        if self.pattern is None:
            return text
        match = self.pattern.search(text)
        if match is None:
            return None
        if "value" in self.pattern.groupindex:
            return match.group("value")
        return match.group(1 if self.pattern.groups else 0)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What a source's categories mean. Keys are folded by `fold_category`; `default` is for a missing category."""

    default: str | None
    by_category: Mapping[str, str]

    def of(self, category: str | None) -> str | None:
        """Return the declared kind, None where nothing is declared: the caller says so by name, never guesses."""
        if not category:
            return self.default
        return self.by_category.get(fold_category(category))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SellerRule:
    """Whose product a row is, where one file holds the shelves of several sellers."""

    field: str
    match: re.Pattern[str]
    seller: str
    id_space: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """A feed's own code beside its TOML; `code_digest` stands for its text."""

    module: str
    path: str
    code_digest: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """One feed: everything that its TOML says, each section a frozen value."""

    feed: Feed
    licence: Licence
    fetch: FetchPlan | None
    pages: PagePlan | None
    cards: CardPlan | None
    file: FilePlan | None
    fields: Mapping[str, FieldRule]
    details: Mapping[str, FieldRule]
    kinds: Kinds
    seller_rules: tuple[SellerRule, ...]
    functions: Functions | None
    path: str

    @property
    def name(self) -> str:
        """The feed's name: its partition."""
        return self.feed.name

    @property
    def is_crawled(self) -> bool:
        """Whether its documents are fetched; the others are files that a person puts in."""
        return self.fetch is not None

    def digest_of(self, *names: str) -> str:
        """Return a digest of the named parts: equal as long as none of them says anything else.

        Args:
            names: sections (`file`, `kinds`) or one value of a section (`feed.seller`).

        Raises:
            KeyError: there is no such part, which is a mistake of the calling maker.
        """
        if names not in self._digests:
            self._digests[names] = digest({name: self._part(name) for name in names})
        return self._digests[names]

    def _part(self, name: str) -> object:
        section, _, key = name.partition(".")
        value = self._plain[section]
        if not key or value is None:
            return value
        if not isinstance(value, dict) or key not in value:
            raise KeyError(f"the section {section} of a feed has no part {key!r}")
        return value[key]

    @cached_property
    def _digests(self) -> dict[tuple[str, ...], str]:
        """Digests made so far: a maker asks for the same one on every row, and a feed never changes."""
        return {}

    @cached_property
    def _plain(self) -> dict[str, object]:
        return {section.name: _plain(getattr(self, section.name)) for section in dataclasses.fields(self)}


def fold_category(text: str) -> str:
    """Return a category as it is compared: case and white space folded."""
    return " ".join(text.split()).casefold()


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, the port only where it is not the scheme's own.

    Raises:
        ValueError: the URL has no host or another scheme than http and https.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no http or https URL")
    own_port = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, own_port) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _plain(value: object) -> object:
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, Functions):
        return {"module": value.module, "code_digest": value.code_digest}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
