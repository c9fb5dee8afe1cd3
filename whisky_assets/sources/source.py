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
from whisky_assets.sources.declared_kinds import Kinds
from whisky_assets.sources.key_plan import KeyPlan
from whisky_assets.sources.markup_plans import JsonLdPlan, TablePlan
from whisky_assets.sources.permission import Invitation, Permission

WORLDS = ("real", "sample")
USUAL_WORLD = "real"
PRESETS = (
    *("shopify", "woocommerce", "squarespace", "json_api", "json_ld"),
    *("product_pages", "sitemap", "cards", "table", "csv_xlsx"),
)
JSON_PRESETS = ("shopify", "woocommerce", "squarespace", "json_api", "json_ld")
"""Presets whose documents are JSON or hold it, and whose places are paths into it."""

PAGE_PRESETS = ("product_pages", "sitemap")
"""Presets of sites with one page a product."""

WITNESSES = ("column", "producer", "registry", "monopoly", "person")
FILE_FORMATS = ("csv", "xlsx")
DECIMAL_SIGNS = (".", ",")
VOLUME_UNITS = ("ml", "cl", "l")
MINOR_UNIT = "minor"
"""What a bare number of `price` counts where it is told in cents, pence or whatever the currency's smallest unit is."""
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
    "image",
)
"""What a reader can find out about one product, in the order of a TOML's `[fields]`."""

ALL_FIELDS = "*"
LICENSED_FIELDS = (
    "name",
    "producer",
    "category",
    "country",
    "region",
    "abv_pct",
    "volume_ml",
    "pack_count",
    "price_minor",
    "gtin14",
    "url",
    "available",
    "image_url",
)
"""Columns of an offer that terms can allow one by one. `name` stands for all that is read in it but the strength."""

IMAGE_COLUMN = "image_url"
NAMED_FIELDS = frozenset({IMAGE_COLUMN})
"""Columns that `*` does not cover: a picture is a work of its own, so terms that speak of data say nothing of it."""


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
        covered = ALL_FIELDS in self.allowed_fields and field not in NAMED_FIELDS
        return self.publish and (covered or field in self.allowed_fields)

    @property
    def withheld(self) -> tuple[str, ...]:
        """The columns whose values may not be published, sorted: all of them where nothing may."""
        return tuple(sorted(field for field in LICENSED_FIELDS if not self.allows(field)))


HTTP = "http"
BROWSER = "browser"
TRANSPORTS = (HTTP, BROWSER)
"""How a feed's pages are had: as their server sends them, or as their scripts draw them."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlan:
    """Where a crawl starts, where it may go and how politely (seconds between requests, requests an hour).

    An index is due again after `index_days`, a page after `page_days`, each less up to `jitter_share` of it.
    `not_found` matches the title of a page that says, with status 200, that there is none. `wait_for` is the CSS of
    the element that makes a page in a browser whole; None: the page has come to rest. `key` is what an API asks for.
    `paces` has the hosts with a pace of their own, `invited` where the operator invites programs past its robots.txt.
    """

    start: tuple[str, ...]
    origins: tuple[str, ...]
    pace_seconds: float
    per_hour: int
    max_pages: int
    deadline_seconds: float
    index_days: float
    page_days: float
    jitter_share: float
    not_found: re.Pattern[str] | None
    transport: str = HTTP
    wait_for: str | None = None
    key: KeyPlan | None = None
    paces: Mapping[str, float] = dataclasses.field(default_factory=dict)
    invited: Invitation | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoisePlan:
    """What changes on a site's pages without being news: texts that are left out when two bodies are compared."""

    patterns: tuple[re.Pattern[str], ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """How a site's pages are told apart, and where on a product page its one product stands.

    `total` is where an index page states how many products its whole list has.
    """

    index: re.Pattern[str]
    page: re.Pattern[str]
    links: str
    total: FieldRule | None
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
class JsonPlan:
    """Where in an API's answer its products stand (paths), and how its pages follow each other.

    `page` and `offset` are parameters of the address that count pages from 1 and products from 0; `cursor` is the one
    that takes what stands at `next`; `range` finds the first and the last number of a page in its address. `size` is
    how many products a full page holds, `decimal` the sign in prices. Where `error` finds text, the answer is none.
    With a `link` the start is an index: each product of its list at `index` has a page there, that tells it at `items`.
    """

    items: str
    variants: str | None
    total: str | None
    page: str | None
    offset: str | None
    next: str | None
    cursor: str | None
    size: int | None
    decimal: str
    range: re.Pattern[str] | None = None
    error: FieldRule | None = None
    index: str = ""
    link: FieldRule | None = None


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

    `places` are column headers, CSS selectors or JSON paths by preset; with a `form` all of them must tell, and their
    texts take the places of its `{}`. `search` looks inside running text, where finding nothing is no refusal. `unit`
    is what a bare number counts; `yes` and `no` read availability.
    """

    places: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    attribute: str | None = None
    pattern: re.Pattern[str] | None = None
    form: str | None = None
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
    noise: NoisePlan | None
    pages: PagePlan | None
    cards: CardPlan | None
    json: JsonPlan | None
    json_ld: JsonLdPlan | None
    table: TablePlan | None
    file: FilePlan | None
    fields: Mapping[str, FieldRule]
    details: Mapping[str, FieldRule]
    kinds: Kinds
    seller_rules: tuple[SellerRule, ...]
    functions: Functions | None
    path: str
    permission: Permission | None = None

    @property
    def name(self) -> str:
        """The feed's name: its partition."""
        return self.feed.name

    @property
    def picture_line(self) -> str | None:
        """Whose a picture of this feed is and under which terms; None where its terms name no pictures."""
        if not self.licence.allows(IMAGE_COLUMN):
            return None
        told = (self.feed.seller, self.licence.attribution, self.licence.title, self.licence.terms_url)
        return ", ".join(dict.fromkeys(filter(None, told)))

    @property
    def robots_set_aside(self) -> str:
        """The address for which a permission sets robots.txt aside, empty where none does."""
        return "" if self.permission is None else self.permission.robots

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
