"""One thread that ends an exchange at its deadline, however slowly it drips, by shutting its sockets down.

Works on a duplicate of the socket, because TLS takes the first one over. Not here: what an exchange is
(`transport.py`).
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import socket
import threading
import time


class Twin:
    """A duplicate of a connected socket that can cut the connection from another thread.

    `released` says that its connection is gone and the duplicate may go when the exchange ends.
    """

    def __init__(self, connected: socket.socket) -> None:
        """Duplicate a connected socket."""
        self._socket: socket.socket | None = socket.socket(fileno=os.dup(connected.fileno()))
        self._lock = threading.Lock()
        self.released = False

    def cut(self) -> None:
        """Shut the connection down in both directions; whoever reads or writes on it returns at once."""
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the duplicate go; the connection itself stays."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class Deadline:
    """The end of one exchange. `fired` is asked after every end and every error: a cut body can look whole."""

    def __init__(self, seconds: float) -> None:
        """Start the time now."""
        self.seconds = seconds
        self.ends_at = time.monotonic() + seconds
        self.fired = False
        self.over = False
        self._twins: list[Twin] = []
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Return the seconds left, never below a millisecond, as sockets take 0 for "do not wait"."""
        return max(self.ends_at - time.monotonic(), 0.001)

    def passed(self) -> bool:
        """Return whether the time is over, whoever noticed first."""
        return self.fired or time.monotonic() >= self.ends_at

    def guard(self, twin: Twin) -> None:
        """Cut this connection too when the time is over."""
        with self._lock:
            if twin not in self._twins:
                self._twins.append(twin)
            late = self.fired
        if late:
            twin.cut()

    def guards(self, twin: Twin) -> bool:
        """Return whether the connection belongs to this exchange."""
        with self._lock:
            return twin in self._twins

    def fire(self) -> None:
        """Cut every connection of the exchange, unless it is over."""
        with self._lock:
            if self.over:
                return
            self.fired = True
            twins = tuple(self._twins)
        for twin in twins:
            twin.cut()

    def finish(self) -> None:
        """End the exchange: from now on nothing is cut, and duplicates of connections that are gone are closed."""
        with self._lock:
            self.over = True
            twins, self._twins = self._twins, []
        for twin in twins:
            if twin.released:
                twin.close()


class Watchdog:
    """Fires deadlines on time from one daemon thread, which starts with the first of them."""

    def __init__(self) -> None:
        """Wait for the first deadline."""
        self._waiting: list[tuple[float, int, Deadline]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def watch(self, deadline: Deadline) -> None:
        """Fire this deadline when its time is over."""
        with self._changed:
            heapq.heappush(self._waiting, (deadline.ends_at, next(self._order), deadline))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fetch-watchdog", daemon=True)
                self._thread.start()
            if self._waiting[0][2] is deadline:
                self._changed.notify()

    def close(self) -> None:
        """End the thread; deadlines that still wait are forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                due = self._next_due()
                if due is None:
                    continue
            due.fire()

    def _next_due(self) -> Deadline | None:
        while self._waiting and self._waiting[0][2].over:
            heapq.heappop(self._waiting)
        if not self._waiting:
            self._changed.wait()
            return None
        left = self._waiting[0][0] - time.monotonic()
        if left > 0:
            self._changed.wait(left)
            return None
        return heapq.heappop(self._waiting)[2]
