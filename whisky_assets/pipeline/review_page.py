"""This week's questions as one HTML file for a phone, and the small JSON file in which the page saves the answers.

The page works without a network and fetches nothing; it holds listings, never a word or a count of a person. Its file
of answers names the home that asked, and is read back by `review_inbox`. Not here: writing decisions.
"""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.pipeline.csv_match import check_output
from whisky_assets.pipeline.inbox import ANSWERS_PREFIX
from whisky_assets.pipeline.review import SIDE_LABELS, Question, Side
from whisky_assets.pipeline.review_answers import ANSWERS, Answer
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.durable import publish_bytes

SCHEMA = "whisky/review-answers/1"

_PAGE = Path(__file__).with_name("review_page.html")
_MOST_BYTES = 1_000_000


def write_page(path: Path, workspace: Workspace, questions: Sequence[Question]) -> Path:
    """Write the page durably and return where.

    Raises:
        UsageError: no file can stand there.
        OutOfReachError: the disk is full; what stood there stays.
    """
    target = check_output(path)
    publish_bytes(target.parent, target.name, page_of(workspace, questions).encode())
    return target


def page_of(workspace: Workspace, questions: Sequence[Question]) -> str:
    """Return the page as text; all that a listing says stands in it as data, never as markup."""
    told = {
        "schema": SCHEMA,
        "home": workspace.home.id,
        "asked": f"{workspace.now():%Y-%m-%d}",
        "file": ANSWERS_PREFIX,
        "labels": SIDE_LABELS,
        "questions": [_question(question) for question in questions],
    }
    # Inside <script> only these could end the data or begin a comment.
    data = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    title = html.escape(f"whisky review {workspace.now():%Y-%m-%d}")
    return _PAGE.read_text(encoding="utf-8").replace("%TITLE%", title).replace("%DATA%", data)


def _question(question: Question) -> dict[str, object]:
    return {
        "id": question.review_id,
        "kind": question.kind,
        "left": _side(question.left),
        "right": _side(question.right),
        "reason": question.reason,
        "evidence": question.evidence,
    }


def _side(side: Side) -> dict[str, object]:
    return {"subject": side.subject, "whisky": side.whisky_pk, "values": side.values()}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswers:
    """What a page saved: the answers and who gave them, empty where nobody wrote a name."""

    who: str
    answers: tuple[Answer, ...]


def read_page_answers(name: str, body: bytes, home_id: str) -> PageAnswers:
    """Return the answers that a page saved for this home.

    Raises:
        InputRefusedError: it is no file of answers, or another home asked these questions; names what is wrong.
    """
    told = _told(name, body)
    if told.get("schema") != SCHEMA:
        raise _refused(f"{name} is no file of answers: schema is {told.get('schema')!r}, not {SCHEMA}")
    if told.get("home") != home_id:
        raise _refused(f"{name} answers the questions of another home", "Put it into the inbox of the home that asked.")
    given = told.get("answers")
    if not isinstance(given, list):
        raise _refused(f"{name} holds no list of answers")
    answers = tuple(_answer(name, number, one) for number, one in enumerate(given, 1))
    who = told.get("who", "")
    return PageAnswers(who=who if isinstance(who, str) else "", answers=answers)


def _told(name: str, body: bytes) -> Mapping[str, Any]:
    if len(body) > _MOST_BYTES:
        raise _refused(f"{name} has {len(body):,} bytes, more than any answers take")
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _refused(f"{name} is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise _refused(f"{name} is no file of answers")
    return told


def _answer(name: str, number: int, one: object) -> Answer:
    where = f"{name}, answer {number}"
    texts = {key: one.get(key, "") for key in ("answer", "left", "right", "why")} if isinstance(one, dict) else {}
    if not texts or not all(isinstance(text, str) for text in texts.values()):
        raise _refused(f"{where} is none")
    if texts["answer"] not in ANSWERS:
        raise _refused(f"{where}: {texts['answer']!r} is not one of {', '.join(ANSWERS)}")
    return Answer(**texts, told_in=where)


def _refused(
    message: str, remedy: str = "Save the answers again from the page, and put that file in."
) -> InputRefusedError:
    return InputRefusedError(message, reason="wrong_answers", remedy=remedy)
