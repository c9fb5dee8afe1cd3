"""A release writes what changed and nothing else, from the snapshot that its plan pinned."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import BusyError, CheckFailedError, UsageError
from whisky_assets.domain.outcome import NewTable
from whisky_assets.pipeline import publishing_steps, resolving, snapshotting
from whisky_assets.pipeline.tables import keep, readable
from whisky_assets.storage import locks
from whisky_assets_tests.pipeline.house import House, sample_house

COLLECTIONS = ("whisky", "whisky_archive", "user")


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built and not yet published; each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.ingest()
        first.build()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    with sample_house(tmp_path / "home") as opened:
        opened._number = built_home._number
        yield opened


def made(house: House, dataset: str) -> list[Any]:
    """Return the rows that the last release made of a table."""
    return list(house.tables[dataset].rows)


def test_the_first_release_writes_every_document_and_the_second_none(house: House) -> None:
    first = house.publish()
    documents = {name: len(made(house, f"firestore/{name}")) for name in COLLECTIONS}
    assert first.counts["writes"] == sum(documents.values())
    assert documents["user"] == 2
    again = house.publish()
    assert (again.counts["writes"], again.counts["deletes"]) == (0, 0)
    assert again.counts["unchanged"] == first.counts["writes"]
    assert {row.action for row in made(house, "firestore/plan")} <= {"held"}


def test_whiskies_have_a_document_each_but_those_held_or_refused(house: House) -> None:
    release = house.publish()
    whiskies = list(house.workspace.current_rows("core/whiskies"))
    told = {row.whisky_pk for row in made(house, "firestore/whisky")}
    assert told == {row.whisky_pk for row in whiskies if row.verdict == "publish"}
    assert release.counts["held"] == sum(row.verdict != "publish" for row in whiskies) > 0


def test_the_same_snapshot_built_again_needs_no_release(house: House) -> None:
    house.publish()
    house.build()
    assert house.publish().counts["writes"] == 0


def test_a_later_week_updates_what_changed(house: House) -> None:
    first = house.publish()
    house.workspace.set_week(2)
    house.ingest()
    house.build()
    preview = publishing_steps.preview(house.workspace, target="local").plan
    second = house.publish(confirm=preview.hash)
    assert second.counts["writes"] == preview.operations
    assert 0 < second.counts["writes"] < first.counts["writes"]


def test_a_preview_writes_nothing_and_is_the_plan_that_is_applied(house: House) -> None:
    before = publishing_steps.preview(house.workspace, target="local")
    assert publishing_steps.preview(house.workspace, target="local") == before
    assert before.lines[-1].strip() == f"apply it: {before.plan.command}"
    release = house.publish(confirm=before.plan.hash)
    assert before.as_result()["operations"] == release.counts["writes"]


def test_without_a_snapshot_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with sample_house(tmp_path / "empty", cut=True) as empty, pytest.raises(UsageError, match="no snapshot") as error:
        empty.publish()
    assert error.value.remedy == f"Make one: whisky run --home {tmp_path / 'empty'}"


def test_a_sample_home_never_reaches_a_real_project(house: House) -> None:
    with pytest.raises(UsageError):
        house.publish(target="firestore:somebody/(default)")
    assert locks.holders(house.workspace.db) == ()


def test_collections_are_written_from_a_plan_only(house: House) -> None:
    with pytest.raises(UsageError, match="has no plan") as error:
        publishing_steps.apply_collection(house.step("publish"), "whisky")
    assert "firestore/plan" in error.value.remedy


def test_two_releases_to_one_target_never_run_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whisky_assets.pipeline.workspace.UI_WAIT_SECONDS", 0.0)
    first = house.step("publish")
    publishing_steps.plan(first, target="local", confirm="")
    with pytest.raises(BusyError, match=first.owner):
        house.publish()


def test_a_release_that_ended_halfway_is_finished_by_the_next(house: House) -> None:
    step = house.step("publish")
    planned = house._take(step, publishing_steps.plan(step, target="local", confirm=""))
    publishing_steps.apply_collection(step, "whisky")
    house.workspace.free_owner(step.owner)
    release = house.publish()
    whiskies = len(made(house, "firestore/whisky"))
    assert release.counts["writes"] + whiskies >= planned.counts["operations"]
    assert house.publish().counts["writes"] == 0


@pytest.mark.parametrize("left_out", COLLECTIONS)
def test_a_release_with_a_collection_left_out_is_not_finished(house: House, left_out: str) -> None:
    step = house.step("publish")
    planned = house._take(step, publishing_steps.plan(step, target="local", confirm=""))
    for collection in COLLECTIONS:
        if collection != left_out:
            publishing_steps.apply_collection(step, collection)
    with pytest.raises(CheckFailedError, match=rf"planned documents are not written \(\d+ of {left_out}\)"):
        publishing_steps.finish(step)
    house.workspace.free_owner(step.owner)
    release = house.publish()
    assert release.counts["writes"] == planned.counts["operations"]


def test_no_note_points_at_a_whisky_without_a_document(house: House) -> None:
    house.publish()
    told = {row.whisky_pk for row in made(house, "firestore/whisky")}
    notes = house.tables["firestore/whisky_archive"]
    assert {row.whisky_pk for row in made(house, "firestore/whisky_archive")} - {None} <= told
    assert all(check.passed for check in notes.checks)


def test_a_whisky_once_published_keeps_its_document_when_it_is_held_later(house: House) -> None:
    house.publish()
    published = {row.whisky_pk: row for row in made(house, "firestore/whisky")}
    pk = min(published)
    step = house.step("build")
    step.open_build()
    rows = [
        dataclasses.replace(row, verdict="hold", reasons=("name_doubt",)) if row.whisky_pk == pk else row
        for row in house.workspace.current_rows("core/whiskies")
    ]
    workspace = house.workspace
    keep(workspace, NewTable(dataset="core/whiskies", rows=tuple(rows)), build=step.build, volume="local")
    whiskies, registry = (readable(workspace, name, build=step.build) for name in ("core/whiskies", "core/registry"))
    house._take(step, resolving.entries(step, whiskies, registry))
    house._take(step, snapshotting.propose(step))
    snapshotting.commit(step)
    release = house.publish()
    assert release.counts["deletes"] == release.counts["writes"] == 0
    (held,) = (row for row in made(house, "firestore/plan") if row.document == f"whisky/{pk}")
    assert held.action == "unchanged"
    assert "hold" in held.reason
