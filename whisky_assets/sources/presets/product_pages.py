"""A site of one HTML page a product behind a sitemap or an index: JSON-LD first, then the declared selectors.

Not here: which pages are due (`fetching`). A feed's own function gets the product's region as BeautifulSoup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import Region, labelled_text, looks_like_html, parse_page
from whisky_assets.parsing.jsonld import product_of_page, products
from whisky_assets.parsing.sitemaps import is_sitemap, unpacked
from whisky_assets.sources.document import Link, PresetReading, RawDocument, RawRow, refused_row
from whisky_assets.sources.functions import load_functions
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.presets.places import ReadPart, texts_at, texts_of_parts
from whisky_assets.sources.presets.sitemap import read_sitemap_index
from whisky_assets.sources.source import FIELD_NAMES, FieldRule, PagePlan, Source
from whisky_assets.sources.totals import stated_total

PRODUCT_PAGES_VERSION = "product_pages-3"

_LAST_DIGITS = re.compile(r"(\d+)\D*$")


def read_product_page(source: Source, document: RawDocument) -> PresetReading:
    """Return the one row of a product page, or the links of an index.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html` (a PDF, JSON, an image), `empty_index` (no link that the
            feed knows), `broken_sitemap`, `sitemap_too_large`, `no_product` (an error page with status 200),
            `several_products`.
    """
    if source.pages is None or source.fetch is None:
        raise AssertionError(f"{source.name}: loading lets no product_pages feed pass without [pages]")
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    body = unpacked(document.body) if document.role == "index" else document.body
    decoded = decode(body, document.charset, document.media_type if body is document.body else "application/xml")
    if not looks_like_html(decoded.text):
        raise InputRefusedError(
            f"{document.url} is neither HTML nor XML, though it came as {document.media_type or 'nothing told'}.",
            reason="not_html",
            remedy=f"Look at it in a browser; if it is no page, leave it out by [pages] page in {source.path}.",
        )
    if document.role == "index" and (source.feed.preset == "sitemap" or is_sitemap(decoded.text)):
        return read_sitemap_index(source.pages, source.fetch, document.url, decoded.text)
    if document.role == "index":
        return _read_index(source.pages, document.url, decoded.text)
    return _read_page(source, source.pages, document.url, decoded.text, decoded.flags)


def _read_index(plan: PagePlan, url: str, text: str) -> PresetReading:
    links: dict[str, Link] = {}
    page = parse_page(text)
    for region in page.select(plan.links):
        target = joined(url, region.attribute("href"))
        if target is None:
            continue
        role = "page" if plan.page.search(target) else "index" if plan.index.search(target) else ""
        if role and target != url:
            links.setdefault(target, Link(url=target, role=role))
    if not links:
        raise InputRefusedError(
            f"{url} holds no link to a product page or a further index.",
            reason="empty_index",
            remedy="Look at it in a browser; if the site changed, mend index, page or links in [pages] of the feed.",
        )
    return PresetReading(links=tuple(links.values()), stated_total=stated_total(plan.total, page))


def _read_page(source: Source, plan: PagePlan, url: str, text: str, flags: tuple[str, ...]) -> PresetReading:
    page = parse_page(text)
    told, problems = products(region.raw_text() for region in page.select('script[type*="ld+json"]'))
    regions = page.select(plan.region)
    if len(regions) != 1:
        raise InputRefusedError(
            f"{url} has {len(regions)} regions {plan.region!r} where a product page has one.",
            reason="several_products" if regions else "no_product",
            remedy="Nothing to do, if it is an error page; if the site changed, mend region in [pages] of the feed.",
        )
    region = regions[0]
    for selector in plan.drop:
        region.cut(selector)
    json_ld = (product_of_page(told, url) or {}) if plan.json_ld else {}
    own = load_functions(source.functions) if source.functions else None
    if own is None and not json_ld and "name" not in source.fields:
        raise InputRefusedError(
            f"{url} tells no product in schema.org blocks, and the feed declares no place of a name.",
            reason="no_product",
            remedy=f"Nothing to do, if it is an error page; else say in [fields] of {source.path} where values stand.",
        )
    extra = own.read(region.soup()) if own else {}
    texts = {field: tuple(_candidates(source, field, region, url, json_ld, extra)) for field in FIELD_NAMES}
    details = {name: cell for name, rule in source.details.items() if (cell := _detail(rule, region, extra.get(name)))}
    if own and (reason := own.accept({name: found[0] for name, found in texts.items() if found})):
        message = f"{url} is refused by the feed's own rule."
        return PresetReading(refused=(refused_row(0, reason, message, region.text),), notes=tuple(problems))
    row = RawRow(
        ordinal=0,
        texts=texts,
        details=details,
        evidence=region.text,
        price_decimal="." if json_ld.get("price") and "price" not in extra else None,
        flags=flags,
    )
    return PresetReading(rows=(row,), notes=tuple(problems))


def _candidates(
    source: Source, field: str, region: Region, url: str, json_ld: dict[str, str], extra: dict[str, str]
) -> Iterator[str]:
    """Yield what is told of a field: by the feed's own function, then JSON-LD, then the declared places.

    Strength and size that no place is declared for are looked for in the name of the JSON-LD.
    """
    rule = source.fields.get(field)
    if field in extra:
        yield extra[field]
    if field == "source_id" and (rule is None or "url" in rule.places):
        yield from _id_of_url(rule, url)
        return
    key = "prices" if field == "price" and "prices" in json_ld else field
    if json_ld.get(key):
        yield json_ld[key]
    if rule is not None:
        yield from _at(rule, region, is_price=field == "price")
    elif field in ("abv", "volume") and "name" in json_ld:
        yield json_ld["name"]
    if field == "url":
        yield url


def _id_of_url(rule: FieldRule | None, url: str) -> Iterator[str]:
    if rule is not None and rule.pattern is not None:
        found = rule.cut(url)
        if found:
            yield found
        return
    match = _LAST_DIGITS.search(urlsplit(url).path)
    if match:
        yield match[1]


def _detail(rule: FieldRule, region: Region, told: str | None) -> str | None:
    return told or next(_at(rule, region), None)


def _at(rule: FieldRule, region: Region, *, is_price: bool = False) -> Iterator[str]:
    labelled = labelled_text(region, rule.labels) if rule.labels else None
    cut = rule.cut(labelled) if labelled else None
    if cut is not None and cut.strip():
        yield " ".join(cut.split())
    yield from texts_at(rule, partial(_told, region), is_price=is_price)


def _told(region: Region, place: str, attribute: str | None, read: ReadPart) -> list[str]:
    return texts_of_parts(region.select(place), attribute, read)
