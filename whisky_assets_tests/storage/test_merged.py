"""Rows merged into a table of before make the very version, and the very file, that all rows at once would make."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.records import Claim
from whisky_assets.storage import parquet
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets.storage.versions import TableVersion
from whisky_assets_tests.storage.worlds import NOW, World, open_world

Key = tuple[object, ...]


def claim(number: int, word: str, source_id: str = "1") -> Claim:
    return Claim(
        whisky_pk=f"glen_{number:03}_pk",
        field="name",
        id_space="elbe",
        source_id=source_id,
        value=f'"{word}"',  # type: ignore[arg-type] # Json is a str
        witness="column",
        wins=True,
        as_of=datetime(2026, 1, 1 + number % 28, tzinfo=UTC),
        licence="sample",
        input_digest="0" * 64,
        maker_version="1",
    )


def key_of(row: Claim) -> Key:
    return (row.whisky_pk, row.field, row.id_space, row.source_id)


def put(
    store: SegmentStore, build: str, rows: Sequence[Claim], base: Sequence[str] = (), gone: Sequence[Key] = ()
) -> TableVersion:
    new = NewTable(dataset="core/claims", rows=tuple(rows), base=tuple(base), gone=tuple(gone))
    return put_table(store, new, build=build, now=NOW)


@pytest.mark.parametrize("seed", range(6))
def test_any_change_merged_in_is_the_version_and_the_file_of_all_rows_at_once(
    world: World, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 50)
    monkeypatch.setattr(parquet, "GROUP_BYTES", 8_000)
    other = open_world(tmp_path / "other")
    draw = random.Random(seed)  # noqa: S311 - repeatable rows, no secret
    held: dict[Key, Claim] = {
        key_of(row): row for row in (claim(number, "é위스키"[: number % 5]) for number in range(0, 400, 2))
    }
    version = put(world.store, "first", list(held.values()))
    for step in range(4):
        changed = [claim(draw.randrange(400), draw.choice(["", "a", "위스키"]), draw.choice("12")) for _ in range(30)]
        rows: Mapping[Key, Claim] = {key_of(row): row for row in changed}
        gone = [key for key in draw.sample(sorted(held), 10) if key not in rows]
        held = {key: row for key, row in {**held, **rows}.items() if key not in gone}
        version = put(world.store, f"merged-{step}", list(rows.values()), version.segments, gone)
        whole = put(other.store, f"whole-{step}", list(held.values()))
        assert dataclasses.replace(version, maker="") == dataclasses.replace(whole, maker="")
        assert list(read_table(world.store, version, Claim)) == [held[key] for key in sorted(held)]
    other.db.close()


def test_a_base_of_several_segments_and_a_key_that_it_never_held_end_in_one_segment(world: World) -> None:
    first = put(world.store, "first", [claim(1, "a"), claim(3, "c")])
    second = put(world.store, "second", [claim(2, "b"), claim(4, "d")])
    merged = put(world.store, "merged", [claim(3, "C")], (*first.segments, *second.segments), [key_of(claim(9, ""))])
    assert len(merged.segments) == 1
    assert [row.value for row in read_table(world.store, merged, Claim)] == ['"a"', '"b"', '"C"', '"d"']


def test_a_base_of_which_nothing_stays_is_a_table_without_rows(world: World) -> None:
    first = put(world.store, "first", [claim(1, "a")])
    empty = put(world.store, "empty", [], first.segments, [key_of(claim(1, ""))])
    assert (empty.rows, empty.segments) == (0, ())
    assert empty.content_digest == put(world.store, "none", []).content_digest


def test_a_base_beside_carried_segments_is_refused(world: World) -> None:
    first = put(world.store, "first", [claim(1, "a")])
    new = NewTable(dataset="core/claims", rows=(claim(2, "b"),), base=first.segments, carried=first.segments)
    with pytest.raises(ValueError, match="merged into a base"):
        put_table(world.store, new, build="both", now=NOW)


def test_a_base_in_which_nothing_changes_is_carried_and_no_file_is_read(world: World) -> None:
    first = put(world.store, "first", [claim(1, "a")])
    (path,) = world.home.local_volume.glob("core/claims/*/*.parquet")
    path.unlink()
    new = NewTable(dataset="core/claims", rows=(), base=first.segments)
    with pytest.raises(Exception, match="missing"):
        list(read_table(world.store, first, Claim))
    assert put_table(world.store, new, build="again", now=NOW).content_digest == first.content_digest
