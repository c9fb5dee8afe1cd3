"""`whisky storage copy`, `status` and `policies`: the promised copies, the one screen, and the rules in force."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table

if TYPE_CHECKING:
    from whisky_assets.pipeline.workspace import Workspace


def copy(arguments: argparse.Namespace, workspace: Workspace, console: Console) -> Answer:
    """Make the promised copies, or answer with the plan alone; moving or giving up copies asks for --yes."""
    import os

    from whisky_assets.domain.errors import ExitCode
    from whisky_assets.domain.outcome import Problem
    from whisky_assets.orchestration.io_managers import gcs_client
    from whisky_assets.pipeline import copying
    from whisky_assets.pipeline.freshness import home_words
    from whisky_assets.storage.upkeep.copying import Budget

    workspace.attach_gcs(lambda: gcs_client(""))
    without = tuple(arguments.without)
    if arguments.plan or (arguments.even_out and not arguments.yes):
        found = copying.survey(workspace, without=without, even_out=arguments.even_out)
        problems = [*copying.broken_promises(workspace, found.states)]
        if not arguments.plan and found.plan.drops:
            problems.append(
                Problem(
                    code=ExitCode.DECISION,
                    subject="copies",
                    message=f"{len(found.plan.drops):,} copies would be moved or given up; nothing was done yet",
                    remedy=f"Do it: whisky storage copy{home_words(workspace)} --even-out --yes",
                )
            )
        return answered(found.as_result(), found.plan_lines(), problems)
    seconds = None if arguments.max_minutes is None else arguments.max_minutes * 60
    done = copying.copy(
        workspace,
        f"copy-{os.getpid()}",
        copying.CopyChoices(
            to=arguments.to,
            without=without,
            even_out=arguments.even_out,
            give_up=arguments.yes,
            budget=Budget(max_bytes=arguments.max_bytes, max_seconds=seconds),
        ),
        console,
    )
    return answered(done.as_result(), done.lines(), done.problems)


def status(workspace: Workspace) -> Answer:
    """Answer with the one screen of storage."""
    from whisky_assets.pipeline.copying import promise_lines
    from whisky_assets.pipeline.storage_status import VOLUME_HEADERS, storage_status

    told = storage_status(workspace)
    lines = [
        *table(VOLUME_HEADERS, told.volume_rows()),
        "",
        *promise_lines(told.found.states),
        *(use.line() for use in told.quotas),
        *told.pending_lines(),
        *(f"at risk: {risk}" for risk in told.risks),
        *([told.drill] if told.drill else []),
        f"next: {told.next_command}" if told.next_command else "nothing to do",
    ]
    return answered(told.as_result(), lines, told.problems)


def policies(workspace: Workspace) -> Answer:
    """Answer with the rules in force and where each stands."""
    from whisky_assets.pipeline.policies import policies_in_force, policies_result, policy_lines
    from whisky_assets.storage.upkeep.policies import POLICIES_FILE

    found = policies_in_force(workspace)
    path = workspace.home.root / POLICIES_FILE
    where = f"rules of {path}, then the shipped ones" if path.exists() else f"the shipped rules; yours go into {path}"
    return answered({"file": str(path), **policies_result(found)}, [where, *policy_lines(found)])
