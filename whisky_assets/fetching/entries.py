"""What is known of one address, and how each kind of answer moves it; pure, no request and no database.

States: `new` (never visited), `fetched` (a new body came), `unchanged` (the last good body still stands), `deferred`
(no answer yet), `refused` (an answer that we do not take), `missing` (missed, but not for long enough), `gone`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from whisky_assets.domain.records import Page
from whisky_assets.fetching.plan import INDEX, PAGE, CrawlPlan, Links

MISS_APART = timedelta(days=7)
"""Two misses count as two only in two runs so far apart on the data's clock."""

ABSENT = "absent"
WITHDRAWN = "withdrawn"
MISSES_TO_GO = {ABSENT: 3, WITHDRAWN: 2}
"""Misses of any kind until a page is gone; a page that its site withdrew (410) goes sooner."""

GONE_AGAIN = timedelta(days=28)
"""How long until a gone page is looked at again, unless an index lists it anew."""

SOONEST_BY_DATE = timedelta(days=1)
"""How long a page that stood is left alone at least, whatever an index says of it: some date all pages `now`."""

DATE_BLUR = timedelta(days=1)
"""What the date of an index may mean: a day alone, in any zone, and a change on that day after our visit."""

LATEST_BY_DATE = 2
"""Cadences after which a page is due though its index dates it older than our visit: prices change without a date."""

MOVED = "moved"
"""Reason of a gone page that lives on at another address, `moved_to`."""

PART = "part"
"""Reason of an address whose links are known in part or not at all, so that absence from it means nothing."""

SHORT = "short"
"""Reason of a list that states more products than were found on it, so that absence from it means nothing."""

UNSURE = frozenset({PART, SHORT})

