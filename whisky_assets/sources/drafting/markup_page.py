"""Drafts a feed from a page that tells its products in schema.org blocks or in a table with a header.

Not here: pages of cards (`cards_page`).
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.html import Region
from whisky_assets.parsing.html_tables import GridRow, grid_of
from whisky_assets.parsing.jsonld import texts_of
from whisky_assets.parsing.jsonld_lists import listed_products
from whisky_assets.sources.drafting.amounts import currencies_of
from whisky_assets.sources.drafting.columns import Column, columns_of, fields_of, is_header, is_key, unit_of
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.kinds import kind_lines
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Draft, Finding, Place, toml_text
from whisky_assets.sources.drafting.paging import next_of
from whisky_assets.sources.drafting.site import Given, site_lines, site_of
from whisky_assets.sources.source import FIELD_NAMES

LEAST_PRODUCTS = 2
MOST_TABLES = 200
"""Tables of a page that are looked at; pages laid out by tables hold some dozens."""

_LINK_NUMBERS = (
    r"(\d{3,})/?(?:\.html?)?$",
    r"[?&](?:id|sku|item|product)=([\w-]+)",
    r"/([^/?#]+?)(?:\.html?|/)?(?:[?#]|$)",
)


def draft_json_ld(
    page: Region, root: Element, elements: list[Element], text: str, url: str, given: Given
) -> tuple[Draft, int] | None:
    """Return the draft of a page whose blocks tell two products or more with name and price, and how many they tell."""
    listed = listed_products(script.raw_text() for script in page.select('script[type*="ld+json"]'))
    told = [texts_of(product) for product in listed.products]
    priced = [one for one in told if "name" in one and ("price" in one or "prices" in one)]
    if len(priced) < LEAST_PRODUCTS:
        return None
    money = frozenset(one["currency"] for one in priced if "currency" in one)
    site = site_of(elements, text, url, money, given)
    following = next_of(root, elements, url)
    findings = (
        *site_lines(site),
        *([dataclasses.replace(following, section="json_ld")] if following else []),
        *kind_lines(
            [one["category"] for one in told if "category" in one],
            [one.get("name", "") for one in told],
            url=url,
            titles=_titles(elements),
        ),
    )
    numbered = [one for one in told if "source_id" in one]
    notes = [f"{len(told)} products in the page's schema.org blocks"]
    if len(numbered) < len(told):
        by_url = all("url" in one for one in told)
        why = "not every product has a sku" + ("; its address stands for it" if by_url else "")
        places = '["told.source_id", "told.url"]' if by_url else ""
        number = Finding(section="fields", key="source_id", value=places, surety=LIKELY if by_url else UNSURE, why=why)
        findings = (*findings, number)
    draft = Draft(
        name=site.name, preset="json_ld", url=url, findings=findings, notes=(*notes, *listed.problems), terms=site.terms
    )
    return draft, len(told)


def single_product(page: Region) -> str:
    """Return the name of the one product that a page's blocks tell, empty where they tell none or several."""
    listed = listed_products(script.raw_text() for script in page.select('script[type*="ld+json"]'))
    return texts_of(listed.products[0]).get("name", "") if len(listed.products) == 1 else ""


def draft_table(
    page: Region, root: Element, elements: list[Element], text: str, url: str, given: Given
) -> tuple[Draft, int] | None:
    """Return the draft of a page that has a table with a header for name and price, and how many rows it has."""
    best: tuple[int, Column, dict[str, list[Column]], list[list[str]]] | None = None
    for table in page.select("table")[:MOST_TABLES]:
        if len(table.select("table")) > 1:
            continue  # a layout: a part finds itself too
        found = _fields(table)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        return None
    count, name, fields, links = best
    price = fields["price"][0]
    site = site_of(elements, text, url, currencies_of([*price.told, f"1 {price.header}"]), given)
    number = _number(fields, name, links)
    lines = [number, *(_line(field, fit) for field, fit in fields.items() if field != "source_id")]
    following = next_of(root, elements, url)
    categories = fields["category"][0].told if "category" in fields else []
    findings = (
        *site_lines(site),
        *([dataclasses.replace(following, section="table")] if following else []),
        *sorted(lines, key=lambda line: FIELD_NAMES.index(line.key)),
        *kind_lines(categories, name.told, url=url, titles=_titles(elements)),
    )
    notes = (f"a table of {count} rows",)
    return Draft(name=site.name, preset="table", url=url, findings=findings, notes=notes, terms=site.terms), count


def _fields(table: Region) -> tuple[int, Column, dict[str, list[Column]], list[list[str]]] | None:
    try:
        grid = grid_of(table)
    except InputRefusedError:
        return None
    scores = [is_header([cell.text for cell in row.cells]) for row in grid[:20]]
    if not scores or max(scores) < 2:
        return None
    place = scores.index(max(scores))
    header = [cell.text for cell in grid[place].cells]
    below = [row for row in grid[place + 1 :] if not row.is_blank and not row.is_spanned]
    columns = columns_of(header, [[cell.text for cell in row.cells] for row in below])
    fields = fields_of(columns)
    if len(below) < LEAST_PRODUCTS or "name" not in fields or "price" not in fields:
        return None
    name = fields["name"][0]
    return len(below), name, fields, [_hrefs(row, name.place) for row in below]


def _hrefs(row: GridRow, place: int) -> list[str]:
    if place >= len(row.cells):
        return []
    return [href for link in row.cells[place].region.select("a[href]") if (href := link.attribute("href"))]


def _number(fields: dict[str, list[Column]], name: Column, links: list[list[str]]) -> Finding:
    own = fields.get("source_id")
    if own and is_key(own[0]):
        return Finding(
            section="fields", key="source_id", value=toml_text(own[0].header), surety=SURE, why="a column of its own"
        )
    hrefs = [one[0] if one else "" for one in links]
    for pattern in _LINK_NUMBERS:
        cuts = [match[1] if (match := re.search(pattern, href)) else "" for href in hrefs]
        if all(cuts) and len(set(cuts)) == len(cuts):
            place = Place(css=(name.header,), attribute="href", pattern=pattern)
            why = "a part of the link in the name's cell"
            return Finding(section="fields", key="source_id", value=place.toml(), surety=LIKELY, why=why)
    if is_key(name):
        why = "no number stands in the table: a product that is renamed becomes another"
        return Finding(section="fields", key="source_id", value=toml_text(name.header), surety=LIKELY, why=why)
    others = tuple(toml_text(one.header) for one in (own or [])[:1])
    why = "no column and no link differs from row to row"
    return Finding(section="fields", key="source_id", value="", surety=UNSURE, why=why, others=others)


def _line(field: str, fit: list[Column]) -> Finding:
    column = fit[0]
    value = toml_text(column.header)
    unit = unit_of(column) if field == "volume" else None
    if unit:
        value = f"{{ from = {value}, unit = {toml_text(unit)} }}"
    others = tuple(toml_text(one.header) for one in fit[1:3])
    surety = UNSURE if others else SURE
    why = "several columns are called so" if others else f"{len(column.told)} of {len(column.texts)} rows"
    return Finding(section="fields", key=field, value=value, surety=surety, why=why, others=others)


def _titles(elements: list[Element]) -> list[str]:
    return [one.text() for one in elements if one.tag in ("title", "h1")]
