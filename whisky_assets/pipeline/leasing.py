"""One place writes a home at a time: it holds the lease at each run, another one takes it over by a named act.

Two places that both wrote are told what each has that the other has not; nothing is overwritten. Not here: the lease
itself (`storage.lease`) and how a second place is made (`restoring`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import BusyError, NeedsDecisionError, UsageError
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import lease
from whisky_assets.storage.lease import Lease
from whisky_assets.storage.recovery.changes import number_from
from whisky_assets.storage.recovery.differing import Difference, difference
from whisky_assets.storage.recovery.state_backup import backups_on
from whisky_assets.storage.recovery.state_seals import unsealer


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAnswer:
    """Who writes, whether that is this place, all acts, and what another place has, where one writes."""

    held: Lease | None
    is_here: bool
    acts: tuple[tuple[Lease, bool], ...]
    apart: Difference | None

    def lines(self) -> list[str]:
        """Return the same as a person reads it."""
        if self.held is None:
            return ["nobody holds a lease: no volume but the home's own was ever there"]
        who = "this place writes" if self.is_here else "another place writes, this one reads"
        lines = [f"{who}: {self.held}"]
        lines += [f"before: {one}" for one, _learned in self.acts[1:]]
        return lines if self.apart is None else [*lines, str(self.apart)]

    def as_result(self) -> dict[str, object]:
        """Return the same as plain values."""
        apart = self.apart
        return {
            "writes_here": self.held is None or self.is_here,
            "leases": [{**dataclasses.asdict(one), "learned": learned} for one, learned in self.acts],
            "only_here": None if apart is None else dict(apart.here),
            "only_there": None if apart is None else dict(apart.there),
            "there_unknown": "" if apart is None else apart.why_unknown,
        }


def hold_lease(workspace: Workspace) -> None:
    """Hold the lease for this place, told on every volume that is there.

    Raises:
        BusyError: another place writes this home: who, since when and why, and what each has that the other has not.
    """
    try:
        lease.hold(workspace.volumes, workspace.now())
    except BusyError as error:
        apart = _apart(workspace)
        told = f"{error.message}; {apart}" if apart.here and apart.is_there_more else error.message
        raise BusyError(told, remedy=error.remedy) from error


def lease_status(workspace: Workspace) -> LeaseAnswer:
    """Look on every volume that is there who writes this home, and what another place has that this one has not."""
    try:
        lease.hold(workspace.volumes, workspace.now())
    except BusyError:
        return _answer(workspace, _apart(workspace))
    return _answer(workspace, None)


def take_lease(workspace: Workspace, why: str, *, leave_theirs: bool = False) -> LeaseAnswer:
    """Let this place write from now on, recorded with who, when and why.

    Args:
        workspace: the open home.
        why: a person's words, kept.
        leave_theirs: also where the other place has what this one has not, which then stays there alone.

    Raises:
        UsageError: no reason is given.
        NeedsDecisionError: the place that writes has, or may have, what this one has not.
    """
    if not why.strip():
        raise UsageError("a lease is taken for a reason", remedy=lease.TAKE)
    standing = lease_status(workspace)
    if standing.held is not None and standing.is_here:
        return standing
    known_only = bool(standing.acts and standing.acts[0][1])
    if known_only and standing.apart is not None and standing.apart.is_there_more and not leave_theirs:
        raise NeedsDecisionError(
            f"the place that writes has what this one has not; {standing.apart}",
            remedy="Take its state first, into a new folder: whisky storage clone VOLUME --to DIR; or leave it there: "
            "whisky storage lease --take --leave-theirs --why TEXT",
        )
    lease.take(workspace.volumes, why.strip(), workspace.now())
    _number_after(workspace)
    return _answer(workspace, None)


def _number_after(workspace: Workspace) -> None:
    """Count changes on from the newest that a volume knows: a backup of this place must be the newest from now on."""
    found = [backup.change for volume in lease.shared_volumes(workspace.volumes) for backup in backups_on(volume)]
    with workspace.db.transaction() as connection:
        number_from(connection, max(found, default=0))


def _apart(workspace: Workspace) -> Difference:
    return difference(workspace.db, workspace.volumes, unseal=unsealer(workspace.home))


def _answer(workspace: Workspace, apart: Difference | None) -> LeaseAnswer:
    held = lease.held(workspace.db)
    is_here = held is not None and held.place == lease.own_place(workspace.home.root)
    return LeaseAnswer(held=held, is_here=is_here, acts=lease.acts(workspace.db), apart=apart)
