"""Every row of every record comes back unchanged from Arrow, from Parquet, from a frame and from a document."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.contracts.arrow import arrow_schema, from_arrow, to_arrow
from whisky_assets.contracts.documents import decode, encode
from whisky_assets.contracts.frames import to_frame
from whisky_assets.contracts.schemas import check_rows, pandera_schema
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import declared_records, spec_of
from whisky_assets.domain.records import Page, QuarantineRow
from whisky_assets_tests.strategies import rows_of, tables_of

RECORDS = declared_records()
DOCUMENT_RECORDS = [
    record_type
    for record_type in RECORDS.values()
    if all(column.type is not bytes for column in spec_of(record_type).columns)
]
# Forty columns a row: few examples of many records say more than many of few.
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

every_record = pytest.mark.parametrize("record_type", RECORDS.values(), ids=RECORDS)


@every_record
@few
@given(data=st.data())
def test_a_row_survives_arrow_and_parquet(record_type: type[Any], data: st.DataObject) -> None:
    rows = data.draw(tables_of(record_type))
    table = to_arrow(record_type, rows)
    assert table.schema.equals(arrow_schema(record_type), check_metadata=True)
    assert list(from_arrow(record_type, table)) == rows
    file = io.BytesIO()
    pq.write_table(table, file)
    assert list(from_arrow(record_type, pq.read_table(file))) == rows


@every_record
@few
@given(data=st.data())
def test_a_row_fits_its_schema_as_a_frame(record_type: type[Any], data: st.DataObject) -> None:
    rows = data.draw(tables_of(record_type))
    frame = to_frame(record_type, rows)
    pandera_schema(record_type).validate(frame, lazy=True)
    assert check_rows(record_type, rows).passed, check_rows(record_type, rows).cases


@pytest.mark.parametrize("record_type", DOCUMENT_RECORDS, ids=lambda record_type: spec_of(record_type).dataset)
@few
@given(data=st.data())
def test_a_row_survives_a_document(record_type: type[Any], data: st.DataObject) -> None:
    row = data.draw(rows_of(record_type).filter(_is_storable))
    assert decode(record_type, encode(row)) == row


def _is_storable(row: Any) -> bool:
    # Json columns may hold field names and lists of lists that Firestore refuses; that is tested by itself.
    try:
        encode(row)
    except InputRefusedError:
        return False
    return True


@every_record
def test_no_rows_are_a_table_a_frame_and_a_passed_check(record_type: type[Any]) -> None:
    assert list(from_arrow(record_type, to_arrow(record_type, []))) == []
    assert to_frame(record_type, []).empty
    assert check_rows(record_type, []).passed


def _page(**changes: Any) -> Page:
    page = Page(
        feed="alko",
        url="file:list.xlsx",
        fetched_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        role="file",
        status=200,
        media_type="text/csv",
        body_sha256="0" * 64,
        body=b"\x00rows",
    )
    return dataclasses.replace(page, **changes)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (
            {"fetched_at": datetime(2026, 1, 5)},  # noqa: DTZ001 - the naive time is the case
            ValueError,
            r"raw/pages.fetched_at: row 1 is a time without a time zone",
        ),
        ({"url": None}, ValueError, r"raw/pages.url: 1 of 2 rows are empty"),
        ({"url": "\ud800"}, ValueError, r"raw/pages.url: a text holds half a surrogate"),
        ({"status": "ok"}, TypeError, r"raw/pages.status: row 1 is a str that does not fit int64"),
        ({"status": 2**63}, TypeError, r"raw/pages.status: row 1 is a int that does not fit int64"),
        ({"body": 5}, TypeError, r"raw/pages.body: row 1 is a int that does not fit binary"),
    ],
    ids=["naive", "empty", "surrogate", "text-as-number", "too-large", "number-as-bytes"],
)
def test_a_cell_that_does_not_fit_is_named_by_its_place(
    change: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        to_arrow(Page, [_page(), _page(**change)])


def test_a_text_is_no_tuple_of_its_letters(declare: Any) -> None:
    from whisky_assets.domain.record import column

    thing = declare({"name": (str, column("Name.")), "tags": (tuple[str, ...], column("Tags."))})
    with pytest.raises(TypeError, match=r"test/things.tags: row 0 is a str; expected a tuple"):
        to_arrow(thing, [thing(name="a", tags="abc")])


def test_the_text_of_a_misfit_does_not_show_its_value() -> None:
    row = _page(status="lemony secret")
    with pytest.raises(TypeError) as caught:
        to_arrow(Page, [row])
    assert "lemony" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_batch_larger_than_one_reading_comes_back_in_order() -> None:
    rows = [_page(url=f"file:{number}") for number in range(9_000)]
    table = to_arrow(Page, rows)
    assert list(from_arrow(Page, table)) == rows
    assert list(from_arrow(Page, table.combine_chunks().to_batches()[0])) == rows


def test_reading_rows_loads_neither_pandas_nor_pandera() -> None:
    file = io.BytesIO()
    with pa.ipc.new_file(file, arrow_schema(QuarantineRow)) as writer:
        writer.write_table(to_arrow(QuarantineRow, []))
    code = (
        "import sys, io, pyarrow as pa\n"
        "from whisky_assets.contracts import arrow, documents, table_schema, upgrades\n"
        "from whisky_assets.domain.records import QuarantineRow\n"
        "table = pa.ipc.open_file(sys.stdin.buffer.read()).read_all()\n"
        "assert list(arrow.from_arrow(QuarantineRow, table)) == []\n"
        "print(sorted({'pandas', 'pandera'} & sys.modules.keys()))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], input=file.getvalue(), capture_output=True, check=True)
    assert answer.stdout.decode().strip() == "[]"
