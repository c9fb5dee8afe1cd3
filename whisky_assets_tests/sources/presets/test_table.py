"""Price tables of pages: columns by what heads them, rows by what they hold, nothing read across a shifted column."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.parsing import html
from whisky_assets.sources.crawling import is_error_page, listed_by, start_links
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import HEAD, document, source_of

URL = "http://shelf.sample/list?p=1"
TOML = (
    HEAD.format(preset="table")
    + """
[fetch]
start = ["http://shelf.sample/list?p=1"]

[table]
drop = ["s", ".litre"]
next = "a.next"
total = { from = "p.count", pattern = 'of (\\d+)' }

[fields]
source_id = ["No.", "Varenr.", "번호"]
name = ["Whisky", "Navn", "이름"]
country = { from = ["Origin", "Land"], optional = true }
abv = ["ABV", "Alk.", "도수"]
volume = { from = ["Size", "Volum", "용량"], unit = "cl" }
price = ["Price", "Pris", "가격"]
available = { from = ["Stock", "Lager"], no = '^(Sold out|Utsolgt)$', yes = '.', optional = true }

[details]
region = { from = "Region", optional = true }

[kinds]
default = "whisky"
"""
)
HEADER = "<tr><th>No.</th><th>Whisky</th><th>ABV</th><th>Size</th><th>Price</th></tr>"


def row(
    number: str = "7", name: str = "Glen Nowhere 12", abv: str = "46 %", size: str = "70 cl", price: str = "£45.00"
) -> str:
    cells = (number, f'<a href="/p/{number}#x">{name}</a>', abv, size, price)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def page(*tables: str, more: str = "") -> bytes:
    parts = "".join(f"<table>{table}</table>" for table in tables)
    return f"<!doctype html><html><head><meta charset='utf-8'></head><body>{parts}{more}</body></html>".encode()


@pytest.fixture(params=["fast", "hostile"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The feed `shelf`, read by selectolax and by BeautifulSoup."""
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)
    return source_of(tmp_path, TOML)


def read(source: Source, body: bytes) -> Reading:
    return read_document(source, document(body, URL, "page"))


def told(reading: Reading) -> list[tuple[str, str, float | None, int | None, int | None]]:
    return [(one.source_id, one.name, one.abv_pct, one.volume_ml, one.price_minor) for one in reading.items]


ONE = ("7", "Glen Nowhere 12", 46.0, 700, 45_00)


def test_columns_are_found_by_the_header_and_the_address_stands_in_the_names_cell(source: Source) -> None:
    reading = read(source, page(HEADER + row() + row("8", "Glen Nowhere 18", "43", "20", "£90")))

    assert told(reading) == [ONE, ("8", "Glen Nowhere 18", 43.0, 200, 90_00)]
    assert [item.url for item in reading.items] == ["http://shelf.sample/p/7", "http://shelf.sample/p/8"]
    assert (reading.refused, reading.notes, reading.rows_read) == ((), (), 2)


@pytest.mark.parametrize(
    ("header", "price"),
    [
        (("Varenr.", "Navn", "Alk.", "Volum", "Pris"), "£45.00"),
        (("번호", "이름", "도수", "용량", "가격"), "45.00"),
        (("NO.", " whisky ▲", "abv:", "SIZE", "Price ↕"), "£45.00"),
    ],
)
def test_a_header_in_any_declared_language_is_known(source: Source, header: tuple[str, ...], price: str) -> None:
    titles = "".join(f"<td>{title}</td>" for title in header)

    assert told(read(source, page(f"<tr>{titles}</tr>" + row(price=price)))) == [ONE]


@pytest.mark.parametrize(
    "table",
    [
        f"<thead>{HEADER}</thead><tbody>{row()}</tbody>",
        f"<thead>{HEADER}{row()}</thead>",
        f"<caption>List</caption><tr><th colspan=5>Our whiskies</th></tr>{HEADER}{row()}",
        f"<tr><td>Our whiskies</td></tr>{HEADER}{row()}",
        f"<tfoot><tr><td>7</td><td>Sum</td><td></td><td></td><td>£1</td></tr></tfoot>{HEADER}{row()}",
        f"{HEADER}{row()}<tr><td></td><td> </td><td></td><td></td><td></td></tr>{HEADER}",
        f"{HEADER}{row()}<tr></tr>",
    ],
)
def test_titles_feet_blank_rows_and_repeated_headers_are_no_products(source: Source, table: str) -> None:
    reading = read(source, page(table))

    assert told(reading) == [ONE]
    assert reading.refused == ()


