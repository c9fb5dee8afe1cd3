"""The products of a page's schema.org blocks as objects: lists entered, references followed, variants one by one.

Not here: what one product's object says (`jsonld`). Vocabulary: https://schema.org/ItemList, ProductGroup, Offer.
"""

from __future__ import annotations

import dataclasses
import json
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


MOST_REPEATED = 5_000_000
"""Characters that variants and offers of a page repeat from what they belong or refer to: 200 variants that share 2,000
characters are a twelfth of that. Without a bound a page of 10 MB could ask for gigabytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """What a page's blocks list.

    `products` are Product objects, one a variant; `oversized` those of which so much is said for all variants or offers
    together that it is not repeated for each (`MOST_REPEATED`); `links` addresses of list items that tell no more;
    `total` is what a list states of itself (numberOfItems); `problems` say why blocks were passed over.
    """

    products: tuple[Node, ...]
    oversized: tuple[Node, ...]
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
    products: list[Node] = []
    oversized: list[Node] = []
    for node in page.products():
        try:
            products += [one for variant in page.variants(node) for one in page.one_by_one(variant)]
        except _OversizedError:
            oversized.append(node)
    totals = [node["numberOfItems"] for node in page.nodes if is_a(node, "ItemList") and "numberOfItems" in node]
    total = _whole(totals[0]) if len(totals) == 1 else None
    return Listed(tuple(products), tuple(oversized), tuple(dict.fromkeys(page.links)), total, tuple(problems))


class _OversizedError(Exception):
    """A product says more for all its variants or offers together than may be repeated for each."""


class _Page:
    """All objects of a page's blocks that it is about, breadth first and each once, references replaced."""

    def __init__(self, values: list[object]) -> None:
        self._named = _named_nodes(values)
        self._repeated = 0
        self._weights: dict[int, int] = {}
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
        """Return the variants of a product, each with what the group says for all; without any, the product itself.

        Raises:
            _OversizedError: that is too much to be repeated.
        """
        found = [part for part in _items(node.get("hasVariant")) if isinstance(self._resolved(part), dict)]
        if not found:
            return [self._whole(node)]
        shared = self._whole({key: node[key] for key in SHARED if key in node})
        self._repeat(_weight(shared) * len(found))
        return [{**shared, **self._whole(part)} for part in found]

    def one_by_one(self, node: Node) -> list[Node]:
        """Return a product with one offer each where every offer has a number of its own, else as it is.

        Raises:
            _OversizedError: what is said of all offers is too much to be repeated.
        """
        offers = [offer for offer in _items(node.get("offers")) if isinstance(offer, dict)]
        numbers = {str(offer["sku"]) for offer in offers if offer.get("sku")}
        if len(offers) < 2 or len(numbers) != len(offers):
            return [node]
        rest = {key: part for key, part in node.items() if key == "url" or key not in (*NUMBERS, "offers")}
        self._repeat(_weight(rest) * len(offers))
        return [{**rest, **{key: offer[key] for key in NUMBERS if key in offer}, "offers": offer} for offer in offers]

    def _repeat(self, characters: int) -> None:
        if self._repeated + characters > MOST_REPEATED:
            raise _OversizedError
        self._repeated += characters

    def _offered(self, node: Node) -> Iterator[Node]:
        """Yield the product that an offer of a list tells in itself, with that offer."""
        product = self._resolved(node.get("itemOffered"))
        if isinstance(product, dict):
            told = {key: part for key, part in product.items() if key != "itemOffered"}
            yield {**told, "offers": {key: part for key, part in node.items() if key != "itemOffered"}}

    def _whole(self, value: object) -> Node:
        """Return an object whose own values are the objects that they refer to.

        Raises:
            _OversizedError: so often, or of such a size, that it is too much to be repeated.
        """
        node = self._referred(value)
        if not isinstance(node, dict):
            return {}
        return {
            key: [self._referred(item) for item in part] if isinstance(part, list) else self._referred(part)
            for key, part in node.items()
        }

    def _referred(self, value: object) -> object:
        node = self._resolved(value)
        if node is not value:
            if id(node) not in self._weights:
                self._weights[id(node)] = _weight(node)
            self._repeat(self._weights[id(node)])
        return node

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


def _weight(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False))


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


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
