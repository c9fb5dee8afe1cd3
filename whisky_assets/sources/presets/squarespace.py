"""A Squarespace shop's page as JSON (`/shop?format=json`): one row a variant; a cursor leads to the next page.

Not here: the shop's HTML pages. What a sale price counts, and stock without a limit, stands in `platforms`.
"""

from __future__ import annotations

from whisky_assets.sources.document import PresetReading, RawDocument
from whisky_assets.sources.presets.json_paging import declared_page_after
from whisky_assets.sources.presets.json_rows import Form, json_of, products_of, rows_of
from whisky_assets.sources.source import JsonPlan, Source

SQUARESPACE_VERSION = "squarespace-1"

PLAN = JsonPlan(
    items="items",
    variants="variants",
    total=None,
    page=None,
    offset=None,
    next="pagination.nextPageOffset",
    cursor="offset",
    size=None,
    decimal=".",
)


def read_squarespace(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every variant of every product, and the next page where the answer names one.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json`, `broken_json`, `no_product` (without a list of items).
    """
    value = json_of(document)
    products = products_of(value, PLAN.items, document)
    rows, refused = rows_of(source, document, Form(variants=PLAN.variants), products)
    links = declared_page_after(PLAN, document.url, value, len(products))
    return PresetReading(rows=rows, refused=refused, links=links)
