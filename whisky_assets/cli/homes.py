"""Opens the home that a command works on and says which it is, before anything else."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from whisky_assets.cli.console import Console

if TYPE_CHECKING:
    from pathlib import Path

    from whisky_assets.pipeline.workspace import Workspace


def root_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of the home by --home, --sample, WHISKY_HOME, .whisky/real, .whisky/sample, in this order."""
    from whisky_assets.pipeline.homes import chosen_root

    return chosen_root(arguments.home, os.environ, sample=arguments.sample)


@contextmanager
def open_workspace(arguments: argparse.Namespace, console: Console) -> Iterator[Workspace]:
    """Open the home of a command, print its first line, and close it afterwards."""
    from whisky_assets.pipeline.workspace import workspace_at

    root = root_of(arguments)
    workspace = workspace_at(str(root))
    console.line(f"home {workspace.home.root} ({workspace.home.world}, {workspace.now():%Y-%m-%d})")
    with _served(root):
        yield workspace


@contextmanager
def _served(root: Path) -> Iterator[None]:
    """Let child processes and Dagster's definitions serve the same home as this command, for as long as it runs."""
    before = os.environ.get("WHISKY_HOME")
    os.environ["WHISKY_HOME"] = str(root)
    try:
        yield
    finally:
        del os.environ["WHISKY_HOME"]
        if before is not None:
            os.environ["WHISKY_HOME"] = before
