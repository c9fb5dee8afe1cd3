"""Price lists: each row becomes one item or one refusal, and no broken file is taken for a good one."""

import contextlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.presets import workbook
from whisky_assets.sources.presets.sheet_extent import SheetExtent
from whisky_assets.sources.reading import read_document, stated_as_of, takes_file
from whisky_assets_tests.sources.feeds_for_tests import (
    CSV_TOML,
    HEADER,
    NOW,
    ROW,
    XLSX_TOML,
    csv_body,
    document,
    source_of,
    xlsx_body,
)


def with_cell(title: str, value: str) -> tuple[str, ...]:
    return tuple(value if name == title else cell for name, cell in zip(HEADER, ROW, strict=True))


def test_a_row_becomes_an_item_with_its_texts_beside_its_values(tmp_path: Path) -> None:
    reading = read_document(source_of(tmp_path, CSV_TOML), document(csv_body(HEADER, ROW)))

    (item,) = reading.items
    assert (item.source_id, item.name, item.category) == ("00171", "Ardbeg 10", "Whisky")
    assert (item.abv_text, item.abv_pct) == ("46,0", 46.0)
    assert (item.volume_text, item.volume_ml, item.pack_count) == ("70", 700, 1)
    assert (item.price_text, item.price_minor, item.currency) == ("52,90", 5290, "GBP")
    assert (item.gtin_text, item.available, item.licence, item.language) == ("5010494195286", True, "own", "en")
    assert (reading.rows_read, reading.refused, reading.links, reading.as_of) == (1, (), (), NOW)


def test_blank_rows_and_rows_above_the_header_are_no_rows(tmp_path: Path) -> None:
    title = ("Price list",) + ("",) * 7
    body = csv_body(title, ("",) * 8, HEADER, ROW, ("",) * 8, with_cell("Nr", "2"))

    reading = read_document(source_of(tmp_path, CSV_TOML), document(body.replace(b"\r\n;;;;;;;\r\n", b"\r\n\r\n")))

    assert [item.ordinal for item in reading.items] == [0, 1]
    assert reading.rows_read == 2


def test_a_quoted_cell_may_hold_delimiters_line_breaks_and_quotes(tmp_path: Path) -> None:
    body = csv_body(HEADER, with_cell("Name", '"Glen ""A""; 10\n Years"'))

    (item,) = read_document(source_of(tmp_path, CSV_TOML), document(body)).items

    assert item.name == 'Glen "A"; 10 Years'


@pytest.mark.parametrize(
    ("title", "value", "field", "reason"),
    [
        ("Alk", "5.2014", "abv_pct", "abv_is_date"),
        ("Alk", "450", "abv_pct", "abv_out_of_range"),
        ("Alk", "stark", "abv_pct", "abv_unreadable"),
        ("Inhalt", "groß", "volume_ml", "volume_unreadable"),
        ("Preis", "from £-", "price_minor", "price_unreadable"),
        ("Preis", "12.50", "price_minor", "price_unreadable"),
        ("Preis", "€ 12,50", "price_minor", "currency_clash"),
    ],
)
def test_a_bad_value_is_refused_alone_and_its_row_stays(
    tmp_path: Path, title: str, value: str, field: str, reason: str
) -> None:
    body = csv_body(HEADER, with_cell(title, value), with_cell("Nr", "2"))

    reading = read_document(source_of(tmp_path, CSV_TOML), document(body))

    (refused,) = reading.refused
    assert (refused.scope, refused.field, refused.reason, refused.ordinal) == ("value", field, reason, 0)
    assert refused.evidence == value
    assert "Ardbeg 10" in refused.message
    assert reading.rows_read == len(reading.items) == 2
    assert reason in reading.items[0].flags
    assert getattr(reading.items[0], field) is None
    assert getattr(reading.items[0], field.replace("_pct", "_text").replace("_ml", "_text").replace("_minor", "_text"))


