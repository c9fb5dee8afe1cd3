"""`whisky archive`: takes in a user's diary; the next run finds its whiskies."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace


def archive(arguments: argparse.Namespace, console: Console) -> Answer:
    """Keep a user's file unchanged and say how many entries it holds; no word of the person is printed."""
    from whisky_assets.pipeline.archive_import import import_archive
    from whisky_assets.pipeline.freshness import home_words

    with open_workspace(arguments, console) as workspace:
        kept = import_archive(workspace, arguments.file, arguments.user)
        home = home_words(workspace)
    said = "kept" if kept.new else "already kept, nothing added"
    lines = [f"{said}: {kept.entries:,} entries, {kept.refused:,} refused", f"find their whiskies: whisky run{home}"]
    result = {"user": arguments.user, "new": kept.new, "entries": kept.entries, "refused": kept.refused}
    return answered(result, lines)
