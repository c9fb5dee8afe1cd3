"""Answers open questions on a terminal, one key each; every answer is written before the next question is shown."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import sys
import termios
import tty
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whisky_assets.cli.console import Console
from whisky_assets.cli.review_screen import question_lines
from whisky_assets.domain.errors import UsageError

if TYPE_CHECKING:
    from whisky_assets.pipeline.review import Question, Side
    from whisky_assets.pipeline.review_answers import Answer
    from whisky_assets.pipeline.review_guard import DecisionGuard
    from whisky_assets.pipeline.workspace import Workspace

HELP = "s same  d different  k don't know  c correct  r rename  w why  u undo  q quit"
_END = ""
_ESCAPE = b"\x1b"


class Session:
    """One sitting before the questions: where it stands, and what was answered."""

    def __init__(self, workspace: Workspace, console: Console, asked: tuple[Question, ...], who: str) -> None:
        """Begin before the first question."""
        from whisky_assets.pipeline.review_guard import DecisionGuard

        self._workspace = workspace
        self._console = console
        self._asked = asked
        self._who = who
        self._guard: DecisionGuard = DecisionGuard(workspace)
        self._place = 0
        self._given: list[tuple[int, str, tuple[str, ...]]] = []
        self._why = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many questions got which answer."""
        return dict(Counter(answer for _, answer, _ in self._given))

    def run(self) -> None:
        """Ask until all are answered or the person quits; ends at once where the terminal is gone."""
        shown = -1
        while self._place < len(self._asked):
            if shown != self._place:
                self._show()
                shown = self._place
            key = pressed_key()
            if key in ("q", _END):
                break
            if key == "u":
                self._undo()
                shown = -1
            elif key == "w":
                self._ask_why()
            elif key == "c":
                self._correct()
            elif key == "r":
                self._rename()
            else:
                self._take(key)

    def _show(self) -> None:
        question = self._asked[self._place]
        width = shutil.get_terminal_size().columns
        place = f"{self._place + 1} of {len(self._asked)}"
        for line in ("", "─" * min(width, 100), *question_lines(question, place, width), "", HELP):
            self._console.line(line)

    def _take(self, key: str) -> None:
        from whisky_assets.pipeline.review_answers import DIFFERENT, SAME, UNKNOWN, Answer

        answer = {"s": SAME, "d": DIFFERENT, "k": UNKNOWN}.get(key)
        if answer is None:
            self._console.line(f"{key!r} is no answer: {HELP}")
            return
        question = self._asked[self._place]
        given = Answer(answer=answer, left=question.left.subject, right=question.right.subject, why=self._why)
        if self._written(given):
            self._place += 1

    def _correct(self) -> None:
        """Take one field of one side, and stay: what is corrected may not answer the question."""
        from whisky_assets.pipeline.review_answers import CORRECTION, Answer

        side, told = self._side("which side is wrong, and what is it? such as: a abv_pct=46.3  ")
        if side is None:
            self._console.line(f"nothing corrected: begin with a or b. {HELP}")
            return
        self._written(Answer(answer=CORRECTION, left=side.subject, right=told, why=self._why))
        self._console.line(HELP)

    def _rename(self) -> None:
        """Take the new name of one side's whisky, in a language if it is told, and stay."""
        from whisky_assets.pipeline.review_answers import RENAME, Answer

        side, told = self._side("whose whisky, and what is it called? such as: a Ardbeg Ten, or: a ko=아드벡 10년  ")
        if side is None:
            self._console.line(f"nothing renamed: begin with a or b. {HELP}")
            return
        self._written(Answer(answer=RENAME, left=side.whisky_pk, right=told, why=self._why))
        self._console.line(HELP)

    def _side(self, asked: str) -> tuple[Side | None, str]:
        """Return the side that a typed line begins with, None where it is neither, and the words behind it."""
        question = self._asked[self._place]
        letter, _, told = self._line(asked).partition(" ")
        return {"a": question.left, "b": question.right}.get(letter.casefold()), told.strip()

    def _written(self, given: Answer) -> bool:
        """Write an answer and say so; what cannot be is told with its reason."""
        from whisky_assets.pipeline.review_answers import record

        try:
            recorded = record(self._workspace, self._guard, [given], who=self._who)
        except UsageError as error:
            self._console.line(f"not written: {error.message} {error.remedy}")
            return False
        self._console.line(f"{given.answer}: {', '.join(recorded.files) or 'it stood there before'}")
        self._given.append((self._place, given.answer, recorded.files))
        self._why = ""
        return True

    def _undo(self) -> None:
        from whisky_assets.pipeline.freshness import home_words
        from whisky_assets.pipeline.review_answers import take_back

        if not self._given:
            undo = f"whisky review{home_words(self._workspace)} --undo"
            self._console.line(f"nothing was answered here yet; an earlier answer is taken back by: {undo}")
            return
        place, answer, files = self._given[-1]
        if files:
            try:
                self._console.line(f"taken back, {answer}: {', '.join(take_back(self._workspace, expected=files))}")
            except UsageError as error:
                self._console.line(f"not taken back: {error}")
                return
        self._given.pop()
        self._place = place

    def _ask_why(self) -> None:
        self._why = self._line("why? ")
        self._console.line(f"the next answer says so. {HELP}")

    def _line(self, question: str) -> str:
        try:
            return input(question).strip()
        except EOFError:
            return ""


def is_terminal() -> bool:
    """Say whether a person sits at both ends: keys come from a terminal, and questions are seen on one."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def pressed_key() -> str:
    """Return the next key that is pressed, without Enter, in small letters; empty where the terminal is gone."""
    descriptor = sys.stdin.fileno()
    with _each_key(descriptor):
        body = os.read(descriptor, 1)
        if body == _ESCAPE:
            # An arrow is several bytes; none of them may be taken for an answer, or be left to the shell.
            while select.select([descriptor], [], [], 0)[0] and os.read(descriptor, 32):
                continue
            return "escape"
        # One letter of another script is several bytes; what follows a first byte arrived with it.
        more = {0b110: 1, 0b1110: 2, 0b11110: 3}
        follows = next((count for head, count in more.items() if body and body[0] >> (7 - count - 1) == head), 0)
        body += os.read(descriptor, follows) if follows else b""
    key = body.decode(errors="replace").casefold()
    return _KOREAN_KEYS.get(key, key) if key != "\x04" else _END


# The same keys while the keyboard still writes Hangul.
_KOREAN_KEYS = {"ㄴ": "s", "ㅇ": "d", "ㅏ": "k", "ㅊ": "c", "ㄱ": "r", "ㅈ": "w", "ㅕ": "u", "ㅂ": "q"}


@contextlib.contextmanager
def _each_key(descriptor: int) -> Iterator[None]:
    """Let each key arrive at once and unseen; the terminal is put back in any case."""
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
