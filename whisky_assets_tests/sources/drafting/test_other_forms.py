"""Blocks, tables, answers of platforms and price lists: each becomes a feed of its own preset that reads it."""

import json
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from whisky_assets.sources.drafting.kinds import kind_of_words
from whisky_assets.sources.drafting.model import LIKELY, UNSURE
from whisky_assets.sources.drafting.site import Given
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets_tests.sources.drafting.pages_for_drafts import (
    DAY,
    KNOWN,
    WHISKIES,
    cards,
    draft_of,
    expected,
    page,
    prices,
    read_with,
    value_of,
)
from whisky_assets_tests.sources.feeds_for_tests import xlsx_body

SHOP = "https://kestrel.example"
HEADER = ("sku", "name", "abv", "size", "price")
ROWS = tuple((f"K{place}", name, "46", "700 ml", price) for place, (name, price, _) in enumerate(WHISKIES))


def shopify(**changes: object) -> bytes:
    products = [
        {
            "id": 10 + place,
            "title": name,
            "handle": slug,
            "vendor": "Kestrel",
            "product_type": "Single Malt Whisky" if place else "Gift Card",
            "tags": ["Islay", f"ABV: {40 + place}", "Vol: 70"],
            "body_html": "",
            "variants": [{"id": 100 + place, "title": "Default Title", "price": price, "available": True}],
            **changes,
        }
        for place, (name, price, slug) in enumerate(WHISKIES)
    ]
    return json.dumps({"products": products}).encode()


def woocommerce() -> bytes:
    return json.dumps(
        [
            {
                "id": 10 + place,
                "name": name,
                "permalink": f"{SHOP}/product/{slug}/",
                "prices": {"price": price.replace(".", ""), "currency_code": "GBP", "currency_minor_unit": 2},
                "categories": [{"name": "Whisky"}],
                "is_in_stock": True,
                "is_purchasable": True,
            }
            for place, (name, price, slug) in enumerate(WHISKIES)
        ]
    ).encode()


def squarespace() -> bytes:
    money = {"currency": "GBP"}
    items = [
        {
            "id": f"s{place}",
            "title": name,
            "fullUrl": f"/shop/{slug}",
            "productType": 1,
            "variants": [
                {"id": f"v{place}", "priceMoney": {**money, "value": price}, "onSale": False, "unlimited": True}
            ],
        }
        for place, (name, price, slug) in enumerate(WHISKIES)
    ]
    return json.dumps({"items": items, "website": {}}).encode()


def own_api(**changes: object) -> bytes:
    found = [
        {"sku": f"K{place}", "title": name, "price": float(price), "link": f"{SHOP}/p/{slug}", **changes}
        for place, (name, price, slug) in enumerate(WHISKIES)
    ]
    return json.dumps({"data": {"bottles": found}, "total": 40}).encode()


@pytest.mark.parametrize(
    ("preset", "body", "url"),
    [
        ("shopify", shopify(), f"{SHOP}/products.json?limit=250"),
        ("woocommerce", woocommerce(), f"{SHOP}/wp-json/wc/store/v1/products?per_page=100"),
        ("squarespace", squarespace(), f"{SHOP}/shop?format=json"),
        ("json_api", own_api(), f"{SHOP}/api/bottles?page=1&size=6"),
    ],
)
def test_an_answer_in_json_is_read_by_the_preset_of_its_platform(
    tmp_path: Path, preset: str, body: bytes, url: str
) -> None:
    draft = draft_of(body, KNOWN, url)
    reading = read_with(tmp_path, draft, body)

    assert draft.preset == preset
    assert prices(reading) == expected()
    assert {item.currency for item in reading.items} == {"GBP"}
    assert {item.url is not None for item in reading.items} == {True}
    assert len([line for line in toml_of(draft, world="real", day=DAY).splitlines() if line.strip()]) <= 30


