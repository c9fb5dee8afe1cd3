"""`whisky match` and `whisky why --in` read the same files, and refuse at once what cannot be read or written."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline import csv_match
from whisky_assets.pipeline.registry_folder import REGISTRY_FILE
from whisky_assets.storage.home import create_home

LISTINGS = b"rid,source,source_id,name\n1,a,10,Ardbeg 10 Year Old\n2,b,77,Ardbeg 10 years\n"
MARK = b"\xef\xbb\xbf"


@pytest.fixture
def listings(tmp_path: Path) -> Path:
    """A CSV of two listings with the byte order mark that a spreadsheet writes."""
    path = tmp_path / "in.csv"
    path.write_bytes(MARK + LISTINGS)
    return path


def test_every_row_is_answered(listings: Path, tmp_path: Path) -> None:
    assert main(["match", str(listings), "--out", str(tmp_path / "out.csv")]) == ExitCode.DONE
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        answers = list(csv.DictReader(handle))
    assert [answer["rid"] for answer in answers] == ["1", "2"]
    assert answers[0]["whisky_pk"] == answers[1]["whisky_pk"]


def test_rows_with_words_that_could_not_be_used_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "in.csv"
    rows.write_text("rid,source,source_id,name,gtin\n1,a,1,Oban 14,\n7,a,2,Ardbeg 10,5.01E+12\n", encoding="utf-8")
    words = ["match", str(rows), "--out", str(tmp_path / "out.csv")]
    assert main(words) == ExitCode.DONE
    assert "rows of which a word could not be used: 1, as rid 7" in capsys.readouterr().out
    assert main(["--json", *words]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["result"]["unread"] == 1


def test_why_reads_the_file_that_match_reads(listings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "1", "2", "--in", str(listings)]) == ExitCode.DONE
    assert "One whisky" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, ExitCode.USAGE), (b"", ExitCode.FAILED), (b"rid;name\n", ExitCode.FAILED), (b"\xff\xfe", ExitCode.FAILED)],
)
def test_what_is_no_csv_of_listings_is_told_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: ExitCode
) -> None:
    path = tmp_path / "in.csv"
    if content is not None:
        path.write_bytes(content)
    told = []
    for words in (["match", str(path), "--out", str(tmp_path / "out.csv")], ["why", "1", "2", "--in", str(path)]):
        assert main(words) == code
        told.append(capsys.readouterr().err)
    assert told[0] == told[1]
    assert str(path) in told[0]
    assert "\n  → " in told[0]


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    listings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worked: list[str] = []
    monkeypatch.setattr(csv_match, "match_listings", lambda *_rows, **_words: worked.append("matched"))
    for out in (tmp_path / "absent" / "out.csv", tmp_path, listings):
        assert main(["match", str(listings), "--out", str(out)]) == ExitCode.USAGE
        assert str(out) in capsys.readouterr().err
    assert worked == []
    assert listings.read_bytes() == MARK + LISTINGS


def test_a_damaged_registry_is_told_with_its_file(
    listings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys"
    words = ["match", str(listings), "--out", str(tmp_path / "out.csv"), "--registry", str(keys)]
    assert main(words) == ExitCode.DONE
    path = keys / REGISTRY_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    capsys.readouterr()
    assert main(words) == ExitCode.CORRUPT
    told = capsys.readouterr().err
    assert str(path) in told
    assert "backup" in told.splitlines()[-1]


def test_the_curation_of_a_named_home_counts_and_of_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = create_home(tmp_path / "home", "real", datetime(2026, 1, 5, tzinfo=UTC))
    (home.curation / "quality.toml").write_text("[abv]\nstrongest_pct = 80.0\n", encoding="utf-8")
    rows, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows.write_text("rid,source,source_id,name,abv_pct\n1,a,10,Ardbeg 10,78\n", encoding="utf-8")
    words = ["match", str(rows), "--out", str(out)]
    monkeypatch.setenv("WHISKY_HOME", str(home.root))
    assert main(words) == ExitCode.DONE
    assert "'78' is no strength" in out.read_text(encoding="utf-8")
    assert str(home.root) not in capsys.readouterr().out
    assert main([*words, "--home", str(home.root)]) == ExitCode.DONE
    assert "no strength" not in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith(f"curation of {home.curation}\n")
    assert main([*words, "--home", str(home.root), "--curation", str(home.curation)]) == ExitCode.USAGE
    assert "two folders" in capsys.readouterr().err


def test_a_home_that_is_none_is_told(listings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["match", str(listings), "--out", str(tmp_path / "out.csv"), "--home", str(tmp_path / "absent")]
    assert main(words) == ExitCode.USAGE
    assert "no home in" in capsys.readouterr().err


def test_options_of_a_file_mean_nothing_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "1", "2", "--text-only"]) == ExitCode.USAGE
    assert "belong to --in" in capsys.readouterr().err


def test_questions_go_to_a_file_of_their_own(
    listings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, asked = tmp_path / "out.csv", tmp_path / "asked.csv"
    words = ["match", str(listings), "--out", str(out), "--questions"]
    assert main(["--json", *words, str(asked)]) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)["result"]["questions"]
    with asked.open(newline="", encoding="utf-8") as handle:
        assert len(list(csv.DictReader(handle))) == told
    for place in (out, listings, tmp_path / "absent" / "asked.csv"):
        assert main([*words, str(place)]) == ExitCode.USAGE
        assert str(place) in capsys.readouterr().err
