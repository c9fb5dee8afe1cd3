"""Opens the home that a command works on and says which it is, before anything else."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from whisky_assets.cli.console import Console
from whisky_assets.domain.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from whisky_assets.pipeline.workspace import Workspace


def root_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of the home by --home, --sample, WHISKY_HOME, .whisky/real, .whisky/sample, in this order.

    Raises:
        UsageError: --home and --sample are both given, or the folder is named with a `~` that means nobody.
    """
    from whisky_assets.pipeline.homes import chosen_root

    _refuse_two_homes(arguments)
    return chosen_root(arguments.home, os.environ, sample=arguments.sample)


def root_to_make(arguments: argparse.Namespace) -> Path:
    """Return the folder in which `whisky init` makes a home: by --home, WHISKY_HOME, .whisky/real, in this order.

    Raises:
        UsageError: as `root_of`, or --sample is given, whose home is made when it is first needed.
    """
    from whisky_assets.pipeline import homes

    _refuse_two_homes(arguments)
    if arguments.sample:
        raise UsageError("`whisky init` makes a real home; the sample one needs none", remedy="Run it: make run")
    return homes.root_to_make(arguments.home, os.environ)


def words_for(arguments: argparse.Namespace) -> str:
    """Return what a command to paste needs to mean the home of this one; nothing where that cannot be said."""
    from whisky_assets.pipeline.homes import words_of_root

    try:
        return words_of_root(root_to_make(arguments) if arguments.command == "init" else root_of(arguments))
    except UsageError:
        return ""


def _refuse_two_homes(arguments: argparse.Namespace) -> None:
    if arguments.home is not None and arguments.sample:
        raise UsageError("--home and --sample name two homes", remedy="Name one of them.")


def curation_of(arguments: argparse.Namespace, console: Console) -> Path | None:
    """Return the folder whose curation counts in a command without a home: of --curation, else of a home it names.

    A home that no option names does not count, so that an answer hangs on the words of its command alone.

    Raises:
        UsageError: --curation and a home are both given, or there is no home at that place.
    """
    from whisky_assets.pipeline.homes import opened_home

    given: Path | None = arguments.curation
    if arguments.home is None and not arguments.sample:
        return given
    if given is not None:
        raise UsageError("--curation and a home name two folders of decisions", remedy="Name one of them.")
    curation = opened_home(root_of(arguments)).curation
    console.line(f"curation of {curation}")
    return curation


def standing_curation(arguments: argparse.Namespace, console: Console) -> Path | None:
    """Return the curation of the home of a command that needs none, and say which it is; None where none stands.

    Raises:
        UsageError: a home is named by --home, --sample or WHISKY_HOME, and there is none at that place.
    """
    from whisky_assets.pipeline.homes import opened_home

    root = root_of(arguments)
    is_named = arguments.home is not None or arguments.sample or os.environ.get("WHISKY_HOME")
    if not is_named and not (root / "home.json").exists():
        return None
    home = opened_home(root)
    console.line(f"home {home.root} ({home.world})")
    return home.curation


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