def test_a_shopify_list_is_widened_and_its_bare_tags_are_read(tmp_path: Path) -> None:
    plain = [(name.rsplit(" ", 2)[0], price, slug) for name, price, slug in WHISKIES]
    body = json.dumps(
        {
            "products": [
                {**product, "title": name}
                for product, (name, _, _) in zip(json.loads(shopify())["products"], plain, strict=True)
            ]
        }
    ).encode()

    draft = draft_of(body, KNOWN, f"{SHOP}/collections/whisky/products.json")
    reading = read_with(tmp_path, draft, body)

    assert value_of(draft, "fetch", "start") == f'["{SHOP}/collections/whisky/products.json?limit=250"]'
    assert [item.abv_pct for item in reading.items] == [40, 41, 42, 43, 44, 45]
    assert {item.volume_ml for item in reading.items} == {700}
    assert (value_of(draft, "kinds", '"Gift Card"'), value_of(draft, "kinds", '"Single Malt Whisky"')) == (
        '"other"',
        '"whisky"',
    )


def test_an_api_says_its_list_its_pages_and_its_total() -> None:
    draft = draft_of(own_api(), KNOWN, f"{SHOP}/api/bottles?page=1&size=6")

    assert [value_of(draft, "json", key) for key in ("items", "total", "page", "size")] == [
        '"data.bottles"',
        '"total"',
        '"page"',
        "6",
    ]
    assert value_of(draft, "fields", "source_id") == '"sku"'


def test_whole_prices_that_may_be_pence_are_left_out_with_both_readings() -> None:
    draft = draft_of(own_api(price=5_295), KNOWN, f"{SHOP}/api/bottles?page=1")
    line = draft.of("fields", "price")

    assert line is not None
    assert (line.value, line.surety) == ("", UNSURE)
    assert line.others == ('"price"', '{ from = "price", unit = "minor" }')


def test_a_page_that_tells_its_products_in_blocks_is_read_by_them(tmp_path: Path) -> None:
    blocks = [
        {
            "@type": "Product",
            "name": name,
            "sku": f"K{place}",
            "url": f"{SHOP}/p/{slug}",
            "offers": {"@type": "Offer", "price": price, "priceCurrency": "GBP"},
        }
        for place, (name, price, slug) in enumerate(WHISKIES)
    ]
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": block} for block in blocks]}
    body = page(f'<ul>{cards()}</ul><script type="application/ld+json">{json.dumps(listed)}</script>')

    draft = draft_of(body, KNOWN, f"{SHOP}/whisky")

    assert draft.preset == "json_ld"
    assert prices(read_with(tmp_path, draft, body)) == expected()


def test_blocks_of_a_few_products_do_not_hide_a_longer_list_of_cards() -> None:
    block = {"@type": "Product", "name": "Ardbeg 10", "offers": {"price": "52.95", "priceCurrency": "GBP"}}
    body = page(f'<ul>{cards()}</ul><script type="application/ld+json">{json.dumps([block, block])}</script>')

    assert draft_of(body).preset == "cards"


