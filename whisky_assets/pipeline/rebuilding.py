"""A home whose state database was lost gets it back from its backups and its volumes, and is told what is missing.

Without a confirmation the answer is the plan. Not here: how it is made (`storage.recovery.rebuild`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.pipeline.homes import words_of_root
from whisky_assets.pipeline.workspace import STATE_TABLES, time_of
from whisky_assets.storage.home import Home
from whisky_assets.storage.recovery.adoption import Adoption
from whisky_assets.storage.recovery.rebuild import Place, Rebuilt, rebuild_state
from whisky_assets.storage.recovery.state_seals import unsealer
from whisky_assets.storage.recovery.whole_state import DAMAGED, MISSING

_SHOWN = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildAnswer:
    """What a rebuild did or would do, in words and as plain values; `home_words` let a command mean this home."""

    home_words: str
    told: Rebuilt
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return what stood, what it is built on, what the walk found, and what to do next."""
        told = self.told
        lines = [_standing(told), _base(told), f"rows that newer events change: {told.events:,}"]
        lines += [_walk(one) for one in told.volumes]
        if told.is_replaced:
            lines.append(f"done; the old file is in {told.aside}" if told.aside else "done")
            lines.append(f"prove that all bytes are there: whisky storage verify{self.home_words}")
        elif not told.is_needed:
            lines.append("nothing to rebuild")
        return lines

    def as_result(self) -> dict[str, object]:
        """Return the same as plain values."""
        told = self.told
        backup = told.whole.backup
        return {
            "state": told.whole.standing,
            "built_on": None if backup is None else {"volume": backup.volume, "backup": backup.path},
            "change": told.change,
            "events": told.events,
            "volumes": [
                {
                    "volume": one.volume,
                    "files": one.files,
                    "segments_found": one.segments,
                    "copies_found": one.copies,
                    "copies_gone": len(one.lost),
                    "strangers": [path for path, _why in one.strangers],
                    "left": [{"path": path, "why": why} for path, why in one.left],
                }
                for one in told.volumes
            ],
            "absent": [name for name, _why in told.absent],
            "missing": [{"dataset": dataset, "segment": segment} for dataset, segment in told.missing],
            "rows_of_nothing": told.dangling,
            "needed": told.is_needed,
            "replaced": told.is_replaced,
            "aside": None if told.aside is None else str(told.aside),
        }


def rebuild(
    home: Home,
    progress: Progress,
    *,
    source: str = "",
    confirmed: bool = False,
    gcs_client: Callable[[], Any] | None = None,
) -> RebuildAnswer:
    """Rebuild the state database of a home from all volumes that can be reached; unconfirmed, say what that would do.

    Args:
        home: the home; nothing of it is opened but by this.
        progress: told of each file.
        source: a folder that holds a volume of this home, or the name of a volume that has to be there.
        confirmed: whether the new database may take the place of the old one.
        gcs_client: makes the client of buckets; asked for only where `source` names a volume.

    Raises:
        UsageError: `source` is no volume of this home.
        BusyError: another rebuild, or a process that has the database open.
    """
    folder = Path(source).expanduser().absolute()
    places = [Place(folder)] if source and folder.is_dir() else []
    client = gcs_client if source and not places else None
    now = time_of(home)
    unseal = unsealer(home)
    if client is not None:
        _refuse_unknown(rebuild_state(home, STATE_TABLES, now, progress, gcs_client=client, unseal=unseal), source)
    told = rebuild_state(
        home, STATE_TABLES, now, progress, places=places, replace=confirmed, gcs_client=client, unseal=unseal
    )
    return RebuildAnswer(home_words=words_of_root(home.root), told=told, problems=tuple(_problems(told)))


def _refuse_unknown(told: Rebuilt, name: str) -> None:
    known = [*(one.volume for one in told.volumes), *(volume for volume, _why in told.absent)]
    if name not in known:
        raise UsageError(
            f"{name} is no folder, and no volume of this home is called so; known: {', '.join(known)}",
            remedy="Name the folder of a volume: whisky storage rebuild --from FOLDER",
        )


def _problems(told: Rebuilt) -> Iterator[Problem]:
    for where, why in told.whole.refused:
        yield Problem(
            code=ExitCode.DONE,
            subject=where,
            message=f"this newer backup was not used: {why}",
            remedy="It stays where it is; events tell what changed since the one that was used.",
        )
    for name, why in told.absent:
        yield Problem(
            code=ExitCode.DONE,
            subject=f"volume {name}",
            message=why,
            remedy="Attach it and do this again: what only it holds is found then.",
        )
    for one in told.volumes:
        yield from _strangers(one)
    yield from _lost(told)
    if told.is_needed and not told.is_replaced:
        yield Problem(
            code=ExitCode.DECISION,
            subject="state database",
            message="this is the plan; nothing was changed yet",
            remedy="Do it; the old file is kept aside: whisky storage rebuild --yes",
        )


def _strangers(one: Adoption) -> Iterator[Problem]:
    for path, why in one.strangers[:_SHOWN]:
        yield Problem(
            code=ExitCode.DONE,
            subject=f"volume {one.volume}",
            message=f"{path} is no segment of this home: {why}",
            remedy="It is kept in quarantine/ of that volume and read by nobody.",
        )
    for path, why in one.left[:_SHOWN]:
        yield Problem(
            code=ExitCode.DONE, subject=f"volume {one.volume}", message=f"{path} stays unknown: {why}", remedy=""
        )


def _lost(told: Rebuilt) -> Iterator[Problem]:
    look = "Attach every volume that may hold it, then: whisky storage rebuild"
    for dataset, count in sorted(Counter(dataset for dataset, _segment in told.missing).items()):
        yield Problem(
            code=ExitCode.CORRUPT,
            subject=dataset,
            message=f"{count:,} segments lie on no volume that is known",
            remedy=look,
        )
    for why in told.unreadable:
        yield Problem(code=ExitCode.CORRUPT, subject="events", message=why, remedy=look)
    for table, count in sorted(told.dangling.items()):
        yield Problem(
            code=ExitCode.CORRUPT,
            subject=f"table {table}",
            message=f"{count:,} rows name something that no backup, event or footer tells, and are left out",
            remedy=look,
        )


def _standing(told: Rebuilt) -> str:
    whole = told.whole
    if whole.standing == MISSING:
        return "state database: it is gone"
    if whole.standing == DAMAGED:
        return f"state database: damaged ({whole.why})"
    return f"state database: whole, up to change {whole.standing_change:,}"


def _base(told: Rebuilt) -> str:
    whole = told.whole
    if whole.backup is not None:
        return f"built on: {whole.backup.path} of volume {whole.backup.volume}, up to change {whole.change:,}"
    return "built on: itself" if whole.is_standing else "built on: the volumes alone, for no backup is whole"


def _walk(one: Adoption) -> str:
    return (
        f"volume {one.volume}: {one.files:,} files; found again {one.segments:,} segments and {one.copies:,} copies,"
        f" gone {len(one.lost):,} copies, strangers {len(one.strangers):,}"
    )