def test_a_two_decimal_strength_with_a_comma_is_real(tmp_path: Path) -> None:
    (item,) = read_document(source_of(tmp_path, CSV_TOML), document(csv_body(HEADER, with_cell("Alk", "40,17")))).items

    assert (item.abv_pct, item.flags) == (40.17, ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (with_cell("Name", ""), "no_name"),
        (with_cell("Name", "  "), "no_name"),
        (with_cell("Nr", ""), "no_id"),
        (ROW[:5], "row_too_short"),
        ((*ROW, "more"), "row_too_long"),
    ],
)
def test_a_row_that_is_no_product_is_refused_by_name_and_the_others_stay(
    tmp_path: Path, row: Sequence[str], reason: str
) -> None:
    reading = read_document(source_of(tmp_path, CSV_TOML), document(csv_body(HEADER, row, with_cell("Nr", "2"))))

    (refused,) = reading.refused
    assert (refused.scope, refused.field, refused.reason, refused.ordinal) == ("row", "", reason, 0)
    assert refused.evidence
    assert [item.source_id for item in reading.items] == ["2"]
    assert reading.rows_read == 2


def test_an_id_told_twice_is_a_repeat_and_told_otherwise_is_refused(tmp_path: Path) -> None:
    body = csv_body(HEADER, ROW, ROW, with_cell("Preis", "60,00"))

    reading = read_document(source_of(tmp_path, CSV_TOML), document(body))

    assert [item.ordinal for item in reading.items] == [0, 1]
    (refused,) = reading.refused
    assert (refused.reason, refused.ordinal) == ("duplicate_id", 2)
    assert "shelf:00171" in refused.message
    assert "price_minor" in refused.message
    assert reading.rows_read == 3


@pytest.mark.parametrize(
    ("body", "reason", "says"),
    [
        (b"", "empty_file", "is empty"),
        (b"  \r\n \r\n", "empty_file", "is empty"),
        (csv_body(HEADER), "empty_file", "no product below it"),
        (csv_body(HEADER, ROW).replace(b"Alk", b"Vol"), "wrong_header", "missing: Alk"),
        (csv_body(HEADER, ROW).replace(b";", b","), "wrong_header", "expected the columns Nr, Name"),
        (csv_body((*HEADER, "Name"), (*ROW, "x")), "wrong_header", "has the column 'Name' 2 times"),
        (csv_body(HEADER, with_cell("Name", "Glühwein"), encoding="utf-8"), "wrong_encoding", "looks like utf-8"),
        (csv_body(HEADER, with_cell("Name", '"never closed')), "broken_csv", "unexpected end of data"),
        (xlsx_body(HEADER, ROW), "wrong_format", "it is a workbook, not CSV"),
        (b"<html><body>Not found</body></html>", "wrong_header", "found in the first 50 rows"),
    ],
)
def test_a_broken_list_is_refused_whole_and_says_what_to_do(
    tmp_path: Path, body: bytes, reason: str, says: str
) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, CSV_TOML), document(body))

    assert refused.value.reason == reason
    assert says in refused.value.message
    assert refused.value.remedy


def test_a_wrong_header_names_what_was_expected_found_and_missing(tmp_path: Path) -> None:
    changed = csv_body(("Nr", "Bezeichnung", "Gruppe", "Alk", "Inhalt", "Preis", "EAN", "Bestand"), ROW)

    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, CSV_TOML), document(changed))

    assert "expected the columns Nr, Name, Gruppe" in refused.value.message
    assert "Nr, Bezeichnung, Gruppe" in refused.value.message
    assert "missing: Name" in refused.value.message


def test_columns_neither_declared_nor_ignored_are_told(tmp_path: Path) -> None:
    body = csv_body((*HEADER, "Neu", "Alt"), (*ROW, "x", "y"))

    reading = read_document(source_of(tmp_path, CSV_TOML, ("decimal", 'ignore = ["Alt"]\ndecimal')), document(body))

    assert len(reading.notes) == 1
    assert reading.notes[0].endswith("neither declared nor ignored: Neu")


def test_alternative_and_optional_columns_may_be_absent(tmp_path: Path) -> None:
    toml = (
        ('price = "Preis"', 'price = { from = ["Price", "Preis"] }'),
        ('gtin = "EAN"', 'gtin = { from = "Code", optional = true }'),
    )

    (item,) = read_document(source_of(tmp_path, CSV_TOML, *toml), document(csv_body(HEADER, ROW))).items

    assert (item.price_minor, item.gtin_text) == (5290, None)


def test_a_declared_header_row_is_the_only_one_looked_at(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML, ("decimal", "header_row = 3\ndecimal"))

    assert read_document(source, document(csv_body(("x",) * 8, ("y",) * 8, HEADER, ROW))).rows_read == 1
    with pytest.raises(InputRefusedError, match="found in row 3"):
        read_document(source, document(csv_body(HEADER, ROW, ROW)))


