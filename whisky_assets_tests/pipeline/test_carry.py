"""Rows that nothing has changed are taken over, the others are made anew and counted by reason."""

from __future__ import annotations

import dataclasses
import functools
from datetime import UTC, datetime

from whisky_assets.domain.records import DocumentRead
from whisky_assets.pipeline.carry import INPUT, MAKER, NEW, Carrier, GroupCarrier

DAY = datetime(2026, 1, 5, tzinfo=UTC)
DIGEST, OTHER = "a" * 64, "b" * 64


def row(document: str, *, digest: str = DIGEST, maker: str = "m-1", seen: datetime = DAY) -> DocumentRead:
    """Return a row of a document."""
    return DocumentRead(
        feed="elbe",
        document=document,
        url="file:a.csv",
        role="file",
        as_of=DAY,
        rows_read=1,
        sightings=1,
        refused_rows=0,
        refused_values=0,
        last_fetched_at=seen,
        input_digest=digest,
        maker_version=maker,
    )


def refuse() -> DocumentRead:
    """Fail the test: a row that stands must not be made."""
    raise AssertionError("made anew")


def test_an_equal_digest_and_maker_carry_the_row_over_without_making_it() -> None:
    carrier = Carrier(DocumentRead, [row("d1")], "m-1")
    assert carrier.row(("elbe", "d1"), DIGEST, refuse) == row("d1")
    assert (carrier.carried, carrier.made) == (1, 0)


def test_a_carried_row_has_its_volatile_columns_brought_up_to_date() -> None:
    later = datetime(2026, 1, 12, tzinfo=UTC)
    carrier = Carrier(DocumentRead, [row("d1")], "m-1")
    carried = carrier.row(("elbe", "d1"), DIGEST, refuse, {"last_fetched_at": later})
    assert carried == dataclasses.replace(row("d1"), last_fetched_at=later)


def test_new_changed_and_outdated_rows_are_made_and_counted_by_reason() -> None:
    carrier = Carrier(DocumentRead, [row("changed"), row("outdated", maker="m-0")], "m-1")
    for document, digest in (("new", DIGEST), ("changed", OTHER), ("outdated", DIGEST)):
        carrier.row(("elbe", document), digest, functools.partial(row, document))
    assert dict(carrier.reasons) == {NEW: 1, INPUT: 1, MAKER: 1}
    assert [made.document for made in carrier.rows] == ["new", "changed", "outdated"]


def test_a_group_is_carried_whole_or_made_whole() -> None:
    old = [row("d1"), row("d2"), row("d2", digest=OTHER)]
    groups = GroupCarrier(lambda one: one.document, old, "m-1")
    assert groups.take("d1", DIGEST) == [row("d1")]
    assert groups.take("d2", DIGEST) is None
    groups.put("d2", [row("d2"), row("d2")])
    groups.put("d3", [])
    assert (groups.carried, groups.made, dict(groups.reasons)) == (1, 2, {INPUT: 2})
