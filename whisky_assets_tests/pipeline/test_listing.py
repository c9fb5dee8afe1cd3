"""A product that newer whole editions do not tell is missing, then gone; elsewhere absence proves nothing."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from whisky_assets.cleaning.thresholds import LossLimits
from whisky_assets.domain.records import DocumentRead, Listing, Sighting
from whisky_assets.pipeline.listing import ListingState, list_products, loss_check, state_by_editions

WEEK_1 = datetime(2026, 1, 5, 9, tzinfo=UTC)


def week(number: int) -> datetime:
    """Return Monday of a week."""
    return WEEK_1 + timedelta(days=7 * (number - 1))


def document(name: str, *, at: datetime, role: str = "file") -> DocumentRead:
    """Return a document that was read."""
    return DocumentRead(
        feed="elbe", document=name, url=f"file:{name}", role=role, as_of=at, rows_read=1, sightings=1, refused_rows=0,
        refused_values=0, last_fetched_at=at, input_digest="a" * 64, maker_version="m",
    )  # fmt: skip


def sighting(source_id: str, name: str, *, doc: str, at: datetime, ordinal: int = 0) -> Sighting:
    """Return a product as a document tells it."""
    return Sighting(
        feed="elbe", id_space="elbe", source_id=source_id, seller="Elbe", name=name, as_of=at, document=doc,
        ordinal=ordinal, language="de", licence="sample", input_digest="a" * 64, maker_version="m",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("editions", "state"),
    [
        ([1], "live"),
        ([1, 2], "missing"),
        ([1, 2, 3], "missing"),
        ([1, 2, 3, 4], "gone"),
    ],
)
def test_three_whole_editions_a_week_apart_make_a_product_gone(editions: list[int], state: str) -> None:
    assert state_by_editions(document("d", at=week(1)), [week(number) for number in editions]) == state


def test_editions_less_than_a_week_apart_count_once() -> None:
    daily = [week(1) + timedelta(days=day) for day in range(1, 6)]
    assert state_by_editions(document("d", at=week(1)), daily) == "missing"


def test_the_newest_word_speaks_and_first_and_last_seen_span_all_words() -> None:
    told = [
        sighting("7", "old name", doc="d1", at=week(1)),
        sighting("7", "new name", doc="d2", at=week(2)),
    ]
    state = ListingState(
        documents={"d1": document("d1", at=week(1)), "d2": document("d2", at=week(2))}, presence=lambda _: "live"
    )
    (listing,) = list_products("elbe", told, state, []).rows
    assert (listing.name, listing.repeats) == ("new name", 1)
    assert (listing.first_seen, listing.last_seen) == (week(1), week(2))


def test_a_repeat_inside_one_document_leaves_the_first_row_speaking() -> None:
    told = [
        sighting("7", "first", doc="d1", at=week(1), ordinal=3),
        sighting("7", "second", doc="d1", at=week(1), ordinal=9),
    ]
    state = ListingState(documents={"d1": document("d1", at=week(1))}, presence=lambda _: "live")
    (listing,) = list_products("elbe", told, state, []).rows
    assert listing.name == "first"


def listings(count: int, *, gone: int) -> list[Listing]:
    """Return so many listings, the first of them gone."""
    state = ListingState(documents={"d": document("d", at=week(1))}, presence=lambda _: "live")
    told = [sighting(f"{number:03}", "x", doc="d", at=week(1), ordinal=number) for number in range(count)]
    rows = list_products("elbe", told, state, []).rows
    return [dataclasses.replace(row, page_state="gone" if at < gone else "live") for at, row in enumerate(rows)]


@pytest.mark.parametrize(("count", "gone", "passed"), [(40, 8, True), (40, 9, False), (10, 10, True)])
def test_losing_more_than_a_fifth_of_a_feed_at_once_blocks(count: int, gone: int, *, passed: bool) -> None:
    verdict = loss_check(listings(count, gone=0), listings(count, gone=gone))
    assert verdict.passed is passed
    assert verdict.blocks is not passed


def test_other_limits_let_a_feed_lose_more_or_less() -> None:
    before, after = listings(40, gone=0), listings(40, gone=9)
    assert loss_check(before, after, LossLimits(largest_share=0.25, smallest_base=20)).passed
    assert loss_check(before, after, LossLimits(largest_share=0.2, smallest_base=41)).passed
    assert not loss_check(before, after, LossLimits(largest_share=0.2, smallest_base=40)).passed
