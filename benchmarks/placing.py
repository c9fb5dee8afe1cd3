"""What deciding where copies go costs, and how evenly they lie, beside weighted rendezvous hashing.

The peer keeps no state: each segment's volumes follow from hashes alone. It knows no capacity, no promise and no volume
that is full. Not here: copying.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import Report, promise, ratio, shown, timed
from whisky_assets.storage.capacity import VolumeFacts
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DRIVES = 7
COPIES = 2
HEADERS = ("what", "who", "wall", "÷ peer", "fullest - emptiest", "bytes moved")
SECONDS = 5.0
"""What planning 100,000 segments on 8 volumes may take."""

Places = Mapping[str, Sequence[str]]


def run(scratch: Path, *, segment_count: int = 100_000) -> Iterator[Report]:
    """Yield the table for a first plan, one where all is placed, and one after a drive joined."""
    del scratch
    segments = _segments(segment_count)
    total_bytes = sum(one.size_bytes for one in segments)
    sizes = {f"drive{number}": int(total_bytes * (0.35 + 0.05 * number)) for number in range(DRIVES)}
    joined = {**sizes, "joined": int(total_bytes * 0.5)}
    first_seconds, first = timed(lambda: _plan(segments, sizes, {}))
    placed = _places(segments, first, {})
    peer_seconds, peer = timed(lambda: _hashed(segments, sizes))
    again_seconds, again = timed(lambda: _plan(segments, sizes, placed))
    join_seconds, join = timed(lambda: _plan(segments, joined, placed, even_out=True))
    peer_join_seconds, peer_joined = timed(lambda: _hashed(segments, joined))
    evened = _places(segments, join, placed)
    yield Report(
        title=f"placing {COPIES} copies of {segment_count:,} segments on {DRIVES} drives beside the home's own volume",
        headers=HEADERS,
        rows=(
            (
                "all anew",
                "ours",
                shown(first_seconds),
                ratio(first_seconds, peer_seconds),
                _spread(segments, placed, sizes),
                "",
            ),
            ("", "rendezvous", shown(peer_seconds), "1", _spread(segments, peer, sizes), ""),
            (
                "nothing to do",
                "ours",
                shown(again_seconds),
                ratio(again_seconds, peer_seconds),
                "",
                f"{len(again.copies):,}",
            ),
            (
                "a drive joins",
                "ours",
                shown(join_seconds),
                ratio(join_seconds, peer_join_seconds),
                _spread(segments, evened, joined),
                _share(segments, placed, evened),
            ),
            (
                "",
                "rendezvous",
                shown(peer_join_seconds),
                "1",
                _spread(segments, peer_joined, joined),
                _share(segments, peer, peer_joined),
            ),
        ),
        notes=(
            promise("seconds for the first plan", first_seconds, most=SECONDS),
            f"a joined drive's fair share is {joined['joined'] / sum(joined.values()):.3f} of all bytes",
            "what the difference buys: capacity, reserve and promises hold, what lies somewhere stays, and what fits",
            "nowhere is named; hashes would fill a small volume beyond its size",
        ),
    )


def _segments(count: int) -> list[HeldSegment]:
    chance = random.Random(1)  # noqa: S311 - a seed, so that each run plans the same
    return [
        HeldSegment(
            segment=f"{number:064x}",
            dataset="raw/pages",
            size_bytes=chance.randint(10_000, 30_000_000),
            created_at=NOW,
            copies=("local",),
        )
        for number in range(count)
    ]


def _plan(segments: Sequence[HeldSegment], sizes: Mapping[str, int], lying: Places, *, even_out: bool = False) -> Plan:
    held = [dataclasses.replace(one, copies=("local", *lying.get(one.segment, ()))) for one in segments]
    used = _used(segments, lying, sizes)
    volumes = [
        _volume("local", "directory", None, 0),
        *(_volume(name, "drive", sizes[name], used[name]) for name in sizes),
    ]
    policies = Policies(promises=(CopyPromise(data=("*",), copies=1 + COPIES, off_this_pc=COPIES),))
    return plan_copies(held, volumes, policies, NOW, even_out=even_out)


def _volume(name: str, kind: str, capacity_bytes: int | None, used_bytes: int) -> VolumeFacts:
    return VolumeFacts(
        name=name,
        kind=kind,
        storage_class="fast",
        is_here=True,
        why_absent="",
        capacity_bytes=capacity_bytes,
        used_bytes=used_bytes,
        free_bytes=None,
        reserve_bytes=0,
        seen_at=None,
    )


def _places(segments: Sequence[HeldSegment], plan: Plan, lying: Places) -> dict[str, list[str]]:
    places = {one.segment: list(lying.get(one.segment, ())) for one in segments}
    for copy in plan.copies:
        places[copy.segment].append(copy.volume)
    for drop in plan.drops:
        places[drop.segment].remove(drop.volume)
    return places


def _hashed(segments: Sequence[HeldSegment], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the volumes with the highest weighted hash of each segment: the peer."""
    return {
        one.segment: sorted(sizes, key=lambda name: _weight(one.segment, name, sizes[name]))[-COPIES:]
        for one in segments
    }


def _weight(segment: str, volume: str, size_bytes: int) -> float:
    drawn = int.from_bytes(hashlib.blake2b(f"{segment}/{volume}".encode(), digest_size=8).digest()) / 2**64
    return -size_bytes / math.log(max(drawn, 1e-18))


def _used(segments: Sequence[HeldSegment], places: Places, sizes: Mapping[str, int]) -> dict[str, int]:
    used = dict.fromkeys(sizes, 0)
    for one in segments:
        for volume in places.get(one.segment, ()):
            used[volume] += one.size_bytes
    return used


def _spread(segments: Sequence[HeldSegment], places: Places, sizes: Mapping[str, int]) -> str:
    used = _used(segments, places, sizes)
    shares = [used[name] / sizes[name] for name in sizes]
    return f"{max(shares) - min(shares):.3f}"


def _share(segments: Sequence[HeldSegment], before: Places, after: Places) -> str:
    """Return the part of all bytes that lie elsewhere afterwards."""
    moved = sum(one.size_bytes * len(set(after[one.segment]) - set(before[one.segment])) for one in segments)
    return f"{moved / (COPIES * sum(one.size_bytes for one in segments)):.3f}"
