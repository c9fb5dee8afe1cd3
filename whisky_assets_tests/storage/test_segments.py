"""Segments: rows come back as written, are stored once, are found quickly, and rot is told, never read."""

import random
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import shake_256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.contracts import upgrades
from whisky_assets.contracts.upgrades import upgrade
from whisky_assets.domain import record as record_module
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.record import column, record
from whisky_assets.domain.records import ArchiveFile, Listing, Page
from whisky_assets.storage.copies import unregistered
from whisky_assets.storage.parquet import GROUP_BYTES
from whisky_assets.storage.parts import part_of
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.row_digests import rows_digest, sum_of
from whisky_assets.storage.segment_facts import Segment
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, listing, page


def noise(seed: int, size_bytes: int) -> bytes:
    """Bytes that do not compress, the same every time."""
    return shake_256(str(seed).encode()).digest(size_bytes)


def chosen(seed: int, below: int) -> int:
    """A number that looks like chance, the same every time."""
    return int.from_bytes(noise(seed, 8), "big") % below


def path_of(world: World, segment: Segment) -> Path:
    return world.home.local_volume / segment_name(segment.dataset, segment.id)


def test_rows_come_back_in_key_order_as_they_were_written(world: World) -> None:
    rows = [listing(number, abv_pct=46.0, flags=("mended", "cut"), price_minor=2**60 + 1) for number in range(50)]
    segment = world.store.write(Listing, reversed(rows), partition="hanok", now=NOW)
    assert list(world.store.read([segment.id], Listing)) == rows
    assert (segment.rows, segment.dataset, segment.partition, segment.person) == (50, "staged/listings", "hanok", None)
    assert segment.size_bytes == path_of(world, segment).stat().st_size
    assert segment.content_digest == rows_digest(Listing, rows).content


def test_the_footer_alone_says_what_a_segment_is(world: World) -> None:
    segment = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    told = pq.read_metadata(path_of(world, segment)).metadata
    assert {key.decode(): value.decode() for key, value in told.items() if key != b"ARROW:schema"} == {
        "dataset": "staged/listings",
        "partition": "hanok",
        "person": "",
        "rows": "1",
        "schema_version": "1",
        "content_digest": segment.content_digest,
        "full_digest": segment.full_digest,
        "created_at": "2026-01-05T09:00:00.000000Z",
        "time_from": "2026-01-05T09:00:00.000000Z",
        "time_to": "2026-01-05T09:00:00.000000Z",
    }


def test_the_same_rows_are_one_segment_in_any_order_at_any_time(world: World) -> None:
    rows = [listing(number) for number in range(9)]
    first = world.store.write(Listing, rows, partition="hanok", now=NOW)
    assert world.store.write(Listing, rows[::-1], partition="hanok", now=LATER) == first
    assert world.store.segments("staged/listings") == (first,)


def test_rows_that_differ_in_a_volatile_column_alone_are_another_segment_of_the_same_content(world: World) -> None:
    first = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    second = world.store.write(Listing, [listing(1, seen=LATER)], partition="hanok", now=LATER)
    assert second.id != first.id
    assert second.content_digest == first.content_digest
    assert [row.last_seen for row in world.store.read([second.id], Listing)] == [LATER]


def test_rows_of_another_partition_or_person_or_none_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="'hanok' in 'alko'"):
        world.store.write(Listing, [listing(1)], partition="alko", now=NOW)
    with pytest.raises(ValueError, match="a row of another person"):
        world.store.write(ArchiveFile, [archive_file("kim"), archive_file("lee")], person="kim", now=NOW)
    with pytest.raises(ValueError, match="is personal"):
        world.store.write(ArchiveFile, [archive_file("kim")], now=NOW)
    with pytest.raises(ValueError, match="at least one row"):
        world.store.write(Listing, [], partition="hanok", now=NOW)
    with pytest.raises(TypeError, match="takes Listing, not Page"):
        world.store.write(Listing, [page(1)], partition="hanok", now=NOW)
    assert unregistered(world.store, "local") == ()