def table_page(header: tuple[str, ...] = ("No.", "Whisky", "Strength", "Bottle size", "Price")) -> bytes:
    rows = "".join(
        f'<tr><td>K{place}</td><td><a href="/p/{slug}">{name}</a></td><td>46%</td><td>70cl</td><td>£{price}</td></tr>'
        for place, (name, price, slug) in enumerate(WHISKIES)
    )
    head = "".join(f"<th>{title}</th>" for title in header)
    return page(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def test_a_table_with_a_header_is_read_by_its_columns(tmp_path: Path) -> None:
    draft = draft_of(table_page())
    reading = read_with(tmp_path, draft, table_page())

    assert draft.preset == "table"
    assert prices(reading) == expected()
    assert {(item.abv_pct, item.volume_ml) for item in reading.items} == {(46, 700)}
    assert [item.source_id for item in reading.items] == [f"K{place}" for place in range(6)]


def test_a_table_without_a_header_is_read_as_rows(tmp_path: Path) -> None:
    body = table_page().replace(b"<th>", b"<td>").replace(b"Whisky</th>", b"</th>").replace(b"Price</th>", b"</th>")

    draft = draft_of(body)

    assert draft.preset == "cards"
    assert prices(read_with(tmp_path, draft, body)) == expected()


def csv(sign: str, header: tuple[str, ...] = HEADER, *, comma: bool = False) -> bytes:
    lines = [sign.join(header), *(sign.join(row) for row in ROWS)]
    text = "\r\n".join(lines)
    return (text.replace(".", ",") if comma else text).encode()


@pytest.mark.parametrize(
    ("file_name", "body"),
    [
        ("kestrel-2026-01-05.csv", csv(",")),
        ("kestrel.csv", csv(";")),
        ("kestrel.tsv", csv("\t")),
        ("kestrel-2026-01-05.xlsx", xlsx_body(("Kestrel's price list",), (), HEADER, *ROWS)),
        ("hinnasto.csv", csv(";", ("Numero", "Nimi", "Alkoholi-%", "Pullokoko", "Hinta"))),
        ("가격표.csv", csv(",", ("상품코드", "상품명", "도수", "용량", "판매가"))),
    ],
)
def test_a_price_list_is_read_by_its_header(tmp_path: Path, file_name: str, body: bytes) -> None:
    given = Given(name="kestrel", country="GB", language="en", currency="GBP")

    draft = draft_of(body, given, url="", file_name=file_name)
    reading = read_with(tmp_path, draft, body)

    assert draft.preset == "csv_xlsx"
    assert prices(reading) == expected()
    assert {(item.abv_pct, item.volume_ml) for item in reading.items} == {(46, 700)}


def test_a_list_tells_its_day_its_decimal_sign_and_the_columns_that_nobody_wants() -> None:
    body = csv(";", ("Nr", "Name", "Alk", "Inhalt", "Preis"), comma=True).replace(b"Preis", b"Preis;Lob")
    body = b"\r\n".join(line if place == 0 else line + b";fein" for place, line in enumerate(body.split(b"\r\n")))

    draft = draft_of(body, KNOWN, url="", file_name="liste-2026-01-05.csv")

    assert value_of(draft, "file", "decimal") == '","'
    assert value_of(draft, "file", "delimiter") == '";"'
    assert value_of(draft, "file", "ignore") == '["Lob"]'
    assert value_of(draft, "file", "patterns") == '["liste-*.csv"]'
    assert "(?P<day>" in value_of(draft, "file", "as_of")


@pytest.mark.parametrize(("title", "unit"), [("size_ml", "ml"), ("Inhalt (cl)", "cl"), ("litres per container", "l")])
def test_bare_sizes_get_the_unit_of_their_header(title: str, unit: str) -> None:
    body = csv(",", ("sku", "name", "abv", title, "price")).replace(b"700 ml", b"70")

    value = value_of(draft_of(body, KNOWN, url="", file_name="list.csv"), "fields", "volume")

    assert value == f'{{ from = "{title}", unit = "{unit}" }}'


@pytest.mark.parametrize(("size", "unit"), [(b"700", "ml"), (b"70", "cl"), (b"0.7", "l")])
def test_bare_sizes_that_are_bottles_in_one_unit_alone_likely_count_it(size: bytes, unit: str) -> None:
    line = draft_of(csv(",").replace(b"700 ml", size), KNOWN, url="", file_name="list.csv").of("fields", "volume")

    assert line is not None
    assert (line.value, line.surety) == (f'{{ from = "size", unit = "{unit}" }}', LIKELY)


@pytest.mark.parametrize("size", [b"12", b"50", b"100"])
def test_bare_sizes_of_no_unit_or_of_two_are_said_to_be_unsure(size: bytes) -> None:
    body = csv(",").replace(b"700 ml", size)

    line = draft_of(body, KNOWN, url="", file_name="list.csv").of("fields", "volume")

    assert line is not None
    assert line.surety == UNSURE


def test_headers_whose_words_run_together_are_known() -> None:
    body = b"itemnumber,itemname,price,productsize,producingregion,upcnumber\r\n" + b"\r\n".join(
        f"{place},{name},{price},750,Islay,5010494195286".encode() for place, (name, price, _) in enumerate(WHISKIES)
    )

    draft = draft_of(body, KNOWN, url="", file_name="list.csv")

    told = {field: value_of(draft, "fields", field) for field in ("source_id", "name", "region", "gtin")}
    assert told == {
        "source_id": '"itemnumber"',
        "name": '"itemname"',
        "region": '"producingregion"',
        "gtin": '"upcnumber"',
    }
    assert value_of(draft, "fields", "volume") == '{ from = "productsize", unit = "ml" }'


@pytest.mark.parametrize(
    ("file_name", "taken", "left"),
    [
        ("2019-01.csv", "2020-12.csv", "alko.csv"),
        ("whisky-2019.csv", "whisky-2020-01.csv", "gin-2019.csv"),
        ("20190105.csv", "20200131.csv", "2019.csv"),
    ],
)
def test_the_pattern_takes_the_next_edition_and_no_file_of_another_list(file_name: str, taken: str, left: str) -> None:
    (pattern,) = tomllib.loads(f"is = {value_of(draft_of(csv(','), KNOWN, '', file_name), 'file', 'patterns')}")["is"]

    assert [fnmatch(name, pattern) for name in (file_name, taken, left)] == [True, True, False]


def test_a_sweet_is_no_whisky_because_its_name_ends_so() -> None:
    assert kind_of_words("BUTTERSCOTCH SCHNAPPS") == "by_name"
    assert kind_of_words("SCOTCH - BLEND") == "whisky"


def test_a_list_without_numbers_takes_names_as_numbers_and_says_what_that_costs() -> None:
    body = b"name,price\r\n" + b"\r\n".join(f"{name},{price}".encode() for name, price, _ in WHISKIES)

    line = draft_of(body, KNOWN, url="", file_name="list.csv").of("fields", "source_id")

    assert line is not None
    assert (line.value, line.surety) == ('"name"', LIKELY)


def test_a_file_does_not_tell_a_country_so_it_is_missing() -> None:
    assert "country" in draft_of(csv(","), Given(), url="", file_name="list.csv").missing


def test_every_line_of_a_draft_says_on_what_it_rests() -> None:
    seen: Mapping[str, bytes] = {"saved.html": page(f"<ul>{cards()}</ul>"), "list.csv": csv(",")}
    for file_name, body in seen.items():
        for line in draft_of(body, KNOWN, file_name=file_name).findings:
            assert line.surety == "sure" or line.why, (file_name, line.key)


def test_beside_a_category_of_whisky_one_that_says_nothing_is_not_guessed(tmp_path: Path) -> None:
    header = "sku,name,type,price"
    goods = [
        ("Malt whisky", "Ardbeg 10"),
        ("Punaviinit", "Grant Burge Shiraz"),
        ("Gin", "Nordic Gin"),
        ("Whisky", "Jura"),
    ]
    rows = [f"K{place},{name} {place},{kind},50.00" for place, (kind, name) in enumerate(goods)]
    body = "\n".join([header, *rows]).encode()

    draft = draft_of(body, KNOWN, url="", file_name="list.csv")
    told = {line.key: line.value for line in draft.findings if line.section == "kinds"}

    assert told == {'"Malt whisky"': '"whisky"', '"Whisky"': '"whisky"', '"Punaviinit"': "", '"Gin"': '"other"'}
    assert read_with(tmp_path, draft, body).rows_read == len(goods)


def test_categories_none_of_which_says_whisky_let_each_name_decide() -> None:
    body = b"sku,name,type,price\nK1,Ardbeg 10,Bottles,50.00\nK2,Jura 12,Miniatures,5.00"

    draft = draft_of(body, KNOWN, url="", file_name="list.csv")

    assert value_of(draft, "kinds", '"Bottles"') == value_of(draft, "kinds", '"Miniatures"') == '"by_name"'


def test_of_several_columns_called_category_the_one_that_says_whisky_is_taken() -> None:
    body = b"sku,name,class,sub class,price\nK1,Ardbeg 10,LIQUOR,SCOTCH,50.00\nK2,Jura 12,LIQUOR,SCOTCH,40.00"

    line = draft_of(body, KNOWN, url="", file_name="list.csv").of("fields", "category")

    assert line is not None
    assert (line.value, line.others) == ('"sub class"', ('"class"',))
