"""hanok, a Korean shop: one HTML page a product behind a sitemap, prices in won.

Not here: what stands on the shelf (`world.py`) and reading it (`sources/feeds/hanok.toml`, `hanok.py` beside it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from whisky_assets.sample.answers import HTML, TEXT, XML, SampleAnswer, not_found
from whisky_assets.sample.listing import Listing
from whisky_assets.sample.wording import STOCK, in_shop

ORIGIN = "http://hanok.sample"
ROBOTS = f"User-agent: *\nDisallow: /cart\nDisallow: /member/\n\nSitemap: {ORIGIN}/sitemap.xml\n"
_NO_PRODUCTS = {
    "/": "한옥 위스키",
    "/about": "회사 소개",
    "/category/whisky": "위스키 전체 보기",
}
_RELATED = (("글렌리벳 나두라", "₩98,000"), ("발렌타인 30년", "₩420,000"))
"""Beside every product stand two that the page is not about."""


def answer(listings: Sequence[Listing], changed: Mapping[str, datetime], target: str) -> SampleAnswer:
    """Return what the shop answers to a path; `changed` says since when a listing (by code) reads so."""
    path = urlsplit(target).path
    if path == "/robots.txt":
        return SampleAnswer(status=200, content_type=TEXT, body=ROBOTS.encode())
    if path == "/sitemap.xml":
        return _sitemap(listings, changed)
    if path in _NO_PRODUCTS:
        return _plain_page(_NO_PRODUCTS[path])
    for listing in listings:
        if path == f"/product/{listing.source_id}":
            return _answer_listing(listing, changed[listing.code])
    return not_found("없는 페이지입니다")


def _answer_listing(listing: Listing, since: datetime) -> SampleAnswer:
    if listing.shelf == "gone":
        return SampleAnswer(status=410, content_type=HTML, body="<p>판매가 종료된 상품입니다.</p>\n".encode())
    if listing.shelf == "absent":
        return not_found("없는 페이지입니다")
    if listing.shelf == "error":
        return _plain_page("페이지를 찾을 수 없습니다")
    return SampleAnswer(
        status=200,
        content_type=f"text/html; charset={listing.charset or 'utf-8'}",
        body=_encoded(product_page(listing), listing.charset),
        last_modified=since,
    )


def _encoded(text: str, charset: str) -> bytes:
    # Only EUC-KR is meant: a page under another header is UTF-8 all the same, which is its trouble.
    return text.encode("euc-kr", "xmlcharrefreplace") if charset == "euc-kr" else text.encode()


def _sitemap(listings: Sequence[Listing], changed: Mapping[str, datetime]) -> SampleAnswer:
    shown = [listing for listing in listings if listing.shelf in ("live", "error")]
    pages = "".join(
        f"<url><loc>{ORIGIN}/product/{listing.source_id}</loc>"
        f"<lastmod>{changed[listing.code].date().isoformat()}</lastmod></url>\n"
        for listing in shown
    )
    others = "".join(f"<url><loc>{ORIGIN}{path}</loc></url>\n" for path in _NO_PRODUCTS)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{others}{pages}</urlset>\n"
    )
    return SampleAnswer(status=200, content_type=XML, body=body.encode())


def _plain_page(title: str) -> SampleAnswer:
    body = (
        f'<!doctype html>\n<html lang="ko"><head><title>{title} | 한옥 위스키</title></head>\n'
        f'<body><main><h1>{title}</h1><p><a href="/category/whisky">위스키</a></p></main></body></html>\n'
    )
    return SampleAnswer(status=200, content_type=HTML, body=body.encode())


def product_page(listing: Listing) -> str:
    """Return a product's page: the product, its JSON-LD, and two other products beside it."""
    name = escape(listing.title)
    old = f'<del class="old">₩{int(listing.old_price):,}</del> ' if listing.old_price else ""
    related = "".join(
        f'<li><span class="product-name">{other}</span> <strong class="now">{price}</strong></li>'
        for other, price in _RELATED
    )
    return (
        f'<!doctype html>\n<html lang="ko">\n<head><title>{name} | 한옥 위스키</title>\n{_json_ld(listing)}</head>\n'
        '<body>\n<header><a href="/">한옥 위스키</a> <nav><a href="/category/whisky">위스키</a></nav></header>\n'
        f'<main>\n<article class="product" data-id="{listing.source_id}">\n'
        f'<h1 class="product-name">{name}</h1>\n'
        f'<p class="price">{old}<strong class="now">{escape(listing.price)}</strong></p>\n'
        f'<span class="stock">{in_shop(STOCK[listing.stock], "k")}</span>\n'
        f'<table class="spec">\n{_spec(listing)}</table>\n</article>\n'
        f'<aside class="related"><h2>함께 본 상품</h2><ul class="price">{related}</ul></aside>\n'
        "</main>\n</body>\n</html>\n"
    )


def _spec(listing: Listing) -> str:
    origin = " > ".join(text for text in (listing.country, listing.region) if text)
    told = (
        ("maker", "제조사", listing.producer),
        ("category", "종류", listing.category),
        ("volume", "용량", listing.size),
        ("abv", "도수", listing.abv),
        ("origin", "원산지", origin),
        ("barcode", "바코드", listing.gtin),
    )
    return "".join(
        f'<tr class="{name}"><th>{label}</th><td>{escape(text)}</td></tr>\n' for name, label, text in told if text
    )


def _json_ld(listing: Listing) -> str:
    """Return the page's Product for machines; half of the shop's pages have none."""
    if listing.number % 2:
        return ""
    digits = "".join(character for character in listing.price if character.isdigit())
    offer = {
        "@type": "Offer",
        "priceCurrency": "KRW",
        "availability": f"https://schema.org/{'InStock' if listing.stock == 'yes' else 'OutOfStock'}",
        **({"price": digits} if digits else {}),
    }
    product = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": listing.title,
        "sku": listing.source_id,
        **({"brand": {"@type": "Brand", "name": listing.producer}} if listing.producer else {}),
        **({"gtin13": listing.gtin.zfill(13)} if listing.gtin else {}),
        "offers": offer,
    }
    text = json.dumps(product, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>\n'