def test_one_page_is_found_by_its_url_without_reading_the_others(world: World) -> None:
    body = noise(1, GROUP_BYTES // 4)
    pages = [page(number, body=body + str(number).encode()) for number in range(24)]
    segment = world.store.write(Page, pages, partition="hanok", now=NOW)
    wanted = pages[17]
    tracemalloc.start()
    assert list(world.store.read([segment.id], Page, where={"url": wanted.url})) == [wanted]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * GROUP_BYTES
    found = world.store.read([segment.id], Page, where={"url": {pages[0].url, pages[23].url}, "role": "page"})
    assert list(found) == [pages[0], pages[23]]
    assert list(world.store.read([segment.id], Page, where={"url": "http://hanok.sample/none"})) == []
    assert list(world.store.read([segment.id], Page, where={"fetched_at": wanted.fetched_at})) == [wanted]


def test_some_columns_are_read_alone_in_their_own_types(world: World) -> None:
    rows = [listing(1, flags=("a",)), listing(2, gtin_text="5010")]
    segment = world.store.write(Listing, rows, partition="hanok", now=NOW)
    read = world.store.read_columns([segment.id], Listing, ["source_id", "flags", "gtin_text", "last_seen"])
    assert list(read) == [("0001", ("a",), None, NOW), ("0002", (), "5010", NOW)]
    found = world.store.read_columns([segment.id], Listing, ["name"], where={"gtin_text": "5010"})
    assert list(found) == [("Ardbeg 10",)]


def test_reading_holds_one_row_group_at_a_time(world: World) -> None:
    pages = [page(number, body=noise(number, GROUP_BYTES)) for number in range(12)]
    segment = world.store.write(Page, pages, partition="hanok", now=NOW)
    del pages
    tracemalloc.start()
    assert sum(len(row.body) for row in world.store.read([segment.id], Page)) == 12 * GROUP_BYTES
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * GROUP_BYTES


def test_a_published_file_is_acknowledged_by_the_callers_transaction(world: World) -> None:
    published = world.store.publish(part_of(Page, [page(2), page(1)], partition="hanok"), now=NOW)
    assert world.store.segments("raw/pages") == ()
    assert len(unregistered(world.store, "local")) == 1
    with world.db.transaction() as connection:
        world.store.register(connection, published)
    assert world.store.segments("raw/pages", "hanok") == (published.segment,)
    assert [row.url[-1] for row in world.store.read([published.segment.id], Page)] == ["1", "2"]


def test_a_transaction_that_fails_acknowledges_no_row_and_a_later_one_stores_the_same(world: World) -> None:
    def write_and_fail() -> None:
        with world.db.transaction() as connection:
            world.store.write(Page, [page(1)], partition="hanok", now=NOW, connection=connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert world.store.segments("raw/pages") == ()
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    assert list(world.store.read([segment.id], Page)) == [page(1)]
    assert unregistered(world.store, "local") == ()


def test_a_segment_that_nobody_registered_is_told(world: World) -> None:
    with pytest.raises(UsageError, match="no segment 00 is registered"):
        list(world.store.read(["00"], Page))


def flip(path: Path, seed: int) -> None:
    content = bytearray(path.read_bytes())
    place = chosen(seed, len(content) * 8)
    content[place // 8] ^= 1 << (place % 8)
    path.write_bytes(content)


def cut(path: Path, seed: int) -> None:
    path.write_bytes(path.read_bytes()[: -1 - chosen(seed, 200)])


@pytest.mark.parametrize(("damage", "times"), [(flip, 60), (cut, 10)])
def test_a_damaged_segment_gives_the_true_rows_or_an_error_that_names_it(
    world: World, damage: Callable[[Path, int], None], times: int
) -> None:
    rows = [listing(number, name=f"Whisky {number * 7919 % 1000}") for number in range(60)]
    segment = world.store.write(Listing, rows, partition="hanok", now=NOW)
    path = path_of(world, segment)
    whole = path.read_bytes()
    told = []
    for seed in range(times):
        path.write_bytes(whole)
        damage(path, seed)
        try:
            assert list(world.store.read([segment.id], Listing)) == rows
        except CorruptDataError as error:
            told.append(str(error))
    assert len(told) >= times * 0.9
    assert all(f"segment {segment.id} of staged/listings on volume local is damaged" in text for text in told)
    assert all("whisky storage verify" in text for text in told)


def test_a_missing_file_is_damage_and_a_missing_volume_is_out_of_reach(world: World) -> None:
    segment = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    path_of(world, segment).unlink()
    with pytest.raises(CorruptDataError, match="it is missing"):
        list(world.store.read([segment.id], Listing))
    again = world.store.write(Listing, [listing(1)], partition="hanok", now=LATER)
    assert list(world.store.read([again.id], Listing)) == [listing(1)]
    world.home.local_volume.rename(world.home.root / "elsewhere")
    with pytest.raises(OutOfReachError, match="the home's own volume is missing"):
        list(world.store.read([again.id], Listing))


@given(st.lists(st.integers(0, 30), max_size=12), st.randoms(use_true_random=False))
def test_the_digest_of_rows_is_free_of_order_and_cuts(numbers: list[int], chance: random.Random) -> None:
    rows = [listing(number, seen=NOW + timedelta(days=number)) for number in numbers]
    shuffled = chance.sample(rows, len(rows))
    at = chance.randint(0, len(rows))
    assert sum_of([rows_digest(Listing, shuffled[:at]), rows_digest(Listing, shuffled[at:])]) == rows_digest(
        Listing, rows
    )


def test_the_digest_tells_other_rows_other_counts_and_volatile_columns_apart() -> None:
    one = rows_digest(Listing, [listing(1)])
    assert rows_digest(Listing, [listing(1, name="Ardbeg Ten")]).content != one.content
    assert rows_digest(Listing, [listing(1), listing(1)]).content != one.content
    seen_later = rows_digest(Listing, [listing(1, seen=LATER)])
    assert seen_later.content == one.content
    assert seen_later.full != one.full


@pytest.fixture
def things() -> Iterator[tuple[type[Any], type[Any]]]:
    """Two versions of one record, with the step between them."""

    @record("testing/things", version=1, grain="one thing", key=("thing",))
    class OldThing:
        thing: str = column("Its name.")
        age_text: str = column("Its age as written.")

    record_module._declared.pop("testing/things")

    @record("testing/things", version=2, grain="one thing", key=("thing",))
    class NewThing:
        thing: str = column("Its name.")
        age_years: int = column("Its age.", unit="years")
        shape: str = column("Its shape.", default="round")

    @upgrade("testing/things", to=2)
    def read_age(row: dict[str, object]) -> dict[str, object]:
        return {"thing": row["thing"], "age_years": int(str(row["age_text"]))}

    assert read_age({"thing": "a", "age_text": "12"}) == {"thing": "a", "age_years": 12}
    yield OldThing, NewThing
    record_module._declared.pop("testing/things")
    for made in (OldThing, NewThing):
        record_module._specs.pop(made)
    upgrades._steps.pop(("testing/things", 2))


def test_a_segment_of_an_earlier_version_is_read_as_todays_rows(
    world: World, things: tuple[type[Any], type[Any]]
) -> None:
    old_thing, new_thing = things
    rows = [old_thing(thing=name, age_text=age) for name, age in (("cask", "12"), ("still", "40"))]
    segment = world.store.write(old_thing, rows, now=NOW)
    today = [new_thing(thing="cask", age_years=12), new_thing(thing="still", age_years=40)]
    assert list(world.store.read([segment.id], new_thing)) == today
    assert list(world.store.read([segment.id], new_thing, where={"age_years": {40, 41}})) == today[1:]
    columns = world.store.read_columns([segment.id], new_thing, ["shape", "age_years"], where={"thing": "cask"})
    assert list(columns) == [("round", 12)]


def test_a_segment_is_read_as_its_own_table_alone(world: World) -> None:
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    with pytest.raises(ValueError, match="of raw/pages read as staged/listings"):
        list(world.store.read([segment.id], Listing))


def test_threads_write_and_read_at_once(world: World) -> None:
    def work(number: int) -> bool:
        rows = [listing(number * 100 + one) for one in range(20)]
        segment = world.store.write(Listing, rows, partition="hanok", now=NOW)
        return list(world.store.read([segment.id], Listing)) == rows

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(18)))
    assert len(world.store.segments("staged/listings", "hanok")) == 18
