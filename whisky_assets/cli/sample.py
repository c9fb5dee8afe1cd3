"""`whisky sample --week N`: moves the sample shops and the clock of the sample home."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace, root_of
from whisky_assets.domain.errors import UsageError


def sample(arguments: argparse.Namespace, console: Console) -> Answer:
    """Move to a week; weeks between are played as ingests on the way, so that misses count."""
    arguments.sample = arguments.home is None
    with open_workspace(arguments, console) as workspace:
        if workspace.home.world != "sample":
            raise UsageError(
                f"{workspace.home.root} is a real home", remedy="The sample's clock moves in a sample home only."
            )
        from whisky_assets.orchestration.instance import open_instance
        from whisky_assets.orchestration.weeks import move_to_week
        from whisky_assets.pipeline.freshness import home_words

        home = home_words(workspace)
        with open_instance(root_of(arguments)) as instance:
            moved = move_to_week(instance, workspace, arguments.week, console)
    lines = [f"the sample shops stand at week {moved.week}, {moved.day:%Y-%m-%d}", f"read them: whisky run{home}"]
    if moved.played:
        lines.insert(1, f"played on the way: ingest of week {', '.join(str(week) for week in moved.played)}")
    return answered({"week": moved.week, "played": list(moved.played)}, lines)