LOST_STATES = frozenset({"missing", "gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One counted miss of an address: when on the data's clock, in which run, and of which kind."""

    at: datetime
    run: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One address of one feed's frontier.

    `good_at` is `fetched_at` of the last good body, whose digest is `body_sha256`; both stay through every failure.
    `confirmed_at` is when that body was last seen to stand. `misses` are those since then. `stated_total` is how many
    products its list has by its own words, `listed_items` how many of them it tells itself. `content_digest` stands for
    the last good body without the feed's declared noise (None: none is declared).
    """

    feed: str
    url: str
    role: str
    depth: int
    first_seen: datetime
    due: datetime
    found_on: str | None = None
    listed: bool = True
    state: str = "new"
    reason: str = ""
    visited: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    good_at: datetime | None = None
    confirmed_at: datetime | None = None
    moved_to: str | None = None
    stated_total: int | None = None
    listed_items: int | None = None
    content_digest: str | None = None
    misses: tuple[Miss, ...] = ()

    @property
    def is_known_page(self) -> bool:
        """Whether a good body of it was stored and it is not gone: what a mass loss is measured against."""
        return self.good_at is not None and self.state != "gone"

    @property
    def page_state(self) -> str:
        """How its last good body stands in the tables: live, missing or gone."""
        return self.state if self.state in LOST_STATES else "live"

    @property
    def must_come_whole(self) -> bool:
        """Whether "not modified" would be no answer to it: what its links told is not known, or its page moved away.

        A failure takes the place of the reason that a list is known in part or short, so that it is read again.
        """
        if self.role != INDEX and self.reason == PART:
            return True
        is_list = self.role == INDEX or self.stated_total is not None
        return self.reason == MOVED or (is_list and self.state not in ("fetched", "unchanged"))

    def has_earned_gone(self) -> bool:
        """Return whether its misses are enough, and far enough apart, for it to be gone."""
        withdrawn = sum(miss.kind == WITHDRAWN for miss in self.misses)
        return len(self.misses) >= MISSES_TO_GO[ABSENT] or withdrawn >= MISSES_TO_GO[WITHDRAWN]


def next_due(plan: CrawlPlan, role: str, url: str, now: datetime) -> datetime:
    """Return when an answered address is due again: its cadence, less a share that its name decides."""
    days = plan.index_days if role == INDEX else plan.page_days
    share = int.from_bytes(hashlib.sha256(url.encode()).digest()[:4]) / 2**32
    return now + timedelta(days=days * (1 - plan.jitter_share * share))


def after_body(
    entry: Entry, page: Page, plan: CrawlPlan, moved_to: str | None, content_digest: str | None = None
) -> Entry:
    """Return the entry after a new good body: all misses are forgotten."""
    now = page.fetched_at
    return replace(
        _answered(entry, plan, now),
        state="fetched",
        body_sha256=page.body_sha256,
        content_digest=content_digest,
        good_at=now,
        confirmed_at=now,
        moved_to=moved_to,
    )


def after_unchanged(entry: Entry, plan: CrawlPlan, now: datetime, content_digest: str | None = None) -> Entry:
    """Return the entry after its last good body was seen to stand: by 304, equal bytes, or equal but for noise."""
    return replace(
        _answered(entry, plan, now),
        state="unchanged",
        reason=entry.reason if entry.reason in UNSURE else "",
        confirmed_at=now,
        content_digest=content_digest or entry.content_digest,
    )


def after_links(entry: Entry, links: Links, *, is_whole: bool) -> Entry:
    """Return an answered address after its links were read; that only a part is known is kept until they are again.

    A list that states a total is short until it is counted, so that a kill before that leaves no list that looks whole.
    """
    if not is_whole:
        return replace(entry, reason=PART)
    reason = "" if links.total is None else SHORT
    return replace(entry, reason=reason, stated_total=links.total, listed_items=links.items)


def after_count(entry: Entry, *, is_short: bool) -> Entry:
    """Return an answered list after its products were counted against its stated total."""
    if entry.state not in ("fetched", "unchanged") or entry.reason == PART:
        return entry
    return replace(entry, reason=SHORT if is_short else "")


def with_validators(entry: Entry, etag: str | None, last_modified: str | None) -> Entry:
    """Return the entry with the validators that came with its body, where they can be sent back."""
    return replace(entry, etag=_sendable(etag), last_modified=_sendable(last_modified))


def after_miss(entry: Entry, *, kind: str, reason: str, run: str, now: datetime) -> Entry:
    """Return the entry after its page was not there.

    The miss counts if none of this run does and the last one is seven days old or more; whether enough misses make it
    gone is decided at the end of a run, over all of them. The last good body stays.
    """
    last = entry.misses[-1] if entry.misses else None
    counts = last is None or (entry.state != "gone" and now - last.at >= MISS_APART and last.run != run)
    misses = (*entry.misses, Miss(at=now, run=run, kind=kind)) if counts else entry.misses
    state = "gone" if entry.state == "gone" else "missing"
    due = now + GONE_AGAIN if state == "gone" else misses[-1].at + MISS_APART
    return replace(entry, state=state, reason=reason, visited=now, misses=misses, due=due)


def after_failure(entry: Entry, *, reason: str, later: bool, plan: CrawlPlan, now: datetime) -> Entry:
    """Return the entry after no usable answer: no miss; a lost page stays lost, any other stays live.

    `later`: it is due again at once, so that the next run asks; otherwise at its usual time.
    """
    state = entry.state if entry.state in LOST_STATES else ("deferred" if later else "refused")
    due = now if later else next_due(plan, entry.role, entry.url, now)
    if entry.state == "missing":
        due = min(due, now + MISS_APART)
    return replace(entry, state=state, reason=reason, visited=now, due=due)


def gone(entry: Entry, now: datetime) -> Entry:
    """Return the entry as gone: still known, rarely visited, and at once when an index lists it anew."""
    return replace(entry, state="gone", due=now + GONE_AGAIN)


def after_move(entry: Entry, target: str, now: datetime) -> Entry:
    """Return the entry after its product was seen at another address: gone from here without a miss.

    Its last good body stays, with the validators that came with it.
    """
    return replace(entry, state="gone", reason=MOVED, moved_to=target, visited=now, due=now + GONE_AGAIN, misses=())


def forgiven(entry: Entry, since: datetime, now: datetime) -> Entry:
    """Return the entry without its misses since a moment: a site that fails whole loses no page."""
    if not any(miss.at >= since for miss in entry.misses):
        return entry
    misses = tuple(miss for miss in entry.misses if miss.at < since)
    if entry.state != "missing" or misses:
        return replace(entry, misses=misses)
    return replace(entry, misses=(), state="deferred", reason="mass_loss", due=now)


def relisted(entry: Entry, found_on: str, now: datetime, *, is_next_page: bool = False) -> Entry:
    """Return the entry after an index listed it: a gone one that was not listed any more is due at once.

    So is a gone page of a list to which a page that tells products itself leads on (`is_next_page`): a list that grew
    goes on where nothing was before.
    """
    back = entry.state == "gone" and (not entry.listed or is_next_page)
    return replace(entry, listed=True, found_on=found_on, due=now if back else entry.due)


def after_date(entry: Entry, modified: datetime | None, plan: CrawlPlan, now: datetime) -> Entry:
    """Return a page as the date of its last change moves it that an index tells (None: untold).

    Changed after its body was last seen to stand, it is due at once, though not within a day of that; else it may wait,
    up to twice its cadence. A date in the future says nothing, and no date moves a page that fails or is missed.
    """
    seen = entry.confirmed_at
    stands = entry.role == PAGE and entry.state in ("fetched", "unchanged") and not entry.reason
    if modified is None or modified > now or seen is None or not stands:
        return entry
    if modified > seen:
        return replace(entry, due=min(entry.due, max(now, seen + SOONEST_BY_DATE)))
    if modified + DATE_BLUR > seen:
        return entry
    usual = next_due(plan, entry.role, entry.url, seen) - seen
    return replace(entry, due=max(entry.due, seen + LATEST_BY_DATE * usual))


def _answered(entry: Entry, plan: CrawlPlan, now: datetime) -> Entry:
    due = next_due(plan, entry.role, entry.url, now)
    return replace(entry, reason="", visited=now, due=due, misses=())


def _sendable(validator: str | None) -> str | None:
    if validator is None or not 0 < len(validator) <= 1_000:
        return None
    return validator if all(" " <= letter <= "~" for letter in validator) else None
