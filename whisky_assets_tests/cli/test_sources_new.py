"""`whisky sources new` shows what it would read, writes a feed that is off, and asks only a person at a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main, sources_new
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets.sources.loading import load_source
from whisky_assets.storage.home import create_home
from whisky_assets_tests.sources.drafting.pages_for_drafts import URL, WHISKIES, cards, page

KNOWN = ["--url", URL, "--country", "gb", "--language", "EN", "--currency", "gbp"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty real home without a contact."""
    yield create_home(tmp_path / "home", "real", datetime(2026, 1, 1, tzinfo=UTC)).root
    forget_workspaces()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved list page."""
    path = tmp_path / "saved.html"
    path.write_bytes(page(f"<ul>{cards()}</ul>"))
    return path


def feed_path(home: Path) -> Path:
    return home / "sources" / "kestrel_whisky.toml"


def test_the_first_products_the_counts_and_what_is_left_to_do_are_shown(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.DONE

    told = capsys.readouterr().out
    name, price, slug = WHISKIES[0]
    (row,) = (line for line in told.splitlines() if name in line)
    assert row.split()[0] == "whisky"
    assert all(part in row for part in (price, "GBP", "700 ml", "46.0 %", f"https://www.kestrel-whisky.co.uk/p/{slug}"))
    assert "  whisky: 6" in told
    assert "https://www.kestrel-whisky.co.uk/terms-and-conditions" in told
    assert "https://www.kestrel-whisky.co.uk/robots.txt" in told
    assert "not sure of " in told
    assert "publish = false" in told
    assert f"whisky sources on --home {home} kestrel_whisky" in told


def test_the_feed_is_written_whole_off_and_unpublished(home: Path, saved: Path) -> None:
    main(["--home", str(home), "sources", "new", str(saved), *KNOWN])

    source = load_source(feed_path(home))
    assert not source.feed.enabled
    assert not source.licence.publish
    assert main(["--home", str(home), "sources", "test", "kestrel_whisky", str(saved), "--url", URL]) == ExitCode.DONE


def test_a_saved_page_that_tells_no_address_is_answered_with_the_command_that_gives_it(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "sources", "new", str(saved), "--country", "gb"]) == ExitCode.FAILED

    remedy = capsys.readouterr().err.splitlines()[-1]
    assert remedy.endswith(f"whisky sources new --home {home} {saved} --url https://shop.example/whisky --country GB")


def test_a_second_draft_writes_nothing_over_the_first(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--home", str(home), "sources", "new", str(saved), *KNOWN])
    edited = feed_path(home).read_text() + "# mine\n"
    feed_path(home).write_text(edited)
    forget_workspaces()

    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.USAGE
    assert "--name kestrel_whisky_2" in capsys.readouterr().err
    assert feed_path(home).read_text() == edited
    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN, "--name", "second"]) == ExitCode.DONE
    assert (home / "sources" / "second.toml").exists()


def test_a_dry_run_shows_the_toml_and_writes_nothing(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN, "--dry-run"]) == ExitCode.DONE

    assert '[cards]\ncard = ".product-card"' in capsys.readouterr().out
    assert not list((home / "sources").glob("*"))


def test_a_program_gets_the_draft_as_data_and_is_asked_nothing(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["--json", "--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.DONE

    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["preset"], result["name"], result["written"]) == ("cards", "kestrel_whisky", True)
    assert result["toml"] == feed_path(home).read_text()
    lines = {(line["section"], line["key"]): line for line in result["lines"]}
    assert lines["fields", "price"]["surety"] == "sure"
    assert len(result["trial"]["rows"]) == len(WHISKIES)
    assert result["missing"] == []


def test_what_nobody_told_ends_with_6_and_the_command_that_says_it(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved.write_bytes(saved.read_bytes().replace("£".encode(), b"$").replace(b'lang="en-GB"', b""))

    words = ["--home", str(home), "sources", "new", str(saved), "--url", "https://kestrel.example/whisky"]
    assert main(words) == ExitCode.DECISION

    told = capsys.readouterr()
    assert '# currency = "USD"' in told.out
    assert "nothing was written" in told.out
    assert f"whisky sources new --home {home} {saved} --url https://kestrel.example/whisky --country " in told.err
    assert not list((home / "sources").glob("*"))


def test_a_page_without_products_ends_with_1_and_a_way_out(
    home: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved.write_bytes(page("<p>Nothing for sale.</p>"))

    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.FAILED
    assert "  → Open the shop's list of whiskies" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "is_on"), [("y", True), ("yes", True), ("", False), ("n", False), ("maybe", False)])
def test_a_person_at_a_terminal_is_asked_and_only_yes_turns_it_on(
    home: Path,
    saved: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    is_on: bool,
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed

    monkeypatch.setattr(sources_new, "_may_ask", lambda _arguments: True)
    monkeypatch.setattr("builtins.input", answer)

    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.DONE

    assert asked == ["turn it on? [y/N] "]
    assert ("kestrel_whisky is on" in capsys.readouterr().out) is is_on
    forget_workspaces()
    capsys.readouterr()
    main(["--json", "--home", str(home), "sources", "list"])
    feeds = {row["feed"]: row for row in json.loads(capsys.readouterr().out)["result"]["feeds"]}
    assert (feeds["kestrel_whisky"]["state"] != "off") is is_on


def test_a_pipe_is_never_asked(home: Path, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_question: str) -> str:
        raise AssertionError("a pipe was asked")

    monkeypatch.setattr("builtins.input", fail)

    assert main(["--home", str(home), "sources", "new", str(saved), *KNOWN]) == ExitCode.DONE


@pytest.mark.parametrize("words", [["--country", "Great Britain"], ["--language", "english"], ["--currency", "£"]])
def test_codes_that_are_none_are_wrong_words(home: Path, saved: Path, words: list[str]) -> None:
    assert main(["--home", str(home), "sources", "new", str(saved), *words]) == ExitCode.USAGE
