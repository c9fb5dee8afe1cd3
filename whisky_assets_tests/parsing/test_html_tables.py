"""Tables as grids: what spans, hangs and nests stands at every place that it covers, as browsers draw it."""

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import html
from whisky_assets.parsing.html import parse_page
from whisky_assets.parsing.html_tables import MOST_CELLS, GridRow, grid_of


@pytest.fixture(params=["fast", "hostile"], autouse=True)
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)


def grid(table: str) -> list[GridRow]:
    return grid_of(parse_page(f"<!doctype html><html><body><table>{table}</table></body></html>").select("table")[0])


def texts(table: str) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid(table)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<tr><td colspan=2>a</td><td>b</td></tr>", [["a", "a", "b"]]),
        ("<tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr>", [["a", "b"], ["a", "c"]]),
        (
            "<tr><td rowspan=3>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr><tr><td>e</td></tr>",
            [["a", "b"], ["a", "c"], ["a", "d"], ["e"]],
        ),
        ("<tr><td>a</td><td rowspan=2>b</td></tr><tr><td>c</td></tr>", [["a", "b"], ["c", "b"]]),
        (
            "<tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td>c</td></tr>",
            [["a", "a", "b"], ["a", "a", "c"]],
        ),
        ("<tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr>", [["a", "b"], ["a", "c"]]),
        ("<tr><td rowspan=9>a</td></tr><tr></tr>", [["a"], ["a"]]),
        (
            "<tbody><tr><td rowspan=5>a</td></tr></tbody><tbody><tr><td>b</td></tr></tbody>",
            [["a"], ["b"]],
        ),
        ('<tr><td colspan="x">a</td><td colspan="-2" rowspan="">b</td><td colspan=0>c</td></tr>', [["a", "b", "c"]]),
        ("<tr><td>a<table><tr><td>inner</td></tr></table></td><td>b</td></tr>", [["a inner", "b"]]),
        ("<tr><td>a</td></tr><caption>no row</caption><tr><th>b</th></tr>", [["a"], ["b"]]),
        ("", []),
    ],
)
def test_a_cell_stands_at_every_place_that_it_covers(table: str, expected: list[list[str]]) -> None:
    assert texts(table) == expected


def test_a_row_knows_its_part_and_whether_one_cell_fills_it() -> None:
    rows = grid(
        "<tfoot><tr><td>f</td><td>f</td></tr></tfoot><thead><tr><th>h</th><th>h</th></tr></thead>"
        "<tbody><tr><td colspan=2>Islay</td></tr><tr><td> </td><td></td></tr></tbody>"
    )

    assert sorted((row.part, row.is_spanned, row.is_blank) for row in rows) == [
        ("body", False, True),
        ("body", True, False),
        ("foot", False, False),
        ("head", False, False),
    ]
    (head,) = (row for row in rows if row.part == "head")
    assert all(cell.is_header for cell in head.cells)
    (heading,) = (row for row in rows if row.is_spanned)
    assert [heading.starts(0), heading.starts(1)] == [True, False]


def test_a_table_whose_cells_span_too_much_is_refused() -> None:
    wide = "<tr><td colspan=1000 rowspan=65534>a</td></tr>" + "<tr></tr>" * (MOST_CELLS // 1_000 + 1)

    with pytest.raises(InputRefusedError) as refused:
        grid(wide)

    assert refused.value.reason == "table_too_large"


def test_one_cell_spans_at_most_as_many_columns_as_browsers_draw() -> None:
    (row,) = grid("<tr><td colspan=99999>a</td><td>b</td></tr>")

    assert len(row.cells) == 1_001