def test_sellers_in_one_file_are_told_apart_by_rule(tmp_path: Path) -> None:
    rules = "".join(
        f"[[seller_rules]]\nfield = 'category'\nmatch = '^{name}$'\nseller = '{name}'\nid_space = '{name.lower()}'\n"
        for name in ("North", "South")
    )
    source = source_of(tmp_path, CSV_TOML, ("[kinds]", f"{rules}[kinds]"))
    rows = [with_cell("Gruppe", group) for group in ("North", "South", "West")]

    reading = read_document(source, document(csv_body(HEADER, *rows)))

    assert [(item.id_space, item.seller) for item in reading.items] == [("north", "North"), ("south", "South")]
    assert [refused.reason for refused in reading.refused] == ["seller_unknown"]


def test_availability_is_read_by_its_rules_and_never_guessed(tmp_path: Path) -> None:
    rows = [(*with_cell("Nr", str(number))[:7], text) for number, text in enumerate(("ja", "nein", "bald", ""))]

    reading = read_document(source_of(tmp_path, CSV_TOML), document(csv_body(HEADER, *rows)))

    assert [item.available for item in reading.items] == [True, False, None, None]
    assert [item.flags for item in reading.items] == [(), (), ("available_unknown",), ()]


def test_a_workbook_keeps_leading_zeros_and_reads_numbers_and_texts_alike(tmp_path: Path) -> None:
    body = xlsx_body(
        ("Price list of 2026",),
        (),
        HEADER,
        ROW,
        ("7", "Oban 14", "Whisky", 43.1, 70, 46.300000000000004, 80432500170, None),
    )

    first, second = read_document(
        source_of(tmp_path, XLSX_TOML, ('decimal = ","', 'decimal = "."')), document(body)
    ).items

    assert (first.source_id, first.abv_pct, first.gtin_text) == ("00171", 46.0, "5010494195286")
    assert (second.source_id, second.abv_pct, second.volume_ml, second.gtin_text) == ("7", 43.1, 700, "80432500170")


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    whole = xlsx_body(HEADER, *[with_cell("Nr", str(number)) for number in range(200)])
    cut = whole[: max(4, int(len(whole) * share))]

    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, XLSX_TOML), document(cut))

    assert refused.value.reason == "truncated_xlsx"
    assert "again" in refused.value.remedy


WORKBOOK = xlsx_body(HEADER, ROW)


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_with_changed_bytes_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    body = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 12))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(InputRefusedError):
        assert read_document(source_of(tmp_path, XLSX_TOML), document(bytes(body))).rows_read >= 1


def test_a_workbook_without_its_sheet_and_other_formats_are_refused(tmp_path: Path) -> None:
    source = source_of(tmp_path, XLSX_TOML)
    for body, reason in (
        (xlsx_body(HEADER, ROW, title="Other"), "no_sheet"),
        (csv_body(HEADER, ROW), "wrong_format"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "wrong_format"),
        (b"", "empty_file"),
    ):
        with pytest.raises(InputRefusedError) as refused:
            read_document(source, document(body))
        assert refused.value.reason == reason


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_MEMBER", 1_000_000)
    target = io.BytesIO(xlsx_body(HEADER, ROW))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"0" * 5_000_000)

    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, XLSX_TOML), document(target.getvalue()))

    assert refused.value.reason == "zip_bomb"


def test_a_member_that_holds_more_than_it_says_is_a_bomb(tmp_path: Path) -> None:
    target = io.BytesIO(xlsx_body(HEADER, ROW))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"0" * 5_000_000)
    lying = target.getvalue().replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))

    with pytest.raises(InputRefusedError, match="more than the 50 bytes") as refused:
        read_document(source_of(tmp_path, XLSX_TOML), document(lying))

    assert refused.value.reason == "zip_bomb"


