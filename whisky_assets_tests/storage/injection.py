"""Faults at chosen system calls of a day's work: where there are calls, and a day on which one of them fails or kills.

strace counts calls by name over the whole process (`when=N`), so points are found by watching one undisturbed day.
"""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from whisky_assets.storage.copies import unregistered
from whisky_assets.storage.digest import StorageDigest, storage_digest
from whisky_assets.storage.durable import sweep
from whisky_assets_tests.storage import labour

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "mkdir", "mkdirat", "renameat", "unlink", "ftruncate")
LABOUR = (sys.executable, "-m", labour.__name__)


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th call of one kind, counted over the whole process."""

    call: str
    number: int


def points_of_a_day(strace: str, root: Path) -> list[Point]:
    """Returns every call that touches the home, in the order of an undisturbed day."""
    log = root.parent / "log"
    watch = [strace, "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={','.join(f'?{call}' for call in CALLS)}"]
    subprocess.run([*watch, *LABOUR, str(root)], check=True, capture_output=True)
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text().splitlines():
        call = line.split(maxsplit=1)[1].split("(")[0]
        if call in CALLS:
            counts[call] += 1
            if str(root) in line:
                found.append(Point(call, counts[call]))
    return found


def digest_of_a_day(root: Path) -> StorageDigest:
    """Returns the digest of a home that nothing happened to."""
    labour.work(root)
    world = labour.open_labour(root)
    digest = storage_digest(world.db)
    world.db.close()
    return digest


def disturb_and_go_on(strace: str, point: Point, fault: str, root: Path, undisturbed: StorageDigest) -> int:
    """Lets one call of a day fail (`error=ENOSPC`) or kill (`signal=KILL`), checks the home, goes on, checks again.

    Returns how the disturbed process ended.
    """
    inject = ["-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when={point.number}"]
    disturbed = subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", *inject, *LABOUR, str(root)],
        check=False,
        capture_output=True,
        text=True,
    )
    told = disturbed.stdout.splitlines()
    if (root / "state.sqlite").exists():
        world = labour.open_labour(root)
        labour.check_acknowledged(world, told)
        world.db.close()
    labour.work(root)
    world = labour.open_labour(root)
    labour.check_acknowledged(world, [*told, "snapshot s000002"])
    assert storage_digest(world.db) == undisturbed
    assert len(sweep(root)) <= 1  # at most the one file that was being written
    assert list(root.rglob(".tmp-*")) == []
    assert len(unregistered(world.store, "local")) <= 1  # at most the one file whose row did not come
    world.db.close()
    return disturbed.returncode
