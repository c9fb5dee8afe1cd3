"""Lays a home's curation out in another folder, with decisions and reference rows that somebody wants to try.

Not here: what they would do (`review_try`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decision_writing import decision_file_name, decision_text
from whisky_assets.identity.decisions import FOLDER, read_decision
from whisky_assets.pipeline.review_answers import ANSWERS, UNKNOWN, Answer, decision_of
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.reference.loading import DATA

REFERENCE = "reference"


def lay_out(workspace: Workspace, tried: Sequence[str], folder: Path) -> None:
    """Make `folder/curation`: what the home has, and over it what is tried; a file of the same name takes its place.

    Rows of a reference table are added to the home's own rows of that table.

    Raises:
        UsageError: something that is tried is none of a decision's file, a reference table, a folder laid out as
            `curation/`, and a decision in words.
    """
    curation = folder / "curation"
    if workspace.home.curation.is_dir():
        shutil.copytree(workspace.home.curation, curation)
    else:
        curation.mkdir(parents=True)
    for text in tried:
        path = Path(text)
        if path.is_dir():
            _put_folder(path, curation)
        elif path.is_file():
            _put_file(path, curation)
        else:
            _put_words(workspace, text, curation)


def _put_folder(folder: Path, curation: Path) -> None:
    settings = sorted(folder.glob("*.toml"))
    files = sorted([*folder.glob(f"{FOLDER}/*.toml"), *folder.glob(f"{REFERENCE}/*.csv")])
    if not settings and not files:
        raise UsageError(f"{folder} holds no decision and no reference table", remedy="Lay it out as curation/.")
    for file in settings:
        shutil.copyfile(file, curation / file.name)
    for file in files:
        _put_file(file, curation)


def _put_file(file: Path, curation: Path) -> None:
    tables = sorted(path.name for path in DATA.glob("*.csv"))
    if file.suffix == ".toml":
        read_decision(file)
        (curation / FOLDER).mkdir(exist_ok=True)
        shutil.copyfile(file, curation / FOLDER / file.name)
    elif file.name in tables:
        (curation / REFERENCE).mkdir(exist_ok=True)
        _add_rows(file, curation / REFERENCE / file.name)
    else:
        raise UsageError(
            f"{file} is neither a decision (.toml) nor a reference table", remedy=f"Tables are: {', '.join(tables)}."
        )


def _add_rows(file: Path, target: Path) -> None:
    """Add the lines of a table to those that stand; one that stands already is not doubled."""
    header, *lines = _lines(file)
    standing = _lines(target) if target.exists() else [header]
    if standing[:1] != [header]:
        raise UsageError(f"{file}, line 1: the columns are not those of {target.name}", remedy=f"Write {standing[0]}")
    new = [line for line in lines if line not in standing]
    target.write_text("".join(f"{line}\n" for line in [*standing, *new]), encoding="utf-8")


def _lines(path: Path) -> list[str]:
    try:
        found = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8", remedy="Save it as CSV UTF-8.") from error
    if not found:
        raise UsageError(f"{path} is empty", remedy="Its first line names the columns.")
    return found


def _put_words(workspace: Workspace, text: str, curation: Path) -> None:
    words = text.split(maxsplit=2)
    if len(words) != 3 or words[0] not in ANSWERS or words[0] == UNKNOWN:
        raise UsageError(
            f"{text!r} is no file and no decision in words",
            remedy='Name a file, or write it as one word in quotes: "same LEFT RIGHT", "correction LEFT abv_pct=46".',
        )
    given = Answer(answer=words[0], left=words[1], right=words[2], why="It is tried.")
    said = decision_of(DecisionGuard(workspace), given, "tried", workspace.now().date())
    (curation / FOLDER).mkdir(exist_ok=True)
    (curation / FOLDER / decision_file_name(said)).write_text(decision_text(said), encoding="utf-8")
