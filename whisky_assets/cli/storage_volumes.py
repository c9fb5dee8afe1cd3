"""`whisky storage add-volume` and `whisky storage key`: a new place for copies, and the key of what is sealed there."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem

if TYPE_CHECKING:
    from whisky_assets.pipeline.volumes import NewVolume
    from whisky_assets.pipeline.workspace import Workspace

_LATER = "Nothing was added. Give the answers as options, too: whisky storage add-volume --help"


def add_volume(arguments: argparse.Namespace, workspace: Workspace) -> Answer:
    """Make a place a volume; asks on a terminal what was not given, if name or place is missing."""
    from whisky_assets.pipeline import volumes

    told = volumes.NewVolume(
        name=arguments.name or "",
        place=arguments.place or "",
        kind=arguments.kind or "",
        storage_class=arguments.storage_class or "",
        capacity=arguments.capacity or "",
        reserve=arguments.reserve or "",
    )
    if (not told.name or not told.place) and sys.stdin.isatty() and not arguments.json:
        told = _asked(told, workspace)
    added = volumes.add_volume(workspace, told)
    return answered(added.as_result(), added.lines())


def key(arguments: argparse.Namespace, workspace: Workspace) -> Answer:
    """Answer with the state of the key or its 24 words, bring it back with them, or make a new one for a lost one."""
    from whisky_assets.pipeline import volumes

    if arguments.show_phrase:
        words = volumes.key_phrase(workspace)
        lines = _numbered(words.split())
        return answered(
            {"phrase": words},
            [*lines, "Write them on paper and keep them away from this PC: whoever has them opens what is sealed."],
        )
    if arguments.restore:
        found = volumes.bring_key_back(workspace, _typed_phrase())
        tried = f"it opens what is sealed on {', '.join(found.opened)}"
        lines = [
            f"the key is back: {found.path}",
            tried if found.opened else "no sealed copy is within reach to try it",
        ]
        return answered({"path": found.path, "opened": list(found.opened)}, lines)
    if arguments.new:
        plan = volumes.replace_lost_key(workspace, confirmed=arguments.yes)
        meant: dict[str, object] = {"forgotten": plan.forgotten, "stay_closed": plan.stay_closed, "done": plan.is_done}
        problem = Problem(
            code=ExitCode.DECISION,
            subject="key",
            message="a new key takes the place of the lost one only when that is confirmed",
            remedy=f"Look for its 24 words first; else: {plan.command}",
        )
        return answered(meant, plan.lines(), () if plan.is_done else (problem,))
    state = volumes.key_state(workspace)
    result = {"path": state.path, "public_key": state.public_key, "sealed_copies": state.sealed_copies}
    return answered(result, state.lines())


def _asked(told: NewVolume, workspace: Workspace) -> NewVolume:
    from whisky_assets.pipeline.volumes import NewVolume, kind_of
    from whisky_assets.storage.volumes import CLASSES

    print("A volume is a place for copies: a folder, an external drive, a bucket, or a remote that rclone reaches.")
    place = told.place or _typed("1/6  Where? A folder, gs://BUCKET/PREFIX, REMOTE:FOLDER or :sftp,host=...:FOLDER", "")
    kind = told.kind or _typed(f"2/6  What is it? {', '.join(CLASSES)}", kind_of(workspace, place))
    usual = {"drive": "external", "gcs": "gcs", "rclone": "remote"}.get(kind, "second")
    return NewVolume(
        name=told.name or _typed("3/6  How should commands call it?", usual),
        place=place,
        kind=kind,
        storage_class=told.storage_class
        or _typed("4/6  How quick is it? fast, cold (seldom attached), off-site", CLASSES.get(kind, "fast")),
        capacity=told.capacity or _typed("5/6  How much may lie there, such as 400G? 0: all that it has", "0"),
        reserve=told.reserve or _typed("6/6  How much should stay free there, such as 20G?", "0"),
    )


def _typed(question: str, default: str) -> str:
    try:
        return input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
    except EOFError as error:
        raise UsageError("the questions ended before the last answer", remedy=_LATER) from error


def _typed_phrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read()
    try:
        return input("The 24 words, in their order, with spaces between: ")
    except EOFError as error:
        raise UsageError("no words were typed", remedy="Try again: whisky storage key --restore") from error


def _numbered(words: list[str]) -> list[str]:
    rows = range(0, len(words), 4)
    return ["   ".join(f"{place + 1:2} {words[place]:<10}" for place in range(row, row + 4)).rstrip() for row in rows]
