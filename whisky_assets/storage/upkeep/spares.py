"""Copies beyond what is promised: harmless where there is room, and the first to go where there is none.

Not here: when room is needed (`placement`).
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Iterable, Sequence

from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.upkeep.plan import HeldSegment
from whisky_assets.storage.upkeep.policies import CopyPromise
from whisky_assets.storage.upkeep.rooms import Rooms


@dataclasses.dataclass(slots=True)
class _Extra:
    """A segment with more copies than promised, and where they are."""

    held: HeldSegment
    promise: CopyPromise
    there: list[str]


class Spares:
    """The copies beyond every promise, by volume."""

    def __init__(self, rooms: Rooms) -> None:
        """Start with none."""
        self._rooms = rooms
        self._all: list[_Extra] = []
        self._pools: dict[str, list[_Extra]] = {}  # each from the largest to the smallest
        self._pool_bytes: dict[str, int] = {}  # at most so many; less where a copy elsewhere was given up

    def add(self, held: HeldSegment, there: Sequence[str], promise: CopyPromise) -> None:
        """Note a segment of which every promised copy exists; they are handed in from the largest to the smallest."""
        extra = _Extra(held, promise, list(there))
        spare = [volume for volume in there if self._is_spare(extra, extra.there, volume)]
        if spare:
            self._all.append(extra)
        for volume in spare:
            self._pools.setdefault(volume, []).append(extra)
            self._pool_bytes[volume] = self._pool_bytes.get(volume, 0) + held.size_bytes

    def for_room(self, volume: str, size_bytes: int) -> tuple[HeldSegment, ...] | None:
        """Give up copies on a volume so that so many bytes come free, as few as can be; None: there are not enough."""
        given_up: list[_Extra] = []
        missing = size_bytes
        while missing > 0 and self._pool_bytes.get(volume, 0) >= missing:
            extra = self._taken(volume, missing)
            if self._is_spare(extra, extra.there, volume):
                given_up.append(extra)
                missing -= extra.held.size_bytes
        if missing > 0:
            for extra in given_up:
                bisect.insort(self._pools[volume], extra, key=_from_the_largest)
                self._pool_bytes[volume] += extra.held.size_bytes
            return None
        for extra in given_up:
            extra.there.remove(volume)
        return tuple(extra.held for extra in given_up)

    def left(self) -> tuple[tuple[str, int], ...]:
        """Return the segments that still have spare copies, and how many."""
        counted = ((extra.held.segment, len(extra.there) - len(self._needed(extra))) for extra in self._all)
        return tuple((segment, count) for segment, count in counted if count)

    def _taken(self, volume: str, missing: int) -> _Extra:
        """Take the smallest that is enough alone out of a volume's pool, else the largest there is."""
        pool = self._pools[volume]
        enough = bisect.bisect_right(pool, -missing, key=_from_the_largest)
        extra = pool.pop(max(enough - 1, 0))
        self._pool_bytes[volume] -= extra.held.size_bytes
        return extra

    def _needed(self, extra: _Extra) -> list[str]:
        needed = list(extra.there)
        for volume in extra.there:
            if self._is_spare(extra, needed, volume):
                needed.remove(volume)
        return needed

    def _is_spare(self, extra: _Extra, there: Iterable[str], volume: str) -> bool:
        if volume == LOCAL:  # new segments land there, and only retention takes them away
            return False
        return self._rooms.keeps((name for name in there if name != volume), extra.promise)


def _from_the_largest(extra: _Extra) -> int:
    return -extra.held.size_bytes
