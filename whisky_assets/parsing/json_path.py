"""Paths into JSON: `variants.price`, `attributes[taxonomy=pa_volume-ml].terms.name`; lists on the way are entered.

Not here: what a value means. `jsonld.read_json` makes values out of a document's text.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from whisky_assets.parsing.html import fragment_text
from whisky_assets.parsing.white_space import folded_spaces

_PARTS = re.compile(r"(?:[^.\[]|\[[^\]]*\])+")
_STEP = re.compile(r"(?P<key>[^\[\]=\s][^\[\]=]*)(?:\[(?P<member>[^\[\]=]+)=(?P<value>[^\[\]=]*)\])?")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One key of a path, and the text that the `member` of an object found there must hold."""

    key: str
    member: str | None
    value: str | None


@lru_cache(maxsize=1_000)
def parse_path(path: str) -> tuple[Step, ...]:
    """Return the steps of a path; an empty one is the value itself.

    Raises:
        ValueError: a part is empty, or neither `key` nor `key[member=value]`.
    """
    parts = _PARTS.findall(path)
    if ".".join(parts) != path:
        raise ValueError(f"{path!r} has an empty part")
    steps = []
    for part in parts:
        match = _STEP.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is neither key nor key[member=value]")
        steps.append(Step(match["key"], match["member"], match["value"]))
    return tuple(steps)


def values_at(value: object, path: str) -> Iterator[object]:
    """Yield what stands at a path, in the document's order and the items of lists one by one; null is nothing."""
    found = [value]
    for step in parse_path(path):
        found = [inner for outer in found for inner in _entered(outer, step)]
    for item in found:
        yield from _listed(item)


def list_at(value: object, path: str) -> list[object] | None:
    """Return the list that stands at a path of keys, None where there is none."""
    for step in parse_path(path):
        value = value.get(step.key) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else None


def text_of(value: object) -> str:
    """Return a single value as a person reads it, white space folded; empty for null, objects and lists.

    Markup and entities in a string are HTML that a shop's editor left there (`&#8217;`, `<p>46%</p>`).

    Raises:
        InputRefusedError: reason `too_many_tags`: more markup than a description holds.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return ""
    if "<" in value and _TAG.search(value):
        return _html_text(value)
    return folded_spaces(_ENTITY.sub(lambda match: html.unescape(match[0]), value))


@lru_cache(maxsize=200)
def _html_text(fragment: str) -> str:
    """Return the text of HTML, remembered because every variant of a product looks at the same description."""
    return fragment_text(fragment)


def first_text(value: object, path: str) -> str:
    """Return the first text at a path, empty where none stands there."""
    return next((text for item in values_at(value, path) if (text := text_of(item))), "")


def _entered(value: object, step: Step) -> Iterator[object]:
    for outer in _listed(value):
        if not isinstance(outer, Mapping) or step.key not in outer:
            continue
        for inner in _listed(outer[step.key]):
            if step.member is None or (isinstance(inner, Mapping) and text_of(inner.get(step.member)) == step.value):
                yield inner


def _listed(value: object) -> Iterator[object]:
    for item in value if isinstance(value, list) else [value]:
        if item is not None:
            yield item
