"""Each behaviour over HTTP, and where it matters over TLS: in time, in memory, its reason stored, nothing good lost."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from whisky_assets.fetching.plan import CrawlReport, Start
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import Shop
from whisky_assets_tests.fetching.hostile.behaviours import BEHAVIOURS, DEADLINE_SECONDS, OVER_TLS, Behaviour, redirect
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.fetching.test_transport import certificate_for

PATIENT_SECONDS = 10.0
MOST_BYTES = 100_000_000


def limits_of(behaviour: Behaviour) -> TransportLimits:
    hurried = behaviour.reason == "deadline"
    return TransportLimits(deadline_seconds=DEADLINE_SECONDS if hurried else PATIENT_SECONDS)


def hostile_week(shop: Shop, behaviour: Behaviour) -> tuple[CrawlReport, float, int]:
    """A good first week, then a second in which one page misbehaves; returns its report, seconds and peak in bytes."""
    shop.limits = replace(shop.limits, attempts=1)
    shop.sell(10)
    for number in range(1, 7):
        shop.server.routes[f"/hop/{number}"] = redirect(f"/hop/{number + 1}")
    shop.crawl()
    shop.server.routes["/p/3"] = behaviour.route
    shop.now = MONDAY + WEEK
    shop.transport.limits = limits_of(behaviour)
    tracemalloc.start()
    begun = time.monotonic()
    report = shop.crawl()
    seconds = time.monotonic() - begun
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return report, seconds, peak_bytes


def require_outcome(shop: Shop, behaviour: Behaviour, path: str = "/p/3") -> None:
    report, seconds, peak_bytes = hostile_week(shop, behaviour)
    assert seconds < shop.transport.limits.deadline_seconds + 1
    assert peak_bytes < MOST_BYTES
    entry = shop.entry(path)
    assert (entry.state, entry.reason, entry.good_at, entry.misses) == (behaviour.state, behaviour.reason, MONDAY, ())
    assert shop.states()[path] == "live"
    assert shop.stored().count(path) == 1
    assert (report.unchanged, report.missing, report.dead_hosts) == (10, 0, ())
    assert (report.failed, report.refused) == ((1, 0) if behaviour.state == "deferred" else (0, 1))


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_a_hostile_page_has_its_outcome_and_keeps_its_last_good_body(
    shop: Shop, other_server: Server, behaviour: Behaviour
) -> None:
    require_outcome(shop, behaviour)
    assert other_server.connections == 0
    other = replace(
        shop,
        server=other_server,
        plan=replace(
            shop.plan, feed="other", start=(Start(url="http://other.sample/"),), origins=("http://other.sample",)
        ),
    )
    other_server.routes["/"] = plain(b"another shop")
    assert other.crawl().complete


@pytest.fixture
def secure_shop(tmp_path: Path, database: StateDatabase) -> Iterator[Shop]:
    """A shop at https://hanok.sample, whose certificate only its guest trusts."""
    pem, context = certificate_for("hanok.sample", tmp_path)
    with (
        running(Server(), tls=context) as server,
        GuardedTransport(resolve={"hanok.sample": server.place}, certificates=pem) as transport,
    ):
        shop = Shop(server, transport, database)
        origin = "https://hanok.sample"
        shop.plan = replace(shop.plan, start=(Start(url=f"{origin}/sitemap.xml"),), origins=(origin,))
        yield replace(shop, site=origin)


@pytest.mark.parametrize("behaviour", OVER_TLS, ids=lambda one: one.name)
def test_over_tls_the_outcome_is_the_same(secure_shop: Shop, behaviour: Behaviour) -> None:
    require_outcome(secure_shop, behaviour)
