"""The table of copies: every copy is a row, what is lacking was made first, and the checks say what is late or old."""

from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.outcome import CheckResult, Outcome, Quiet
from whisky_assets.pipeline.copies_table import COPIES, copies
from whisky_assets.pipeline.copying import CopyChoices
from whisky_assets.pipeline.drives import drives
from whisky_assets.pipeline.reports import reports_of
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets_tests.pipeline.homes import Product, build


@pytest.fixture
def filled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workspace:
    """A home with one snapshot and one drive that counts as a disk of its own."""
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))
    build(workspace, "b1", [Product(source_id="1", word="glen_ten")])
    (tmp_path / "drive").mkdir()
    workspace.volumes.add("external", "drive", str(tmp_path / "drive"), workspace.now())
    return workspace


def made(workspace: Workspace, choices: CopyChoices | None = None) -> Outcome:
    return copies(Step(workspace=workspace, build="u1", run="u1", owner="u1", progress=Quiet()), choices)


def check(outcome: Outcome, name: str) -> CheckResult:
    return next(one for one in outcome.tables[COPIES].checks if one.name == name)


def test_every_copy_of_every_segment_is_a_row_once_the_lacking_ones_are_made(filled: Workspace) -> None:
    outcome = made(filled)
    told = {(row.segment, row.volume) for row in outcome.tables[COPIES].rows}  # type: ignore[attr-defined] # rows of SegmentCopy
    with filled.db.reading() as connection:
        known = set(connection.execute("SELECT segment, volume FROM copies").fetchall())
    assert told == known
    assert {volume for _, volume in told} == {"local", "external"}
    assert all(one.passed for one in outcome.tables[COPIES].checks)
    assert outcome.counts["copies_everywhere"] == len(known)
    assert reports_of(filled, "u1")["copies"]["counts"]["copied"] == len(known) / 2


def test_a_late_promise_an_old_look_and_an_unseen_volume_fail_their_checks_in_words(
    filled: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(filled)
    (tmp_path / "drive").rename(tmp_path / "pulled")
    build(filled, "b2", [Product(source_id="2", word="glen_twelve")])
    later = filled.now() + timedelta(days=100)
    monkeypatch.setattr(filled, "now", lambda: later)
    outcome = made(filled)
    assert ": late (" in check(outcome, "promises").summary
    assert check(outcome, "verified").cases
    assert check(outcome, "seen").summary.startswith("external: last seen 2026-01-05")
    assert [one.severity for one in outcome.tables[COPIES].checks if not one.passed] == ["warn"] * 3
    assert all(problem.code == 0 for problem in outcome.problems)


def test_a_run_with_little_time_leaves_the_rest_to_the_next(filled: Workspace) -> None:
    ticks = iter(range(0, 100_000, 50))
    little = CopyChoices(budget=Budget(max_seconds=60, clock=lambda: float(next(ticks))))
    outcome = made(filled, little)
    assert outcome.counts["copied"] == 1
    assert outcome.counts["copies_left"] > 0
    assert made(filled).counts["copies_left"] == 0


def test_a_look_at_the_drives_notes_when_they_were_there(
    filled: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (look,) = drives(filled)
    assert (look.sentence(), look.is_here) == ("external is attached", True)
    (tmp_path / "drive").rename(tmp_path / "pulled")
    later = filled.now() + timedelta(hours=5)
    monkeypatch.setattr(filled, "now", lambda: later)
    (gone,) = drives(filled)
    assert gone.sentence() == "external was last seen 2026-01-05 09:00 UTC, 5 hours ago"