def test_a_row_that_one_cell_fills_is_a_heading_and_is_counted(source: Source) -> None:
    islay = '<tr><td colspan="5">Islay</td></tr>'
    reading = read(source, page(HEADER + islay + row() + islay))

    assert told(reading) == [ONE]
    assert reading.notes == (f"{URL}: 2 rows that one cell fills were taken for headings",)


def test_a_sum_below_the_list_is_a_refused_row_and_no_whisky(source: Source) -> None:
    total = "<tr><td></td><td>Total</td><td></td><td></td><td>£45.00</td></tr>"
    wide = "<tr><td colspan=4>Total</td><td>£45.00</td></tr>"
    reading = read(source, page(HEADER + row() + total + wide))

    assert told(reading) == [ONE]
    assert [refused.reason for refused in reading.refused] == ["no_id", "no_name"]
    assert reading.refused[1].evidence == "Total | £45.00"


def test_a_cell_over_several_rows_speaks_for_each_of_them(source: Source) -> None:
    first = row().replace("<td>46 %</td>", '<td rowspan="2">46 %</td>')
    second = row("8", "Glen Nowhere 18").replace("<td>46 %</td>", "")

    assert [item.abv_pct for item in read(source, page(HEADER + first + second)).items] == [46.0, 46.0]


def test_columns_under_a_group_are_known_by_group_and_own_title(tmp_path: Path) -> None:
    header = (
        "<thead><tr><th rowspan=2>No.</th><th rowspan=2>Whisky</th><th rowspan=2>ABV</th><th rowspan=2>Size</th>"
        "<th colspan=2>Price</th></tr><tr><th>excl. VAT</th><th>incl. VAT</th></tr></thead>"
    )
    line = row().replace("<td>£45.00</td>", "<td>£37.50</td><td>£45.00</td>")
    exact = source_of(tmp_path, TOML, ('price = ["Price", "Pris", "가격"]', 'price = "Price incl. VAT"'))
    assert told(read(exact, page(header + line))) == [ONE]
    own = source_of(tmp_path, TOML, ('price = ["Price", "Pris", "가격"]', 'price = "Incl. VAT"'))
    assert told(read(own, page(header + line))) == [ONE]

    with pytest.raises(InputRefusedError) as refused:
        read(source_of(tmp_path, TOML), page(header + line))
    assert refused.value.reason == "wrong_header"
    assert "has 'price' over several columns" in str(refused.value)


def test_a_title_over_an_icon_and_a_name_is_one_column(source: Source) -> None:
    header = HEADER.replace("<th>Whisky</th>", "<th colspan=2>Whisky</th>")
    line = row().replace("<td>7</td>", "<td>7</td><td><img alt=''></td>")

    assert told(read(source, page(header + line))) == [ONE]


def test_every_table_with_the_columns_is_read_and_no_other(source: Source) -> None:
    hours = "<tr><th>Day</th><th>Open</th></tr><tr><td>Monday</td><td>10-18</td></tr>"
    layout = f"<tr><td>Menu</td><td><table>{HEADER}{row('9', 'Glen Nowhere 9')}</table></td></tr>"
    other_order = "<tr><th>Price</th><th>Size</th><th>ABV</th><th>Whisky</th><th>No.</th></tr>"
    line = "<tr><td>£90</td><td>70 cl</td><td>43</td><td>Glen Nowhere 18</td><td>8</td></tr>"
    reading = read(source, page(hours, HEADER + row(), other_order + line, layout))

    assert [item.source_id for item in reading.items] == ["7", "8", "9"]
    assert [item.price_minor for item in reading.items] == [45_00, 90_00, 45_00]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("<tr><td>7</td><td>Glen Nowhere 12</td><td>46 %</td><td>£45.00</td></tr>", "row_too_short"),
        (row().replace("</tr>", "<td>extra</td></tr>"), "row_too_long"),
        (row(number=""), "no_id"),
        (row(name=""), "no_name"),
    ],
)
def test_a_row_that_does_not_fit_the_header_is_refused_and_never_read_shifted(
    source: Source, line: str, reason: str
) -> None:
    reading = read(source, page(HEADER + line + row("8", "Glen Nowhere 18")))

    assert [item.source_id for item in reading.items] == ["8"]
    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("row", reason)]


