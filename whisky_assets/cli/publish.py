"""`whisky publish`: the plan for a target, and its application as a run of the job `publish`."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace, root_of
from whisky_assets.cli.paste import naming_home
from whisky_assets.domain.errors import ExitCode, UsageError


def publish(arguments: argparse.Namespace, console: Console) -> Answer:
    """Show the plan, or apply it; a plan that changes much asks for its hash (exit 6)."""
    if arguments.plan and arguments.apply:
        raise UsageError("--plan and --apply exclude each other", remedy="Look with --plan first, then use --apply.")
    return _apply(arguments, console) if arguments.apply else _plan(arguments, console)


def _plan(arguments: argparse.Namespace, console: Console) -> Answer:
    from whisky_assets.pipeline.freshness import home_words
    from whisky_assets.pipeline.publishing_steps import preview

    with open_workspace(arguments, console) as workspace:
        found = preview(workspace, target=arguments.target or "")
        home = home_words(workspace)
    return answered(found.as_result(), [naming_home(line, home) for line in found.lines])


def _apply(arguments: argparse.Namespace, console: Console) -> Answer:
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.orchestration.cycle import run_problems
        from whisky_assets.orchestration.instance import open_instance
        from whisky_assets.orchestration.janitor import clean_up
        from whisky_assets.orchestration.runner import publish_config, run_job
        from whisky_assets.pipeline.reports import release_of
        from whisky_assets.pipeline.safekeeping import keep_state
        from whisky_assets.storage.tidying import tidy

        with open_instance(root_of(arguments)) as instance:
            closed = clean_up(instance, workspace)
            if closed.runs or closed.builds:
                console.note(closed.sentence())
            answer = run_job(
                instance,
                root_of(arguments),
                "publish",
                config=publish_config(arguments.target or "", arguments.confirm or ""),
                progress=console,
            )
        tidy(workspace.store)
        kept = keep_state(workspace)
        if not answer.success:
            return answered({"run": answer.run_id}, [], (*run_problems("publish", answer), *kept))
        release = release_of(workspace, answer.run_id)
    return answered(
        {"run": answer.run_id, **release}, [f"{name}: {value}" for name, value in release.items()], kept, ExitCode.DONE
    )
