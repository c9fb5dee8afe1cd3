"""`whisky storage rebuild`: the plan to bring a lost state database back, and with --yes the new one in its place."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import root_of


def rebuild(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what was found and, unconfirmed, exit 6 where there is something to do; the home is not opened."""
    from whisky_assets.orchestration.io_managers import gcs_client
    from whisky_assets.pipeline.rebuilding import rebuild as rebuilt
    from whisky_assets.storage.home import open_home

    home = open_home(root_of(arguments))
    console.line(f"home {home.root} ({home.world})")
    answer = rebuilt(home, console, source=arguments.source, confirmed=arguments.yes, gcs_client=lambda: gcs_client(""))
    return answered(answer.as_result(), answer.lines(), answer.problems)