def test_a_file_states_its_day_by_name_or_title(tmp_path: Path) -> None:
    by_name = source_of(tmp_path, CSV_TOML)
    by_title = source_of(tmp_path, XLSX_TOML, ("file_name = '", "title = 'of "))

    day = stated_as_of(by_name, "shelf-2026-01-03.csv", csv_body(HEADER, ROW), NOW)
    title_day = stated_as_of(by_title, "x.xlsx", xlsx_body(("Prices of 2025-12-31",), HEADER, ROW), NOW)

    assert day is not None
    assert title_day is not None
    assert (day.date().isoformat(), title_day.date().isoformat()) == ("2026-01-03", "2025-12-31")
    for source, name, body in ((by_name, "shelf.csv", csv_body(HEADER, ROW)), (by_title, "x", xlsx_body(HEADER, ROW))):
        with pytest.raises(InputRefusedError, match="states no day") as refused:
            stated_as_of(source, name, body, NOW)
        assert refused.value.reason == "date_unreadable"


def test_a_feed_takes_the_files_that_its_patterns_name(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)

    assert takes_file(source, "Shelf-2026.CSV")
    assert not takes_file(source, "other.csv")


cells = st.text(alphabet=st.characters(codec="cp1252", min_codepoint=32, exclude_characters=';"\x7f'), max_size=12)


@given(rows=st.lists(st.lists(cells, min_size=1, max_size=10), min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_read_are_items_and_refused_rows_whatever_stands_in_them(tmp_path: Path, rows: list[list[str]]) -> None:
    source = source_of(tmp_path, CSV_TOML, ('encoding = "cp1252"\n', ""))
    filled = [row for row in rows if any(cell.strip() for cell in row)]

    if not filled:
        with pytest.raises(InputRefusedError, match="no product below it"):
            read_document(source, document(csv_body(HEADER, *rows, encoding="utf-8")))
        return
    reading = read_document(source, document(csv_body(HEADER, *rows, encoding="utf-8")))

    rows_refused = [refused for refused in reading.refused if refused.scope == "row"]
    ordinals = [item.ordinal for item in reading.items] + [refused.ordinal for refused in rows_refused]
    assert reading.rows_read == len(filled)
    assert sorted(ordinals) == list(range(len(filled)))


def spread(*cells: str, stored: bool = False) -> bytes:
    """A workbook whose sheet holds one number at each of these places."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("List", 0)
    for cell in cells:
        sheet[cell] = 1
    told = io.BytesIO()
    book.save(told)
    if not stored:
        return told.getvalue()
    target = io.BytesIO()
    with zipfile.ZipFile(told) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for member in packed.namelist():
            archive.writestr(member, packed.read(member))
    return target.getvalue()


@pytest.mark.parametrize("stored", [False, True])
def test_a_sheet_of_few_cells_that_spans_very_many_is_refused_before_a_grid_is_made(
    tmp_path: Path, *, stored: bool
) -> None:
    body = spread("A1", "XFD1048576", stored=stored)

    with pytest.raises(InputRefusedError, match="Delete the rows and columns that stand far behind") as refused:
        read_document(source_of(tmp_path, XLSX_TOML), document(body))

    assert refused.value.reason == "list_too_large"
    assert len(body) < 30_000


@pytest.mark.parametrize(
    ("xml", "cells"),
    [
        (b'<row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>1</v></c></row>', 6),
        (b"<row><c><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>", 4),
        (b'<x:row r="3" spans="1:2"><x:c t="s" r=\'AA3\'><x:v>1</x:v></x:c></x:row>', 81),
        (b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="3"/></row><row r="1048576" s="1"/>', 1),
        (b"<cols><col min='1' max='16384'/></cols><row r='9'/>", 0),
    ],
)
@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_a_sheet_spans_what_its_filled_cells_span_however_it_comes(xml: bytes, cells: int, at_once: int) -> None:
    extent = SheetExtent()

    for begin in range(0, len(xml), at_once):
        extent.read(xml[begin : begin + at_once])

    assert extent.cells == cells


@pytest.mark.parametrize(("limit", "most"), [("MOST_LINES", 5), ("MOST_CELLS", 40)])
def test_a_list_of_too_many_lines_or_cells_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    body = "Nr;Name;Gruppe;Alk;Inhalt;Preis;EAN;Bestand\r\n" + "1;Peat;Whisky;46;70;45;;ja\r\n" * 4
    assert read_document(source_of(tmp_path, CSV_TOML), document(body.encode())).rows_read == 4
    monkeypatch.setattr(workbook, limit, most)

    with pytest.raises(InputRefusedError, match="Split it into several files") as refused:
        read_document(source_of(tmp_path, CSV_TOML), document(body.encode()))

    assert refused.value.reason == "list_too_large"
