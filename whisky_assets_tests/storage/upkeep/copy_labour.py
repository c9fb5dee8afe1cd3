"""One run of copies in a home, as a program of its own that a test kills anywhere and starts again.

`python -m whisky_assets_tests.storage.upkeep.copy_labour HOME` makes the copies that are lacking and gives up
those that are in the way.
"""

import sys
from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment, unregistered
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import sweep
from whisky_assets.storage.upkeep.copying import CopyRun, carry_out
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.placements import held_segments, keep_placements
from whisky_assets.storage.upkeep.plan import Plan
from whisky_assets.storage.upkeep.rooms import Rooms
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.storage.upkeep.facts import promised
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing, open_world

SEGMENTS = 4
DRIVES = ("a", "b")
TWO = promised(2, 1)


def let_folders_be_disks() -> None:
    """Every folder counts as a disk of its own, though all lie on one here."""
    DirectoryVolume.device = lambda volume: hash(volume.root)  # type: ignore[method-assign,assignment] # this machine has one disk


def prepare(root: Path) -> None:
    """Makes a home whose first segment lies on both drives, which have no room for the copies of three others."""
    world = open_world(root)
    segments = [world.store.write(Listing, [listing(number)], partition="hanok", now=NOW) for number in range(SEGMENTS)]
    room = sum(4096 * -(-one.size_bytes // 4096) for one in segments[:2])
    for name in DRIVES:
        (root / name).mkdir()
        world.store.volumes.add(name, "drive", str(root / name), NOW, limits=NewLimits(capacity_bytes=room))
        copy_segment(world.store, segments[0].id, name, NOW)
    world.db.close()


def planned(world: World) -> Plan:
    return plan_copies(held_segments(world.db), world.store.volumes.facts(), TWO, NOW)


def work(root: Path) -> CopyRun:
    """Copies what is lacking, giving up what is in the way."""
    world = open_world(root)
    try:
        plan = planned(world)
        keep_placements(world.db, plan.copies, LATER)
        return carry_out(
            world.store,
            plan,
            Rooms(world.store.volumes.facts()),
            TWO,
            now=lambda: LATER,
            progress=Quiet(),
            give_up=True,
        )
    finally:
        world.db.close()


def check_nothing_lost(root: Path, *, is_done: bool = False) -> None:
    """Raises AssertionError if a registered copy is not whole, the first segment has one copy, or work is left."""
    world = open_world(root)
    segments = held_segments(world.db)
    assert len(segments) == SEGMENTS
    for held in segments:
        assert "local" in held.copies
        for volume in held.copies:
            world.store.volumes.get(volume).verify(held.dataset, held.segment, held.size_bytes)
    assert any(len(held.copies) >= 2 for held in segments)  # the one that had a copy on a drive still has
    if is_done:
        assert planned(world).copies == ()
        assert all(len(held.copies) == 2 for held in segments)
        sweep(root)
        assert list(root.rglob(".tmp-*")) == []
        assert all(len(unregistered(world.store, name)) <= 1 for name in DRIVES)
    assert world.db.check() == ()
    world.db.close()


if __name__ == "__main__":
    let_folders_be_disks()
    work(Path(sys.argv[1]))
