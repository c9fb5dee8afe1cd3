"""`whisky publish`: the plan for a target, and its application as a run of the job `publish`."""

from __future__ import annotations

import argparse
import uuid

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace, root_of
from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem


def publish(arguments: argparse.Namespace, console: Console) -> Answer:
    """Show the plan, or apply it; a plan that changes much asks for its hash (exit 6)."""
    if arguments.plan and arguments.apply:
        raise UsageError("--plan and --apply exclude each other", remedy="Look with --plan first, then use --apply.")
    return _apply(arguments, console) if arguments.apply else _plan(arguments, console)


def _plan(arguments: argparse.Namespace, console: Console) -> Answer:
    from whisky_assets.pipeline.publishing_steps import preview

    with open_workspace(arguments, console) as workspace:
        found = preview(workspace, target=arguments.target or "")
    return answered(found.as_result(), found.lines)


def _apply(arguments: argparse.Namespace, console: Console) -> Answer:
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.orchestration.instance import open_instance
        from whisky_assets.orchestration.runner import publish_config, run_job
        from whisky_assets.orchestration.steps import CYCLE_TAG
        from whisky_assets.pipeline.reports import release_of

        cycle = uuid.uuid4().hex
        with open_instance(root_of(arguments)) as instance:
            answer = run_job(
                instance,
                root_of(arguments),
                "publish",
                config=publish_config(arguments.target or "", arguments.confirm or ""),
                tags={CYCLE_TAG: cycle},
                progress=console,
            )
        workspace.free_owner(cycle)
        if not answer.success:
            problem = Problem(
                code=answer.exit, subject="publish", message="; ".join(answer.failures) or "its run failed"
            )
            return answered({"run": answer.run_id}, [], [problem])
        release = release_of(workspace, answer.run_id)
    return answered(
        {"run": answer.run_id, **release}, [f"{name}: {value}" for name, value in release.items()], (), ExitCode.DONE
    )
