"""`whisky` alone: the owner's one screen."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace


def status(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what ran, what waits for a person, what is at risk, and the one next command."""
    from whisky_assets.pipeline.status import home_status

    with open_workspace(arguments, console) as workspace:
        told = home_status(workspace)
    lines = [
        told.snapshot_line,
        *table(("feed", "state", "last read", "listings", "due"), told.feeds),
        *filter(None, (told.off_line,)),
        "",
        *told.waiting,
        *([f"at risk: {told.at_risk}"] if told.at_risk else []),
        f"next: {told.next_command}",
    ]
    return answered(told.as_result(), lines, told.problems)
