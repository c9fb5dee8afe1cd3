"""`whisky diff` and `whisky undo`: what changed between two snapshots, and back to an earlier one."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace


def diff(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what two snapshots tell apart: whiskies, keys, offers, prices and tables."""
    from whisky_assets.pipeline.history import diff_snapshots

    with open_workspace(arguments, console) as workspace:
        told = diff_snapshots(workspace, arguments.left, arguments.right)
    return answered(told.as_result(), told.lines())


def undo(arguments: argparse.Namespace, console: Console) -> Answer:
    """Commit a new snapshot with an earlier one's tables and the present registry."""
    from whisky_assets.pipeline.undo import undo_to

    with open_workspace(arguments, console) as workspace:
        undone = undo_to(workspace, arguments.snapshot)
    return answered(undone.as_result(), undone.lines(), undone.problems)
