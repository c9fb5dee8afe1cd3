"""The only way out of the browser: a proxy on loopback that lets declared origins through, for one page at a time.

It asks for a secret that our browser's pages alone get, so that neither another program of this machine nor the
browser's own calls home pass. Peers are checked by the transport's own gate. Not here: which page is loaded
(`loading.py`).
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import secrets
import select
import socket
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from whisky_assets.domain.errors import FetchError
from whisky_assets.fetching.browser.heads import Head, HeadError, read_request, read_response
from whisky_assets.fetching.browser.refusals import METHOD, OVER, STRANGER, Refusals
from whisky_assets.fetching.connections import Gate
from whisky_assets.fetching.failures import FOREIGN_ORIGIN, BlockedAnswerError
from whisky_assets.fetching.watchdog import Deadline

LOOPBACK = "127.0.0.1"
USER = "page"
METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEAD_SECONDS = 10.0
_CHUNK_BYTES = 65_536
_MOST_CONNECTIONS = 128
_POLL_SECONDS = 0.2


class Traffic:
    """What one page may still load: its deadline, and bytes in both directions over all its connections together."""

    def __init__(self, deadline: Deadline, limit_bytes: int) -> None:
        """Start with nothing loaded."""
        self.deadline = deadline
        self.limit_bytes = limit_bytes
        self.is_too_large = False
        self._bytes = 0
        self._is_over = False
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the page may go on loading."""
        return not (self._is_over or self.is_too_large or self.deadline.passed())

    def take(self, count: int) -> bool:
        """Count bytes; returns False, and cuts everything, once they are more than the limit."""
        with self._lock:
            self._bytes += count
            self.is_too_large = self.is_too_large or self._bytes > self.limit_bytes
        if self.is_too_large:
            self.cut()
        return not self.is_too_large

    @contextlib.contextmanager
    def holding(self, connected: socket.socket) -> Iterator[None]:
        """Cut this connection too when the page is over."""
        with self._lock:
            self._sockets.add(connected)
        if not self.is_open:
            _shut(connected)
        try:
            yield
        finally:
            with self._lock:
                self._sockets.discard(connected)

    def cut(self) -> None:
        """Cut all connections of the page."""
        with self._lock:
            sockets = tuple(self._sockets)
        for connected in sockets:
            _shut(connected)

    def end(self) -> None:
        """Let nothing of this page through any more."""
        self._is_over = True
        self.cut()


@dataclass(frozen=True, slots=True)
class _Target:
    origin: str
    host: str
    port: int


class GuardProxy:
    """Listens on a free port of 127.0.0.1 from `with` to its end; lets through what an open page may ask for."""

    def __init__(self, gate: Gate, origins: Collection[str], refusals: Refusals) -> None:
        """Take the transport's gate on peers, the declared origins, and where refusals are counted."""
        self.user = USER
        self.secret = secrets.token_urlsafe(32)
        self.port = 0
        self._gate = gate
        self._origins = frozenset(origins)
        self._refusals = refusals
        self._expected = b"Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode())
        self._page: Traffic | None = None
        self._room = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self._clients: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        """Listen, in threads of its own."""
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self._listener.settimeout(_POLL_SECONDS)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), name="browser-proxy", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port, cut every connection and wait for their threads."""
        self._closed.set()
        if self._page is not None:
            self._page.end()
        if self._listener is not None:
            _shut(self._listener)  # wakes the thread that waits for the next client
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._listener is not None:
            self._listener.close()
        for client in tuple(self._clients):
            _shut(client)
        for _place in range(_MOST_CONNECTIONS):
            if not self._room.acquire(timeout=2):
                return

    @property
    def origin(self) -> str:
        """Where it listens, as the browser names it."""
        return f"http://{LOOPBACK}:{self.port}"

    @contextlib.contextmanager
    def page(self, deadline: Deadline, limit_bytes: int) -> Iterator[Traffic]:
        """Let one page through until the block ends."""
        traffic = Traffic(deadline, limit_bytes)
        self._page = traffic
        try:
            yield traffic
        finally:
            self._page = None
            traffic.end()

    def _accept(self, listener: socket.socket) -> None:
        while not self._closed.is_set():
            try:
                client, _address = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            if not self._room.acquire(blocking=False):
                client.close()
                continue
            self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), name="browser-proxy-one", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, contextlib.suppress(OSError, HeadError):
                client.settimeout(_HEAD_SECONDS)
                self._answer(client)
        finally:
            self._clients.discard(client)
            self._room.release()

    def _answer(self, client: socket.socket) -> None:
        try:
            head = read_request(client)
            target = _Target(*head.target())
        except HeadError:
            _say(client, 400, "Bad Request")
            return
        if not hmac.compare_digest(head.authorisation, self._expected):
            if target.origin not in self._origins:
                self._refusals.note(STRANGER, target.host)
            _say(client, 407, "Proxy Authentication Required", "Proxy-Authenticate: Basic realm=page")
            return
        page = self._page
        if why := self._reason_against(head, target, page):
            self._refusals.note(why, target.origin)
            _say(client, 403, "Forbidden")
        elif page is not None:
            with page.holding(client):
                self._pass_on(client, head, target, page)

    def _reason_against(self, head: Head, target: _Target, page: Traffic | None) -> str:
        if target.origin not in self._origins:
            return FOREIGN_ORIGIN
        if not head.is_tunnel and head.method not in METHODS:
            return METHOD
        return "" if page is not None and page.is_open else OVER

    def _pass_on(self, client: socket.socket, head: Head, target: _Target, page: Traffic) -> None:
        self._gate.exchange = page.deadline
        try:
            server = self._gate.connect(target.host, target.port, None)
        except BlockedAnswerError as error:
            self._refusals.note(error.code, target.origin)
            _say(client, 403, "Forbidden")
            return
        except FetchError:
            _say(client, 502, "Bad Gateway")
            return
        finally:
            self._gate.exchange = None
        with server, page.holding(server):
            server.settimeout(page.deadline.remaining())
            client.settimeout(page.deadline.remaining())
            if head.is_tunnel:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _relay(client, server, page, both_ways=True)
                return
            server.sendall(head.forwarded())
            first = read_response(server)
            if page.take(len(first)):
                client.sendall(first)
                _relay(client, server, page, both_ways=False)


def _relay(client: socket.socket, server: socket.socket, page: Traffic, *, both_ways: bool) -> None:
    """Pass bytes on until one side ends; one way, what the client still says is no part of its one request."""
    other = {client: server, server: client}
    while page.is_open:
        ready, _, _ = select.select((client, server), (), (), _POLL_SECONDS)
        for speaker in ready:
            data = speaker.recv(_CHUNK_BYTES)
            if not data or not page.take(len(data)):
                return
            if speaker is server or both_ways:
                other[speaker].sendall(data)


def _say(client: socket.socket, status: int, words: str, header: str = "") -> None:
    lines = [f"HTTP/1.1 {status} {words}", "Content-Length: 0", "Connection: close", *([header] if header else [])]
    client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def _shut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
