"""`whisky sources`: every feed of the home's world, its state, and what is wrong with a broken one."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace

HEADERS = ("feed", "title", "kind", "state", "last read", "rows read", "listings", "refused")


def sources(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the feeds, shipped and the owner's; a broken TOML is named with its line."""
    from whisky_assets.pipeline.feeds import feed_table

    with open_workspace(arguments, console) as workspace:
        rows = feed_table(workspace)
        broken = tuple(workspace.sources.broken.values())
    result = {"feeds": [dict(zip(HEADERS, row, strict=True)) for row in rows]}
    return answered(result, table(HEADERS, rows), broken)
