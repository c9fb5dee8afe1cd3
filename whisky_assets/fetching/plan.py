"""What a crawl is told and what it says at its end; plain values that pipeline makes from a feed's TOML.

Not here: how the crawl works (`crawl.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.domain.records import Page
from whisky_assets.fetching.addresses import normalise, origin_of, require_origin
from whisky_assets.fetching.failures import RefusedAnswerError
from whisky_assets.fetching.transport import Transport
from whisky_assets.storage.state import StateDatabase

INDEX = "index"
PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An address that a crawl begins with: an `index` only leads on, a `page` is a document (which may lead on too)."""

    url: str
    role: str = INDEX


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPlan:
    """One feed's crawl as declared.

    `origins` are `scheme://host[:port]`; nothing outside them is ever asked. `pace_seconds` lie between two requests
    to one host, `per_hour` bounds the feed's requests (None: no bound). An index is due again after `index_days`, a
    page after `page_days`, each less up to `jitter_share` of it, so that pages do not all fall due at once.
    `max_pages` bounds the frontier, `max_depth` the steps from a start. More than `loss_share` of the known pages
    lost within a day stops the crawl. `paces` has the hosts with a pace of their own. For `permitted` (an address, or
    all below it where it ends in `/`) a rule of robots.txt that disallows it is set aside, and nothing else of it.
    `probes`: once a run a host is asked for an address where nothing can be, as its reader cannot tell an error page.
    """

    feed: str
    start: tuple[Start, ...]
    origins: tuple[str, ...]
    pace_seconds: float = 2.0
    per_hour: int | None = 60
    index_days: float = 28.0
    page_days: float = 7.0
    jitter_share: float = 0.1
    max_pages: int = 20_000
    max_depth: int = 5
    loss_share: float = 0.2
    paces: Mapping[str, float] = field(default_factory=dict)
    permitted: str = ""
    probes: bool = False

    def checked(self) -> CrawlPlan:
        """Return the plan with every address in its one spelling.

        Raises:
            UsageError: no start, an address that cannot be asked for, a start outside the origins, or a number out of
                its range.
        """
        try:
            origins = tuple(dict.fromkeys(origin_of(origin) for origin in self.origins))
            start = tuple(Start(url=normalise(entry.url), role=entry.role) for entry in self.start)
            for entry in start:
                require_origin(entry.url, origins)
        except RefusedAnswerError as error:
            raise UsageError(f"feed {self.feed}: {error}", remedy="Mend [fetch] in the feed's TOML.") from error
        wrong = [
            name
            for name, fine in (
                ("start", bool(start) and all(entry.role in (INDEX, PAGE) for entry in start)),
                ("pace_seconds", 0 <= self.pace_seconds <= 3_600),
                ("paces", all(0 <= seconds <= 3_600 for seconds in self.paces.values())),
                ("per_hour", self.per_hour is None or self.per_hour > 0),
                ("index_days", self.index_days >= 0),
                ("page_days", self.page_days >= 0),
                ("jitter_share", 0 <= self.jitter_share < 1),
                ("max_pages", self.max_pages > 0),
                ("max_depth", self.max_depth >= 0),
                ("loss_share", 0 < self.loss_share <= 1),
            )
            if not fine
        ]
        if wrong:
            raise UsageError(
                f"feed {self.feed}: {', '.join(wrong)} cannot be meant.", remedy="Mend [fetch] in the feed's TOML."
            )
        return replace(self, start=start, origins=origins)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits:
    """Budgets of one run, and how patient it is.

    `max_requests` and `max_minutes` (None: no bound) end the run with pages pending. Pages are acknowledged in
    batches of `flush_bytes` or `flush_seconds`. One address is tried `attempts` times, `retry_seconds` (doubled)
    apart; a host that fails `host_failures` times in a row is left alone for the rest of the run, as is one that asks
    for a longer wait than `wait_seconds`. `reread_indexes` asks every index for its whole body, as is needed once
    after the reader of links changed. `accept_loss` is a person's word, for this run: a mass loss is real and does not
    stop it, and the feed's parked hosts may be asked again.
    """

    max_requests: int | None = None
    max_minutes: float | None = 20.0
    flush_bytes: int = 16 * 1024 * 1024
    flush_seconds: float = 30.0
    attempts: int = 3
    retry_seconds: float = 1.0
    host_failures: int = 3
    wait_seconds: float = 30.0
    reread_indexes: bool = False
    accept_loss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What one document links to, absolute or relative; `whole` is False where it says that it lists only a part.

    `total` is how many products the whole list has by the document's own words (None: it says nothing); `items` is how
    many of them the document tells itself (None: the pages that it links to are the products). `modified` says when
    pages last changed, by their links (aware UTC): a hint, never a proof.
    """

    pages: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    whole: bool = True
    total: int | None = None
    items: int | None = None
    modified: Mapping[str, datetime] = field(default_factory=dict)


def _no_links(_page: Page) -> Links:
    return Links()


def _no_noise(_page: Page) -> None:
    return None


def _no_error_page(_page: Page) -> bool:
    return False


def _no_canonical(_page: Page) -> None:
    return None


def _same_product(_here: Page, _there: Page) -> bool:
    return True


def _never_the_same(_page: Page, _probe: Page) -> bool:
    return False


def _body_is_there(_url: str, _fetched_at: datetime) -> bool:
    return True


def _nothing_is_kept(_url: str, _fetched_at: datetime) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPorts:
    """The transport, the state database, and what only pipeline can do.

    `store_pages` writes a batch of bodies inside the given open transaction: the frontier moves in the same one.
    `find_links` reads one stored document for links. `is_error_page` says that a 200 page is an error page (soft 404):
    it is a miss, and the last good page stays; it raises InputRefusedError for a body that is no page at all, which is
    refused by that reason and no miss. `says_the_same` says whether a page tells what its host told where nothing can
    be, which makes it one too. `digest_content` stands for a body without the feed's declared noise: while it
    is that of the last good body, the page is unchanged and the kept body stays (None: bytes decide). `has_body` says
    whether the body of (url, fetched_at) can still be read; where not, it is fetched without validators. `kept_page` is
    that page with its body, None where it cannot be read: what an address told before it led elsewhere for good.
    `canonical_of` is the address of another page of the feed that a body says it belongs to; `is_same_product` whether
    the bodies of two addresses tell the same product, so that the one may live on under the other. All but
    `store_pages` are pure and quick; what else `find_links` and `is_error_page` raise as WhiskyError counts as "no
    links" or "no error page" and is told as a problem.
    """

    transport: Transport
    database: StateDatabase
    store_pages: Callable[[sqlite3.Connection, Sequence[Page]], None]
    find_links: Callable[[Page], Links] = _no_links
    is_error_page: Callable[[Page], bool] = _no_error_page
    says_the_same: Callable[[Page, Page], bool] = _never_the_same
    digest_content: Callable[[Page], str | None] = _no_noise
    has_body: Callable[[str, datetime], bool] = _body_is_there
    kept_page: Callable[[str, datetime], Page | None] = _nothing_is_kept
    canonical_of: Callable[[Page], str | None] = _no_canonical
    is_same_product: Callable[[Page, Page], bool] = _same_product


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one run of a crawl did.

    Each due address is in one of `fetched`, `unchanged`, `moved`, `missing`, `failed`, `refused`, `deferred` and
    `pending`; the address to which a page `moved` is counted beside it.
    `noisy` counts bodies that came and differed from the last one in declared noise alone (a part of `unchanged`).
    `gone` counts misses that became final at the end of this run (a part of `missing`). `deferred` waits for a host
    that asked for it, `pending` for the next run. `complete`: all addresses of the feed are answered and every index
    was whole, with as many products as it states, as of now and over all runs; only then does absence mean anything.
    `stopped` is empty, or `max_requests`, `max_minutes`, `pace` (the next allowed request lies past the time box) or
    `mass_loss`.
    """

    feed: str
    run: str
    fetched: int = 0
    unchanged: int = 0
    noisy: int = 0
    moved: int = 0
    missing: int = 0
    failed: int = 0
    refused: int = 0
    deferred: int = 0
    pending: int = 0
    gone: int = 0
    requests: int = 0
    discovered: int = 0
    complete: bool = False
    stopped: str = ""
    dead_hosts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: int(getattr(self, name)) for name in COUNTED}


COUNTED = (
    "fetched",
    "unchanged",
    "noisy",
    "moved",
    "missing",
    "failed",
    "refused",
    "deferred",
    "pending",
    "gone",
    "requests",
    "discovered",
)
