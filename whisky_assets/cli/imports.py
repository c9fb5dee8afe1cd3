"""`whisky import`: a price list into the raw archive, unchanged."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace


def import_file(arguments: argparse.Namespace, console: Console) -> Answer:
    """Keep a file's bytes in the raw archive of its feed; the same bytes twice add nothing."""
    from whisky_assets.pipeline.collecting import import_path
    from whisky_assets.pipeline.freshness import home_words

    with open_workspace(arguments, console) as workspace:
        kept = import_path(workspace, arguments.file, arguments.feed)
        home = home_words(workspace)
    said = "kept" if kept.new else "already kept, nothing added"
    lines = [
        f"{kept.name}: {said} ({kept.size_bytes:,} bytes, sha256 {kept.sha256[:12]}, dated {kept.as_of:%Y-%m-%d})",
        f"read it: whisky run{home} --feed {arguments.feed}",
    ]
    result = {
        "feed": arguments.feed,
        "name": kept.name,
        "new": kept.new,
        "sha256": kept.sha256,
        "size_bytes": kept.size_bytes,
        "as_of": f"{kept.as_of:%Y-%m-%dT%H:%M:%SZ}",
    }
    return answered(result, lines)
