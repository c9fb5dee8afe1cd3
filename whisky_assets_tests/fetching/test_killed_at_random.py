"""Five hundred runs killed at any moment of crawls of 200 pages: each crawl ends whole, and its shop sees one pace."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.fetching.frontier import good_documents
from whisky_assets.storage.segments import SegmentStore
from whisky_assets_tests.fetching.crawling import SHOP
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.fetching.stored_crawl import FEED, open_store

PAGES = 200
PACE_SECONDS = 0.05
LONGEST_LIFE_SECONDS = 1.4
"""Of a run from its first step on; some of the kills come before its first page, some after a dozen and more."""

CRAWLS_AT_ONCE = 3


@dataclass
class Kills:
    """How many runs are to be killed, and how many were; over all crawls."""

    wanted: int
    done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> None:
        """Count one that died by a kill, not by its own end."""
        with self._lock:
            self.done += 1

    @property
    def are_enough(self) -> bool:
        """Whether no further run has to die."""
        return self.done >= self.wanted


@dataclass
class KilledCrawl:
    """One crawl of a shop of its own, begun again after each kill until a run comes to its own end."""

    root: Path
    server: Server
    moments: random.Random
    kept: set[str] = field(default_factory=set)

    def open_shop(self) -> None:
        """Serve so many pages behind one index."""
        for number in range(PAGES):
            self.server.routes[f"/p/{number}"] = plain(f"product {number}".encode())
        listed = "".join(f'<a href="/p/{number}">' for number in range(PAGES))
        self.server.routes["/sitemap.xml"] = plain(listed.encode())

    def run_until_whole(self, kills: Kills) -> None:
        """Kill run after run; at the end every page is kept once, byte for byte, and the pace was kept over all."""
        self.open_shop()
        number = 0
        while self.run_once(f"run-{number}", kills):
            number += 1
        assert self.kept == {"/sitemap.xml", *(f"/p/{number}" for number in range(PAGES))}
        with opened(self.root) as store:
            bodies = {page.url: page.body for page in pages_of(store)}
        assert all(bodies[f"{SHOP}/p/{number}"] == f"product {number}".encode() for number in range(PAGES))
        times = [request.at for request in self.server.requests]
        assert min(later - earlier for earlier, later in pairwise(times)) >= PACE_SECONDS
        assert {request.headers["host"] for request in self.server.requests} == {"hanok.sample"}

    def run_once(self, run: str, kills: Kills) -> bool:
        """Start a run and kill it after a while, unless enough were; returns whether it was killed."""
        asked_before = len(self.server.requests)
        module = "whisky_assets_tests.fetching.stored_crawl"
        arguments = [sys.executable, "-m", module, str(self.root), str(self.server.port), run, str(PACE_SECONDS)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            if not kills.are_enough:
                time.sleep(self.moments.uniform(0, LONGEST_LIFE_SECONDS))
                process.kill()
            told = set(process.communicate(timeout=120)[0].split())
        assert process.returncode in (0, -signal.SIGKILL)
        asked = {request.target for request in self.server.requests[asked_before:]} - {"/robots.txt"}
        assert not asked & self.kept  # what was acknowledged is not asked for again
        self.require_whole(told)
        if process.returncode == 0:
            return False
        kills.count()
        return True

    def require_whole(self, told: set[str]) -> None:
        """Nothing acknowledged is missing, nothing is there twice, and the frontier knows exactly what is stored."""
        with opened(self.root) as store:
            stored = [(page.url, page.body_sha256) for page in pages_of(store)]
            with store.db.reading() as connection:
                known = {(document.url, document.body_sha256) for document in good_documents(connection, FEED)}
        assert len(stored) == len({url for url, _sha256 in stored})
        assert set(stored) == known
        now_kept = {url.removeprefix(SHOP) for url, _sha256 in stored}
        assert now_kept >= told | self.kept
        self.kept = now_kept


@contextmanager
def opened(root: Path) -> Iterator[SegmentStore]:
    store = open_store(root)
    try:
        yield store
    finally:
        store.db.close()


def pages_of(store: SegmentStore) -> list[Page]:
    return list(store.read([segment.id for segment in store.segments("raw/pages", FEED)], Page))


def kill_runs(folder: Path, wanted: int, crawls_at_once: int) -> int:
    """Crawl shop after shop until so many runs were killed; returns how many crawls came to their end."""
    kills = Kills(wanted)
    seeds = iter(range(wanted + crawls_at_once))
    taking = threading.Lock()

    def work() -> int:
        crawls = 0
        while not kills.are_enough:
            with taking:
                seed = next(seeds)
            with running(Server()) as server:
                moments = random.Random(seed)  # noqa: S311 - when to kill, no secret
                KilledCrawl(folder / f"home-{seed}", server, moments).run_until_whole(kills)
            crawls += 1
        return crawls

    with ThreadPoolExecutor(crawls_at_once) as pool:
        workers = [pool.submit(work) for _worker in range(crawls_at_once)]
        crawls = sum(worker.result() for worker in workers)
    assert kills.are_enough
    return crawls


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_five_hundred_killed_runs_lose_no_page_store_none_twice_and_keep_the_pace(tmp_path: Path) -> None:
    assert kill_runs(tmp_path, 500, CRAWLS_AT_ONCE) >= CRAWLS_AT_ONCE
