"""Links of pictures: made whole, https first, nothing that only stands in for one, and no page is asked for any."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.pictures import LONGEST_LINK, picture_link
from whisky_assets.sources.reading import read_document
from whisky_assets_tests.sources.feeds_for_tests import CARDS_TOML, CSV_TOML, csv_body, document, source_of

PAGE = "https://shelf.example/whisky/list?page=2"
CARDS = CARDS_TOML.replace('name = "h3"', 'name = "h3"\nimage = { from = "img", attr = "src" }')
LIST = "http://shelf.sample/list?page=1"


@pytest.mark.parametrize(
    ("told", "link"),
    [
        ("https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("//cdn.example/a.jpg?v=1", "https://cdn.example/a.jpg?v=1"),
        ("/img/a.jpg", "https://shelf.example/img/a.jpg"),
        ("a.webp#top", "https://shelf.example/whisky/a.webp"),
        ("https://cdn.example:443/a.jpg", "https://cdn.example/a.jpg"),
        (" https://cdn.example/Glen Nowhere.jpg ", "https://cdn.example/Glen%20Nowhere.jpg"),
        ("https://cdn.example/병.jpg", "https://cdn.example/병.jpg"),
        ("/a-400.jpg 400w, /a-800.jpg 800w", "https://shelf.example/a-400.jpg"),
        ("https://cdn.example/a.jpg 2x", "https://cdn.example/a.jpg"),
        ("https://cdn.example/image?id=7&w=400", "https://cdn.example/image?id=7&w=400"),
        ("https://cdn.example/casino-image.jpg", "https://cdn.example/casino-image.jpg"),
        ("https://cdn.example/bottle-11x12.jpg", "https://cdn.example/bottle-11x12.jpg"),
    ],
)
def test_a_link_is_made_whole_and_else_kept_as_told_on_whatever_host_it_lies(told: str, link: str) -> None:
    assert picture_link((told,), PAGE) == link


@pytest.mark.parametrize(
    "told",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "#",
        "https://cdn.example/no-image.png",
        "https://cdn.example/NoImage_large.jpg",
        "https://cdn.example/woocommerce-placeholder-600x600.png",
        "https://cdn.example/missing_photo.jpg",
        "https://cdn.example/image-coming-soon.jpg",
        "https://cdn.example/default-product.jpg",
        "https://cdn.example/bottle.svg?v=1",
        "https://stats.example/1x1.gif",
        "https://stats.example/pixel.gif?shop=9",
        "https://stats.example/count?w=1&h=1",
        "/static/spacer.gif",
        "https://cdn.example/a_{width}x.jpg",
        "https://cdn.example/",
    ],
)
def test_what_stands_in_for_a_picture_is_none(told: str) -> None:
    assert picture_link((told,), PAGE) is None
    assert picture_link((told, "/img/a.jpg"), PAGE) == "https://shelf.example/img/a.jpg"


@pytest.mark.parametrize(
    "told",
    [
        "javascript:void(0)",
        "ftp://cdn.example/a.jpg",
        "https://jo:secret@cdn.example/a.jpg",
        "https://localhost/a.jpg",
        "http://127.0.0.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://192.168.0.7/a.jpg",
        "https://intranet.local/a.jpg",
        "https://cdn.example:8443/a.jpg",
        "https://[broken/a.jpg",
        "https://cdn.example/" + "a" * LONGEST_LINK,
    ],
)
def test_what_is_no_link_to_a_public_host_is_refused_unless_another_text_is_one(told: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        picture_link((told,), PAGE)
    assert (refused.value.reason, len(str(refused.value)) < 500) == ("no_picture_link", True)
    assert picture_link((told, "/img/a.jpg"), PAGE) == "https://shelf.example/img/a.jpg"


def test_https_comes_before_http_whatever_the_order() -> None:
    told = ("http://cdn.example/a.jpg", "https://cdn.example/b.jpg", "https://cdn.example/c.jpg")
    assert picture_link(told, PAGE) == "https://cdn.example/b.jpg"
    assert picture_link(told[:1], PAGE) == "http://cdn.example/a.jpg"
    assert picture_link((), PAGE) is None


def card(picture: str, number: str = "7") -> str:
    return f'<li class="card" data-id="{number}"><h3><a href="/p/{number}">Glen Nowhere 12</a></h3>{picture}</li>'


def listing(*cards: str) -> bytes:
    return f"<!doctype html><html><body><ul class='listing'>{''.join(cards)}</ul></body></html>".encode()


def test_a_card_tells_its_declared_picture_and_a_pixel_beside_it_is_none(tmp_path: Path) -> None:
    pixel = '<img src="https://stats.example/hit?id=7" width="1" height="1">'
    body = listing(card(f'{pixel}<img src="/img/7.jpg" width="300" height="400">'), card(pixel, "8"))

    reading = read_document(source_of(tmp_path, CARDS), document(body, LIST, "page"))

    assert [item.image_url for item in reading.items] == ["http://shelf.sample/img/7.jpg", None]
    assert (reading.refused, reading.links) == ((), ())


def test_cards_tell_no_picture_that_the_feed_does_not_declare(tmp_path: Path) -> None:
    reading = read_document(
        source_of(tmp_path, CARDS_TOML), document(listing(card('<img src="/img/7.jpg">')), LIST, "page")
    )
    assert [item.image_url for item in reading.items] == [None]


def test_a_link_that_is_none_is_refused_as_a_value_and_its_row_stays(tmp_path: Path) -> None:
    body = listing(card('<img src="http://10.0.0.1/7.jpg">'))

    reading = read_document(source_of(tmp_path, CARDS), document(body, LIST, "page"))

    (refused,) = reading.refused
    assert (refused.scope, refused.field, refused.reason) == ("value", "image_url", "no_picture_link")
    assert [(item.source_id, item.image_url, item.flags) for item in reading.items] == [
        ("7", None, ("no_picture_link",))
    ]


def test_a_product_told_again_with_another_picture_is_a_repeat_and_no_contradiction(tmp_path: Path) -> None:
    body = listing(card('<img src="/img/7.jpg">'), card('<img src="/img/7-side.jpg">'))

    reading = read_document(source_of(tmp_path, CARDS), document(body, LIST, "page"))

    assert ([item.source_id for item in reading.items], reading.refused) == (["7", "7"], ())


def test_a_price_list_tells_whole_links_alone(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML, ('name = "Name"', 'name = "Name"\nimage = "Bild"'))
    header = ("Nr", "Name", "Gruppe", "Alk", "Inhalt", "Preis", "EAN", "Bestand", "Bild")
    row = ("00171", "Ardbeg 10", "Whisky", "46,0", "70", "52,90", "5010494195286", "ja")
    body = csv_body(header, (*row, "https://cdn.example/171.jpg"), ("172", *row[1:], "img/172.jpg"))

    reading = read_document(source, document(body, "file:shelf-2026-01-05.csv", "file"))

    assert [item.image_url for item in reading.items] == ["https://cdn.example/171.jpg", None]
    assert [(one.field, one.reason) for one in reading.refused] == [("image_url", "no_picture_link")]