@pytest.mark.parametrize(
    ("price", "minor", "reasons"),
    [
        ("<s>£60.00</s> £45.00", 45_00, []),
        ('£45.00 <span class="litre">£64.29</span>', 45_00, []),
        ("£45<sup>50</sup>", 45_50, []),
        ("£60.00 £45.00", None, ["price_ambiguous"]),
        ("Sold out", None, ["price_unreadable"]),
        ("45,00 kr", None, ["currency_clash"]),
        ("", None, []),
    ],
)
def test_one_amount_is_the_price_and_anything_else_is_refused_alone(
    source: Source, price: str, minor: int | None, reasons: list[str]
) -> None:
    reading = read(source, page(HEADER + row(price=price)))

    assert [item.price_minor for item in reading.items] == [minor]
    assert [refused.reason for refused in reading.refused] == reasons


def test_optional_columns_tell_where_they_stand(source: Source) -> None:
    header = HEADER.replace("</tr>", "<th>Lager</th><th>Land</th><th>Region</th></tr>")
    line = row().replace("</tr>", "<td>Utsolgt</td><td>Skottland</td><td>Islay</td></tr>")

    (item,) = read(source, page(header + line)).items

    assert (item.available, item.country, item.details) == (False, "Skottland", '{"region":"Islay"}')


def test_the_next_page_is_followed_and_the_stated_total_is_told(source: Source) -> None:
    body = page(HEADER + row(), more='<p class="count">1-1 of 164</p><a class="next" href="?p=2">next</a>')

    assert read(source, body).links == (Link(url="http://shelf.sample/list?p=2", role="page"),)
    listed = listed_by(source, document(body, URL, "page"))
    assert (listed.total, listed.items) == (164, 1)
    assert start_links(source) == (Link(url=URL, role="page"),)


def test_a_number_in_an_attribute_of_the_row_is_read_from_the_row(tmp_path: Path) -> None:
    by_row = ('source_id = ["No.", "Varenr.", "번호"]', 'source_id = { from = ":scope", attr = "data-id" }')
    source = source_of(tmp_path, TOML, by_row)
    line = row().replace("<tr>", '<tr data-id="A7">')

    assert [item.source_id for item in read(source, page(HEADER + line)).items] == ["A7"]


@pytest.mark.parametrize(
    ("body", "reason", "error_page"),
    [
        (b"", "empty_file", True),
        (b"%PDF-1.4", "not_html", None),
        (page(), "no_product", True),
        (page("<tr><th>Day</th><th>Open</th></tr>"), "no_product", True),
        (page(HEADER), "no_product", True),
        (page(HEADER.replace("Price", "Cost") + row()), "wrong_header", False),
        (page(HEADER.replace("</tr>", "<th>Price</th></tr>") + row()), "wrong_header", False),
        (
            page(HEADER + '<tr><td colspan="1000" rowspan="65534">x</td></tr>' + "<tr></tr>" * 200),
            "table_too_large",
            False,
        ),
    ],
)
def test_a_page_without_such_a_table_or_with_another_is_refused_whole(
    source: Source, body: bytes, reason: str, *, error_page: bool | None
) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(source, body)

    assert refused.value.reason == reason
    assert refused.value.remedy
    if error_page is not None:
        assert is_error_page(source, document(body, URL, "page")) is error_page


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = ["Whisky", "Navn", "이름"]\n', "", "must say where name stands"),
        ('next = "a.next"', 'next = "a["', "[table] next is no CSS selector"),
        ('drop = ["s", ".litre"]', 'region = "table["', "[table] region is no CSS selector"),
        ('drop = ["s", ".litre"]', 'dorp = ["s"]', "[table] dorp is an unknown key; did you mean 'drop'?"),
        ("abv = [", 'gtin = { label = "EAN" }\nabv = [', "cannot use label or attr with the preset table"),
        ("abv = [", 'gtin = { from = "No.", attr = "a b" }\nabv = [', "is no CSS selector"),
        ('currency = "GBP"', 'currency = "GBP"\ncomplete = true', "cannot be complete: a list page is a cut"),
        ("[table]", "[cards]", "[cards] cannot be used with the preset table"),
    ],
)
def test_a_mistake_in_the_feed_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, TOML, (old, new))

    assert says in refused.value.message


def test_the_section_may_be_left_out(tmp_path: Path) -> None:
    start, end = TOML.index("[table]"), TOML.index("[fields]")
    source = source_of(tmp_path, TOML[:start] + TOML[end:])

    assert told(read(source, page(HEADER + row()))) == [ONE]
