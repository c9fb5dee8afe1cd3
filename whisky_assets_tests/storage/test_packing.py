"""Bodies compressed already are stored as they came; texts and tables are compressed, harder where kept long."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from whisky_assets.domain.records import Listing, Page
from whisky_assets.storage.packing import KEPT_FOR_LONG, WRITTEN_ONCE, by_packing, is_packed, packing_of
from whisky_assets.storage.segment_facts import Segment
from whisky_assets_tests.storage.worlds import NOW, World, listing, open_world, page


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path / "home")
    yield made
    made.db.close()


def body_of(number: int, media_type: str, body: bytes) -> Page:
    told = {name: getattr(page(number), name) for name in ("feed", "url", "fetched_at", "role", "status")}
    return Page(**told, media_type=media_type, body_sha256=hashlib.sha256(body).hexdigest(), body=body)


def codec_of(world: World, segment: Segment, column: str) -> str:
    with world.store.opened(segment) as (file, _volume):
        group = pq.ParquetFile(file).metadata.row_group(0)
        chunks = {group.column(at).path_in_schema: group.column(at).compression for at in range(group.num_columns)}
    return str(chunks[column])


@pytest.mark.parametrize(
    "media_type",
    [
        "image/jpeg",
        "IMAGE/PNG",
        "application/pdf",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
)
def test_formats_that_compress_their_own_content_are_packed(media_type: str) -> None:
    assert is_packed(media_type)


@pytest.mark.parametrize(
    "media_type",
    ["text/html", "application/json", "text/csv", "image/svg+xml", "image/bmp", "application/vnd.ms-excel", ""],
)
def test_texts_tables_and_plain_pictures_are_not(media_type: str) -> None:
    assert not is_packed(media_type)


def test_a_picture_is_stored_as_it_came_and_its_other_columns_are_compressed(world: World) -> None:
    picture = os.urandom(100_000)
    rows = [body_of(1, "image/jpeg", picture)]
    segment = world.store.write(Page, rows, partition="hanok", now=NOW)
    assert codec_of(world, segment, "body") == "UNCOMPRESSED"
    assert codec_of(world, segment, "url") == "ZSTD"
    assert [row.body for row in world.store.read([segment.id], Page)] == [picture]


def test_a_page_of_text_among_pictures_keeps_the_body_column_compressed(world: World) -> None:
    rows = [body_of(1, "image/jpeg", os.urandom(1_000)), body_of(2, "text/html", b"<p>peat</p>" * 5_000)]
    segment = world.store.write(Page, rows, partition="hanok", now=NOW)
    assert codec_of(world, segment, "body") == "ZSTD"
    assert segment.size_bytes < 10_000


def test_a_batch_of_pages_and_pictures_is_cut_in_two_and_no_row_is_lost() -> None:
    rows = [body_of(1, "image/png", b"1"), body_of(2, "text/html", b"2"), body_of(3, "image/png", b"3")]
    assert by_packing(Page, rows) == [[rows[1]], [rows[0], rows[2]]]
    assert by_packing(Page, rows[:1]) == [rows[:1]]
    assert by_packing(Page, []) == []


def test_a_table_without_bodies_is_one_part_and_compressed() -> None:
    rows = [listing(1), listing(2)]
    assert by_packing(Listing, rows) == [rows]
    assert packing_of(Listing, rows) == WRITTEN_ONCE


def test_what_is_kept_for_long_stays_so_where_its_bodies_are_packed() -> None:
    packing = packing_of(Page, [body_of(1, "application/pdf", b"%PDF")], KEPT_FOR_LONG)
    assert (packing.level, packing.stores_bodies) == (KEPT_FOR_LONG.level, True)


def test_lists_of_texts_are_compressed_also_beside_stored_bodies(world: World) -> None:
    segment = world.store.write(Listing, [listing(1, flags=("gift box",))], partition="hanok", now=NOW)
    assert codec_of(world, segment, "flags.list.element") == "ZSTD"
