"""The products of a page's schema.org blocks as objects: lists entered, references followed, variants one by one.

Not here: what one product's object says (`jsonld`). Vocabulary: https://schema.org/ItemList, ProductGroup, Offer.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.jsonld import MOST_NODES, is_a, read_block

Node = Mapping[str, object]

ENTERED = ("@graph", "mainEntity", "itemListElement", "item")
"""Where a page says what it is about; related and similar products stand elsewhere."""

SHARED = ("name", "brand", "manufacturer", "category", "countryOfOrigin", "additionalProperty", "url")
"""What a variant takes from its group where it says nothing itself."""

NUMBERS = ("sku", "gtin", "gtin14", "gtin13", "gtin12", "gtin8", "url")
"""What an offer of its own number says of itself and not of its product."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """What a page's blocks list.

    `products` are Product objects, one a variant; `links` addresses of list items that tell no more; `total` is what a
    list states of itself (numberOfItems); `problems` say why blocks were passed over.
    """

    products: tuple[Node, ...]
    links: tuple[str, ...]
    total: int | None
    problems: tuple[str, ...]


def listed_products(blocks: Iterable[str]) -> Listed:
    """Return all products that a page's ld+json blocks tell; a broken block costs only itself.

    Args:
        blocks: what the scripts hold, unchanged.
    """
    values: list[object] = []
    problems: list[str] = []
    for block in blocks:
        try:
            values.append(read_block(block))
        except InputRefusedError as error:
            problems.append(error.message)
    page = _Page(values)
    products = [one for node in page.products() for one in _one_by_one(page.variants(node))]
    totals = [node["numberOfItems"] for node in page.nodes if is_a(node, "ItemList") and "numberOfItems" in node]
    total = _whole(totals[0]) if len(totals) == 1 else None
    return Listed(tuple(products), tuple(dict.fromkeys(page.links)), total, tuple(problems))


class _Page:
    """All objects of a page's blocks that it is about, breadth first and each once, references replaced."""

    def __init__(self, values: list[object]) -> None:
        self._named = _named_nodes(values)
        self.nodes: list[Node] = []
        self.links: list[str] = []
        seen: set[int] = set()
        waiting: list[object] = [values]
        for count, item in enumerate(waiting):
            if count >= MOST_NODES:
                break
            if isinstance(item, list):
                waiting.extend(item)
                continue
            node = self._resolved(item)
            if not isinstance(node, dict) or id(node) in seen or is_a(node, "BreadcrumbList"):
                continue
            seen.add(id(node))
            self.nodes.append(node)
            if is_a(node, "ListItem"):
                self.links += self._link_of(node)
            waiting.extend(part for key, part in node.items() if key in ENTERED)
            waiting.extend(self._offered(node))

    def products(self) -> list[Node]:
        """Return the products and groups of products, without those that are a variant of one of them."""
        found = [node for node in self.nodes if is_a(node, "Product") or is_a(node, "ProductGroup")]
        variants = {id(self._resolved(part)) for node in found for part in _items(node.get("hasVariant"))}
        return [node for node in found if id(node) not in variants]

    def variants(self, node: Node) -> list[Node]:
        """Return the variants of a product, each with what the group says for all; without any, the product itself."""
        found = [self._whole(part) for part in _items(node.get("hasVariant")) if isinstance(self._resolved(part), dict)]
        shared = {key: node[key] for key in SHARED if key in node}
        return [self._whole({**shared, **one}) for one in found] or [self._whole(node)]

    def _offered(self, node: Node) -> Iterator[Node]:
        """Yield the product that an offer of a list tells in itself, with that offer."""
        product = self._resolved(node.get("itemOffered"))
        if isinstance(product, dict):
            told = {key: part for key, part in product.items() if key != "itemOffered"}
            yield {**told, "offers": {key: part for key, part in node.items() if key != "itemOffered"}}

    def _whole(self, value: object) -> Node:
        """Return an object whose own values are the objects that they refer to."""
        node = self._resolved(value)
        if not isinstance(node, dict):
            return {}
        return {
            key: [self._resolved(item) for item in part] if isinstance(part, list) else self._resolved(part)
            for key, part in node.items()
        }

    def _resolved(self, value: object) -> object:
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
            return self._named.get(value["@id"], value)
        return value

    def _link_of(self, node: Node) -> Iterator[str]:
        """Yield the address of a list item that tells nothing but that."""
        item = self._resolved(node.get("item"))
        if isinstance(item, dict) and "@type" in item:
            return
        told = item.get("@id", item.get("url")) if isinstance(item, dict) else item or node.get("url")
        if isinstance(told, str):
            yield told


def _named_nodes(values: list[object]) -> dict[str, Node]:
    """Return every object that has an @id and says more than that; of two, the first."""
    named: dict[str, Node] = {}
    waiting: list[object] = list(values)
    for count, item in enumerate(waiting):
        if count >= MOST_NODES:
            break
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            name = item.get("@id")
            if isinstance(name, str) and len(item) > 1:
                named.setdefault(name, item)
            waiting.extend(part for part in item.values() if isinstance(part, dict | list))
    return named


def _whole(value: object) -> int | None:
    """Return a count, told as a number or by its digits; None for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text.strip()) else None


def _one_by_one(variants: list[Node]) -> Iterator[Node]:
    """Yield products with one offer each where every offer has a number of its own, else as they are."""
    for node in variants:
        offers = [offer for offer in _items(node.get("offers")) if isinstance(offer, dict)]
        numbers = [str(offer["sku"]) for offer in offers if offer.get("sku")]
        if len(offers) > 1 and len(set(numbers)) == len(offers):
            for offer in offers:
                rest = {key: value for key, value in node.items() if key not in NUMBERS or key == "url"}
                yield {**rest, **{key: offer[key] for key in NUMBERS if key in offer}, "offers": offer}
        else:
            yield node


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
