"""`whisky match` and `whisky why --in` read the same files, and refuse at once what cannot be read or written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline import csv_match

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
    path = keys / csv_match.REGISTRY_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    capsys.readouterr()
    assert main(words) == ExitCode.CORRUPT
    told = capsys.readouterr().err
    assert str(path) in told
    assert "backup" in told.splitlines()[-1]
