"""What no segment holds is put on the volumes too: events, the whole state database, and the home's texts.

Done at the end of each run and in upkeep; it costs a few looks at folders where nothing changed. Not here: bringing it
back (`rebuilding`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whisky_assets.domain.errors import BusyError, ExitCode, OutOfReachError, WhiskyError
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.leasing import hold_lease
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.recovery.events import publish_events
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.recovery.state_seals import sealer
from whisky_assets.storage.recovery.texts_backup import back_up_texts


def keep_state(workspace: Workspace) -> tuple[Problem, ...]:
    """Publish what changed as events; back the state database and the home's texts up on every volume that is there.

    Returns:
        A line to know for each volume that is there and got no backup; that one is absent is told with what it lacks
        (`upkeep.absent_volumes`). What was done before stays done. Where another place writes this home, nothing is
        put anywhere, and that is the line.
    """
    try:
        hold_lease(workspace)
    except BusyError as error:
        return (Problem(code=error.exit_code, subject="lease", message=error.message, remedy=error.remedy),)
    try:
        if publish_events(workspace.store, workspace.now()):
            workspace.db.checkpoint()
        now = workspace.now()
        seal = sealer(workspace.volumes, now)
        report = back_up_state(workspace.db, workspace.volumes, now, seal=seal)
        texts = back_up_texts(workspace.home, workspace.volumes, now, seal=seal)
    except (BusyError, OutOfReachError) as error:
        return (_problem("state database", error, workspace),)
    # One line a volume: what kept the one away from it keeps the other away too.
    return tuple(_skipped({**dict(texts.skipped), **dict(report.skipped)}, workspace))


def _skipped(skipped: Mapping[str, WhiskyError], workspace: Workspace) -> Iterable[Problem]:
    for volume, error in skipped.items():
        if not isinstance(error, OutOfReachError) or _is_there(workspace, volume):
            yield _problem(f"volume {volume}", error, workspace)


def _is_there(workspace: Workspace, volume: str) -> bool:
    try:
        workspace.volumes.get(volume).check()
    except WhiskyError:
        return False
    return True


def _problem(subject: str, error: WhiskyError, workspace: Workspace) -> Problem:
    return Problem(
        code=ExitCode.DONE,
        subject=subject,
        message=f"state database and texts are not backed up there: {error.message}",
        remedy=f"The next run backs it up. What lies where: whisky storage status{home_words(workspace)}",
    )
