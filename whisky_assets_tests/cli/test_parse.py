"""`whisky parse` underlines a name's words by field, whatever script they are in, and tells each field's rule."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.cli.console import width_of
from whisky_assets.cli.name_view import name_lines
from whisky_assets.domain.errors import ExitCode
from whisky_assets.parsing.names import parse_name
from whisky_assets.pipeline import homes
from whisky_assets.reference import load_reference
from whisky_assets.storage.home import create_home

REFERENCE = load_reference()


def view(text: str, abv_pct: float | None = None) -> list[str]:
    return name_lines(parse_name(text, REFERENCE, abv_pct=abv_pct))


def test_marks_stand_below_the_words_that_they_name() -> None:
    text, marks, *_ = view("Ardbeg 10 years Heron 46% 70cl")
    assert text == "Ardbeg 10 years Heron 46% 70cl"
    assert marks == "aaaaaa bbbbbbbb ????? ccc dddd"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("아드벡 10년 46도", "aaaaaa bbbb cccc"),
        ("アードベッグ 10年 箱入", "aaaaaaaaaaaa bbbb cccc"),
        ("【正規品】雅柏 十年", "          aaaa bbbb"),
        ("Té Bheag 70cl", "aaaaaaaa bbbb"),
        ("ｱｰﾄﾞﾍﾞｯｸﾞ 10年", "aaaaaaaaa bbbb"),
    ],
)
def test_wide_letters_are_underlined_twice(text: str, marks: str) -> None:
    lines = view(text)
    assert lines[0] == text
    assert lines[1] == marks


def test_each_field_stands_with_its_words_and_its_rule() -> None:
    rows = [line.split() for line in view("Ardbeg 10 years Heron")]
    assert ["b", "age_years", "10", "10", "years", "number", "with", "unit"] in rows
    assert ["left", "over", "(?):", "heron"] in rows


def test_what_no_word_told_has_no_mark() -> None:
    lines = view("Ardbeg", abv_pct=46.0)
    assert lines[1] == "aaaaaa"
    assert any(line.split() == ["abv_pct", "46.0", "(not", "told,", "implied)", "source", "column"] for line in lines)


def test_a_long_name_goes_on_below_and_odd_characters_move_no_mark() -> None:
    lines = view(f"Ardbeg {'heron ' * 30}\x07\n10 years")
    assert all(width_of(line) <= 100 for line in lines[: lines.index("")])
    assert lines[lines.index("") - 1].endswith(" bbbbbbbb")
    assert not any("\x07" in line or "\n" in line for line in lines)


def test_the_command_prints_the_view_and_answers_with_spans(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "아드벡", "10년", "헤론"]) == ExitCode.DONE
    assert "아드벡 10년 헤론\naaaaaa bbbb ????\n" in capsys.readouterr().out
    assert main(["--json", "parse", "아드벡 10년 헤론"]) == ExitCode.DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["text"], result["leftover"]) == ("아드벡 10년 헤론", ["헤론"])
    start, end = result["fields"]["age_years"]["span"]
    assert result["text"][start:end] == "10년"


def test_an_empty_text_is_told_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "  "]) == ExitCode.USAGE
    assert "whisky parse" in capsys.readouterr().err


def test_the_reference_rows_of_a_home_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = create_home(tmp_path / "home", "real", datetime(2026, 1, 5, tzinfo=UTC))
    aliases = home.curation / "reference" / "aliases.csv"
    aliases.parent.mkdir()
    aliases.write_text("spelling,language,kind,key,origin\n헤론섬,ko,distillery,ardbeg,our shop\n", encoding="utf-8")
    assert main(["parse", "헤론섬 10년", "--home", str(home.root)]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert told.startswith(f"home {home.root} (real)\n헤론섬 10년\naaaaaa bbbb\n")
    assert main(["parse", "헤론섬 10년", "--home", str(tmp_path / "absent")]) == ExitCode.USAGE
    assert "no home in" in capsys.readouterr().err


def test_without_a_home_the_shipped_rows_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(homes, "PROJECT_ROOT", tmp_path)
    assert main(["parse", "아드벡 10년"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("아드벡 10년\naaaaaa bbbb\n")
