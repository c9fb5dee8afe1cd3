"""What a volume may hold, what it holds and what is still free: told in one form, and kept on every write.

Capacity is what the owner grants, counted by what the state database says lies there; reserve is what has to stay free.
Not here: which segments go where (`upkeep`) and the volumes themselves (`volumes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.errors import OutOfReachError

ON_THIS_PC = "directory"
"""The kind of a volume that lies on this PC's own disks."""

_PUTS_BETWEEN_SUMS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFacts:
    """What is known of a volume now.

    `used_bytes` is what the state database says lies there, `free_bytes` what its file system has free (None: absent,
    or nobody can say). `same_disk_as` names the volume, if any, whose disk it shares: the two are one place to lose.
    """

    name: str
    kind: str
    storage_class: str
    is_here: bool
    why_absent: str
    capacity_bytes: int | None
    used_bytes: int
    free_bytes: int | None
    reserve_bytes: int
    seen_at: datetime | None
    location: str = ""
    same_disk_as: str | None = None

    @property
    def room_bytes(self) -> int | None:
        """How many bytes may still be put there, within capacity and reserve; None where nothing limits it."""
        limits = Limits(capacity_bytes=self.capacity_bytes, reserve_bytes=self.reserve_bytes)
        return limits.room_bytes(self.used_bytes, self.free_bytes)


class Disks:
    """On which disk each volume lies, and whether that is off this PC: volumes on one disk are lost together.

    A volume of any kind that shares the disk of a `directory` is on this PC.
    """

    def __init__(self, volumes: Iterable[VolumeFacts]) -> None:
        """Take what is known of all volumes of a home."""
        known = tuple(volumes)
        self._disk = {facts.name: facts.same_disk_as or facts.name for facts in known}
        here = {self._disk[facts.name] for facts in known if facts.kind == ON_THIS_PC}
        self._off = {name: disk not in here for name, disk in self._disk.items()}

    def of(self, volume: str) -> str:
        """Return the name of the disk that a volume lies on."""
        return self._disk[volume]

    def is_off(self, volume: str) -> bool:
        """Whether a volume is off this PC."""
        return self._off[volume]

    def counted(self, volumes: Iterable[str]) -> tuple[int, int]:
        """Return for how many copies those on these volumes count, and for how many off this PC."""
        known = [volume for volume in volumes if volume in self._disk]
        return len({self._disk[name] for name in known}), len({self._disk[name] for name in known if self._off[name]})


def shared_disk_lines(volumes: Iterable[VolumeFacts]) -> list[str]:
    """Return a sentence a volume that lies on the disk of another, and so gives no copy of its own."""
    known = tuple(volumes)
    disks = Disks(known)
    return [
        f"volume {facts.name} lies on the same disk as {facts.same_disk_as}: lost together, so the two count as"
        " one copy" + (", and not as off this PC" if facts.kind != ON_THIS_PC and not disks.is_off(facts.name) else "")
        for facts in known
        if facts.same_disk_as is not None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the owner grants a volume: `capacity_bytes` at most (None: all of it), `reserve_bytes` stay free."""

    capacity_bytes: int | None = None
    reserve_bytes: int = 0

    def room_bytes(self, used_bytes: int, free_bytes: int | None) -> int | None:
        """Return how many bytes may still be put there; None where nothing limits it.

        The reserve is kept out of what the file system has free; where that is not known, out of the capacity.
        """
        rooms = []
        if free_bytes is not None:
            rooms.append(free_bytes - self.reserve_bytes)
        if self.capacity_bytes is not None:
            kept = self.reserve_bytes if free_bytes is None else 0
            rooms.append(self.capacity_bytes - kept - used_bytes)
        return max(0, min(rooms)) if rooms else None


class Room:
    """Keeps a volume within its limits; usable from many threads.

    What lies there is summed up once and then counted on by this process; it is summed again before a refusal.
    """

    def __init__(self, limits: Limits, used: Callable[[], int]) -> None:
        """Keep `limits`; `used` says how many bytes the state database knows there."""
        self.limits = limits
        self._used = used
        self._known_bytes: int | None = None
        self._puts = 0

    def require(self, volume: str, size_bytes: int, free_bytes: int | None, *, is_written: bool = False) -> None:
        """Return if `size_bytes` more fit.

        Args:
            volume: the volume in words, for the error.
            size_bytes: how much is to be put there.
            free_bytes: what its file system has free, None where nobody can say.
            is_written: the bytes lie there already, under a temporary name, and are out of `free_bytes`.

        Raises:
            OutOfReachError: they do not.
        """
        free = None if free_bytes is None else free_bytes + (size_bytes if is_written else 0)
        room = self._room(free)
        if room is None or size_bytes <= room:
            return
        self._known_bytes = None
        room = self._room(free)
        if room is not None and size_bytes > room:
            raise OutOfReachError(
                f"no space left at {volume}: {size_bytes:,} bytes are needed, {self._told(room)}; what was stored"
                " before is untouched",
                remedy="free space there, or give it other limits with `whisky storage add-volume`"
                " (--capacity, --reserve)",
            )

    def add(self, size_bytes: int) -> None:
        """Note that so many bytes were put there."""
        self._puts += 1
        if self._known_bytes is not None:
            self._known_bytes = None if self._puts % _PUTS_BETWEEN_SUMS == 0 else self._known_bytes + size_bytes

    def _room(self, free_bytes: int | None) -> int | None:
        if self.limits.capacity_bytes is None:
            return self.limits.room_bytes(0, free_bytes)
        known = self._known_bytes
        if known is None:
            known = self._known_bytes = self._used()
        return self.limits.room_bytes(known, free_bytes)

    def _told(self, room_bytes: int) -> str:
        limits = self.limits
        granted = "" if limits.capacity_bytes is None else f" of its capacity of {limits.capacity_bytes:,}"
        kept = f" ({limits.reserve_bytes:,} stay in reserve)" if limits.reserve_bytes else ""
        return f"{room_bytes:,} may be used{granted}{kept}"


def unlimited() -> Room:
    """Return the room of a volume without limits."""
    return Room(Limits(), lambda: 0)
