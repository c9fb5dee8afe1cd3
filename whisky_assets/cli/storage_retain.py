"""`whisky storage retain`, `pin` and `unpin`: what goes and why, the one confirmation, snapshots that always stay."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.domain.errors import UsageError

if TYPE_CHECKING:
    from whisky_assets.pipeline.retaining import Retention
    from whisky_assets.pipeline.workspace import Workspace


def retain(arguments: argparse.Namespace, workspace: Workspace, console: Console) -> Answer:
    """Show the plan, or carry it out; the first one and one by stricter rules ask for a yes (exit 6 without)."""
    from whisky_assets.pipeline.retaining import look
    from whisky_assets.pipeline.retaining import retain as carry_out

    if arguments.plan and (arguments.yes or arguments.confirm):
        raise UsageError("--plan changes nothing, so there is nothing to confirm", remedy="Look first, then confirm.")
    if arguments.plan:
        found = look(workspace)
        return answered(found.as_result(), found.lines(), found.problems)

    def approve(shown: Retention) -> bool:
        return bool(arguments.yes) or (_may_ask(arguments) and _asked(shown, console))

    done = carry_out(workspace, console, confirm=arguments.confirm, approve=approve)
    return answered(done.as_result(), done.lines(), done.problems)


def pin(arguments: argparse.Namespace, workspace: Workspace) -> Answer:
    """Pin a snapshot or take its pin away."""
    from whisky_assets.pipeline.retaining import pin_snapshot, unpin_snapshot

    if arguments.action == "pin":
        lines = pin_snapshot(workspace, arguments.snapshot, arguments.why)
        return answered({"pinned": arguments.snapshot, "why": arguments.why}, lines)
    return answered({"unpinned": arguments.snapshot}, unpin_snapshot(workspace, arguments.snapshot))


def _may_ask(arguments: argparse.Namespace) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json and not arguments.quiet


def _asked(shown: Retention, console: Console) -> bool:
    for line in shown.lines():
        console.line(line)
    try:
        answer = input("let it go? Type yes: ")
    except EOFError:
        return False
    return answer.strip().casefold() == "yes"
