"""The queue leaves as a CSV that Excel opens rightly and runs nothing of, and comes back whole or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.pipeline.review import Question, Side
from whisky_assets.pipeline.review_answers import Answer
from whisky_assets.pipeline.review_csv import COLUMNS, read_answers, write_queue

QUESTION = Question(
    review_id="0123456789abcdef",
    kind="same_whisky",
    left=Side(subject="elbe:00580", name="아드벡 10년", source="Elbe", price="52.50 EUR", whisky_pk="a_pk"),
    right=Side(subject="harbour:41", name='Ardbeg; Ten, "Islay"', source="Harbour", whisky_pk="b_pk"),
    reason="no rule decides",
    evidence=(("age", "10", "untold", "unknown"),),
    notes=3,
    users=2,
    offers=4,
    is_put_off=False,
)


def exported(folder: Path, *questions: Question) -> Path:
    return write_queue(folder / "queue.csv", questions)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def filled(
    path: Path, rows: Sequence[Mapping[str, str]], *, separator: str = ",", columns: Sequence[str] = COLUMNS
) -> Path:
    """Saves rows as a spreadsheet does."""
    told = io.StringIO(newline="")
    writer = csv.DictWriter(told, columns, delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(told.getvalue().encode("utf-8-sig"))
    return path


def row(decision: str, left: str = "elbe:00580", right: str = "harbour:41", why: str = "") -> dict[str, str]:
    return {"decision": decision, "why": why, "left": left, "right": right}


def test_the_file_begins_with_the_mark_that_excel_reads_utf8_by_and_holds_an_empty_decision(tmp_path: Path) -> None:
    path = exported(tmp_path, QUESTION)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (told,) = rows_of(path)
    assert tuple(told) == COLUMNS
    assert (told["decision"], told["why"]) == ("", "")
    assert (told["left"], told["left_name"], told["right_name"]) == (
        "elbe:00580",
        "아드벡 10년",
        'Ardbeg; Ten, "Islay"',
    )
    assert (told["asked_because"], told["evidence"]) == ("no rule decides", "unknown: age (10 / untold)")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_one_that_a_spreadsheet_runs(tmp_path: Path, sign: str) -> None:
    name = f'{sign}HYPERLINK("http://evil.example","x")'
    hostile = dataclasses.replace(QUESTION, left=dataclasses.replace(QUESTION.left, name=name), reason=name)
    (told,) = rows_of(exported(tmp_path, hostile))
    assert told["left_name"] == told["asked_because"] == f"'{name}"
    assert not any(cell[:1] in "=+-@\t\r" for cell in told.values() if cell)


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_answers_come_back_with_any_line_end_and_with_or_without_a_mark(
    tmp_path: Path, line_end: str, mark: bytes
) -> None:
    lines = ["decision;left;right;why", "same;elbe:00580;harbour:41;a, b, c, d, e, f, g", ";;;"]
    (tmp_path / "back.csv").write_bytes(mark + line_end.join([*lines, ""]).encode())
    (told,) = read_answers(tmp_path / "back.csv")
    assert (told.answer, told.left, told.right, told.why) == (
        "same",
        "elbe:00580",
        "harbour:41",
        "a, b, c, d, e, f, g",
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_answers_come_back_from_columns_in_any_order_and_with_any_usual_separator(
    tmp_path: Path, separator: str
) -> None:
    (told,) = rows_of(exported(tmp_path, QUESTION))
    path = filled(
        tmp_path / "back.csv",
        [{**told, "decision": " Same ", "why": "one label; two tongues"}, row("", "elbe:1", "elbe:2")],
        separator=separator,
        columns=("right", "why", "right_name", "left", "decision"),
    )
    assert read_answers(path) == [
        Answer(
            answer="same",
            left="elbe:00580",
            right="harbour:41",
            why="one label; two tongues",
            told_in="back.csv, row 2",
        )
    ]


def test_an_empty_queue_comes_back_without_answers(tmp_path: Path) -> None:
    assert read_answers(exported(tmp_path)) == []


def test_every_wrong_cell_is_named_with_its_row_as_the_spreadsheet_counts_it(tmp_path: Path) -> None:
    rows = [row("same"), row("maybe", "elbe:1", "elbe:2"), row(""), row("different", "", "elbe:4")]
    with pytest.raises(InputRefusedError) as refused:
        read_answers(filled(tmp_path / "back.csv", rows))
    assert "row 3: decision is 'maybe', not one of same, different, unknown" in refused.value.message
    assert "row 5: left is empty" in refused.value.message
    assert "row 2" not in refused.value.message


def test_two_rows_that_answer_one_pair_otherwise_are_named(tmp_path: Path) -> None:
    rows = [row("same"), row("unknown", "harbour:41", "elbe:00580")]
    with pytest.raises(InputRefusedError, match="row 3: decision says unknown, but row 2 same"):
        read_answers(filled(tmp_path / "back.csv", rows))


def test_at_most_ten_wrong_rows_are_named_and_all_are_counted(tmp_path: Path) -> None:
    rows = [row("maybe", "elbe:1", f"elbe:2{number}") for number in range(14)]
    with pytest.raises(InputRefusedError, match=r"row 11: .* and 4 more"):
        read_answers(filled(tmp_path / "back.csv", rows))


@pytest.mark.parametrize(
    ("encoding", "told"), [("cp949", "looks like cp949"), ("utf-16", "UTF-16"), ("latin-1", "not UTF-8")]
)
def test_another_encoding_is_refused_in_a_sentence(tmp_path: Path, encoding: str, told: str) -> None:
    text = "decision,left,right\nsame,elbe:1,elbe:2\n"
    name = "\xff\xe9\xff" if encoding == "latin-1" else "아드벡"
    (tmp_path / "back.csv").write_bytes(f"{text}{name}".encode(encoding))
    with pytest.raises(InputRefusedError) as refused:
        read_answers(tmp_path / "back.csv")
    assert told in refused.value.message
    assert "CSV UTF-8" in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks left, right, decision"),
        ("left,right\n", "lacks decision"),
        ("decision,left,right,left\n", "names left twice"),
        ("decision,left,right\nsame,elbe:1,elbe:2,elbe:3\n", "row 2: it has 4 cells"),
        ('decision,left,right\n"same,elbe:1,elbe:2\n', "no CSV"),
    ],
)
def test_what_is_no_filled_in_queue_says_why(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "back.csv").write_text(text)
    with pytest.raises(InputRefusedError) as refused:
        read_answers(tmp_path / "back.csv")
    assert told in refused.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"queue\.csv"):
        read_answers(tmp_path / "queue.csv")
