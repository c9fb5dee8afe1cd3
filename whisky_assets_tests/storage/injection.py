"""Faults at chosen system calls of a day's work: where there are calls, and a day on which one of them fails or kills.

strace counts calls by name over the whole process (`when=N`), so points are found by watching one undisturbed day.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
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


def points_of(
    strace: str, command: Sequence[str], *, below: Path, log: Path, calls: Sequence[str] = CALLS
) -> list[Point]:
    """Runs a command undisturbed and returns its calls of these kinds that name something below a folder."""
    watch = [strace, "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={','.join(f'?{call}' for call in calls)}"]
    subprocess.run([*watch, *command], check=True, capture_output=True)
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text().splitlines():
        call = line.split(maxsplit=1)[1].split("(")[0]
        if call in calls:
            counts[call] += 1
            if str(below) in line:
                found.append(Point(call, counts[call]))
    return found


def disturbed(strace: str, point: Point, fault: str, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command of which one call fails (`error=ENOSPC`) or kills (`signal=KILL`); returns how it ended."""
    inject = ["-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when={point.number}"]
    return subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", *inject, *command], check=False, capture_output=True, text=True
    )


def was_killed(code: int) -> bool:
    """Says whether a process that strace started ended by SIGKILL."""
    return code in (-signal.SIGKILL, 128 + signal.SIGKILL)


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
    ended = disturbed(strace, point, fault, [*LABOUR, str(root)])
    told = ended.stdout.splitlines()
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
    return ended.returncode
