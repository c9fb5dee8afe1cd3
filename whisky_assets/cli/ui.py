"""`whisky ui`: Dagster's UI for the home, on 127.0.0.1, until Ctrl-C."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace, root_of


def ui(arguments: argparse.Namespace, console: Console) -> Answer:
    """Serve the UI of the home and end the whole process group on Ctrl-C or SIGTERM."""
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.orchestration.instance import open_instance
        from whisky_assets.orchestration.janitor import clean_up
        from whisky_assets.orchestration.ui import serve

        with open_instance(root_of(arguments)) as instance:
            closed = clean_up(instance, workspace)
        if closed:
            console.note(closed.sentence())
        world = workspace.home.world
        serve(
            root_of(arguments),
            arguments.port,
            started=lambda address: console.line(f"{address} shows the {world} home in a few seconds; Ctrl-C ends it"),
        )
    return answered({"port": arguments.port}, ["the UI has ended"])
