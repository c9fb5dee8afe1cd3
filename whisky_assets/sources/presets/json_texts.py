"""Texts at the places that a feed declares in one product of JSON; what its variants share is read once for all.

Not here: which objects are products and variants (`json_rows`), and what a text means (`items`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

from whisky_assets.parsing.json_path import parse_path, text_of, values_at
from whisky_assets.parsing.measures import LONGEST_TEXT, find_abv, find_volume
from whisky_assets.sources.source import FieldRule, Source

VARIANT = "variant"
"""How a path names the variant that a row is about."""

MOST_TEXTS = 250
"""Texts of one place that a row is told: Shopify lets a product have as many tags and pictures."""

Item = Mapping[str, object]

_FINDERS: Mapping[str, Callable[[str], object]] = {"abv": find_abv, "volume": find_volume}


class ProductTexts:
    """The texts of one product, variant by variant: `variant` is the one that they are told of now."""

    def __init__(self, source: Source, product: Item) -> None:
        """Take a feed and a product; nothing is read before it is asked for."""
        self._source = source
        self._product: dict[str, object] = {**product, VARIANT: {}}
        self._shared: dict[tuple[str, str], tuple[str, ...]] = {}
        self._objects: dict[str, Item | None] = {}

    @property
    def product(self) -> Item:
        """The product with its `variant`, as paths see it."""
        return self._product

    def turn_to(self, variant: Item) -> None:
        """Let `variant` be another one; what stands elsewhere in the product is not read again."""
        self._product[VARIANT] = variant

    def of_field(self, field: str) -> tuple[str, ...]:
        """Return the texts of a field, none where the feed has no place for it.

        Several prices of one place become one text, so that nobody picks among them. Of texts in which a strength or
        size is looked for, the first of each place that holds one is told (else the first): no reader takes another.
        """
        rule = self._source.fields.get(field)
        if rule is None:
            return ()
        if rule.form is not None:
            return tuple(self._formed(field, rule))
        return tuple(text for place in rule.places for text in self._at(field, rule, place))

    def of_detail(self, name: str, rule: FieldRule) -> str | None:
        """Return the first text of a detail, None where none is told."""
        key = f"details.{name}"
        if rule.form is not None:
            return next(self._formed(key, rule), None)
        return next((text for place in rule.places for text in self._at(key, rule, place)), None)

    def object_at(self, rule: FieldRule) -> Item | None:
        """Return the first object that stands where a rule wants a text, None where none does."""
        for place in rule.places:
            if _is_of_variant(place):
                found = _first_object(self._product, place)
            else:
                if place not in self._objects:
                    self._objects[place] = _first_object(self._product, place)
                found = self._objects[place]
            if found is not None:
                return found
        return None

    def _formed(self, key: str, rule: FieldRule) -> Iterator[str]:
        if rule.form is None:
            return
        parts = [next(iter(self._at(key, rule, place)), None) for place in rule.places]
        told = [part for part in parts if part is not None]
        if len(told) == len(parts):
            yield rule.form.format(*told)

    def _at(self, key: str, rule: FieldRule, place: str) -> tuple[str, ...]:
        if _is_of_variant(place):
            return self._read(key, rule, place)
        if (key, place) not in self._shared:
            self._shared[key, place] = self._read(key, rule, place)
        return self._shared[key, place]

    def _read(self, key: str, rule: FieldRule, place: str) -> tuple[str, ...]:
        texts = cut_texts(rule, self._product, place)
        if key == "price" and rule.form is None:
            told = dict.fromkeys(texts)
            return (" | ".join(told),) if told else ()
        finder = _FINDERS.get(key) if rule.search else None
        if finder is not None:
            return _first_with(finder, texts)
        return tuple(itertools.islice(texts, MOST_TEXTS))


def cut_texts(rule: FieldRule, product: Item, place: str) -> Iterator[str]:
    """Yield the texts that stand at one place, cut by the rule's pattern; empty ones are none, nor are endless ones."""
    for value in values_at(product, place):
        text = text_of(value)
        cut = rule.cut(text) if 0 < len(text) <= LONGEST_TEXT else None
        if cut is not None and cut.strip():
            yield cut


def _first_with(finder: Callable[[str], object], texts: Iterable[str]) -> tuple[str, ...]:
    """Return the first text in which something is found, else the first: a place that tells nothing is none."""
    first: str | None = None
    for text in texts:
        if finder(text) is not None:
            return (text,)
        first = text if first is None else first
    return () if first is None else (first,)


def _is_of_variant(place: str) -> bool:
    steps = parse_path(place)
    return bool(steps) and steps[0].key == VARIANT


def _first_object(product: Item, place: str) -> Item | None:
    found: Iterable[object] = values_at(product, place)
    return next((value for value in found if isinstance(value, Mapping)), None)
