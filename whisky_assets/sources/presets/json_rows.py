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
from whisky_assets.parsing.json_path import list_at, values_at
from whisky_assets.parsing.jsonld import read_json
from whisky_assets.sources.document import LONGEST_EVIDENCE, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.presets.json_texts import Item, ProductTexts, cut_texts
from whisky_assets.sources.source import FIELD_NAMES, FieldRule, Source

COLUMN_OF: Mapping[str, str] = {
    "abv": "abv_pct",
    "volume": "volume_ml",
    "pack": "pack_count",
    "price": "price_minor",
    "gtin": "gtin_text",
    "image": "image_url",
}
"""What a field's value is called in the tables, where the field's own name is another."""

MOST_ROWS = 25_000
"""Rows of one document: whole price lists of a country's shops hold half as many."""

MOST_TOLD = 50_000_000
"""Characters that all rows of a document tell: a body of the largest size says less, unless its variants repeat it."""


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

    A product whose description is no text (`too_many_tags`) is refused, and the others are read.

    Raises:
        InputRefusedError: reason `too_many_rows`: more rows, or more text on all of them, than one document may tell.
    """
    rows: list[RawRow] = []
    refused: list[RefusedItem] = []
    told = 0
    for row in _rows_of_products(source, document, form, products):
        if isinstance(row, RefusedItem):
            refused.append(row)
        else:
            rows.append(row)
            told += _length_of(row)
        if len(rows) + len(refused) > MOST_ROWS or told > MOST_TOLD:
            raise _too_many(document, len(rows) + len(refused), told)
    return tuple(rows), tuple(refused)


def texts_at(rule: FieldRule, product: Item) -> Iterator[str]:
    """Yield the texts that a rule finds in an object, cut by its pattern; a rule with a form tells at most one."""
    if rule.form is not None:
        parts = [next(cut_texts(rule, product, place), None) for place in rule.places]
        told = [part for part in parts if part is not None]
        if len(told) == len(parts):
            yield rule.form.format(*told)
        return
    for place in rule.places:
        yield from cut_texts(rule, product, place)


def evidence_of(value: object) -> str:
    """Return the slice of a document that a value is, cut to length."""
    return json.dumps(value, ensure_ascii=False)[:LONGEST_EVIDENCE]


def _rows_of_products(
    source: Source, document: RawDocument, form: Form, products: list[object]
) -> Iterator[RawRow | RefusedItem]:
    ordinals = itertools.count()
    for product in products:
        if not isinstance(product, dict):
            yield _not_an_object("a product", product, next(ordinals))
            continue
        try:
            yield from _rows_of_product(source, document, form, product, ordinals)
        except InputRefusedError as error:
            yield refused_row(next(ordinals), error.reason, str(error), evidence_of(product))


def _rows_of_product(
    source: Source, document: RawDocument, form: Form, told: Item, ordinals: Iterator[int]
) -> Iterator[RawRow | RefusedItem]:
    product = form.prepare(told, document.url)
    texts = ProductTexts(source, product)
    evidence = evidence_of(told)
    number = texts.of_field("source_id")
    for place, variant in enumerate(_variants(product, form.variants), start=1):
        ordinal = next(ordinals)
        if not isinstance(variant, dict):
            yield _not_an_object("a variant", variant, ordinal)
            continue
        texts.turn_to(variant)
        row = _row(source, document, form, texts, ordinal, evidence)
        if place > 1 and row.texts["source_id"] == number:
            row = _by_place(row, place)
        row = form.finish(source, texts.product, row)
        yield row
        yield from _objects_for_texts(source, texts, row)


def _objects_for_texts(source: Source, texts: ProductTexts, row: RawRow) -> Iterator[RefusedItem]:
    for field, rule in source.fields.items():
        found = None if row.texts.get(field) else texts.object_at(rule)
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


def _row(
    source: Source, document: RawDocument, form: Form, product: ProductTexts, ordinal: int, evidence: str
) -> RawRow:
    texts = {field: product.of_field(field) for field in FIELD_NAMES}
    texts["url"] = tuple(link for url in texts["url"] if (link := joined(document.url, url)) is not None)
    return RawRow(
        ordinal=ordinal,
        texts=texts,
        details={
            name: text for name, rule in source.details.items() if (text := product.of_detail(name, rule)) is not None
        },
        evidence=evidence,
        price_decimal=form.decimal,
    )


def _by_place(row: RawRow, place: int) -> RawRow:
    texts = {**row.texts, "source_id": tuple(f"{number}#{place}" for number in row.texts["source_id"])}
    return dataclasses.replace(row, texts=texts, flags=(*row.flags, "id_by_place"))


def _not_an_object(what: str, told: object, ordinal: int) -> RefusedItem:
    return refused_row(ordinal, "not_a_product", f"{what} must be a JSON object.", evidence_of(told))


def _length_of(row: RawRow) -> int:
    return sum(len(text) for texts in (*row.texts.values(), row.details.values()) for text in texts)


def _too_many(document: RawDocument, rows: int, told: int) -> InputRefusedError:
    return InputRefusedError(
        f"{document.url} tells too much for one document: {rows:,} rows with {told:,} characters, where at most "
        f"{MOST_ROWS:,} rows and {MOST_TOLD:,} characters are read.",
        reason="too_many_rows",
        remedy="Ask for a shorter page: a smaller limit, per_page or size in start under [fetch] of the feed.",
    )
