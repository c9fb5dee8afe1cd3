"""`whisky review`: this week's open questions, answered by one key, on a phone, in a spreadsheet, or by a script."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace
from whisky_assets.cli.review_screen import question_lines, rest_line
from whisky_assets.domain.errors import UsageError

if TYPE_CHECKING:
    from whisky_assets.pipeline.review import Questions
    from whisky_assets.pipeline.review_answers import Recorded
    from whisky_assets.pipeline.workspace import Workspace

_PLAIN_WIDTH = 120


def review(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with this week's questions, or do with them what one option says.

    Raises:
        UsageError: words that belong to another option, nothing was built yet, or an answer cannot be meant.
    """
    if arguments.why is not None and not arguments.decide:
        raise UsageError(
            "--why belongs to --decide", remedy='For example: whisky review --decide same LEFT RIGHT --why "..."'
        )
    with open_workspace(arguments, console) as workspace:
        for option, act in _ACTIONS:
            if getattr(arguments, option):
                return act(workspace, arguments, console)
        return _asked(workspace, arguments, console)


def _asked(workspace: Workspace, arguments: argparse.Namespace, console: Console) -> Answer:
    """Ask on a terminal, else print and decide nothing."""
    from whisky_assets.cli.review_session import Session, is_terminal
    from whisky_assets.pipeline.freshness import home_words
    from whisky_assets.pipeline.review import questions
    from whisky_assets.pipeline.review_answers import next_words

    found = questions(workspace, everything=arguments.all)
    if not found.all or arguments.json or not is_terminal():
        return answered(_result(found), _lines(found, home_words(workspace)))
    session = Session(workspace, console, found.all, _who(arguments))
    session.run()
    counts = session.counts
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing"
    rest = "" if arguments.all else rest_line(found.waiting, home_words(workspace))
    lines = [f"answered: {told}", *([rest] if rest else []), *([next_words(workspace)] if counts else [])]
    return answered({"answered": counts}, lines)


def _lines(found: Questions, home: str) -> list[str]:
    rest = rest_line(found.waiting, home) if len(found.all) <= len(found.this_week) else ""
    if not found.all:
        done = "no question for this week" if rest else "no open question"
        return [done, *([rest] if rest else [])]
    lines: list[str] = []
    for number, question in enumerate(found.all, 1):
        lines += [*question_lines(question, f"{number} of {len(found.all)}", _PLAIN_WIDTH), ""]
    first = found.all[0]
    lines.append(f"decide: whisky review{home} --decide same {first.left.subject} {first.right.subject}")
    return [*lines, *([rest] if rest else [])]


def _result(found: Questions) -> dict[str, object]:
    return {
        "questions": [question.as_result() for question in found.all],
        "this_week": found.waiting.this_week,
        "later": found.waiting.later,
        "put_off": found.waiting.put_off,
    }


def _decide(workspace: Workspace, arguments: argparse.Namespace, _console: Console) -> Answer:
    from whisky_assets.pipeline import review_answers
    from whisky_assets.pipeline.review_guard import DecisionGuard

    answer, left, right = arguments.decide
    given = review_answers.Answer(answer=answer, left=left, right=right, why=arguments.why or "")
    recorded = review_answers.record(workspace, DecisionGuard(workspace), [given], who=_who(arguments))
    said = f"written: {recorded.files[0]}" if recorded.files else "nothing written: it was decided so before"
    return answered(_written(recorded), [said, review_answers.next_words(workspace)])


def _undo(workspace: Workspace, _arguments: argparse.Namespace, _console: Console) -> Answer:
    from whisky_assets.pipeline.review_answers import next_words, take_back

    files = take_back(workspace)
    return answered({"taken_back": files}, [f"taken back: {', '.join(files)}", next_words(workspace)])


def _page(workspace: Workspace, arguments: argparse.Namespace, _console: Console) -> Answer:
    from whisky_assets.pipeline.review import questions
    from whisky_assets.pipeline.review_page import write_page

    found = questions(workspace, everything=arguments.all)
    path = write_page(arguments.html, workspace, found.all)
    lines = [
        f"{len(found.all):,} questions: {path}",
        f"open it on a phone, save the answers there, and put that file into {workspace.home.inbox}",
    ]
    return answered({"questions": len(found.all), "file": str(path)}, lines)


def _export(workspace: Workspace, arguments: argparse.Namespace, _console: Console) -> Answer:
    from whisky_assets.pipeline.freshness import home_words
    from whisky_assets.pipeline.review import questions
    from whisky_assets.pipeline.review_csv import write_queue

    found = questions(workspace, everything=True)
    path = write_queue(arguments.export, found.all)
    lines = [
        f"{len(found.all):,} questions: {path}",
        f"fill in the column decision, then: whisky review{home_words(workspace)} --import {shlex.quote(str(path))}",
    ]
    return answered({"questions": len(found.all), "file": str(path)}, lines)


def _import(workspace: Workspace, arguments: argparse.Namespace, _console: Console) -> Answer:
    from whisky_assets.pipeline.review_answers import next_words, record
    from whisky_assets.pipeline.review_csv import read_answers
    from whisky_assets.pipeline.review_guard import DecisionGuard

    given = read_answers(arguments.filled)
    if not given:
        return answered({"files": [], "standing": 0}, [f"no row of {arguments.filled} has a decision; nothing to do"])
    recorded = record(workspace, DecisionGuard(workspace), given, who=_who(arguments))
    said = f"written: {len(recorded.files):,} answers; {recorded.standing:,} stood there before"
    return answered(_written(recorded), [said, next_words(workspace)])


def _try(workspace: Workspace, arguments: argparse.Namespace, console: Console) -> Answer:
    from whisky_assets.pipeline.review_try import try_curation

    tried = try_curation(workspace, arguments.tried, console)
    return answered(tried.as_result(), tried.lines())


def _who(arguments: argparse.Namespace) -> str:
    """Return who decides: as told, else the user name of the machine."""
    if arguments.who is not None:
        if not arguments.who.strip():
            raise UsageError("--who is empty", remedy="Write a name, or leave it out.")
        return str(arguments.who)
    from whisky_assets.pipeline.review_answers import machine_user

    return machine_user()


def _written(recorded: Recorded) -> dict[str, object]:
    return {"files": list(recorded.files), "standing": recorded.standing}


_ACTIONS: tuple[tuple[str, Callable[[Workspace, argparse.Namespace, Console], Answer]], ...] = (
    ("decide", _decide),
    ("undo", _undo),
    ("html", _page),
    ("export", _export),
    ("filled", _import),
    ("tried", _try),
)
