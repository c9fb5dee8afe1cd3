"""List pages: each card of the listing region is one row or one refusal; what stands beside the list is not read."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import html
from whisky_assets.sources.crawling import is_error_page, start_links
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import CARDS_TOML, document, source_of

URL = "http://shelf.sample/list?page=1"


def card(
    *, number: str = "7", name: str = "Glen Nowhere 12 46%", price: str = "£45.00", size: str = "70cl", more: str = ""
) -> str:
    return (
        f'<li class="card" data-id="{number}"><h3><a href="/p/{number}#x">{name}</a></h3>'
        f'<span class="size">{size}</span>'
        f'<div class="price">{price}</div>{more}</li>'
    )


def listing(*cards: str, more: str = "") -> bytes:
    aside = f"<aside>{card(number='99', name='Sweets')}</aside>"
    return f"<!doctype html><html><body>{aside}<ul class='listing'>{''.join(cards)}</ul>{more}</body></html>".encode()


@pytest.fixture(params=["fast", "hostile"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The feed `shelf`, read by selectolax and by BeautifulSoup."""
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)
    return source_of(tmp_path, CARDS_TOML)


def read(source: Source, body: bytes) -> Reading:
    return read_document(source, document(body, URL, "page"))


def test_each_card_of_the_region_is_a_row_and_no_card_outside_of_it(source: Source) -> None:
    sold_out = card(number="8", more='<b class="stock">Sold out</b><i class="note">peaty</i>')

    first, second = read(source, listing(card(), sold_out)).items

    assert (first.source_id, first.name, first.url) == ("7", "Glen Nowhere 12 46%", "http://shelf.sample/p/7")
    assert (first.abv_pct, first.volume_ml, first.price_minor, first.currency) == (46.0, 700, 4500, "GBP")
    assert (first.available, second.available, second.details) == (None, False, '{"note":"peaty"}')


@pytest.mark.parametrize(
    ("price", "minor", "reasons"),
    [
        ("<s>£110.00</s> £99.95", 9995, []),
        ('<span class="litre">£119.00 per litre</span> £83.30', 8330, []),
        ("£119.00 per litre £83.30", 8330, []),
        ("£79<sup>99</sup>", 7999, []),
        ("£2,299<sup> 95 </sup>", 229_995, []),
        ("<b>£79</b><sup>99</sup>", 7999, []),
        ("£79.99<sup>99</sup>", None, ["price_ambiguous"]),
        ("£110.00 £99.95", None, ["price_ambiguous"]),
        ("$45.00", None, ["currency_clash"]),
        ("Price on request", None, []),
        ("", None, []),
    ],
)
def test_one_amount_is_the_price_and_several_are_refused(
    source: Source, price: str, minor: int | None, reasons: list[str]
) -> None:
    reading = read(source, listing(card(price=price)))

    assert [item.price_minor for item in reading.items] == [minor]
    assert [refused.reason for refused in reading.refused] == reasons


def test_two_price_elements_of_one_card_are_never_chosen_from(source: Source) -> None:
    two = read(source, listing(card(more='<div class="price">£60.00</div>')))
    same = read(source, listing(card(more='<div class="price">£45.00</div>')))

    assert [refused.reason for refused in two.refused] == ["price_ambiguous"]
    assert (two.items[0].price_minor, same.items[0].price_minor) == (None, 4500)


def test_a_card_without_name_or_number_is_refused_with_the_card_as_evidence(source: Source) -> None:
    reading = read(source, listing(card(name=""), card(number="", name="Glen Lost"), card()))

    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("row", "no_name"), ("row", "no_id")]
    assert "Glen Lost" in reading.refused[1].evidence
    assert (len(reading.items), reading.rows_read) == (1, 3)


def test_the_next_page_is_followed_and_a_cut_is_told(source: Source) -> None:
    more = '<p class="count">1-2 (of 1,164)</p><a class="next" href="list?page=2">next</a>'

    cut = read(source, listing(card(), card(number="8"), more=more))
    whole = read(source, listing(card(), more='<p class="count">1-1 (of 1)</p><a class="next" href="http://[">x</a>'))

    assert cut.links == (Link(url="http://shelf.sample/list?page=2", role="page"),)
    assert cut.notes == (f"{URL}: 2 products stand here, the whole list states 1164",)
    assert (whole.links, whole.notes) == ((), ())


def test_a_link_to_another_shop_is_left_out_and_flagged(source: Source) -> None:
    foreign = card().replace("/p/7#x", "https://elsewhere.test/p/7")

    (item,) = read(source, listing(foreign)).items

    assert (item.url, item.flags) == (None, ("foreign_link",))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (b'{"products": []}', "not_html"),
        (b"<html><body><h1>Closed</h1></body></html>", "no_product"),
        (listing(), "no_product"),
    ],
)
def test_a_page_without_a_card_is_refused_whole(source: Source, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(source, body)

    assert refused.value.reason == reason
    assert refused.value.remedy
    if reason != "not_html":
        assert is_error_page(source, document(body, URL, "page"))


def test_a_crawl_starts_at_the_list_as_a_page_of_products(source: Source) -> None:
    assert start_links(source) == (Link(url=URL, role="page"),)


def test_a_group_called_value_is_the_part_that_a_pattern_names(tmp_path: Path) -> None:
    doubled = 'name = { from = "h3", pattern = "^(?:(?P<brand>.{3,}) (?=(?P=brand) ))?(?P<value>.+)$" }'
    source = source_of(tmp_path, CARDS_TOML, ('name = "h3"', doubled))

    names = [item.name for item in read(source, listing(card(name="GLEN X GLEN X 12"), card(number="8"))).items]

    assert names == ["GLEN X 12", "Glen Nowhere 12 46%"]


def test_a_feeds_own_functions_get_each_card_as_beautifulsoup(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "def read(region):\n"
        "    return {'region': region['data-id'], 'note': region.name, 'unheard': 'x'}\n"
        "def accept(texts):\n"
        "    return 'no_bottle' if 'Mug' in texts['name'] else None\n",
        encoding="utf-8",
    )
    source = source_of(tmp_path, CARDS_TOML, ("[details]", "[functions]\nmodule = 'own'\n[details]"))

    reading = read(source, listing(card(), card(number="8", name="Mug")))

    assert [(item.region, item.details) for item in reading.items] == [("7", '{"note":"li"}')]
    assert [(refused.reason, refused.scope) for refused in reading.refused] == [("no_bottle", "row")]
