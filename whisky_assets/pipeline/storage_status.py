"""The one screen of storage: volumes, promises, quota, what is at risk, and the one next command.

It only reads, but notes which volumes it saw. Not here: copying (`copying`) and the owner's own screen (`status`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from whisky_assets.domain.amounts import size_words, span_words
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.copying import Survey, broken_promises, survey
from whisky_assets.pipeline.drilling import drill_line
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.policies import policies_in_force
from whisky_assets.pipeline.scrubbing import rot_lines
from whisky_assets.pipeline.upkeep import absent_volumes
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.capacity import Disks, VolumeFacts, shared_disk_lines
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.upkeep.placements import CopyAges, copy_ages, held_segments
from whisky_assets.storage.upkeep.policies import CopyPromise, covers
from whisky_assets.storage.upkeep.promises import BROKEN
from whisky_assets.storage.upkeep.quota import QuotaUse
from whisky_assets.storage.upkeep.retiring import pending_files

VOLUME_HEADERS = ("volume", "kind", "class", "state", "segments", "used", "room", "last seen")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StorageStatus:
    """All of it: what is held, promised and at risk, and the one next command.

    `risks` are sentences, `pending` how many retired files each volume still holds, `next_command` what to do first,
    empty where there is nothing to do; `drill` says when a restore was tried last.
    """

    found: Survey
    ages: tuple[CopyAges, ...]
    quotas: tuple[QuotaUse, ...]
    risks: tuple[str, ...]
    pending: Mapping[str, int]
    next_command: str
    drill: str
    problems: tuple[Problem, ...]

    def volume_rows(self) -> list[tuple[object, ...]]:
        """Return a row a volume, with the headers `VOLUME_HEADERS`."""
        held = _held_by_volume(self.found)
        return [
            (
                facts.name,
                facts.kind,
                facts.storage_class,
                _state(facts),
                held[facts.name],
                size_words(facts.used_bytes),
                "no limit told" if facts.room_bytes is None else size_words(facts.room_bytes),
                "never" if facts.seen_at is None else f"{facts.seen_at:%Y-%m-%d %H:%M}",
            )
            for facts in self.found.volumes
        ]

    def pending_lines(self) -> list[str]:
        """Return a line a volume with retired files, which go a day after they were let go."""
        return [f"{count:,} retired files on {name} wait to be unlinked" for name, count in self.pending.items()]

    def as_result(self) -> dict[str, object]:
        """Return it as plain values; sizes in bytes."""
        held = _held_by_volume(self.found)
        ages = {one.volume: one for one in self.ages}
        return {
            "volumes": [_volume_result(facts, held[facts.name], ages.get(facts.name)) for facts in self.found.volumes],
            "promises": [state.as_result() for state in self.found.states],
            "quotas": [
                {"name": use.quota.name, "max_bytes": use.quota.max_bytes, "used_bytes": use.used_bytes}
                for use in self.quotas
            ],
            "risks": list(self.risks),
            "pending_files": dict(self.pending),
            "next_command": self.next_command,
            "drill": self.drill,
        }


def storage_status(workspace: Workspace) -> StorageStatus:
    """Return the state of a home's storage.

    Raises:
        UsageError: `storage.toml` says something that cannot be meant.
    """
    found = survey(workspace)
    ages = copy_ages(workspace.db)
    return StorageStatus(
        found=found,
        ages=ages,
        quotas=quota_uses(found),
        risks=(*_risks(found, ages, workspace.now()), *rot_lines(workspace)),
        pending=pending_files(workspace.db),
        next_command=_next_command(workspace, found, ages),
        drill=drill_line(workspace),
        problems=(*absent_volumes(workspace), *broken_promises(workspace, found.states)),
    )


def quota_uses(found: Survey) -> tuple[QuotaUse, ...]:
    """Return what each quota's data sets take now: the bytes of each segment once, wherever it lies."""
    sizes: Counter[str] = Counter()
    for held in found.segments:
        sizes[held.dataset] += held.size_bytes
    used = {
        quota.name: sum(size for dataset, size in sizes.items() if covers(quota.data, dataset))
        for quota in found.policies.quotas
    }
    return tuple(
        QuotaUse(quota=quota, used_bytes=used[quota.name], after_bytes=used[quota.name])
        for quota in found.policies.quotas
    )


