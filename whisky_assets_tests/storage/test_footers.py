"""A segment says in its footer what it is and of when its rows are."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.record import declared_records
from whisky_assets.domain.records import ArchiveFile, Listing, Page
from whisky_assets.storage.footers import segment_in, time_column
from whisky_assets.storage.places import LOCAL, segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets_tests.storage.worlds import NOW, World, archive_file, listing, page


def told(world: World, segment: Segment) -> dict[str, str]:
    path = world.home.local_volume / segment_name(segment.dataset, segment.id)
    return {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}


def test_every_fact_of_a_segment_is_read_back_from_its_bytes_alone(world: World) -> None:
    written = [
        world.store.write(Page, [page(1), page(2)], partition="hanok", now=NOW),
        world.store.write(Listing, [listing(1)], partition="hanok", now=NOW),
        world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW),
    ]
    for segment in written:
        with world.store.volumes.get(LOCAL).open(segment.dataset, segment.id) as file:
            assert segment_in(file, segment.id) == segment


def test_the_times_are_those_of_the_rows_or_of_its_making(world: World) -> None:
    later = NOW + timedelta(days=1)
    pages = told(world, world.store.write(Page, [page(5), page(9), page(7)], partition="hanok", now=later))
    assert (pages["time_from"], pages["time_to"]) == ("2026-01-05T09:00:05.000000Z", "2026-01-05T09:00:09.000000Z")
    timeless = told(world, world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=later))
    assert timeless["time_from"] == timeless["time_to"] == timeless["created_at"] == "2026-01-06T09:00:00.000000Z"


def test_the_time_of_a_row_is_one_that_stays(world: World) -> None:
    del world
    times = {dataset: time_column(record) for dataset, record in declared_records().items()}
    assert times["raw/pages"] == "fetched_at"
    assert times["staged/sightings"] == "as_of"
    assert times["storage/events"] is None


def test_a_file_without_the_facts_of_a_segment_is_refused(world: World, tmp_path: Path) -> None:
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    table = pq.read_table(world.home.local_volume / segment_name(segment.dataset, segment.id))
    with (tmp_path / "plain.parquet").open("wb") as file:
        pq.write_table(table.replace_schema_metadata({}), file)
    for path in (tmp_path / "plain.parquet", Path(__file__)):
        with path.open("rb") as file, pytest.raises(CorruptDataError, match="no facts of a segment"):
            segment_in(file, "a" * 64)
