"""Fixtures of the fetching room: a loopback server, a transport that knows it as hanok.sample, and a state database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from whisky_assets.fetching.plan import CrawlPlan
from whisky_assets.fetching.tables import MIGRATIONS
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.crawling import Shop
from whisky_assets_tests.fetching.servers import SEEN, Request, Server, running


def undeclared(requests: Sequence[Request], origins: Collection[str]) -> list[str]:
    """Return what was asked of hosts outside the declared origins, as the servers read it from their sockets."""
    hosts = {origin.partition("://")[2] for origin in origins}
    return [
        f"{request.headers.get('host')}{request.target}"
        for request in requests
        if request.headers.get("host") not in hosts
    ]


@pytest.fixture(autouse=True)
def only_declared_origins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test whose crawls asked an origin that none of its plans declares, as counted at the servers' sockets."""
    origins: set[str] = set()
    checked = CrawlPlan.checked

    def noted(plan: CrawlPlan) -> CrawlPlan:
        found = checked(plan)
        origins.update(found.origins)
        return found

    monkeypatch.setattr(CrawlPlan, "checked", noted)
    begin = len(SEEN)
    yield
    if origins:
        assert undeclared(SEEN[begin:], origins) == []


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server without routes."""
    with running(Server()) as started:
        yield started


@pytest.fixture
def other_server() -> Iterator[Server]:
    """A second one."""
    with running(Server()) as started:
        yield started


@pytest.fixture
def transport(server: Server, other_server: Server) -> Iterator[GuardedTransport]:
    """A patient transport with a limit of 1 MB; hanok.sample and other.sample are the two servers."""
    places = {"hanok.sample": server.place, "other.sample": other_server.place}
    limits = TransportLimits(deadline_seconds=10, body_bytes=1_000_000)
    with GuardedTransport(resolve=places, limits=limits) as made:
        yield made


@pytest.fixture
def hurried(transport: GuardedTransport) -> GuardedTransport:
    """The same transport with a deadline of 0.4 s."""
    transport.limits = replace(transport.limits, deadline_seconds=0.4)
    return transport


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    """A state database with this room's tables."""
    opened = StateDatabase.open(tmp_path / "state.sqlite", MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def shop(server: Server, transport: GuardedTransport, database: StateDatabase) -> Shop:
    """An empty shop at hanok.sample."""
    return Shop(server, transport, database)
