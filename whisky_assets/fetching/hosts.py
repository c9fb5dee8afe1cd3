"""Which address is asked next: hosts take turns, one that rests or is dead does not stop the others.

Not here: the pace between two requests (`pace.py`), which is kept on disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from whisky_assets.fetching.addresses import host_of
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.plan import INDEX


@dataclass(slots=True)
class _Host:
    name: str
    indexes: deque[Entry] = field(default_factory=deque)
    pages: deque[Entry] = field(default_factory=deque)
    ready_at: float = 0.0
    failing: set[str] = field(default_factory=set)
    has_answered: bool = False
    closed: str = ""

    def __len__(self) -> int:
        return len(self.indexes) + len(self.pages)

    def push(self, entry: Entry) -> None:
        (self.indexes if entry.role == INDEX else self.pages).append(entry)

    def pop(self) -> Entry:
        return self.indexes.popleft() if self.indexes else self.pages.popleft()


class HostQueues:
    """The addresses of one run that still wait, by host; indexes go first. Times are monotonic seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start empty."""
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}
        self._turns: deque[str] = deque()

    def push(self, entry: Entry) -> None:
        """Let an address wait for its turn."""
        self._host(host_of(entry.url)).push(entry)

    def pop(self) -> Entry | None:
        """Return the next address of a host that is ready; None where none is (see `rest_seconds`)."""
        now = self._monotonic()
        for _turn in range(len(self._turns)):
            host = self._hosts[self._turns[0]]
            self._turns.rotate(-1)
            if len(host) and not host.closed and host.ready_at <= now:
                return host.pop()
        return None

    def rest_seconds(self) -> float | None:
        """Return how long until a host with waiting addresses is ready; None where nothing waits that will be."""
        waiting = [host.ready_at for host in self._hosts.values() if len(host) and not host.closed]
        return max(min(waiting) - self._monotonic(), 0.0) if waiting else None

    def rest(self, name: str, seconds: float) -> None:
        """Ask a host for nothing during so many seconds."""
        host = self._host(name)
        host.ready_at = max(host.ready_at, self._monotonic() + seconds)

    def close(self, name: str, why: str) -> None:
        """Ask a host for nothing more in this run; what waits for it stays pending."""
        self._host(name).closed = self._host(name).closed or why

    def answered(self, name: str) -> None:
        """Forget which addresses of a host failed in a row."""
        host = self._host(name)
        host.failing.clear()
        host.has_answered = True

    def failed(self, url: str) -> int:
        """Note that an address failed and return how many addresses of its host did since it last answered."""
        host = self._host(host_of(url))
        host.failing.add(url)
        return len(host.failing)

    def has_answered(self, name: str) -> bool:
        """Return whether a host answered anything in this run."""
        return self._host(name).has_answered

    def closed(self) -> dict[str, str]:
        """Return the hosts that were closed, with why."""
        return {host.name: host.closed for host in self._hosts.values() if host.closed}

    def waiting(self, closed_for: Iterable[str] | None = None) -> int:
        """Return how many addresses wait: all, or those of hosts closed for one of these reasons."""
        reasons = None if closed_for is None else set(closed_for)
        return sum(len(host) for host in self._hosts.values() if reasons is None or host.closed in reasons)

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            self._hosts[name] = _Host(name)
            self._turns.append(name)
        return self._hosts[name]
