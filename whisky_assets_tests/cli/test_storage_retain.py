"""`whisky storage retain`, `pin` and `unpin` as a person and a script meet them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.snapshots import kept_before
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace

GLEN = Product(source_id="1", word="glen_ten")
OTHER = Product(source_id="2", word="other_twelve")
ONE = '[[retention]]\ndata = ["core/*", "archives/entries", "archives/users", "staged/*"]\nkeep_last = 1\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sample home with two snapshots, whose rule keeps one."""
    root = tmp_path / "home"
    made = open_workspace(root)
    (root / "storage.toml").write_text(ONE, encoding="utf-8")
    for number, products in enumerate(([GLEN], [OTHER])):
        with monkeypatch.context() as clock:
            clock.setattr(made, "now", lambda day=number: datetime(2026, 1, 4 + day, 9, tzinfo=UTC))
            build(made, f"b{number}", products)
    made.close()
    yield root
    forget_workspaces()


def answer(capsys: pytest.CaptureFixture[str], *words: str, home: Path) -> tuple[int, dict[str, Any]]:
    """Runs a storage command with --json and returns its exit code and envelope."""
    code = main(["storage", *words, "--home", str(home), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_plan_changes_nothing_and_names_every_piece(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = answer(capsys, "retain", "--plan", home=home)
    assert code == ExitCode.DONE
    dropped = [one["item"] for one in told["result"]["dropped"] if one["kind"] == "snapshot"]
    assert (dropped, told["result"]["done"]) == (["s000001"], False)
    assert told["result"]["freed_bytes"] > 0
    assert {"core/offers", "staged/listings"} <= {row["data set"] for row in told["result"]["tables"]}
    assert kept_before(workspace_at(str(home)).db, 2) is not None


def test_without_a_yes_nothing_goes_and_the_exit_says_that_a_decision_is_missing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(capsys, "retain", home=home)
    assert code == ExitCode.DECISION
    (problem,) = told["problems"]
    assert "this is the first time that something goes" in problem["message"]
    assert problem["remedy"] == f"Look: whisky storage retain --home {home} --plan"
    assert kept_before(workspace_at(str(home)).db, 2) is not None


@pytest.mark.parametrize("how", ["yes", "hash"])
def test_a_yes_or_the_hash_of_the_plan_lets_it_go(home: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    _, plan = answer(capsys, "retain", "--plan", home=home)
    words = ["--yes"] if how == "yes" else ["--confirm", plan["result"]["hash"][:12]]
    code, told = answer(capsys, "retain", *words, home=home)
    assert (code, told["result"]["done"], told["result"]["hash"]) == (ExitCode.DONE, True, plan["result"]["hash"])
    assert told["result"]["pending_files"]["local"] == told["result"]["segments"]
    assert kept_before(workspace_at(str(home)).db, 2) is None
    assert answer(capsys, "retain", home=home)[0] == ExitCode.DONE
    code, told = answer(capsys, "verify", home=home)
    assert (code, told["problems"]) == (ExitCode.DONE, [])


def test_a_hash_of_another_plan_lets_nothing_go(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = answer(capsys, "retain", "--confirm", "0123456789ab", home=home)
    assert code == ExitCode.FAILED
    assert "nothing was let go" in told["problems"][0]["message"]
    assert kept_before(workspace_at(str(home)).db, 2) is not None


def test_a_typed_yes_lets_it_go_and_anything_else_does_not(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for typed, code in (("y", ExitCode.DECISION), ("yes", ExitCode.DONE)):
        asked: list[str] = []
        monkeypatch.setattr("builtins.input", lambda text, asked=asked, typed=typed: asked.append(text) or typed)
        assert main(["storage", "retain", "--home", str(home)]) == code
        assert asked == ["let it go? Type yes: "]
        assert "what goes: 1 snapshot, " in capsys.readouterr().out
    assert kept_before(workspace_at(str(home)).db, 2) is None


def test_a_plan_cannot_be_confirmed_in_the_same_breath(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = answer(capsys, "retain", "--plan", "--yes", home=home)
    assert code == ExitCode.USAGE
    assert "--plan changes nothing" in told["problems"][0]["message"]


def test_a_quota_that_cannot_be_kept_ends_with_one_and_says_what_would_mend_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "storage.toml").write_text(f'{ONE}[[quota]]\nname = "whisky"\ndata = ["*"]\nmax = "1 KB"\n')
    code, told = answer(capsys, "retain", "--plan", home=home)
    assert code == ExitCode.FAILED
    assert "quota and promises contradict" in told["problems"][0]["message"]
    assert "Raise its max at storage.toml:4" in told["problems"][0]["remedy"]
    assert answer(capsys, "retain", "--yes", home=home)[0] == ExitCode.FAILED


def test_a_broken_rule_is_told_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "storage.toml").write_text('[[retention]]\ndata = ["core/*"]\nkeep_lats = 1\n')
    code, told = answer(capsys, "retain", home=home)
    assert code == ExitCode.USAGE
    assert "storage.toml" in told["problems"][0]["message"]


def test_a_pin_is_set_shown_and_taken_away(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "pin", "s000001", "--why", "the fair", home=home)[0] == ExitCode.DONE
    _, told = answer(capsys, "retain", "--plan", home=home)
    (kept,) = [one for one in told["result"]["kept"] if one["item"] == "s000001"]
    assert kept["reasons"] == ["pinned: the fair"]
    assert answer(capsys, "unpin", "s000001", home=home)[0] == ExitCode.DONE
    code, told = answer(capsys, "unpin", "s000001", home=home)
    assert code == ExitCode.USAGE
    assert "has no pin" in told["problems"][0]["message"]
    assert answer(capsys, "pin", "s000009", "--why", "x", home=home)[0] == ExitCode.USAGE


def test_a_snapshot_that_was_let_go_is_told_as_such_by_diff_and_undo(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "retain", "--yes", home=home)
    for words in (["diff", "s000001"], ["undo", "s000001"]):
        assert main([*words, "--home", str(home), "--json"]) == ExitCode.USAGE
        told = json.loads(capsys.readouterr().out)
        assert "snapshot s000001 was let go by retention on 2026-01-05" in told["problems"][0]["message"]
        assert "retain --plan" in told["problems"][0]["remedy"]
