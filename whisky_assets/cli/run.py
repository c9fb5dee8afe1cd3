"""`whisky run`: ingest of the chosen or due feeds, one build, publish, and what came of it."""

from __future__ import annotations

import argparse
import time
import uuid

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace, root_of
from whisky_assets.cli.summary import summary_lines
from whisky_assets.domain.errors import UsageError


def run(arguments: argparse.Namespace, console: Console) -> Answer:
    """Run a cycle and answer with its summary; exit 3 names feeds that failed.

    Raises:
        UsageError: a feed cannot run, or a loss is to be accepted and no feed is named.
    """
    if arguments.accept_loss and not arguments.feed:
        raise UsageError(
            "--accept-loss needs --feed: a loss is accepted for feeds that were looked at, never for all",
            remedy="Name the feed: whisky run --feed F --accept-loss",
        )
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.orchestration.cycle import CycleOptions, run_cycle
        from whisky_assets.orchestration.instance import open_instance
        from whisky_assets.orchestration.janitor import clean_up
        from whisky_assets.pipeline.summary import cycle_summary

        for feed in arguments.feed:
            workspace.source(feed)
        options = CycleOptions(
            cycle=arguments.run_id or uuid.uuid4().hex,
            feeds=tuple(arguments.feed),
            publish=not arguments.no_publish,
            rebuild=arguments.rebuild,
            target=arguments.target or "",
            max_requests=arguments.max_requests,
            max_minutes=arguments.max_minutes,
            accept_loss=arguments.accept_loss,
        )
        before = workspace.current_snapshot()
        started = time.monotonic()
        with open_instance(root_of(arguments)) as instance:
            closed = clean_up(instance, workspace)
            if closed.runs or closed.builds:
                console.note(closed.sentence())
            report = run_cycle(instance, root_of(arguments), workspace, options, console)
        summary = cycle_summary(
            workspace, options.cycle, before, tuple(report.feeds), seconds=time.monotonic() - started
        )
        problems = (*report.problems, *summary.problems)
        return answered(summary.as_result(), summary_lines(summary, full=arguments.summary), problems)
