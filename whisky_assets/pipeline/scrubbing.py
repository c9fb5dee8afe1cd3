"""Copies are proven and mended: a scheduled scrub within a budget, and a repair of all that is known to be rotten.

Not here: reading and mending single copies (`storage.upkeep`), and how many there should be (`copying`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from whisky_assets.domain.amounts import size_words
from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, UsageError
from whisky_assets.domain.outcome import WARNING, CheckResult, NewTable, Outcome, Problem, Progress
from whisky_assets.domain.records import VolumeProof
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.graph import ROT_CHECK
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.repairing import Repaired, repair_copy
from whisky_assets.storage.upkeep.scrubbing import Proof, Rot, Scrubbed, known_rot, proofs, scrub

SCRUB = "storage/scrub"
LEAST_BYTES = 4 << 30
"""What a scheduled scrub reads at least: small homes are proven whole each time."""
PARTS = 8
"""A large home is proven whole in so many scheduled scrubs."""
MOST_SECONDS = 1_800.0
_CASES = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What repairs came to: copies that are whole again, and a problem for each that is not."""

    repaired: tuple[Repaired, ...]
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return a line a repaired copy, with where what lay there is kept."""
        return [_repaired_line(one) for one in self.repaired]

    def as_result(self) -> dict[str, object]:
        """Return the repaired copies as plain values."""
        return {"repaired": [dataclasses.asdict(one) for one in self.repaired]}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScrubRun:
    """What a scrub found, and what became of the rot."""

    scrubbed: Scrubbed
    mended: Mended
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return what was read, found and mended, and what is left for the next time."""
        found = self.scrubbed
        left = sum(one.size_bytes for one in found.left)
        later = [f"{len(found.left):,} copies ({size_words(left)}) are left for the next time"] if found.left else []
        away = [f"not read: {name}: {why}" for name, why in sorted(found.absent.items())]
        return [
            f"{found.copies:,} copies ({size_words(found.size_bytes)}) read, {len(found.rotten):,} damaged",
            *self.mended.lines(),
            *later,
            *away,
        ]


def scrub_some(workspace: Workspace, progress: Progress, budget: Budget | None = None) -> ScrubRun:
    """Prove the copies that were proven longest ago, and make good what is rotten where a whole copy is within reach.

    Args:
        workspace: the home.
        progress: told of every copy.
        budget: where to stop; without one, an eighth of all bytes (at least 4 GiB) and half an hour.
    """
    due = proofs(workspace.store)
    total = sum(one.size_bytes for one in due)
    granted = budget or Budget(max_bytes=max(LEAST_BYTES, total // PARTS), max_seconds=MOST_SECONDS)
    found = scrub(workspace.store, due, now=workspace.now, progress=progress, budget=granted)
    mended = repair(workspace, progress, found.rotten)
    return ScrubRun(scrubbed=found, mended=mended, problems=mended.problems)


def repair(workspace: Workspace, progress: Progress, rotten: Sequence[Rot] | None = None) -> Mended:
    """Make rotten copies good from whole ones; without a list, all that is known to be rotten.

    A copy that cannot be made good is a problem and stays as it is; nothing is ever thrown away.
    """
    todo = known_rot(workspace.db) if rotten is None else rotten
    progress.start("repairing copies", len(todo))
    repaired: list[Repaired] = []
    problems: list[Problem] = []
    for rot in todo:
        try:
            done = repair_copy(workspace.store, rot.segment, rot.volume, workspace.now())
        except CorruptDataError as error:
            problems.append(_unrepaired(workspace, rot, error.message, ExitCode.CORRUPT))
        except (OutOfReachError, UsageError) as error:
            problems.append(_unrepaired(workspace, rot, error.message, ExitCode.OUT_OF_REACH))
        else:
            repaired += [] if done is None else [done]
        progress.advance()
    return Mended(repaired=tuple(repaired), problems=tuple(problems))


def scrub_step(step: Step) -> Outcome:
    """Prove and mend as much as one scheduled scrub does, and return how much of each volume is proven as a table."""
    run = scrub_some(step.workspace, step.progress)
    rows = _rows(step.workspace, run)
    outcome = Outcome(
        tables={
            SCRUB: NewTable(
                dataset=SCRUB, rows=rows, made=len(rows), checks=(schema_check(SCRUB, rows), _rot_check(step.workspace))
            )
        },
        counts={
            "copies_proven": run.scrubbed.copies,
            "bytes_read": run.scrubbed.size_bytes,
            "damaged": len(run.scrubbed.rotten),
            "repaired": len(run.mended.repaired),
            "left_for_the_next_time": len(run.scrubbed.left),
        },
        metadata={"what": "\n".join(run.lines())},
        problems=run.problems,
    )
    keep_report(step, "scrub", outcome)
    return outcome


def _rows(workspace: Workspace, run: ScrubRun) -> tuple[VolumeProof, ...]:
    held: dict[str, list[Proof]] = {row.name: [] for row in workspace.volumes.rows()}
    for one in proofs(workspace.store):
        held[one.volume].append(one)
    rotten = Counter(rot.volume for rot in known_rot(workspace.db))
    repaired = Counter(one.volume for one in run.mended.repaired)
    return tuple(
        VolumeProof(
            volume=name,
            is_here=name not in run.scrubbed.absent,
            copies=len(copies),
            size_bytes=sum(one.size_bytes for one in copies),
            proven_now=run.scrubbed.by_volume.get(name, 0),
            never_proven=sum(one.verified_at is None for one in copies),
            damaged=rotten[name],
            repaired=repaired[name],
            oldest_proof_at=min((one.verified_at for one in copies if one.verified_at is not None), default=None),
        )
        for name, copies in sorted(held.items())
    )


def _rot_check(workspace: Workspace) -> CheckResult:
    cases = tuple(f"{rot.volume}: {rot.segment[:12]} of {rot.dataset}" for rot in known_rot(workspace.db))
    return CheckResult(
        table=SCRUB,
        name=ROT_CHECK,
        passed=not cases,
        severity=WARNING,
        summary="no copy is damaged" if not cases else f"{len(cases):,} copies are damaged and have no whole one near",
        count=len(cases),
        cases=cases[:_CASES],
    )


def rot_lines(workspace: Workspace) -> list[str]:
    """Return what is known to be rotten, a line a volume; nothing where nothing is."""
    counts = Counter(rot.volume for rot in known_rot(workspace.db))
    return [
        f"{count:,} copies on {volume} are missing or not what their names say, and count for nothing"
        for volume, count in sorted(counts.items())
    ]


def _unrepaired(workspace: Workspace, rot: Rot, message: str, code: ExitCode) -> Problem:
    return Problem(
        code=code,
        subject=f"volume {rot.volume}",
        message=message,
        remedy=f"Attach a volume that holds a whole copy, then: whisky storage repair{home_words(workspace)}",
    )


def _repaired_line(one: Repaired) -> str:
    aside = f"; what lay there is kept as {one.kept_aside}" if one.kept_aside else "; nothing readable lay there"
    return f"{one.volume}: segment {one.segment[:12]} made good from {one.source}{aside}"
