"""Takes the answers that phones saved from the inbox: checked whole, written as decisions, then moved to `taken`.

A file that cannot be taken stays where it is and is named; nothing of it counts. Not here: the file's form
(`review_page`), and files of feeds (`collecting`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from whisky_assets.domain.errors import ExitCode, InputRefusedError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.inbox import TAKEN, InboxFile, inbox_files
from whisky_assets.pipeline.review_answers import REVIEW_FOLDER, machine_user, record
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.review_page import read_page_answers
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.durable import make_folders


def answer_files(workspace: Workspace) -> list[InboxFile]:
    """Return the files of answers that wait in the inbox, in order of name."""
    return [file for file in inbox_files(workspace) if file.is_answers]


def take_answers(workspace: Workspace, files: Iterable[InboxFile] | None = None) -> tuple[list[str], list[Problem]]:
    """Write what waiting files of answers decide and move them away; all that wait, if none are given.

    Killed at any moment, the same files are read again and add nothing twice.

    Returns:
        The labels of the files that were taken, and a problem for each that could not be.

    Raises:
        BusyError: another command writes answers.
    """
    taken: list[str] = []
    problems: list[Problem] = []
    for file in answer_files(workspace) if files is None else files:
        try:
            _take(workspace, file)
        except FileNotFoundError:  # another run took it since it was listed
            continue
        except (InputRefusedError, UsageError) as error:
            problems.append(_problem(file, error))
        else:
            taken.append(file.label)
    return taken, problems


def refusals(workspace: Workspace) -> Sequence[Problem]:
    """Return why waiting files of answers can never be read as such; nothing is written."""
    problems = []
    for file in answer_files(workspace):
        try:
            read_page_answers(file.path.name, file.path.read_bytes(), workspace.home.id)
        except FileNotFoundError:
            continue
        except InputRefusedError as error:
            problems.append(_problem(file, error))
    return problems


def _take(workspace: Workspace, file: InboxFile) -> None:
    told = read_page_answers(file.path.name, file.path.read_bytes(), workspace.home.id)
    if told.answers:
        record(workspace, DecisionGuard(workspace), told.answers, who=told.who or machine_user())
    folder = workspace.home.inbox / TAKEN / REVIEW_FOLDER
    make_folders(folder)
    file.path.replace(folder / file.path.name)


def _problem(file: InboxFile, error: WhiskyError) -> Problem:
    return Problem(
        code=ExitCode.PARTLY,
        subject=file.label,
        message=f"answers not taken, it stays in the inbox: {error.message}",
        remedy=error.remedy or f"Or take it away: rm {shlex.quote(str(file.path))}",
    )
