"""Any shop or open API that answers with a list of products in JSON: its feed says where the list and its values stand.

Not here: platforms whose form is known (`shopify`, `woocommerce`, `squarespace`).
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.json_path import list_at, values_at
from whisky_assets.sources.document import PresetReading, RawDocument
from whisky_assets.sources.presets.json_paging import declared_page_after, total_of
from whisky_assets.sources.presets.json_rows import Form, evidence_of, json_of, products_of, rows_of, texts_at
from whisky_assets.sources.source import JsonPlan, Source

JSON_API_VERSION = "json_api-1"
API_ERROR = "api_error"


def read_json_api(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every product or variant, the next page, and how many products the whole list states.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json`, `broken_json`, `api_error` (the answer tells an error where
            the feed says), `no_product` (no list where the feed says, and no total of zero).
    """
    plan = source.json
    if plan is None:
        raise AssertionError(f"{source.name}: loading lets no json_api feed pass without [json]")
    value = json_of(document)
    _refuse_error(plan, value, document)
    total = total_of(plan, value)
    is_none = total == 0 and list_at(value, plan.items) is None
    products = [] if is_none else products_of(value, plan.items, document)
    rows, refused = rows_of(source, document, Form(variants=plan.variants, decimal=plan.decimal), products)
    return PresetReading(
        rows=rows,
        refused=refused,
        links=declared_page_after(plan, document.url, value, len(products)),
        stated_total=total,
        products=len(products),
    )


def _refuse_error(plan: JsonPlan, value: object, document: RawDocument) -> None:
    """Refuse an answer that says, with status 200, that it is none; `false` is no error, and an object is one."""
    if plan.error is None or not isinstance(value, dict):
        return
    told = " ".join(text for text in texts_at(plan.error, value) if text != "false")
    if not told and plan.error.pattern is None:
        objects = (found for place in plan.error.places for found in values_at(value, place) if isinstance(found, dict))
        told = next((evidence_of(found) for found in objects if found), "")
    if told:
        raise InputRefusedError(
            f"{document.url}: the API answers with an error: {told[:200]}.",
            reason=API_ERROR,
            remedy="Look it up in the API's documentation; the last good answer stays.",
        )
