"""What people write in the app stays theirs, through updates, lost answers, withdrawals and deletes, in both stores."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import ArchiveDocument, UserDocument, WhiskyDocument
from whisky_assets.publishing.desired import SnapshotTables, desired_documents
from whisky_assets.publishing.documents import ARCHIVE, KEY_FIELDS, USER, USER_FIELDS, WHISKY, Document
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    MOST_COMMIT_BYTES,
    REPLACE,
    UPDATE,
    DocumentStore,
    Operation,
    wire_size,
)
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets_tests.publishing.conftest import standing_clock
from whisky_assets_tests.publishing.rows import Bench, bench_of, entry, tables, user, whisky
from whisky_assets_tests.publishing.test_apply import Killed, Watched

ENTRY = "whisky_archive/uid-kim_0000000000000001"
PROFILE = "user/uid-kim"


@pytest.fixture
def bench(tmp_path: Path, store: DocumentStore) -> Iterator[Bench]:
    made = bench_of(tmp_path, store)
    yield made
    made.db.close()


@dataclasses.dataclass
class Told(Quiet):
    """A progress that keeps its notes."""

    notes: list[str] = dataclasses.field(default_factory=list)

    def note(self, text: str) -> None:
        self.notes.append(text)


def diary(*, abv_pct: float = 46.0, note: str = "lemon, sweet", **changes: object) -> SnapshotTables:
    """One whisky, one person, one entry on it."""
    profile = {name: changes.pop(name) for name in ("nickname", "region") if name in changes}
    return tables(
        [whisky("a", abv_pct=abv_pct)], [entry("kim", 1, "a_pk", note=note, **changes)], [user("kim", **profile)]
    )


def edit(bench: Bench, path: str, **fields: object) -> None:
    """Write fields as the app does."""
    bench.store.commit([Operation(action=UPDATE, path=path, body=fields, mask=tuple(fields))])


def test_user_fields_and_keys_are_columns_and_no_field_is_both() -> None:
    for collection, record in ((WHISKY, WhiskyDocument), (ARCHIVE, ArchiveDocument), (USER, UserDocument)):
        columns = {column.name for column in spec_of(record).columns}
        edited = {name for group in USER_FIELDS[collection] for name in group}
        assert edited <= columns
        assert set(KEY_FIELDS[collection]) <= columns - edited
        assert set(spec_of(record).key) <= set(KEY_FIELDS[collection])


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (ENTRY, {"note": "my own words"}),
        (ENTRY, {"rating": 2.0, "stars": 5}),
        (PROFILE, {"nickname": "mine", "region": "부산"}),
    ],
)
def test_a_create_whose_answer_was_lost_is_ours_whatever_the_app_wrote_since(
    bench: Bench, path: str, fields: dict[str, object]
) -> None:
    commit = 3 if path == ENTRY else 4
    with pytest.raises(Killed):
        bench.publish("s000001", diary(), store=Watched(bench.store, fail_at=commit, fail_after=True))
    edit(bench, path, **fields)
    bench.publish("s000001", diary())
    assert bench.manifest()[path].state == "there"
    assert bench.documents()[path].items() >= fields.items()

    bench.publish("s000002", diary(abv_pct=47.0, note="ours", rating=1.0, nickname="ours", age_text="10"))
    after = bench.documents()
    assert after[path].items() >= fields.items(), "an older word of ours is never written over theirs"
    assert (after[ENTRY]["whisky"]["abv_pct"], after[ENTRY]["age_text"]) == (47.0, "10")  # type: ignore[index]  # a map


def test_a_create_whose_answer_was_lost_is_ours_also_where_a_newer_snapshot_wants_other_fields(bench: Bench) -> None:
    with pytest.raises(Killed):
        bench.publish("s000001", diary(), store=Watched(bench.store, fail_at=3, fail_after=True))
    edit(bench, ENTRY, note="my own words")
    bench.publish("s000002", diary(abv_pct=47.0))
    assert bench.documents()[ENTRY]["note"] == "my own words"
    assert bench.documents()[ENTRY]["whisky"]["abv_pct"] == 47.0  # type: ignore[index]  # a map
    assert bench.publisher().plan("s000003", diary(abv_pct=47.0)).operations == 0


def test_an_update_whose_answer_was_lost_is_not_written_twice(bench: Bench) -> None:
    bench.publish("s000001", diary())
    changed = diary(note="corrected", abv_pct=47.0)
    watched = Watched(bench.store, fail_at=2, fail_after=True)
    with pytest.raises(Killed):
        bench.publish("s000002", changed, store=watched)
    resumed = Watched(bench.store)
    assert bench.publish("s000002", changed, store=resumed).writes == 2
    assert set(watched.written) & set(resumed.written) == set()
    assert bench.documents()[ENTRY]["note"] == "corrected"
    again = diary(note="corrected again", abv_pct=47.0)
    bench.publish("s000003", again)
    assert bench.documents()[ENTRY]["note"] == "corrected again", "nobody but us wrote it"


def test_a_note_that_was_edited_is_not_overwritten_and_named(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, note="my own words")
    told = Told()
    bench.publish("s000002", diary(note="corrected file", age_text="10"), progress=told)
    assert (bench.documents()[ENTRY]["note"], bench.documents()[ENTRY]["age_text"]) == ("my own words", "10")
    (line,) = told.notes
    assert line.startswith("keeps what its person wrote in the app: whisky_archive/#")
    assert "uid-kim" not in line

    bench.publish("s000003", diary(note="corrected file", age_text="12"))
    assert bench.documents()[ENTRY]["note"] == "my own words"
    plan = bench.publisher().plan("s000004", diary(note="third word", age_text="12"))
    (row,) = plan.rows
    assert (row.action, row.reason) == ("held", "its person wrote note in the app")
    assert plan.operations == 0


def test_an_edit_is_remembered_through_releases_that_touch_other_fields(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, note="my own words")
    bench.publish("s000002", diary(abv_pct=47.0))
    bench.publish("s000003", diary(abv_pct=47.0, note="corrected file"))
    bench.publish("s000004", diary(abv_pct=48.0, note="corrected file"))
    body = bench.documents()[ENTRY]
    assert (body["note"], body["whisky"]["abv_pct"]) == ("my own words", 48.0)  # type: ignore[index]  # a map


def test_a_note_that_nobody_edited_is_corrected(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, rating=1.0)
    bench.publish("s000002", diary(note="corrected file", rating=3.0))
    body = bench.documents()[ENTRY]
    assert (body["note"], body["rating"]) == ("corrected file", 1.0)


def test_a_rating_keeps_the_scale_that_its_person_saw(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, rating=3.0)
    bench.publish("s000002", diary(rating=90.0, rating_scale="0-100"))
    body = bench.documents()[ENTRY]
    assert (body["rating"], body["rating_scale"]) == (3.0, "0-5")


def test_a_note_that_its_person_removed_is_not_brought_back(bench: Bench) -> None:
    bench.publish("s000001", diary())
    bench.store.commit([Operation(action=UPDATE, path=ENTRY, body={}, mask=("note",))])
    bench.publish("s000002", diary(note="corrected file", abv_pct=47.0))
    assert "note" not in bench.documents()[ENTRY]
    assert bench.documents()[ENTRY]["whisky"]["abv_pct"] == 47.0  # type: ignore[index]  # a map


def test_a_field_of_ours_that_somebody_changed_is_mended_when_the_document_is_written(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, whisky_pk="other_pk")
    edit(bench, "whisky/a_pk", name="Vandal")
    bench.publish("s000002", diary(abv_pct=47.0))
    assert bench.documents()[ENTRY]["whisky_pk"] == "a_pk"
    assert bench.documents()["whisky/a_pk"]["name"] == "A"


GONE = tables([whisky("a")], [], [user("lee")])


@pytest.mark.parametrize("is_seen", [False, True], ids=["edit-just-before", "edit-known-from-an-update"])
def test_a_withdrawal_keeps_a_document_in_which_its_person_wrote(bench: Bench, is_seen: bool) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, note="my own words")
    edit(bench, PROFILE, favourite="islay")
    if is_seen:
        bench.publish("s000002", diary(abv_pct=47.0, age_text="10"))
        bench.publish("s000003", diary(abv_pct=47.0, age_text="10", nickname="ours"))
    before = bench.documents()
    told = Told()
    release = bench.publish("s000004", GONE, progress=told, confirm=True)
    assert {path: bench.documents()[path] for path in (ENTRY, PROFILE)} == {
        path: before[path] for path in (ENTRY, PROFILE)
    }
    assert release.held == 2
    assert bool(told.notes) != is_seen, "a plan that knows of it names it itself"
    plan = bench.publisher().plan("s000005", GONE)
    assert plan.operations == 0
    reasons = {row.collection: row.reason for row in plan.rows}
    assert reasons == {
        "whisky_archive": "withdrawn, but its person wrote note in the app",
        "user": "withdrawn, but the app keeps fields of its own in it",
    }


def test_a_kept_document_that_is_wanted_again_is_ours_again_but_for_its_persons_words(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, note="my own words")
    bench.publish("s000002", GONE, confirm=True)
    bench.publish("s000003", diary(age_text="12"), confirm=True)
    body = bench.documents()[ENTRY]
    assert (body["note"], body["age_text"]) == ("my own words", "12")
    assert "withdrawn" not in bench.documents()[PROFILE]
    assert bench.documents()[PROFILE]["nickname"] == "nick of kim"


def test_a_withdrawal_whose_answer_was_lost_is_not_written_twice(bench: Bench) -> None:
    bench.publish("s000001", diary())
    watched = Watched(bench.store, fail_at=3, fail_after=True)
    with pytest.raises(Killed):
        bench.publish("s000002", GONE, store=watched, confirm=True)
    assert bench.documents()[ENTRY] == {"withdrawn": True}
    resumed = Watched(bench.store)
    bench.publish("s000002", GONE, store=resumed)
    assert ENTRY not in resumed.written
    assert bench.manifest()[ENTRY].state == "tombstone"


def test_a_tombstone_in_which_its_person_wrote_is_not_deleted(bench: Bench) -> None:
    bench.publish("s000001", diary())
    bench.publish("s000002", GONE, confirm=True)
    edit(bench, ENTRY, note="written afterwards")
    release = bench.publish("s000003", GONE, confirm=True)
    assert (release.deletes, release.held) == (1, 1)
    assert bench.documents()[ENTRY] == {"withdrawn": True, "note": "written afterwards"}
    assert PROFILE not in bench.documents()
    assert bench.publisher().plan("s000004", GONE).count("held") == 1
    bench.publish("s000005", diary(), confirm=True)
    body = bench.documents()[ENTRY]
    assert (body["note"], body["text"], "withdrawn" in body) == ("written afterwards", "argbeg ten", False)


def test_a_tombstone_that_its_person_deleted_is_gone(bench: Bench) -> None:
    bench.publish("s000001", diary())
    bench.publish("s000002", GONE, confirm=True)
    bench.store.commit([Operation(action=DELETE, path=ENTRY)])
    bench.publish("s000003", GONE, confirm=True)
    assert ENTRY not in bench.manifest()


def test_an_entry_that_was_deleted_and_made_again_is_not_overwritten_unseen(bench: Bench) -> None:
    bench.publish("s000001", diary())
    body = bench.documents()[ENTRY]
    bench.store.commit([Operation(action=DELETE, path=ENTRY)])
    bench.store.commit([Operation(action=CREATE, path=ENTRY, body={**body, "note": "anew"})])
    bench.publish("s000002", diary(note="corrected file", age_text="10"))
    assert (bench.documents()[ENTRY]["note"], bench.documents()[ENTRY]["age_text"]) == ("anew", "10")


def test_a_full_commit_in_which_one_person_wrote_is_sent_in_parts_that_fit(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, SqliteStore(tmp_path / "documents.sqlite", standing_clock))

    def wanted(age_text: str, size: int) -> SnapshotTables:
        entries = [entry("kim", number, note="x" * size, age_text=age_text) for number in range(4)]
        return tables([whisky("a")], entries, [user("kim")])

    empty = [
        Operation(action=UPDATE, path=item.path, body=item.body, mask=("age_text",))
        for item in desired_documents(wanted("12", 0), {}, only=ARCHIVE)
        if isinstance(item, Document)
    ]
    size = (MOST_COMMIT_BYTES - sum(map(wire_size, empty))) // len(empty)
    bench.publish("s000001", wanted("10", size), confirm=True)
    watched = Watched(bench.store)
    for number in range(4):
        # Fields of ours that the app wrote over have to be mended too, so that each write names more of them.
        edit(bench, f"whisky_archive/uid-kim_{number:016}", text="app", state="app", uid="app", rating_scale="0-10")
    bench.publish("s000002", wanted("12", size), store=watched)
    assert watched.commits == 4, "one refused, two that fit, meta/current"
    assert {bench.documents()[f"whisky_archive/uid-kim_{number:016}"]["text"] for number in range(4)} == {"argbeg ten"}
    bench.db.close()
    bench.store.close()


def test_a_person_who_writes_between_our_look_and_our_write_loses_nothing(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, ENTRY, note="first")

    @dataclasses.dataclass
    class Lively(Watched):
        edits: int = 0

        def commit(self, operations: Sequence[Operation]) -> list[datetime]:
            if self.edits < 2 and any(one.path == ENTRY for one in operations):
                self.edits += 1
                edit(bench, ENTRY, note=f"edit {self.edits}")
            return super().commit(operations)

    lively = Lively(bench.store)
    bench.publish("s000002", diary(note="corrected file", age_text="10"), store=lively)
    assert lively.edits == 2
    assert (bench.documents()[ENTRY]["note"], bench.documents()[ENTRY]["age_text"]) == ("edit 2", "10")


def test_a_document_of_types_that_we_never_write_is_left_alone(bench: Bench) -> None:
    bench.publish("s000001", diary())
    edit(bench, PROFILE, joined_at=datetime.fromisoformat("2026-01-05T09:00:00+00:00"), badges=[{"a": None}])
    bench.publish("s000002", diary(nickname="other"))
    body = bench.documents()[PROFILE]
    assert (body["nickname"], body["badges"]) == ("other", [{"a": None}])


def test_every_write_to_a_document_that_stands_there_names_its_last_state(bench: Bench) -> None:
    @dataclasses.dataclass
    class Noting(Watched):
        seen: list[Operation] = dataclasses.field(default_factory=list)

        def commit(self, operations: Sequence[Operation]) -> list[datetime]:
            self.seen.extend(one for one in operations if not one.path.startswith("meta/"))
            return super().commit(operations)

    bench.publish("s000001", diary())
    noting = Noting(bench.store)
    bench.publish("s000002", diary(abv_pct=47.0, nickname="other"), store=noting)
    bench.publish("s000003", GONE, store=noting, confirm=True)
    bench.publish("s000004", GONE, store=noting)
    assert {one.action for one in noting.seen} == {CREATE, UPDATE, REPLACE, DELETE}
    assert all((one.action == CREATE) == (one.update_time is None) for one in noting.seen)
