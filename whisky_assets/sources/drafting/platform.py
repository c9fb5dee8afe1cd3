"""What a document is, and whether the shop behind a page answers with its products in JSON as well.

Not here: asking for it (`pipeline.drafting_source`).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from whisky_assets.sources.presets.workbook import XLS_MAGIC, ZIP_MAGIC

_SHOPIFY = re.compile(r"cdn\.shopify\.com|Shopify\.(?:theme|shop|routes)|/cdn/shop/|shopify-section")
_WOOCOMMERCE = re.compile(r"plugins/woocommerce|woocommerce-(?:page|js|no-js)|wc-block-|wp-json/wc/store")
_SQUARESPACE = re.compile(r"static1\.squarespace\.com|Static\.SQUARESPACE_CONTEXT")
_WALL = re.compile(
    r"just a moment|attention required|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|enable javascript and|access denied|are you a robot|captcha|px-captcha|cf-chl|datadome|incapsula",
    re.IGNORECASE,
)
LONGEST_WALL = 60_000
"""Characters of a page that may be nothing but a bot wall; a list of products is longer."""

_TEXT_ENDINGS = (".csv", ".tsv", ".txt")


def is_workbook(body: bytes) -> bool:
    """Whether bytes are an XLSX workbook or an old XLS one."""
    return body.startswith((ZIP_MAGIC, XLS_MAGIC))


def is_binary(body: bytes) -> bool:
    """Whether bytes are no text at all: a picture, a PDF, a program."""
    if body.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x7fELF", b"\x1f\x8b", b"RIFF")):
        return True
    head = body[:4_096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return head.count(0) > 0.02 * len(head)


def is_json(text: str) -> bool:
    """Whether a text begins like an answer in JSON."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def looks_like_list(file_name: str, text: str) -> bool:
    """Whether a text is a price list: by its file's ending, or as its first lines hold as many separators each."""
    if file_name.casefold().endswith(_TEXT_ENDINGS):
        return True
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    counts = [{line.count(sign) for line in lines} for sign in (";", "\t", ",")]
    return len(lines) > 1 and any(len(one) == 1 and min(one) > 1 for one in counts)


def is_bot_wall(text: str, title: str) -> bool:
    """Whether a page asks its visitor for a proof instead of showing anything."""
    return len(text) < LONGEST_WALL and _WALL.search(f"{title} {text[:20_000]}") is not None


def json_list_of(page: str, url: str) -> tuple[str, str] | None:
    """Return the platform that a page is made with and the address of its products in JSON, None for no known one."""
    parts = urlsplit(url)
    if _SHOPIFY.search(page):
        collection = re.match(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/collections/[^/]+", parts.path)
        path = f"{collection[0] if collection else ''}/products.json"
        return "Shopify", parts._replace(path=path, query="limit=250", fragment="").geturl()
    if _WOOCOMMERCE.search(page):
        path = "/wp-json/wc/store/v1/products"
        return "WooCommerce", parts._replace(path=path, query="per_page=100", fragment="").geturl()
    if _SQUARESPACE.search(page):
        return "Squarespace", parts._replace(query="format=json", fragment="").geturl()
    return None
