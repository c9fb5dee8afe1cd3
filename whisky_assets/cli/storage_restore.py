"""`whisky storage restore` and `drill`: tables, pages or a home from volumes, and the trial of it."""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import root_of
from whisky_assets.domain.errors import UsageError, WhiskyError

if TYPE_CHECKING:
    from whisky_assets.pipeline.workspace import Workspace
    from whisky_assets.storage.directories import DirectoryVolume


def restore(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what came back and what could not; on a terminal the key's words are asked where they are needed."""
    from whisky_assets.pipeline import restoring

    folders = tuple(_folder(text, arguments) for text in arguments.sources)
    words = "" if arguments.key is None else restoring.words_in(arguments.key)
    if not words and sys.stdin.isatty() and not arguments.json and restoring.key_is_asked(folders):
        words = _typed_words()
    request = restoring.Request(
        folders=folders,
        target=arguments.to.expanduser().absolute(),
        only=arguments.only,
        as_of=arguments.as_of,
        feed=arguments.feed,
        words=words,
        reads=arguments.action == "clone",
    )
    told = restoring.restore(request, console)
    return answered(told.as_result(), told.lines(), told.problems)


def drill(arguments: argparse.Namespace, workspace: Workspace, console: Console) -> Answer:
    """Restore a sample, and answer with what came out equal and how long all of it would take."""
    from whisky_assets.pipeline import drilling
    from whisky_assets.pipeline.workspace import Step

    run = f"drill-{workspace.now():%Y%m%dT%H%M%S}-{os.getpid()}"
    step = Step(workspace=workspace, build=run, run=run, owner=run, progress=console)
    chance = random.Random()  # noqa: S311 - a sample to try, no secret
    told = drilling.drill(step, chance=chance, volume=arguments.volume, sample=arguments.segments)
    return answered(told.drill.as_result(), told.drill.lines(), told.problems)


def _folder(text: str, arguments: argparse.Namespace) -> Path:
    """Return the folder that is meant: the text itself, or where the home that stands here says its volume is."""
    folder = Path(text).expanduser().absolute()
    if folder.is_dir():
        return folder
    named = _named(text, root_of(arguments))
    if named is None:
        raise UsageError(
            f"{text} is no folder, and no folder or drive of a home here is called so",
            remedy="Name the folder that holds the volume; a bucket or a remote is copied to one first (RESTORE.txt).",
        )
    return named.find().absolute()


def _named(text: str, root: Path) -> DirectoryVolume | None:
    from whisky_assets.pipeline.workspace import workspace_at

    if not (root / "home.json").exists():  # none is made for this
        return None
    try:
        return workspace_at(str(root)).volumes.directory(text)
    except WhiskyError:
        return None


def _typed_words() -> str:
    try:
        return input("The 24 words of the home's key (Enter: go on without what is of people): ").strip()
    except EOFError:
        return ""
