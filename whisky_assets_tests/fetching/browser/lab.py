"""A browser before loopback shops, shared by a module's tests: what a page says, what was asked, what was refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from selectolax.lexbor import LexborHTMLParser

from whisky_assets.domain.errors import FetchError
from whisky_assets.fetching.addresses import require_origin
from whisky_assets.fetching.browser.chromium import Programs
from whisky_assets.fetching.browser.refusals import STRANGER
from whisky_assets.fetching.browser.transport import BrowserTransport
from whisky_assets.fetching.transport import Answer, GuardedTransport, TransportLimits
from whisky_assets_tests.fetching.servers import Route, Server, plain, running

SHOP = "http://hanok.sample"
ORIGINS = (SHOP, "http://api.sample")
LIMITS = TransportLimits(deadline_seconds=20, body_bytes=1_000_000)


@dataclasses.dataclass
class Lab:
    """hanok.sample and api.sample are `server`, both declared; `other` is a server that no page may reach."""

    server: Server
    other: Server
    transport: BrowserTransport

    def clear(self) -> None:
        """Forget all routes, requests, refusals and wishes of the test before."""
        for server in (self.server, self.other):
            server.routes.clear()
            server.requests.clear()
            server.connections = 0
        self.transport.refusals._counts.clear()
        self.transport.limits = LIMITS
        self.wait_for(None)
        self.transport.ask_before(lambda url: require_origin(url, ORIGINS))

    def wait_for(self, css: str | None) -> None:
        """Let pages be whole once this appears."""
        self.transport._wait_for = css

    def hurried(self, seconds: float) -> None:
        """Give pages so long."""
        self.transport.limits = dataclasses.replace(LIMITS, deadline_seconds=seconds)

    def serve(self, path: str, body: str | bytes, *, media_type: str = "text/html", **headers: str) -> None:
        """Answer with this under a path of the shop."""
        data = body.encode() if isinstance(body, str) else body
        self.server.routes[path] = plain(data, headers={"Content-Type": media_type, **headers})

    def route(self, path: str, route: Route) -> None:
        """Answer as the route does."""
        self.server.routes[path] = route

    def page(self, script: str, *, body: str = "<p id=here>plain</p>") -> Answer:
        """Return a page of the shop with this script, as drawn."""
        self.serve("/p", f"<!doctype html><html><body>{body}<script>{script}</script></body></html>")
        return self.get("/p")

    def get(self, path: str = "/p") -> Answer:
        """Return a page of the shop as drawn."""
        return self.transport.get(SHOP + path)

    def failure(self, path: str = "/p") -> FetchError:
        """Return the error that a page of the shop ends in."""
        try:
            answer = self.get(path)
        except FetchError as error:
            return error
        raise AssertionError(f"it was drawn: {answer.status} {answer.body[:500]!r}")

    def refused(self) -> dict[tuple[str, str], int]:
        """Return what pages asked for in vain, without what the browser itself did."""
        counts = self.transport.refusals.counts()
        return {key: count for key, count in counts.items() if key[0] != STRANGER}

    def asked_by_pages(self) -> list[str]:
        """Return what was asked of the shop besides the page itself, in order."""
        return [target for target in self.server.targets if target != "/p"]


def texts(answer: Answer, css: str) -> list[str]:
    """Return the texts of a drawn page's elements."""
    return [node.text(strip=True) for node in LexborHTMLParser(answer.body.decode()).css(css)]


@contextmanager
def opened_lab(programs: Programs) -> Iterator[Lab]:
    """Open the servers and the transport; the browser starts with the first page."""
    with running(Server()) as server, running(Server()) as other:
        places = {"hanok.sample": server.place, "api.sample": server.place, "other.sample": other.place}
        with (
            GuardedTransport(resolve=places, limits=LIMITS) as guarded,
            BrowserTransport(guarded, programs, origins=ORIGINS) as transport,
        ):
            yield Lab(server, other, transport)


def ignoring_errors(get: Callable[[], object]) -> None:
    """Do what may fail, for what it does on the way."""
    with suppress(FetchError):
        get()
