"""A declared API: its list, variants, fields, pages and stated total stand where the TOML says."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.sources.crawling import listed_by
from whisky_assets.sources.document import Reading
from whisky_assets.sources.reading import find_rows, read_document
from whisky_assets_tests.sources.feeds_for_tests import JSON_TOML, document, source_of

URL = "http://shelf.sample/api?limit=2"
SIZE = {"code": "A-70", "cents": 6500, "ml": 700, "in_stock": 3}
BOTTLE = {
    "id": 7,
    "cask": "3.350",
    "title": "Glad &amp; rags",
    "url": "/glad",
    "abv": 57.10,
    "region": "Islay",
    "stock": 4,
    "cask_type": "hogshead",
    "sizes": [SIZE],
}
PAGED = 'page = "page"\nsize = 2\n'


def body_of(*bottles: object, total: object = 3, more: Mapping[str, object] | None = None) -> bytes:
    return json.dumps({"data": {"bottles": bottles}, "meta": {"count": total, **(more or {})}}).encode()


def read(tmp_path: Path, body: bytes, *changes: tuple[str, str], url: str = URL) -> Reading:
    return read_document(source_of(tmp_path, JSON_TOML, *changes), document(body, url, "page"))


def test_values_are_read_where_the_toml_says_and_else_under_their_own_name(tmp_path: Path) -> None:
    reading = read(tmp_path, body_of(BOTTLE))

    (item,) = reading.items
    assert (item.source_id, item.name, item.url) == ("A-70", "Shelf 3.350 Glad & rags", "http://shelf.sample/glad")
    assert (item.abv_pct, item.abv_text, item.region, item.available) == (57.1, "57.1", "Islay", True)
    assert (item.price_text, item.price_minor, item.currency, item.volume_ml) == ("6500", 6500, "GBP", 700)
    assert (item.details, reading.refused) == ('{"cask":"hogshead"}', ())


def test_a_number_keeps_the_digits_that_stand_on_the_page(tmp_path: Path) -> None:
    body = body_of(BOTTLE).replace(b'"abv": 57.1', b'"abv": 57.10')

    assert read(tmp_path, body).items[0].abv_text == "57.10"


@pytest.mark.parametrize(
    ("price", "rule", "minor", "reasons"),
    [
        ("6500", None, 6500, []),
        (6500, None, 6500, []),
        (65.0, None, None, ["price_unreadable"]),
        ("£65", None, None, ["price_unreadable"]),
        (0, None, None, []),
        (None, None, None, []),
        (65, '"variant.cents"', 6500, []),
        (65.5, '"variant.cents"', 6550, []),
        ("£1,065.50", '"variant.cents"', 106_550, []),
        ("1.065,50", '"variant.cents"', None, ["price_unreadable"]),
        (["65", "70"], '"variant.cents"', None, ["price_ambiguous"]),
        ({"amount": 65}, '"variant.cents"', None, ["not_a_text"]),
        (True, '"variant.cents"', None, ["price_unreadable"]),
        ("5e3", '"variant.cents"', None, ["price_ambiguous"]),
    ],
)
def test_a_price_counts_minor_units_only_where_that_is_declared(
    tmp_path: Path, price: object, rule: str | None, minor: int | None, reasons: list[str]
) -> None:
    declared = '{ from = "variant.cents", unit = "minor" }'
    changes = ((declared, rule),) if rule else ()

    reading = read(tmp_path, body_of({**BOTTLE, "sizes": [{**SIZE, "cents": price}]}), *changes)

    assert [item.price_minor for item in reading.items] == [minor]
    assert [refused.reason for refused in reading.refused] == reasons


def test_a_decimal_comma_is_read_where_it_is_declared(tmp_path: Path) -> None:
    body = body_of({**BOTTLE, "sizes": [{**SIZE, "cents": "1.065,50"}]})
    plain = ('{ from = "variant.cents", unit = "minor" }', '"variant.cents"')

    (item,) = read(tmp_path, body, plain, ("size = 2", 'size = 2\ndecimal = ","')).items

    assert item.price_minor == 106_550


def test_a_form_tells_nothing_where_one_of_its_places_is_empty(tmp_path: Path) -> None:
    reading = read(tmp_path, body_of({**BOTTLE, "cask": None}, {**BOTTLE, "title": {"en": "x"}}))

    rows = [refused for refused in reading.refused if refused.scope == "row"]
    assert [refused.reason for refused in rows] == ["no_name", "no_name"]
    assert all('"id": 7' in refused.evidence for refused in rows)


def test_an_object_where_a_text_should_stand_is_refused_as_a_value_by_the_column_s_name(tmp_path: Path) -> None:
    reading = read(tmp_path, body_of({**BOTTLE, "abv": {"value": 46, "unit": "%"}}, {**BOTTLE, "sizes": []}))

    assert [(refused.ordinal, refused.field, refused.reason, refused.evidence) for refused in reading.refused] == [
        (0, "abv_pct", "not_a_text", '{"value": 46, "unit": "%"}')
    ]
    assert [item.abv_pct for item in reading.items] == [None, 57.1]


def test_a_broken_item_among_good_ones_is_refused_alone(tmp_path: Path) -> None:
    other = {**BOTTLE, "id": 8, "sizes": [{**SIZE, "code": "B"}, "x", {**SIZE, "code": None}]}

    reading = read(tmp_path, body_of(BOTTLE, None, ["x"], other, {}))

    assert [item.source_id for item in reading.items] == ["A-70", "B", "8#3"]
    assert [(refused.ordinal, refused.reason, refused.evidence) for refused in reading.refused] == [
        (1, "not_a_product", "null"),
        (2, "not_a_product", '["x"]'),
        (4, "not_a_product", '"x"'),
        (6, "no_name", "{}"),
    ]


@pytest.mark.parametrize(
    ("changes", "url", "count", "total", "expected"),
    [
        ((), URL, 2, 3, f"{URL}&page=2"),
        ((), URL, 2, 2, None),
        ((), URL, 2, "many", f"{URL}&page=2"),
        ((), f"{URL}&page=2", 1, 3, None),
        ((), f"{URL}&page=7", 0, 3, None),
        ((("size = 2\n", ""),), URL, 1, 3, f"{URL}&page=2"),
        ((("size = 2\n", ""),), f"{URL}&page=4", 0, 3, None),
        (((PAGED, 'offset = "skip"\n'),), URL, 2, 3, f"{URL}&skip=2"),
        (((PAGED, 'offset = "skip"\n'),), f"{URL}&skip=2", 1, 3, None),
        (((PAGED, 'offset = "skip"\n'),), f"{URL}&skip=2", 1, None, f"{URL}&skip=3"),
        (((PAGED, 'offset = "skip"\nsize = 2\n'),), f"{URL}&skip=2", 1, None, None),
        (((PAGED, 'next = "meta.next"\n'),), URL, 2, 3, "http://shelf.sample/api?after=Zm9v%3D"),
        (((PAGED, 'next = "meta.token"\ncursor = "after"\n'),), URL, 2, 3, f"{URL}&after=a%2Fb%3D"),
        (((PAGED, 'next = "meta.token"\ncursor = "after"\n'),), f"{URL}&after=x", 2, 3, f"{URL}&after=a%2Fb%3D"),
        (((PAGED, 'next = "meta.none"\n'),), URL, 2, 3, None),
        (((PAGED, 'next = "meta.here"\n'),), URL, 2, 3, None),
        (((PAGED, 'next = "meta.bad"\n'),), URL, 2, 3, None),
        (((PAGED, ""),), URL, 2, 3, None),
    ],
)
def test_pages_follow_by_number_offset_or_what_the_answer_names(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], url: str, count: int, total: object, expected: str | None
) -> None:
    told = {"next": "/api?after=Zm9v%3D", "token": "a/b=", "here": URL, "bad": "http://["}
    bottles = [{**BOTTLE, "id": number, "sizes": []} for number in range(count)]

    links = read(tmp_path, body_of(*bottles, total=total, more=told), *changes, url=url).links

    assert [link.url for link in links] == ([] if expected is None else [expected])


def test_the_stated_total_is_told_beside_the_number_of_products_not_of_variants(tmp_path: Path) -> None:
    two = {**BOTTLE, "sizes": [SIZE, {**SIZE, "code": "A-5"}]}
    source = source_of(tmp_path, JSON_TOML)

    listed = listed_by(source, document(body_of(two, "x", total=153), URL, "page"))

    assert (listed.total, listed.items) == (153, 2)
    assert find_rows(source, document(body_of(BOTTLE, total=-1), URL, "page")).stated_total is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (b"<html>Access denied</html>", "not_json"),
        (b"null", "not_json"),
        (b'{"data": {"bottles": {}}}', "no_product"),
        (b'{"data": []}', "no_product"),
        (body_of(BOTTLE)[:-30], "broken_json"),
        (b'{"data": {"bottles": [NaN]}}', "broken_json"),
    ],
)
def test_other_answers_are_refused_whole(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(tmp_path, body)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("error", "is_refused"),
    [("no such key", True), ({"code": 5}, True), (True, True), (False, False), (None, False), ("", False), ({}, False)],
)
def test_an_answer_that_tells_an_error_is_none_though_a_list_stands_in_it(
    tmp_path: Path, error: object, is_refused: bool
) -> None:
    source = source_of(tmp_path, JSON_TOML, ("[json]", '[json]\nerror = "meta.error"'))
    given = document(body_of(BOTTLE, more={"error": error}), URL, "page")

    if not is_refused:
        assert len(read_document(source, given).items) == 1
        return
    with pytest.raises(InputRefusedError) as refused:
        read_document(source, given)
    assert refused.value.reason == "api_error"


def test_the_whole_answer_may_be_the_list(tmp_path: Path) -> None:
    changes = (('items = "data.bottles"\n', ""), ('variants = "sizes"\n', ""), ("[fields]", "[fields]\nprice = 'p'"))
    plain = ('price = { from = "variant.cents", unit = "minor" }\n', "")

    (item,) = read(tmp_path, json.dumps([{**BOTTLE, "p": "12.50"}]).encode(), plain, *changes).items

    assert (item.source_id, item.price_minor) == ("7", 12_50)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[json]", "[jsn]", "[json] is missing; the preset json_api needs it"),
        ('"data.bottles"', '"data..bottles"', "[json] items is no path into JSON: 'data..bottles' has an empty part"),
        ('"meta.count"', '"meta[count]"', "[json] total is no path into JSON"),
        ('page = "page"', 'page = "page"\noffset = "skip"', "at most one of them says how pages follow each other"),
        ('page = "page"', 'cursor = "after"', "[json] cursor takes what stands at next, which is missing"),
        ("size = 2", "size = 0", "[json] size must be a whole number of at least 1, not 0"),
        ('"Shelf {} {}"', '"Shelf {}"', "has 2 places, so its form must hold as many {}"),
        ('"Shelf {} {}"', '"Shelf {} {} {x}"', "has 2 places, so its form must hold as many {}"),
        ('unit = "minor"', 'unit = "ml"', "must be one of minor, not 'ml'"),
        ('unit = "ml"', 'unit = "minor"', "must be one of ml, cl, l, not 'minor'"),
        ('"variant.ml"', '"variant.[ml"', "[fields] volume is no path into JSON"),
        ('cask = "cask_type"', 'cask = { label = "Cask" }', "cannot use label or attr with the preset json_api"),
    ],
)
def test_a_mistake_in_an_api_s_feed_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, JSON_TOML, (old, new))

    assert says in refused.value.message


def test_a_next_page_is_an_address_that_can_be_asked(tmp_path: Path) -> None:
    def following(told: str) -> list[str]:
        body = body_of(BOTTLE, more={"next": told})
        changes = ((PAGED, 'next = "meta.next"\n'),)
        return [link.url for link in read(tmp_path, body, *changes).links]

    assert following("/api?limit=2&from=3#list") == ["http://shelf.sample/api?limit=2&from=3"]
    assert following("javascript:more()") == following("http://[") == following(f"{URL}#more") == []


COMPLETE = ('currency = "GBP"', 'currency = "GBP"\ncomplete = true')
RANGED = ("range=(?P<first>[0-9]+)-(?P<last>[0-9]+)", "http://shelf.sample/api?range=1-3")


@pytest.mark.parametrize(
    ("change", "url", "count", "total", "expected"),
    [
        ((PAGED, 'page = "page"\nsize = 3\n'), URL, 1, None, f"{URL}&page=2"),
        ((PAGED, 'page = "page"\nsize = 3\n'), URL, 0, None, None),
        ((PAGED, 'page = "page"\nsize = 3\n'), URL, 1, 9, None),  # the count against the total tells that
        ((PAGED, 'offset = "skip"\nsize = 3\n'), URL, 1, None, f"{URL}&skip=1"),
        ((PAGED, f"range = '{RANGED[0]}'\n"), RANGED[1], 1, None, "http://shelf.sample/api?range=4-6"),
        ((PAGED, f"range = '{RANGED[0]}'\n"), RANGED[1], 0, None, None),
    ],
)
def test_a_short_page_ends_no_list_whose_absences_count_unless_it_states_its_total(
    tmp_path: Path, change: tuple[str, str], url: str, count: int, total: int | None, expected: str | None
) -> None:
    bottles = [{**BOTTLE, "id": number, "sizes": []} for number in range(count)]

    links = read(tmp_path, body_of(*bottles, total=total), change, COMPLETE, url=url).links
    usual = read(tmp_path, body_of(*bottles, total=total), change, url=url).links

    assert [link.url for link in links] == ([] if expected is None else [expected])
    assert usual == ()
