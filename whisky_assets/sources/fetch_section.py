"""The sections `[fetch]` and `[noise]` of a feed's TOML: where a crawl may go, how often, what is no news.

Not here: any request, and the other sections (`loading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from whisky_assets.domain.toml_file import TomlTable
from whisky_assets.parsing.html import check_selector
from whisky_assets.sources.key_plan import key_plan
from whisky_assets.sources.permission import invitation_in
from whisky_assets.sources.source import BROWSER, HTTP, TRANSPORTS, FetchPlan, NoisePlan, origin_of

PACE_SECONDS = 2.0
"""Seconds between two requests to one host where a feed says nothing: what no shop's log would show as a load."""

REQUESTS_PER_HOUR = 60
MAX_PAGES = 1_000
DEADLINE_SECONDS = 30.0
INDEX_DAYS = 28.0
"""Four weeks, not a month: runs are weekly, and 30 days would be five weeks to most of them."""

PAGE_DAYS = 7.0
JITTER_SHARE = 0.1
"""Most of a cadence that an address is due sooner, decided by its name, so that not all fall due on one day."""


def fetch_plan(table: TomlTable, cadence_days: int | None) -> FetchPlan:
    """Return how a feed is crawled; its own cadence stands for those of its indexes and pages, where it has one.

    Raises:
        UsageError: names file, line and key.
    """
    start = table.texts("start")
    own = tuple(dict.fromkeys(_origin(table, "start", url) for url in start))
    origins = tuple(_origin(table, "origins", url) for url in table.texts("origins", default=own))
    plan = FetchPlan(
        start=start,
        origins=origins,
        pace_seconds=table.number("pace_seconds", least=0, default=PACE_SECONDS),
        per_hour=table.whole("per_hour", least=1, default=REQUESTS_PER_HOUR),
        max_pages=table.whole("max_pages", least=1, default=MAX_PAGES),
        deadline_seconds=table.number("deadline_seconds", least=1, default=DEADLINE_SECONDS),
        index_days=table.number("index_days", least=0, default=cadence_days or INDEX_DAYS),
        page_days=table.number("page_days", least=0, default=cadence_days or PAGE_DAYS),
        jitter_share=table.number("jitter_share", least=0, default=JITTER_SHARE),
        not_found=table.maybe_pattern("not_found"),
        transport=table.choice("transport", TRANSPORTS, default=HTTP),
        wait_for=table.maybe_text("wait_for"),
        key=key_plan(table.table("key"), start, own),
        paces=_paces(table.table("paces"), origins),
        invited=invitation_in(table.table("invited"), origins),
    )
    table.finish()
    if outside := [origin for origin in own if origin not in origins]:
        raise table.error("origins", f"must hold the origin of every start: {outside[0]} is not there")
    if plan.jitter_share >= 1:
        raise table.error("jitter_share", f"must be less than 1, not {plan.jitter_share:g}")
    if plan.key is not None and plan.transport == BROWSER:
        raise table.error("key", f'cannot be used with transport = "{BROWSER}", where scripts could read it')
    if plan.wait_for is not None:
        _check_wait(table, plan.transport, plan.wait_for)
    return plan


def _paces(table: TomlTable | None, origins: tuple[str, ...]) -> Mapping[str, float]:
    """Return the hosts with a pace of their own, in seconds between two requests."""
    if table is None:
        return {}
    hosts = {urlsplit(origin).hostname or "" for origin in origins}
    if strangers := [host for host in table.keys() if host not in hosts]:  # noqa: SIM118 - a TOML table is no Mapping
        raise table.error(strangers[0], "is no host of the feed's origins")
    paces = {host: table.number(host, least=0) for host in sorted(hosts) if table.has(host)}
    table.finish()
    return paces


def _check_wait(table: TomlTable, transport: str, wait_for: str) -> None:
    if transport != BROWSER:
        raise table.error("wait_for", f'is for transport = "{BROWSER}" alone: no script draws a page that is fetched')
    try:
        check_selector(wait_for)
    except ValueError as error:
        raise table.error("wait_for", f"is no CSS selector: {error}") from error


def noise_plan(table: TomlTable) -> NoisePlan:
    """Return what changes on a feed's pages without being news.

    Raises:
        UsageError: names file, line and key; also for a pattern that matches the empty text, as it says nothing.
    """
    plan = NoisePlan(patterns=table.patterns("patterns"))
    table.finish()
    for pattern in plan.patterns:
        if _matches_nothing(pattern):
            raise table.error("patterns", f"holds {pattern.pattern!r}, which matches where nothing stands")
    return plan


def _matches_nothing(pattern: re.Pattern[str]) -> bool:
    return pattern.search("") is not None


def _origin(table: TomlTable, key: str, url: str) -> str:
    try:
        return origin_of(url)
    except ValueError as error:
        raise table.error(key, f"must hold http or https URLs: {error}") from error
