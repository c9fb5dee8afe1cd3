"""Any shop or open API that answers with a list of products in JSON: its feed says where the list and its values stand.

Not here: platforms whose form is known (`shopify`, `woocommerce`, `squarespace`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.json_path import list_at, values_at
from whisky_assets.sources.document import Link, PresetReading, RawDocument
from whisky_assets.sources.presets.json_paging import declared_page_after, total_of
from whisky_assets.sources.presets.json_rows import Form, evidence_of, json_of, products_of, rows_of, texts_at
from whisky_assets.sources.source import FieldRule, JsonPlan, Source

JSON_API_VERSION = "json_api-2"
API_ERROR = "api_error"


def read_json_api(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every product or variant, the next page, and how many products the whole list states.

    Where each product has a page of its own, an index gives the links to them and no row, and a page its one product.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json`, `broken_json`, `api_error` (the answer tells an error where
            the feed says), `no_product` (no list where the feed says, and no total of zero; or a page without one
            product).
    """
    plan = source.json
    if plan is None:
        raise AssertionError(f"{source.name}: loading lets no json_api feed pass without [json]")
    value = json_of(document)
    _refuse_error(plan, value, document)
    if plan.link is not None and document.role == "index":
        return _index(source, plan, plan.link, value, document)
    if plan.link is not None:
        rows, refused = rows_of(source, document, _form(plan), [_one_product(plan, value, document)])
        return PresetReading(rows=rows, refused=refused)
    total = total_of(plan, value)
    is_none = total == 0 and list_at(value, plan.items) is None
    products = [] if is_none else products_of(value, plan.items, document)
    rows, refused = rows_of(source, document, _form(plan), products)
    return PresetReading(
        rows=rows,
        refused=refused,
        links=declared_page_after(plan, document.url, value, len(products), is_complete=source.feed.complete),
        stated_total=total,
        products=len(products),
    )


def _form(plan: JsonPlan) -> Form:
    return Form(variants=plan.variants, decimal=plan.decimal)


def _index(source: Source, plan: JsonPlan, link: FieldRule, value: object, document: RawDocument) -> PresetReading:
    """Return the links of an index to its products' pages and to its next page."""
    products = products_of(value, plan.index, document)
    pages = (next(texts_at(link, one), None) for one in products if isinstance(one, dict))
    found = [Link(url=url, role="page") for url in dict.fromkeys(filter(None, pages))]
    following = declared_page_after(plan, document.url, value, len(products), is_complete=source.feed.complete)
    found += [dataclasses.replace(one, role="index") for one in following]
    return PresetReading(links=tuple(found), stated_total=total_of(plan, value))


def _one_product(plan: JsonPlan, value: object, document: RawDocument) -> object:
    found = [one for one in values_at(value, plan.items) if isinstance(one, dict)]
    if len(found) != 1:
        raise InputRefusedError(
            f"{document.url} has {len(found)} products at {plan.items!r}, where a product's page has one.",
            reason="several_products" if found else "no_product",
            remedy="Nothing to do, if there is no such product any more; else mend items in [json] of the feed.",
        )
    return found[0]


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
