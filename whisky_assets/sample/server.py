"""The sample shops over HTTP on one free loopback port, told apart by the Host header; quick enough for a whole crawl.

A sample of the web, not of its attacks: a hostile server stands beside the tests of `fetching`. Not here: what the
pages say (`pages.py`) and which names a transport may resolve here (`fetching`).
"""

from __future__ import annotations

import contextlib
import email.utils
import socket
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self

from whisky_assets.domain.errors import UsageError
from whisky_assets.sample.answers import SampleAnswer
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.pages import HOSTS, answer
from whisky_assets.sample.wording import FEEDS
from whisky_assets.sample.world import World

LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.05
_IDLE_SECONDS = 30
"""A kept-alive connection without a request is closed after so long."""


class SampleServer:
    """Serves the sample shops of one week from `with` to its end.

    A shop named in `dead` answers every request, robots.txt too, with 500 (`dead_how="error"`) or closes the
    connection without a word (`"silent"`). A file feed in `dead` changes nothing here: it has no pages.
    """

    def __init__(
        self,
        week: int,
        *,
        dead: frozenset[str] = frozenset(),
        dead_how: Literal["error", "silent"] = "error",
        world: World | None = None,
    ) -> None:
        """Prepare the shops; nothing listens before `with`.

        Raises:
            UsageError: the week is below 1, or `dead` names no feed of the sample world.
        """
        week_now(week)
        if unknown := sorted(dead - set(FEEDS)):
            raise UsageError(
                f"no sample feed is called {', '.join(unknown)}", remedy=f"The sample feeds are {', '.join(FEEDS)}."
            )
        self._week = week
        self._dead = dead
        self._silent = dead_how == "silent"
        self._world = world if world is not None else World()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Listen on a free port of 127.0.0.1 and serve in threads."""
        self._server = _Server(self._world, self._week, self._dead, silent=self._silent)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, name="sample-shops", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port and every connection, and wait for the threads."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.close_connections()
            self._server.server_close()
        self._server = self._thread = None

    def resolve(self) -> Mapping[str, tuple[str, int]]:
        """Return each shop's host with the loopback address and port at which it answers.

        Raises:
            UsageError: the server does not run.
        """
        if self._server is None:
            raise UsageError("the sample shops are closed", remedy="Ask inside `with SampleServer(week) as shops:`.")
        port = self._server.server_address[1]
        return {host: (LOOPBACK, int(port)) for host in HOSTS}


_Connection = socket.socket | tuple[bytes, socket.socket]
"""What socketserver calls a request; of a TCP server it is the socket."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, world: World, week: int, dead: frozenset[str], *, silent: bool) -> None:
        self.world = world
        self.week = week
        self.dead = dead
        self.silent = silent
        self._lock = threading.Lock()
        self._open: set[_Connection] = set()
        super().__init__((LOOPBACK, 0), _Handler)

    def process_request(self, request: _Connection, client_address: object) -> None:
        """Note the connection before its thread starts, so that none is missed at the end."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Connection) -> None:
        """Forget the connection and close it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: _Connection, client_address: object) -> None:
        """Say nothing of a client that hung up in the middle; all else is told as ever."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """End idle kept-alive connections too, so that no thread waits for a client that has gone."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    _socket(connection).shutdown(socket.SHUT_RDWR)


def _socket(connection: _Connection) -> socket.socket:
    return connection if isinstance(connection, socket.socket) else connection[1]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "SampleShop"
    sys_version = ""
    timeout = _IDLE_SECONDS
    # Headers and body leave in one packet, at once: unbuffered writes under Nagle's rule give 22 pages a second.
    disable_nagle_algorithm = True
    wbufsize = 256 * 1024

    def finish(self) -> None:
        """Send what is left; a client that hung up early is no fault of the shop."""
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        """Answer with the page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers of the page."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
        """Say nothing: what was asked is in the frontier."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the sample world's time: its clock stands still, also in the Date header."""
        if timestamp is None:
            return _http_date(week_now(self.server.week))
        return super().date_time_string(timestamp)

    def _answer(self, *, with_body: bool) -> None:
        host = self.headers.get("Host", "").partition(":")[0].lower()
        if HOSTS.get(host) in self.server.dead:
            self._die()
            return
        found = answer(self.server.world, self.server.week, host, self.path)
        if found.status == 200 and self._known_to_client(found):
            self._send(304, found, b"")
        else:
            self._send(found.status, found, found.body if with_body else b"")

    def _die(self) -> None:
        self.close_connection = True
        if not self.server.silent:
            broken = SampleAnswer(status=500, content_type="text/plain; charset=utf-8", body=b"Internal error\n")
            self._send(500, broken, broken.body)

    def _known_to_client(self, found: SampleAnswer) -> bool:
        """Whether a validator of the request matches; If-None-Match alone counts where it is sent (RFC 9110, 13.2)."""
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or found.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = _read_http_date(self.headers.get("If-Modified-Since"))
        return since is not None and found.last_modified is not None and found.last_modified <= since

    def _send(self, status: int, found: SampleAnswer, body: bytes) -> None:
        self.send_response(status)
        if status in {200, 304}:
            self.send_header("ETag", found.etag)
            if found.last_modified is not None:
                self.send_header("Last-Modified", _http_date(found.last_modified))
        if status != 304:
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(found.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _http_date(moment: datetime) -> str:
    return email.utils.format_datetime(moment.astimezone(UTC), usegmt=True)


def _read_http_date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        read = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
