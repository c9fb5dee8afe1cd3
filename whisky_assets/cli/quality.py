"""`whisky quality`: which feeds are worst, why offers are not published, and what other thresholds would do."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace


def quality(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the worst feeds and the most frequent reasons, or with what a file of thresholds would do."""
    from whisky_assets.pipeline.quality import FEED_HEADERS, quality_of
    from whisky_assets.pipeline.quality_trial import try_thresholds

    with open_workspace(arguments, console) as workspace:
        if arguments.try_file is not None:
            tried = try_thresholds(workspace, arguments.try_file)
            return answered(tried.as_result(), list(tried.lines()))
        told = quality_of(workspace, arguments.feed)
    lines = [*table(FEED_HEADERS, [feed.cells() for feed in told.feeds]), "", *told.lines()]
    return answered(told.as_result(), lines)
