"""A home with one shipped live feed, and its API as a loopback server that speaks the documented protocol.

The feed's TOML is the shipped one but for its host, its world, its switch and, where a test says so, its page size.
Time is a clock that only waiting moves. Not here: assertions.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from whisky_assets.domain.outcome import Outcome
from whisky_assets.domain.records import Listing, Offer, QuarantineRow
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.pipeline import collecting
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.registry import SHIPPED_FEEDS
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.clocks import MONDAY, Hands
from whisky_assets_tests.fetching.servers import Request, Server, message, running
from whisky_assets_tests.pipeline.house import House

HOST = "api.sample"
PAGES_HOST = "pages.sample"
"""A second host of the same API, for feeds whose products have pages elsewhere."""


@dataclass(frozen=True)
class Asked:
    """One request for the API itself: its path and parameters decoded, its headers, and when it came (fake clock)."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True)
class Reply:
    """What an API answers."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    """Return values as an API sends them; underscores in names of headers are hyphens."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(body, status, {"Content-Type": "application/json; charset=utf-8", **told})


MAINTENANCE = Reply(b"<!doctype html><title>Down for maintenance</title>", 200, {"Content-Type": "text/html"})
BUSY = as_json({"message": "Rate limit is exceeded. Try again in 90 seconds."}, 429, Retry_After="90")


@dataclass
class LiveFeed:
    """The feed, the home that reads it, and its API; `answer` may be changed between runs."""

    name: str
    house: House
    server: Server
    hands: Hands
    answer: Callable[[Asked], Reply]
    robots: str | None = None
    asked: list[Asked] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def route(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Answer robots.txt, and everything else as the API does."""
        parts = urlsplit(request.target)
        if parts.path == "/robots.txt":
            rules = self.robots
            writer.write(message(b"", status=404) if rules is None else message(rules.encode()))
            return
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(unquote(parts.path), query, request.headers, self.hands.wall)
        self.asked.append(asked)
        try:
            reply = self.answer(asked)
        except Exception as error:  # noqa: BLE001 - told by the test, where a server's own traceback would be lost
            self.faults.append(error)
            reply = Reply(b"", 400)
        writer.write(message(reply.body, status=reply.status, headers=dict(reply.headers)))

    def ingest(self) -> tuple[Outcome, Outcome]:
        """Fetch what is due and read it; returns what both came to."""
        step = self.house.step("ingest")
        try:
            collected = self.house._take(step, collecting.collect(step, self.name, collecting.Limits()))
            return collected, self.house.stage(step, self.name)
        finally:
            self.house.workspace.free_owner(step.owner)

    def next_week(self) -> None:
        """Move the home's clock on by four weeks, after which everything is due again."""
        self.house.workspace.set_week(self.house.workspace.week + 5)

    def listings(self) -> dict[str, Listing]:
        """The feed's rows by the source's number."""
        return {row.source_id: row for row in self.house.workspace.head_rows(self.name, "staged/listings")}

    def quarantine(self) -> list[QuarantineRow]:
        """What was refused."""
        return list(self.house.workspace.head_rows(self.name, "staged/quarantine"))

    def offers(self) -> dict[str, Offer]:
        """Build, and return the feed's offers by the source's number."""
        self.house.build()
        return {row.source_id: row for row in self.house.workspace.current_rows("core/offers")}


def live_toml(name: str, *changes: tuple[str, str], keeps_pace: bool = False) -> str:
    """Return a shipped feed's TOML for the loopback server of its API."""
    text = (SHIPPED_FEEDS / f"{name}.toml").read_text(encoding="utf-8")
    begin = text.index("https://", text.index("start = "))
    host = text[begin:].split("/", 3)[2]
    text = text[:begin] + text[begin:].replace(f"https://{host}", f"http://{HOST}")
    made = [
        ("enabled = false", 'enabled = true\nworld = "sample"'),
        *changes,
    ]
    if not keeps_pace:
        text = "".join(
            line for line in text.splitlines(keepends=True) if not line.startswith(("pace_seconds", "per_hour"))
        )
        made.append(("[fetch]\n", "[fetch]\npace_seconds = 0\nper_hour = 100000\n"))
    for old, new in made:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@contextmanager
def live_feed(
    name: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Asked], Reply],
    *changes: tuple[str, str],
    keeps_pace: bool = False,
) -> Iterator[LiveFeed]:
    """Open a fresh home with one live feed, switched on, and its API."""
    home = create_home(root, "sample", MONDAY)
    (home.sources / f"{name}.toml").write_text(live_toml(name, *changes, keeps_pace=keeps_pace), encoding="utf-8")
    hands = Hands()
    monkeypatch.setattr(collecting, "crawl", functools.partial(crawl, machine=hands.clock()))
    with running(Server()) as server:

        @contextmanager
        def transport(_workspace: Workspace, limits: TransportLimits) -> Iterator[GuardedTransport]:
            with GuardedTransport(resolve={HOST: server.place, PAGES_HOST: server.place}, limits=limits) as opened:
                yield opened

        monkeypatch.setattr(collecting, "open_transport", transport)
        workspace = Workspace(home)
        feed = LiveFeed(name, House(workspace), server, hands, answer)
        server.routes["*"] = feed.route
        try:
            yield feed
            assert feed.faults == []
        finally:
            workspace.close()
