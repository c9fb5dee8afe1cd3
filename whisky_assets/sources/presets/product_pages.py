"""A site of one HTML page a product behind a sitemap or an index: JSON-LD first, then the declared selectors.

Not here: which pages are due (`fetching`). A feed's own function gets the product's region as BeautifulSoup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import Region, labelled_text, looks_like_html, parse_page
from whisky_assets.parsing.jsonld import product_of_page, products
from whisky_assets.sources.document import Link, PresetReading, RawDocument, RawRow, refused_row
from whisky_assets.sources.functions import load_functions
from whisky_assets.sources.source import FIELD_NAMES, FieldRule, PagePlan, Source

PRODUCT_PAGES_VERSION = "product_pages-1"

_LOCATION = re.compile(r"<loc>([^<]*)</loc>", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:urlset|sitemapindex)\b", re.IGNORECASE)
_LAST_DIGITS = re.compile(r"(\d+)\D*$")


def read_product_page(source: Source, document: RawDocument) -> PresetReading:
    """Return the one row of a product page, or the links of an index.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html` (a PDF, JSON, an image), `empty_index` (no link that the
            feed knows), `no_product` (an error page with status 200), `several_products`.
    """
    if source.pages is None:
        raise AssertionError(f"{source.name}: loading lets no product_pages feed pass without [pages]")
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    decoded = decode(document.body, document.charset, document.media_type)
    if not looks_like_html(decoded.text):
        raise InputRefusedError(
            f"{document.url} is neither HTML nor XML, though it came as {document.media_type or 'nothing told'}.",
            reason="not_html",
            remedy=f"Look at it in a browser; if it is no page, leave it out by [pages] page in {source.path}.",
        )
    if document.role == "index":
        return PresetReading(links=_links(source.pages, document.url, decoded.text))
    return _read_page(source, source.pages, document.url, decoded.text, decoded.flags)


def _links(plan: PagePlan, url: str, text: str) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for target in _targets(plan, url, text):
        role = "page" if plan.page.search(target) else "index" if plan.index.search(target) else ""
        if role and target != url:
            links.setdefault(target, Link(url=target, role=role))
    if not links:
        raise InputRefusedError(
            f"{url} holds no link to a product page or a further index.",
            reason="empty_index",
            remedy="Look at it in a browser; if the site changed, mend index, page or links in [pages] of the feed.",
        )
    return tuple(links.values())


def _targets(plan: PagePlan, url: str, text: str) -> Iterator[str]:
    if _SITEMAP.search(text[:5_000]):
        found = [html.unescape(match[1]).strip() for match in _LOCATION.finditer(text)]
    else:
        found = [region.attribute("href") or "" for region in parse_page(text).select(plan.links)]
    for target in found:
        try:
            whole = urldefrag(urljoin(url, target.strip())).url
        except ValueError:
            continue
        if urlsplit(whole).scheme in ("http", "https"):
            yield whole


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
    extra = own.read(region.soup()) if own else {}
    texts = {field: tuple(_candidates(source, field, region, url, json_ld, extra)) for field in FIELD_NAMES}
    details = {name: cell for name, rule in source.details.items() if (cell := _detail(rule, region, extra.get(name)))}
    evidence = region.text()
    if own and (reason := own.accept({name: found[0] for name, found in texts.items() if found})):
        message = f"{url} is refused by the feed's own rule."
        return PresetReading(refused=(refused_row(0, reason, message, evidence),), notes=tuple(problems))
    row = RawRow(
        ordinal=0,
        texts=texts,
        details=details,
        evidence=evidence,
        price_decimal="." if json_ld.get("price") and "price" not in extra else None,
        flags=flags,
    )
    return PresetReading(rows=(row,), notes=tuple(problems))


def _candidates(
    source: Source, field: str, region: Region, url: str, json_ld: dict[str, str], extra: dict[str, str]
) -> Iterator[str]:
    """Yield what is told of a field: by the feed's own function, then JSON-LD, then the declared places."""
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
        yield from _at(rule, region)
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


def _at(rule: FieldRule, region: Region) -> Iterator[str]:
    labelled = labelled_text(region, rule.labels) if rule.labels else None
    parts = [part for place in rule.places for part in region.select(place)]
    told = [part.attribute(rule.attribute) if rule.attribute else part.text() for part in parts]
    for text in (labelled, *told):
        cut = rule.cut(text) if text else None
        if cut and cut.strip():
            yield " ".join(cut.split())
