"""Connections that look at whom they reached before a byte goes out, and that die with their exchange's deadline.

The only place that reaches into urllib3: `_new_conn`, `request` and `close` of its two connection classes, put in
through `pool_classes_by_scheme`. Not here: reading an answer (`transport.py`).
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from whisky_assets.fetching.failures import UNREACHABLE, LaterAnswerError
from whisky_assets.fetching.peers import Peers
from whisky_assets.fetching.watchdog import Deadline, Twin


class Gate:
    """What all connections of one transport share: whom they may reach, and the exchange that their thread is in."""

    def __init__(self, peers: Peers) -> None:
        """Take the rules on peers."""
        self._peers = peers
        self._local = threading.local()

    @property
    def exchange(self) -> Deadline | None:
        """The deadline of the exchange that this thread is in."""
        found: Deadline | None = getattr(self._local, "exchange", None)
        return found

    @exchange.setter
    def exchange(self, deadline: Deadline | None) -> None:
        self._local.exchange = deadline

    def connect(self, host: str, port: int, options: Any) -> socket.socket:
        """Return a connected socket whose peer is allowed; every address together stays within the deadline.

        Raises:
            BlockedAnswerError: the name leads to a peer that is not allowed; nothing was sent.
            LaterAnswerError: no address of the name answered in time.
        """
        deadline = self.exchange
        if deadline is None:
            raise RuntimeError("a guarded connection was opened outside an exchange")
        failed: OSError | None = None
        for address, real_port in self._peers.candidates(host, port, deadline.remaining()):
            try:
                connected = create_connection((address, real_port), deadline.remaining(), socket_options=options)
            except OSError as error:
                failed = error
                continue
            try:
                self._peers.require_allowed(host, str(connected.getpeername()[0]))
            except BaseException:
                connected.close()
                raise
            return connected
        raise LaterAnswerError(f"{host}:{port}: no connection ({failed}).", code=UNREACHABLE)


class _GuardedMixin:
    """The three steps that both kinds of connection share."""

    gate: Gate
    twin: Twin | None = None
    sock: socket.socket | None

    def watched(self, connected: socket.socket) -> socket.socket:
        """Put a new connection under the deadline of the running exchange."""
        if self.twin is not None:
            self.twin.close()
        self.twin = Twin(connected)
        self.watch_again()
        return connected

    def watch_again(self) -> None:
        """Put a kept-alive connection under the deadline of the running exchange."""
        exchange = self.gate.exchange
        if exchange is not None and self.twin is not None:
            exchange.guard(self.twin)

    def let_go(self) -> None:
        """Drop the duplicate, unless the running exchange may still read a body that outlives its connection."""
        if self.twin is None:
            return
        exchange = self.gate.exchange
        if exchange is not None and exchange.guards(self.twin):
            self.twin.released = True
        else:
            self.twin.close()
        self.twin = None


class GuardedHTTPConnection(_GuardedMixin, HTTPConnection):
    """Plain HTTP behind the gate."""

    def _new_conn(self) -> socket.socket:
        return self.watched(self.gate.connect(self.host, self.port, self.socket_options))

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request under the running exchange's deadline."""
        if self.sock is not None:
            self.watch_again()
        super().request(*args, **kwargs)

    def close(self) -> None:
        """Close the connection."""
        super().close()
        self.let_go()


class GuardedHTTPSConnection(_GuardedMixin, HTTPSConnection):
    """HTTPS behind the gate; the deadline holds through the handshake."""

    def _new_conn(self) -> socket.socket:
        return self.watched(self.gate.connect(self.host, self.port, self.socket_options))

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request under the running exchange's deadline."""
        if self.sock is not None:
            self.watch_again()
        super().request(*args, **kwargs)

    def close(self) -> None:
        """Close the connection."""
        super().close()
        self.let_go()


class GuardedAdapter(HTTPAdapter):
    """Requests' adapter over guarded connections: no retries, no proxies, certificates always checked."""

    def __init__(self, gate: Gate) -> None:
        """Make the pools' classes for this gate."""
        self._gate = gate
        super().__init__(pool_connections=8, pool_maxsize=16, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Put the guarded classes in."""
        super().init_poolmanager(*args, **kwargs)
        plain = type("GatedHTTP", (GuardedHTTPConnection,), {"gate": self._gate})
        secure = type("GatedHTTPS", (GuardedHTTPSConnection,), {"gate": self._gate})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("GatedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GatedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
