"""Volumes and segments as facts, for the tests of plans."""

from datetime import UTC, datetime

from whisky_assets.storage.capacity import VolumeFacts
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
GB = 4096 * 250_000
"""A bit more than a GB, in whole blocks."""


def volume(
    name: str,
    capacity_bytes: int | None = 100 * GB,
    *,
    used_bytes: int = 0,
    kind: str = "drive",
    is_here: bool = True,
    same_disk_as: str | None = None,
) -> VolumeFacts:
    return VolumeFacts(
        name=name,
        kind=kind,
        storage_class="fast",
        is_here=is_here,
        why_absent="" if is_here else "not attached",
        capacity_bytes=capacity_bytes,
        used_bytes=used_bytes,
        free_bytes=None,
        reserve_bytes=0,
        seen_at=None,
        same_disk_as=same_disk_as,
    )


def held(
    segment: str, copies: str, *, size_bytes: int = GB, dataset: str = "raw/pages", placed: str = ""
) -> HeldSegment:
    """A segment that lies on the volumes that `copies` names, one a word."""
    return HeldSegment(
        segment=segment,
        dataset=dataset,
        size_bytes=size_bytes,
        created_at=NOW,
        copies=tuple(copies.split()),
        placed=tuple(placed.split()),
    )


def promised(copies: int, off_this_pc: int = 0) -> Policies:
    return Policies(promises=(CopyPromise(data=("*",), copies=copies, off_this_pc=off_this_pc),))


def after(segments: list[HeldSegment], plan: Plan) -> dict[str, set[str]]:
    """Where every segment lies once a plan is carried out."""
    places = {one.segment: set(one.copies) for one in segments}
    for copy in plan.copies:
        places[copy.segment].add(copy.volume)
    for drop in plan.drops:
        places[drop.segment].remove(drop.volume)
    return places
