"""How much room a plan still has on each volume while it is made, and which volume is the best for one more copy.

Volumes on one disk are lost together, so they are one place for copies and share what the disk has free. Files are
counted as file systems fill: in whole blocks. Not here: what is placed (`placement`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from whisky_assets.storage.capacity import Disks, VolumeFacts
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.upkeep.policies import CopyPromise

_BLOCK_BYTES = 4096
# A free share is 0 to 1: what is known to have room comes before what is not, what was placed there before both, and
# what is at hand for a late copy before all.
_UNKNOWN, _PLACED, _AT_HAND = -1.0, 4.0, 8.0


class Rooms:
    """The volumes of a plan; room is taken and given back as copies are planned and given up."""

    def __init__(self, volumes: Sequence[VolumeFacts], *, without: Collection[str] = ()) -> None:
        """Start with what is known of each volume; those in `without` do not count."""
        self._facts = {facts.name: facts for facts in sorted(volumes, key=lambda one: one.name)}
        self._counted = tuple(name for name in self._facts if name not in without)
        self._room = {name: facts.room_bytes for name, facts in self._facts.items()}
        self._used = {name: facts.used_bytes for name, facts in self._facts.items()}
        disks = Disks(volumes)
        self._disk = {name: disks.of(name) for name in self._facts}
        self._off = {name: disks.is_off(name) for name in self._facts}
        self._total = {name: None if room is None else room + self._used[name] for name, room in self._room.items()}
        self._sharing = {
            name: [name, *(other for other, facts in self._facts.items() if self._shares(name, other, facts))]
            for name in self._facts
        }

    def counts(self, volume: str) -> bool:
        """Whether a copy on a volume counts for a promise."""
        return volume in self._counted

    def disk(self, volume: str) -> str:
        """Return the name of the disk that a volume lies on."""
        return self._disk[volume]

    def is_off(self, volume: str) -> bool:
        """Whether a volume is off this PC."""
        return self._off[volume]

    def keeps(self, volumes: Iterable[str], promise: CopyPromise) -> bool:
        """Whether copies on these volumes are as many as promised, on so many disks, here and off this PC."""
        counted = [volume for volume in volumes if self.counts(volume)]
        disks = {self._disk[volume] for volume in counted}
        off = {self._disk[volume] for volume in counted if self._off[volume]}
        return len(disks) >= promise.copies and len(off) >= promise.off_this_pc

    def best(
        self,
        size_bytes: int,
        taken: Collection[str],
        *,
        off_this_pc: bool,
        preferred: Collection[str] = (),
        is_late: bool = False,
    ) -> str | None:
        """Return the volume for one more copy of so many bytes, None where it fits nowhere.

        The one it was placed on earlier, else the one with the largest free share; one of which nobody can say how much
        it may hold comes last. If it is late, one that is there comes before all that are not.

        Args:
            size_bytes: of the copy.
            taken: disks that hold one, or will.
            off_this_pc: whether it has to be off this PC.
            preferred: volumes that it was placed on earlier.
            is_late: whether the time that was promised has passed.
        """
        best, best_rank = None, -math.inf
        needed = _blocks(size_bytes)
        for name in self._counted:
            if self._disk[name] in taken or (off_this_pc and not self._off[name]):
                continue
            room, total = self._room[name], self._total[name]
            if room is not None and room < needed:
                continue
            rank = room / total if room is not None and total else _UNKNOWN
            rank += _PLACED * (name in preferred) + _AT_HAND * (is_late and self._facts[name].is_here)
            if rank > best_rank:
                best, best_rank = name, rank
        return best

    def eligible(self, taken: Collection[str], *, off_this_pc: bool) -> tuple[str, ...]:
        """Return the volumes that could take one more copy if they had room, those that are there first."""
        names = [
            name for name in self._counted if self._disk[name] not in taken and (self._off[name] or not off_this_pc)
        ]
        return tuple(sorted(names, key=lambda name: (not self._facts[name].is_here, name)))

    def lacking(self, volume: str, size_bytes: int) -> int:
        """Return how many bytes of room a copy lacks on a volume."""
        room = self._room[volume]
        return 0 if room is None else max(_blocks(size_bytes) - room, 0)

    def take(self, volume: str, size_bytes: int) -> None:
        """Note that a copy is to be put on a volume; others on its disk have so much less room."""
        needed = _blocks(size_bytes)
        self._used[volume] += needed
        for name in self._sharing[volume]:
            room = self._room[name]
            if room is not None:
                self._room[name] = max(room - needed, 0)

    def give_back(self, volume: str, size_bytes: int) -> None:
        """Note that a copy is to be given up on a volume."""
        freed = _blocks(size_bytes)
        self._used[volume] -= freed
        room = self._room[volume]
        self._room[volume] = None if room is None else room + freed

    def mean_fill(self) -> float:
        """Return the filled share of all volumes together whose size is known."""
        known = self._sized()
        total = sum(self._total[name] or 0 for name in known)
        return sum(self._used[name] for name in known) / total if total else 0.0

    def fuller_than(self, fill: float) -> tuple[str, ...]:
        """Return the volumes whose filled share is larger, the fullest first."""
        names = [name for name in self._sized() if self.excess(name, fill) > 0]
        return tuple(sorted(names, key=lambda name: -self._used[name] / (self._total[name] or 1)))

    def excess(self, volume: str, fill: float) -> float:
        """Return how many bytes a volume holds beyond a filled share; below zero: how many it lacks."""
        return self._used[volume] - fill * (self._total[volume] or 0)

    def emptier(self, size_bytes: int, taken: Collection[str], fill: float, *, off_this_pc: bool) -> str | None:
        """Return the emptiest volume that stays within a filled share with one more copy, None if there is none."""
        needed = _blocks(size_bytes)
        names = [
            name
            for name in self._sized()
            if self._disk[name] not in taken
            and (self._off[name] or not off_this_pc)
            and self.excess(name, fill) + needed <= 0
            and (self._room[name] or 0) >= needed
        ]
        return min(names, key=lambda name: (self._used[name] / (self._total[name] or 1), name), default=None)

    def _shares(self, volume: str, other: str, facts: VolumeFacts) -> bool:
        """Whether what is put on a volume is no longer free on another."""
        return other != volume and self._disk[other] == self._disk[volume] and facts.free_bytes is not None

    def _sized(self) -> tuple[str, ...]:
        return tuple(name for name in self._counted if name != LOCAL and self._total[name])


def _blocks(size_bytes: int) -> int:
    return -(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES
