"""A sample home with a feed of an owner, whose shop is a loopback server that the test itself serves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whisky_assets.domain.outcome import Outcome
from whisky_assets.domain.records import Listing, Page
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.pipeline import collecting
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML

FEED = "shelf"
SITE = "http://shelf.sample"
MAP = "/sitemap.xml"
PRODUCT = (
    "<html><head><title>{name}</title>{head}</head><body>{noise}<article class='product'><h1>{name}</h1>"
    "<p>Strength: {abv}%</p><strong class='now'>£{price}</strong>"
    "<span class='stock'>{stock}</span></article></body></html>"
)

USUAL = {"head": "", "noise": "", "abv": "46", "price": "50.00", "stock": "In stock"}


@dataclasses.dataclass
class ServedShop:
    """The shop `shelf` and the home that reads it, week by week."""

    house: House
    server: Server

    def sell(self, number: int, *, path: str = "", **told: str) -> str:
        """Serve one product page and return its path."""
        words = {"name": f"Ardbeg {number}", **USUAL, **told}
        target = path or f"/product/{number}"
        self.server.routes[target] = plain(PRODUCT.format(**words).encode())
        return target

    def list_pages(self, *paths: str, more: str = "") -> None:
        """Serve an index of these paths."""
        links = "".join(f'<a href="{path}">bottle</a>' for path in paths)
        self.server.routes[MAP] = plain(f"<html><body>{links}{more}</body></html>".encode())

    def week(self, number: int) -> tuple[Outcome, Outcome]:
        """Move the clock to a week and ingest the feed; returns what fetching and what reading came to."""
        workspace = self.house.workspace
        if number > workspace.week:
            workspace.set_week(number)
        step = self.house.step("ingest")
        collected = self.house._take(step, collecting.collect(step, FEED, collecting.Limits()))
        return collected, self.house.stage(step, FEED)

    def asked_in(self, weeks: range, *targets: str) -> dict[str, list[int]]:
        """Ingest the feed in each of these weeks; returns in which of them each target was asked for."""
        asked: dict[str, list[int]] = {target: [] for target in targets}
        for week in weeks:
            self.server.requests.clear()
            self.week(week)
            for target in targets:
                asked[target].extend([week] * self.server.targets.count(target))
        return asked

    def listings(self) -> dict[str, Listing]:
        """The feed's products by the shop's number."""
        return {row.source_id: row for row in self.house.workspace.head_rows(FEED, "staged/listings")}

    def raw_pages(self, path: str) -> list[bytes]:
        """The bodies that are kept of one path, oldest first."""
        store = self.house.workspace.store
        segments = [segment.id for segment in store.segments("raw/pages", FEED)]
        pages = sorted(store.read(segments, Page), key=lambda page: page.fetched_at)
        return [page.body for page in pages if page.url == SITE + path]


@contextmanager
def served_shop(root: Path, monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> Iterator[ServedShop]:
    """Open a fresh sample home with the feed `shelf`, whose TOML has texts in it replaced, and its empty shop."""
    toml = PAGES_TOML.replace('world = "real"', 'world = "sample"').replace(
        "[fetch]\n", "[fetch]\npace_seconds = 0\nper_hour = 100000\n"
    )
    for old, new in changes:
        assert old in toml
        toml = toml.replace(old, new, 1)
    home = create_home(root, "sample", MONDAY)
    (home.sources / f"{FEED}.toml").write_text(toml, encoding="utf-8")
    with running(Server()) as server:

        @contextmanager
        def transport(_workspace: Workspace, limits: TransportLimits) -> Iterator[GuardedTransport]:
            with GuardedTransport(resolve={"shelf.sample": server.place}, limits=limits) as opened:
                yield opened

        monkeypatch.setattr(collecting, "open_transport", transport)
        workspace = Workspace(home)
        try:
            yield ServedShop(House(workspace), server)
        finally:
            workspace.close()
