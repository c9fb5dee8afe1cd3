"""`whisky review`: one key an answer on a terminal; elsewhere it prints, and options decide, export, import and try."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.cli import main
from whisky_assets.cli.console import width_of
from whisky_assets.cli.review_screen import question_lines, rest_line
from whisky_assets.domain.errors import ExitCode
from whisky_assets.identity.decisions import Decision, load_decisions
from whisky_assets.pipeline.review import Question, Side, Waiting
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets_tests.pipeline.review_homes import build_home

PATIENCE_SECONDS = 60.0
SCREEN = (40, 100)


@pytest.fixture(scope="module")
def asking_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built sample home with some open questions, of which these tests need two; not to be changed."""
    return build_home(tmp_path_factory.mktemp("asking") / "home")


@pytest.fixture
def home(asking_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of this test's own."""
    yield shutil.copytree(asking_home, tmp_path / "home")
    forget_workspaces()


def review(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Answers of one command as a program gets them."""
    capsys.readouterr()
    code = main(["--json", "--home", str(home), "review", *words])
    return code, json.loads(capsys.readouterr().out)


def decisions(home: Path) -> tuple[Decision, ...]:
    return load_decisions(home / "curation").all


class Terminal:
    """A person before `whisky review` on a terminal of 40 lines and 100 columns."""

    def __init__(self, home: Path, *words: str) -> None:
        self._own, other = pty.openpty()
        environment = {**os.environ, "LINES": str(SCREEN[0]), "COLUMNS": str(SCREEN[1]), "TERM": "xterm"}
        command = [sys.executable, "-m", "whisky_assets.cli", "--home", str(home), "review", *words]
        self._child = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment)
        os.close(other)
        self._seen = ""

    def sees(self, *words: str) -> str:
        """Waits until each of these stands in what came since the last look, in this order; returns all of it."""
        pattern = re.compile(".*?".join(map(re.escape, words)), re.DOTALL)
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while (found := pattern.search(self._seen)) is None:
            assert time.monotonic() < ends_at, f"{words} not in {self._seen}"
            assert self._more(), f"the command ended before {words}: {self._seen}"
        told, self._seen = self._seen[: found.end()], self._seen[found.end() :]
        return told

    def goes_away(self) -> None:
        """Ends the command if it still runs, as a closed window does."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait(PATIENCE_SECONDS)

    def presses(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def leaves(self) -> int:
        """Waits for the end of the command and returns its exit code."""
        while self._more():
            pass
        code = self._child.wait(PATIENCE_SECONDS)
        os.close(self._own)
        return code

    def _more(self) -> bool:
        ready, _, _ = select.select([self._own], [], [], PATIENCE_SECONDS)
        try:
            body = os.read(self._own, 65_536) if ready else b""
        except OSError:  # Linux says so that the other end is closed
            body = b""
        self._seen += body.decode(errors="replace")
        return bool(body)


@pytest.fixture
def sit_down() -> Iterator[Callable[..., Terminal]]:
    """Begins `whisky review` on terminals of its own, which are closed at the end."""
    people: list[Terminal] = []

    def begin(home: Path, *words: str) -> Terminal:
        people.append(Terminal(home, *words))
        return people[-1]

    yield begin
    for person in people:
        person.goes_away()


def test_one_key_decides_and_is_written_before_the_next_question_is_shown(
    home: Path, sit_down: Callable[..., Terminal]
) -> None:
    person = sit_down(home, "--who", "mina")
    person.sees("1 of ")
    told = person.sees("asked because", "what hangs on it", "q quit")
    assert "agree: " in told
    assert all(width_of(line) <= SCREEN[1] for line in told.replace("\x1b[K", "").splitlines())
    person.presses("s")
    person.sees("same: decisions/same_", "2 of ", "q quit")
    (first,) = decisions(home)
    assert (first.kind, first.who) == ("same", "mina")
    person.presses("u")
    person.sees("taken back, same", "1 of ", "q quit")
    assert decisions(home) == ()
    person.presses("w")
    person.sees("why? ")
    person.presses("two batches\n")
    person.sees("the next answer says so")
    person.presses("d")
    person.sees("different: ", "2 of ", "q quit")
    (again,) = decisions(home)
    assert (again.kind, again.why, again.subject) == ("different", "two batches", first.subject)
    person.presses("k")
    person.sees("unknown: review/")
    person.presses("q")
    person.sees("answered: 1 different, 1 unknown", "whisky run")
    assert person.leaves() == ExitCode.DONE
    assert len(list((home / "curation" / "review").glob("*.toml"))) == 1


def test_a_field_is_corrected_before_the_question_is_answered(home: Path, sit_down: Callable[..., Terminal]) -> None:
    person = sit_down(home)
    person.sees("1 of ", "c correct", "q quit")
    for typed, told in (
        ("x\n", "begin with a or b"),
        ("a abv_pct=strong\n", "not written: abv_pct of "),
        ("a abv=46.3\n", "did you mean abv_pct?"),
        ("b abv_pct=46,3 %\n", "correction: decisions/correction_"),
    ):
        person.presses("c")
        person.sees("which side is wrong")
        person.presses(typed)
        person.sees(told, "q quit")
    (decision,) = decisions(home)
    assert (decision.kind, decision.field, decision.value) == ("correction", "abv_pct", 46.3)
    person.presses("s")
    person.sees("same: decisions/same_", "2 of ", "q quit")
    person.presses("u")
    person.sees("taken back, same", "1 of ", "q quit")
    person.presses("u")
    person.sees("taken back, correction", "1 of ", "q quit")
    assert decisions(home) == ()
    person.presses("q")
    assert person.leaves() == ExitCode.DONE


def test_a_whisky_is_renamed_by_one_key_in_any_language_and_taken_back(
    home: Path, sit_down: Callable[..., Terminal], capsys: pytest.CaptureFixture[str]
) -> None:
    question = review(home, capsys)[1]["result"]["questions"][0]
    left, right = (question[side]["whisky_pk"] for side in ("left", "right"))
    person = sit_down(home)
    person.sees("1 of ", "r rename", "q quit")
    for typed, told in (
        ("Ardbeg Ten\n", "begin with a or b"),
        ("a\n", "no new name is told"),
        ("a fr=Ardbeg Dix\n", "no whisky has a name in 'fr'"),
        ("a nobody_knows_this_pk\n", "is no key that was ever minted"),
        ("a Ardbeg Ten\n", "rename: decisions/correction_"),
        ("a Ardbeg Zehn\n", "contradict: both say what name of "),
        ("B ko=아드벡 부두\n", "rename: decisions/correction_"),
        (f"a {right}\n", "rename: decisions/rename_"),
    ):
        person.presses("r")
        person.sees("what is it called")
        person.presses(typed)
        person.sees(told, "q quit")
    made = {(one.kind, one.subject, one.object, one.field, one.value) for one in decisions(home)}
    assert made == {
        ("correction", left, None, "name", "Ardbeg Ten"),
        ("correction", right, None, "name_ko", "아드벡 부두"),
        ("rename", left, right, "", None),
    }
    for _ in range(3):
        person.presses("u")
        person.sees("taken back, rename", "1 of ", "q quit")
    assert decisions(home) == ()
    person.presses("ㄱ")
    person.sees("what is it called")
    person.presses("\n")
    person.sees("nothing renamed")
    person.presses("q")
    person.sees("answered: nothing")
    assert person.leaves() == ExitCode.DONE


def test_a_key_that_is_no_answer_decides_nothing_and_q_ends(home: Path, sit_down: Callable[..., Terminal]) -> None:
    person = sit_down(home)
    person.sees("1 of ", "q quit")
    person.presses("x")
    person.sees("'x' is no answer")
    person.presses("\x1b[A")
    person.sees("'escape' is no answer")
    person.presses("u")
    person.sees("nothing was answered here yet", f"whisky review --home {home} --undo")
    person.presses("q")
    person.sees("answered: nothing")
    assert person.leaves() == ExitCode.DONE
    assert decisions(home) == ()


def test_the_keys_of_a_keyboard_that_writes_hangul_mean_the_same(home: Path, sit_down: Callable[..., Terminal]) -> None:
    person = sit_down(home)
    person.sees("1 of ", "q quit")
    person.presses("ㅇ")
    person.sees("different: ", "2 of ", "q quit")
    person.presses("ㅂ")
    assert person.leaves() == ExitCode.DONE
    assert [one.kind for one in decisions(home)] == ["different"]


def test_without_a_terminal_the_questions_are_printed_and_nothing_is_decided(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "review"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "1 of " in told
    assert told.splitlines()[-1].startswith(f"decide: whisky review --home {home} --decide same ")
    code, answer = review(home, capsys)
    assert code == ExitCode.DONE
    assert answer["result"]["this_week"] == len(answer["result"]["questions"]) >= 2
    assert {"left", "right", "evidence", "notes", "users", "offers"} <= set(answer["result"]["questions"][0])
    assert decisions(home) == ()


def asked(home: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """How many questions there are for this week."""
    return int(review(home, capsys)[1]["result"]["this_week"])


def first_pair(home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    question = review(home, capsys)[1]["result"]["questions"][0]
    return question["left"]["subject"], question["right"]["subject"]


def test_a_script_decides_and_takes_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair, count = first_pair(home, capsys), asked(home, capsys)
    code, answer = review(home, capsys, "--decide", "same", *pair, "--why", "one label", "--who", "jo")
    assert code == ExitCode.DONE
    (decision,) = decisions(home)
    assert (decision.kind, decision.who, decision.why) == ("same", "jo", "one label")
    assert answer["result"]["files"] == [f"decisions/{decision.file}"]
    assert asked(home, capsys) == count - 1
    assert review(home, capsys, "--decide", "different", *pair)[0] == ExitCode.USAGE
    assert review(home, capsys, "--undo")[1]["result"]["taken_back"] == [f"decisions/{decision.file}"]
    assert decisions(home) == ()
    code, answer = review(home, capsys, "--undo")
    assert code == ExitCode.USAGE
    assert "no answer is left" in answer["problems"][0]["message"]


def test_who_decides_is_the_user_of_the_machine_where_nobody_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "somebody")
    review(home, capsys, "--decide", "same", *first_pair(home, capsys))
    assert [one.who for one in decisions(home)] == ["somebody"]


@pytest.mark.parametrize(
    "words",
    [
        ("--why", "because"),
        ("--undo", "--html", "x.html"),
        ("--decide", "maybe", "elbe:1", "elbe:2"),
        ("--decide", "same", "elbe:1"),
        ("--decide", "rename", "elbe:1", "elbe:2"),
        ("--decide", "rename", "elbe:1", "Ardbeg Ten"),
        ("--decide", "correction", "elbe:1", "46"),
        ("--who", " ", "--decide", "same", "elbe:1", "elbe:2"),
        ("--try", "nothing"),
        ("--import", "nothing.csv"),
        ("--export", "no/such/folder.csv"),
    ],
)
def test_words_that_cannot_be_meant_are_told(
    home: Path, capsys: pytest.CaptureFixture[str], words: Sequence[str]
) -> None:
    code, answer = review(home, capsys, *words)
    assert code == ExitCode.USAGE
    assert answer["problems"][0]["remedy"]
    assert decisions(home) == ()


def test_the_queue_goes_through_a_spreadsheet(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "queue.csv"
    assert review(home, capsys, "--export", str(path))[1]["result"]["questions"] == asked(home, capsys)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    rows[0]["decision"], rows[1]["decision"] = "different", "same"
    back = io.StringIO(newline="")
    writer = csv.DictWriter(back, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(back.getvalue().encode("utf-8-sig"))
    code, answer = review(home, capsys, "--import", str(path))
    assert (code, len(answer["result"]["files"])) == (ExitCode.DONE, 2)
    assert sorted(one.kind for one in decisions(home)) == ["different", "same"]
    assert review(home, capsys, "--import", str(path))[1]["result"] == {"files": [], "standing": 2}


def test_a_filled_in_queue_with_one_unknown_side_is_taken_not_at_all(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left, right = first_pair(home, capsys)
    path = tmp_path / "queue.csv"
    path.write_text(f"decision,left,right\nsame,{left},{right}\nsame,{left},elbe:nothing\n")
    code, answer = review(home, capsys, "--import", str(path))
    assert code == ExitCode.USAGE
    assert answer["problems"][0]["message"].startswith("queue.csv, row 3: elbe:nothing is no listing")
    assert decisions(home) == ()


def test_a_trial_says_what_would_change_and_the_home_stays(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "--quiet", "review", "--try", f"same {' '.join(first_pair(home, capsys))}"]) == 0
    told = capsys.readouterr().out
    assert "merges 1 whiskies, moves " in told
    assert "nothing was changed" in told
    assert decisions(home) == ()


def test_the_page_says_where_its_answers_go(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "review", "--html", str(tmp_path / "questions.html")]) == ExitCode.DONE
    assert str(home / "inbox") in capsys.readouterr().out
    assert (tmp_path / "questions.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_screen_of_the_home_names_the_questions_and_the_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = asked(home, capsys)
    main(["--home", str(home)])
    assert f"questions for you this week: {count}: whisky review --home {home}" in capsys.readouterr().out


QUESTION = Question(
    review_id="0123456789abcdef",
    kind="same_whisky",
    left=Side(subject="elbe:1", name="라가불린 16년 싱글 몰트 스카치 위스키 700ml " * 3, whisky_pk="a_pk"),
    right=Side(subject="minato:2", name="Z" * 200, link="https://shop.example/" + "y" * 90, whisky_pk="b_pk"),
    reason="no rule decides",
    evidence=(("age", "16", "untold", "unknown"),),
    notes=1_234,
    users=2,
    offers=3,
    is_put_off=False,
)


def test_what_waits_for_another_week_is_named_once_with_its_command() -> None:
    told = Waiting(this_week=10, later=40, put_off=1)
    assert rest_line(told, " --sample") == "and 41 more: whisky review --sample --all"
    assert rest_line(Waiting(this_week=10, later=0, put_off=0), "") == ""


def test_a_long_key_is_broken_after_one_of_its_signs() -> None:
    key = "johnnie_walker_blenders_batch_red_label_finished_rye_pk"
    left = dataclasses.replace(QUESTION.left, whisky_pk=key)
    lines = question_lines(dataclasses.replace(QUESTION, left=left), "1 of 1", 80)
    start = next(place for place, line in enumerate(lines) if line.startswith("whisky "))
    assert "johnnie_walker_blenders_batch_red_ " in lines[start]
    assert lines[start + 1].split() == ["label_finished_rye_pk"]


def test_after_this_weeks_ten_the_command_says_so_and_asks_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [
        (one["left"]["subject"], one["right"]["subject"]) for one in review(home, capsys)[1]["result"]["questions"]
    ]
    for pair in pairs:
        assert review(home, capsys, "--decide", "unknown", *pair)[0] == ExitCode.DONE
    assert main(["--home", str(home), "review"]) == ExitCode.DONE
    told = capsys.readouterr().out.splitlines()
    assert told[-2:] == ["no question for this week", f"and {len(pairs)} more: whisky review --home {home} --all"]


@pytest.mark.parametrize("width", [50, 80, 133])
def test_both_sides_stand_beside_each_other_and_no_letter_is_lost(width: int) -> None:
    lines = question_lines(QUESTION, "1 of 1", width)
    sides = lines[: next(number for number, line in enumerate(lines) if line.startswith("asked because"))]
    assert max(map(width_of, lines)) <= width
    assert "".join(sides).count("Z") == 200
    assert "".join(sides).count("라가불린") == 3
    assert "what hangs on it: notes 1,234, people 2, offers 3" in " ".join(lines)
