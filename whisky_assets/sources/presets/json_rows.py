"""What all lists of products in JSON share: where the list stands, one row a variant, and texts by declared paths.

Not here: what one platform tells in a way of its own (`shopify`, `woocommerce`) and how pages follow (`json_paging`).
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Iterator, Mapping

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.json_path import list_at, text_of, values_at
from whisky_assets.parsing.jsonld import read_json
from whisky_assets.sources.document import LONGEST_EVIDENCE, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.source import FIELD_NAMES, FieldRule, Source

VARIANT = "variant"
"""How a path names the variant that a row is about."""

COLUMN_OF: Mapping[str, str] = {
    "abv": "abv_pct",
    "volume": "volume_ml",
    "pack": "pack_count",
    "price": "price_minor",
    "gtin": "gtin_text",
    "image": "image_url",
}
"""What a field's value is called in the tables, where the field's own name is another."""

Item = Mapping[str, object]


def as_told(product: Item, _url: str) -> Item:
    """Return a product as it stands: where all values are plain."""
    return product


def as_read(_source: Source, _product: Item, row: RawRow) -> RawRow:
    """Return a row as it was read: where all fields are told plainly."""
    return row


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one platform tells a product: the path to its variants (None: it has none) and the decimal sign in prices.

    `prepare` (product, the document's URL) makes the platform's own values plain; `finish` (feed, product with its
    `variant`, row) changes a row whose fields the platform tells in a way of its own.
    """

    variants: str | None = None
    decimal: str = "."
    prepare: Callable[[Item, str], Item] = as_told
    finish: Callable[[Source, Item, RawRow], RawRow] = as_read


def json_of(document: RawDocument) -> object:
    """Return the values of a JSON document.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json` (a page, a bot wall, plain text), `broken_json` (cut short).
    """
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    text = decode(document.body, document.charset, document.media_type).text
    if not text.lstrip().startswith(("{", "[")):
        raise InputRefusedError(
            f"{document.url} is no JSON, though it came as {document.media_type or 'nothing told'}.",
            reason="not_json",
            remedy="Look at the URL in a browser: the shop may ask for a proof that no robot gives, or be closed.",
        )
    return read_json(text)


def products_of(value: object, path: str, document: RawDocument) -> list[object]:
    """Return the list of products that stands at a path.

    Raises:
        InputRefusedError: reason `no_product`: no list stands there.
    """
    found = list_at(value, path)
    if found is None:
        where = f"list at {path!r}" if path else "list at its top"
        raise InputRefusedError(
            f"{document.url} is no product list: it has no {where}.",
            reason="no_product",
            remedy="Look at the URL in a browser; the shop may be closed or answer in another form.",
        )
    return found


def rows_of(
    source: Source, document: RawDocument, form: Form, products: list[object]
) -> tuple[tuple[RawRow, ...], tuple[RefusedItem, ...]]:
    """Return a row for every variant of every product, one for a product without any; what is no object is refused.

    So is, as a value, an object where a place should tell a text: somebody must say which of its members is meant.
    A variant without a number of its own is told by its place: the first has the product's number, the others
    `number#2` and so on, flagged `id_by_place`.
    """
    rows: list[RawRow] = []
    refused: list[RefusedItem] = []
    ordinals = itertools.count()
    for told in products:
        if not isinstance(told, dict):
            refused.append(_not_an_object("a product", told, next(ordinals)))
            continue
        product = form.prepare(told, document.url)
        evidence = evidence_of(told)
        shared = _texts_of(source, "source_id", {**product, VARIANT: {}})
        for place, variant in enumerate(_variants(product, form.variants), start=1):
            ordinal = next(ordinals)
            if not isinstance(variant, dict):
                refused.append(_not_an_object("a variant", variant, ordinal))
                continue
            row = _row(source, document, form, {**product, VARIANT: variant}, ordinal, evidence)
            if place > 1 and row.texts["source_id"] == shared:
                row = _by_place(row, place)
            row = form.finish(source, {**product, VARIANT: variant}, row)
            rows.append(row)
            refused += _objects_for_texts(source, {**product, VARIANT: variant}, row)
    return tuple(rows), tuple(refused)


def texts_at(rule: FieldRule, product: Item) -> Iterator[str]:
    """Yield the texts that a rule finds in a product, cut by its pattern; a rule with a form tells at most one."""
    if rule.form is not None:
        parts = [next(_cut(rule, product, place), None) for place in rule.places]
        told = [part for part in parts if part is not None]
        if len(told) == len(parts):
            yield rule.form.format(*told)
        return
    for place in rule.places:
        yield from _cut(rule, product, place)


def evidence_of(value: object) -> str:
    """Return the slice of a document that a value is, cut to length."""
    return json.dumps(value, ensure_ascii=False)[:LONGEST_EVIDENCE]


def _cut(rule: FieldRule, product: Item, place: str) -> Iterator[str]:
    for value in values_at(product, place):
        text = text_of(value)
        cut = rule.cut(text) if text else None
        if cut is not None and cut.strip():
            yield cut


def _objects_for_texts(source: Source, product: Item, row: RawRow) -> Iterator[RefusedItem]:
    for field, rule in source.fields.items():
        if row.texts.get(field):
            continue
        told = (value for place in rule.places for value in values_at(product, place))
        found = next((value for value in told if isinstance(value, Mapping)), None)
        if found is not None:
            yield RefusedItem(
                ordinal=row.ordinal,
                field=COLUMN_OF.get(field, field),
                scope="value",
                reason="not_a_text",
                message=f"{field} is an object here: name the member that is meant in [fields] of {source.path}.",
                evidence=evidence_of(found),
            )


def _variants(product: Item, path: str | None) -> list[object]:
    found = [] if path is None else list(values_at(product, path))
    return found or [{}]


def _row(source: Source, document: RawDocument, form: Form, product: Item, ordinal: int, evidence: str) -> RawRow:
    texts = {field: _texts_of(source, field, product) for field in FIELD_NAMES}
    texts["url"] = tuple(link for url in texts["url"] if (link := joined(document.url, url)) is not None)
    return RawRow(
        ordinal=ordinal,
        texts=texts,
        details={
            name: text
            for name, rule in source.details.items()
            if (text := next(texts_at(rule, product), None)) is not None
        },
        evidence=evidence,
        price_decimal=form.decimal,
    )


def _texts_of(source: Source, field: str, product: Item) -> tuple[str, ...]:
    """Return the texts of a field; several prices of one place become one text, so that nobody picks among them."""
    rule = source.fields.get(field)
    if rule is None:
        return ()
    if field == "price" and rule.form is None:
        of_places = (dict.fromkeys(_cut(rule, product, place)) for place in rule.places)
        return tuple(" | ".join(found) for found in of_places if found)
    return tuple(texts_at(rule, product))


def _by_place(row: RawRow, place: int) -> RawRow:
    texts = {**row.texts, "source_id": tuple(f"{number}#{place}" for number in row.texts["source_id"])}
    return dataclasses.replace(row, texts=texts, flags=(*row.flags, "id_by_place"))


def _not_an_object(what: str, told: object, ordinal: int) -> RefusedItem:
    return refused_row(ordinal, "not_a_product", f"{what} must be a JSON object.", evidence_of(told))
