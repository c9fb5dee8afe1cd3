"""What a crawl asks of a feed."""

import json
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.crawling import is_error_page, listed_by, start_links
from whisky_assets.sources.document import Link
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML, PAGES_TOML, SHOPIFY_TOML, document, source_of

URL = "http://shelf.sample/product/1"


def test_a_list_starts_as_a_page_and_a_site_at_its_index(tmp_path: Path) -> None:
    both = '"http://shelf.sample/sitemap.xml", "http://shelf.sample/product/1"'
    site = source_of(tmp_path, PAGES_TOML, ('"http://shelf.sample/sitemap.xml"', both))

    assert [link.role for link in start_links(site)] == ["index", "page"]
    assert start_links(source_of(tmp_path, SHOPIFY_TOML)) == (
        Link(url="http://shelf.sample/products.json?limit=2&page=1", role="page"),
    )
    assert start_links(source_of(tmp_path, CSV_TOML)) == ()


def test_links_are_told_and_a_body_that_leads_nowhere_known_is_refused(tmp_path: Path) -> None:
    site = source_of(tmp_path, PAGES_TOML)
    index = b"<urlset><url><loc>http://shelf.sample/product/1</loc></url></urlset>"

    listed = listed_by(site, document(index, "http://shelf.sample/sitemap.xml", "index"))
    assert (listed.links, listed.total, listed.items) == ((Link(url=URL, role="page"),), None, None)
    with pytest.raises(InputRefusedError) as refused:
        listed_by(site, document(b"%PDF", "http://shelf.sample/sitemap.xml", "index"))
    assert refused.value.reason == "not_html"


@pytest.mark.parametrize(
    ("body", "role", "expected"),
    [
        (b"<html><body>Page not found</body></html>", "page", True),
        (b"", "page", True),
        (b"<html><body>Closed</body></html>", "index", True),
        (b"<html><body><article class='product'></article></body></html>", "page", False),
        (b"<article class='product'></article><article class='product'></article>", "page", False),
    ],
)
def test_a_page_that_says_there_is_none_is_an_error_page(
    tmp_path: Path, body: bytes, role: str, *, expected: bool
) -> None:
    assert is_error_page(source_of(tmp_path, PAGES_TOML), document(body, URL, role)) is expected


def test_a_pdf_under_the_address_of_a_page_is_refused_and_no_error_page(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError) as refused:
        is_error_page(source_of(tmp_path, PAGES_TOML), document(b"%PDF-1.4", URL, "page"))
    assert refused.value.reason == "not_html"


def test_an_empty_list_is_no_error_and_an_answer_without_a_list_is_one(tmp_path: Path) -> None:
    shop = source_of(tmp_path, SHOPIFY_TOML)
    url = "http://shelf.sample/products.json"

    assert not is_error_page(shop, document(json.dumps({"products": []}).encode(), url, "page"))
    assert is_error_page(shop, document(b'{"errors": "Not Found"}', url, "page"))
    assert not is_error_page(shop, document(b'{"products": [', url, "page"))


def test_a_bot_wall_under_the_address_of_a_list_is_refused_and_never_a_miss(tmp_path: Path) -> None:
    shop = source_of(tmp_path, SHOPIFY_TOML)

    with pytest.raises(InputRefusedError) as refused:
        is_error_page(shop, document(b"<html>Are you a robot?</html>", "http://shelf.sample/products.json", "page"))
    assert refused.value.reason == "not_json"