def risk_line(workspace: Workspace) -> str:
    """Return in one line how many segments lack promised copies; nothing where none does. No volume is asked.

    Raises:
        UsageError: `storage.toml` says something that cannot be meant.
    """
    policies = policies_in_force(workspace)
    off = {row.name for row in workspace.volumes.rows() if row.is_off_this_pc}
    promises: dict[str, CopyPromise] = {}
    lacking, size_bytes = 0, 0
    segments = held_segments(workspace.db)
    for held in segments:
        promise = promises.setdefault(held.dataset, policies.promise_of(held.dataset))
        if len(held.copies) < promise.copies or len(off.intersection(held.copies)) < promise.off_this_pc:
            lacking += 1
            size_bytes += held.size_bytes
    look = f"whisky storage status{home_words(workspace)}"
    if lacking:
        return f"{lacking:,} segments ({size_words(size_bytes)}) lack a promised copy: {look}"
    is_alone = workspace.home.world == "real" and bool(segments) and not off
    return f"everything lies on this PC alone: {look}" if is_alone else ""


def _risks(found: Survey, ages: tuple[CopyAges, ...], now: datetime) -> Iterator[str]:
    disks = Disks(found.volumes)
    off = {facts.name for facts in found.volumes if disks.is_off(facts.name)}
    alone = [held for held in found.segments if len(held.copies) < 2]
    if alone:
        size_bytes = sum(held.size_bytes for held in alone)
        yield f"{len(alone):,} of {len(found.segments):,} segments ({size_words(size_bytes)}) have one copy"
    if found.segments and not off:
        yield "everything lies on this PC: a theft or a dead disk takes it all"
    yield from _stale_looks(found, ages, now)
    yield from shared_disk_lines(found.volumes)


def _stale_looks(found: Survey, ages: tuple[CopyAges, ...], now: datetime) -> Iterator[str]:
    for one in ages:
        age = _age(one.oldest_verified_at, now)
        if age > found.policies.verified_within:
            yield f"a copy on {one.volume} was not compared with its name for {span_words(age)}"
    for facts in found.volumes:
        age = _age(facts.seen_at, now)
        if facts.name != LOCAL and not facts.is_here and (facts.seen_at is None or age > found.policies.seen_within):
            yield f"volume {facts.name} was " + (
                "never seen" if facts.seen_at is None else f"not seen for {span_words(age)}"
            )


def _age(moment: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if moment is None else now - moment


def _next_command(workspace: Workspace, found: Survey, ages: tuple[CopyAges, ...]) -> str:
    words = home_words(workspace)
    here = {facts.name for facts in found.volumes if facts.is_here}
    due = {copy.volume for copy in found.plan.copies}
    if due & here:
        needs_room = any(copy.needs_room for copy in found.plan.copies)
        return f"whisky storage copy{words}{' --yes' if needs_room else ''}"
    if any(state.state == BROKEN for state in found.states):
        return f"whisky storage add-volume{words} NAME FOLDER"
    if due:
        return f"whisky storage copy{words} --to {min(due)}"
    if found.segments and all(facts.kind == "directory" for facts in found.volumes):
        return f"whisky storage add-volume{words} external FOLDER"
    if any(held.rotten for held in found.segments):
        return f"whisky storage repair{words}"
    if any(_age(one.oldest_verified_at, workspace.now()) > found.policies.verified_within for one in ages):
        return f"whisky storage verify{words}"
    return ""


def _state(facts: VolumeFacts) -> str:
    if facts.is_here:
        return "here"
    return "not asked" if facts.kind == "gcs" and "Google client" in facts.why_absent else "absent"


def _held_by_volume(found: Survey) -> Counter[str]:
    return Counter(volume for held in found.segments for volume in held.copies)


def _volume_result(facts: VolumeFacts, segments: int, ages: CopyAges | None) -> dict[str, object]:
    return {
        "volume": facts.name,
        "kind": facts.kind,
        "class": facts.storage_class,
        "place": facts.location,
        "state": "here" if facts.is_here else facts.why_absent,
        "segments": segments,
        "bytes": facts.used_bytes,
        "capacity_bytes": facts.capacity_bytes,
        "reserve_bytes": facts.reserve_bytes,
        "room_bytes": facts.room_bytes,
        "seen_at": None if facts.seen_at is None else facts.seen_at.isoformat(),
        "unverified": 0 if ages is None else ages.unverified,
        "oldest_verified_at": None
        if ages is None or ages.oldest_verified_at is None
        else ages.oldest_verified_at.isoformat(),
    }
