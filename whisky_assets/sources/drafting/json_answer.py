"""Drafts a feed from an API's answer in JSON: of a known platform, or of a shop's own by the names of its members.

The address of a Shopify or WooCommerce list is widened to as many products as one answer holds. Not here: pages.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.json_path import first_text, text_of, values_at
from whisky_assets.sources.drafting.amounts import currencies_of
from whisky_assets.sources.drafting.columns import Column, fields_of, is_key
from whisky_assets.sources.drafting.kinds import kind_lines
from whisky_assets.sources.drafting.languages import language_of
from whisky_assets.sources.drafting.model import (
    LIKELY,
    SURE,
    UNSURE,
    Draft,
    Finding,
    Place,
    line_of,
    toml_list,
    toml_text,
)
from whisky_assets.sources.drafting.site import COUNTRY_DOMAINS, COUNTRY_MONEY, Given, feed_line, name_of_host
from whisky_assets.sources.drafting.tags import tag_lines

MOST_PRODUCTS = 300
LEAST_PRODUCTS = 2
_DEEPEST = 3
_MOST_SHARE = 0.6
"""Of a list's objects that must have a platform's members: a damaged product makes no other platform."""

_NAMES = {"shopify": "title", "squarespace": "title", "woocommerce": "name", "json_api": "name"}
_LEAST_MINOR = 1_000
"""From this median on, prices without a decimal sign may as well count pence or cents."""
_PAGE_SIZES = ("limit", "per_page", "perPage", "pageSize", "page_size", "size", "count")

Item = Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose platform is known: the preset, the path of its list, the products, and what it says of money."""

    preset: str
    items: str
    products: tuple[Item, ...]
    category: str = ""
    money: str = ""


def draft_json(value: object, url: str, given: Given) -> Draft:
    """Return the draft of an API's answer.

    Raises:
        InputRefusedError: reason `no_product`: no list of at least two objects with a name stands in it.
    """
    answer = answer_of(value)
    if answer is None:
        raise InputRefusedError(
            f"{url} holds no list of products: no list of objects that have a name and a price or a number.",
            reason="no_product",
            remedy="Give the address of the shop's list, such as https://SHOP/products.json or "
            "https://SHOP/wp-json/wc/store/v1/products.",
        )
    own = _own_lines(value, answer, url) if answer.preset == "json_api" else tag_lines(answer.products)
    category = answer.category or next((_bare(line.value) for line in own if line.key == "category"), "")
    categories = [text for product in answer.products if category and (text := first_text(product, category))]
    named = next((_bare(line.value) for line in own if line.key == "name"), "") or _NAMES[answer.preset]
    names = [first_text(product, named) for product in answer.products]
    kinds = kind_lines(categories, names, url=url)
    start = Finding(section="fetch", key="start", value=toml_list((_start(answer, url),)), surety=SURE, why="")
    return Draft(
        name=given.name or name_of_host(urlsplit(url).hostname or ""),
        preset=answer.preset,
        url=url,
        findings=(*_feed_lines(answer, url, given), start, *own, *kinds),
        notes=(f"{len(answer.products)} products stand in the answer",),
    )


def answer_of(value: object) -> Answer | None:
    """Return the known platform of an answer, a shop's own API where it is none of them, None without a list."""
    if isinstance(value, dict):
        listed = _objects(value.get("products"))
        if _most(listed, lambda one: "variants" in one and ("handle" in one or "title" in one)):
            return Answer(preset="shopify", items="products", products=listed, category="product_type")
        listed = _objects(value.get("items"))
        if listed and any(first_text(one, "variants.priceMoney.currency") for one in listed):
            money = next(text for one in listed if (text := first_text(one, "variants.priceMoney.currency")))
            return Answer(preset="squarespace", items="items", products=listed, category="productType", money=money)
    listed = _objects(value)
    if _most(listed, lambda one: isinstance(one.get("prices"), dict) and "permalink" in one):
        money = next((text for one in listed if (text := first_text(one, "prices.currency_code"))), "")
        return Answer(preset="woocommerce", items="", products=listed, category="categories.name", money=money)
    lists = [(path, items) for path, items in _lists(value, "", 0) if _are_products(items)]
    if not lists:
        return None
    path, items = max(lists, key=lambda pair: len(pair[1]))
    return Answer(preset="json_api", items=path, products=items)


def _most(items: Sequence[Item], fits: Callable[[Item], bool]) -> bool:
    return bool(items) and sum(map(fits, items)) >= _MOST_SHARE * len(items)


def _objects(value: object) -> tuple[Item, ...]:
    """Return a list of objects, empty where it is none or holds anything else."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return ()
    return tuple(value[:MOST_PRODUCTS])


def _lists(value: object, path: str, depth: int) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Yield every list of objects that stands at a path of keys."""
    found = _objects(value)
    if len(found) >= LEAST_PRODUCTS:
        yield path, found
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            if re.fullmatch(r"[^.\[\]=\s]+", key):
                yield from _lists(inner, f"{path}.{key}" if path else key, depth + 1)


def _are_products(items: Sequence[Item]) -> bool:
    fields = fields_of(_columns(items))
    return "name" in fields and ("price" in fields or "source_id" in fields)


def _columns(items: Sequence[Item]) -> list[Column]:
    """Return the members of objects, and of objects in them, as columns; `place` counts them."""
    paths = list(dict.fromkeys(path for item in items[:20] for path in _paths(item, "", 0)))
    columns = []
    for place, path in enumerate(paths):
        texts = tuple(next((text for one in values_at(item, path) if (text := text_of(one))), "") for item in items)
        columns.append(Column(header=path.rpartition(".")[2], place=place, texts=texts))
    return [dataclasses.replace(column, header=column.header) for column in columns if any(column.texts)]


def _paths(item: Item, path: str, depth: int) -> Iterator[str]:
    for key, value in item.items():
        if not re.fullmatch(r"[^.\[\]=\s]+", key):
            continue
        whole = f"{path}.{key}" if path else key
        if isinstance(value, dict) and depth < _DEEPEST - 1:
            yield from _paths(value, whole, depth + 1)
        elif not isinstance(value, list | dict):
            yield whole


def _own_lines(value: object, answer: Answer, url: str) -> list[Finding]:
    """Return the lines of [json] and [fields] for an API that no platform's form fits."""
    paths = list(dict.fromkeys(path for item in answer.products[:20] for path in _paths(item, "", 0)))
    found = fields_of(_columns(answer.products))
    lines = [line_of("json", "items", toml_text(answer.items), SURE, "")] if answer.items else []
    lines += _paging(value, answer, url)
    lines += [_member_line(field, fit, paths) for field, fit in found.items()]
    if "url" not in found:
        link = next((path for path in paths if path.rpartition(".")[2].casefold() in ("url", "link", "permalink")), "")
        lines += [line_of("fields", "url", toml_text(link), SURE)] if link else []
    for field in ("volume", "abv"):
        if field not in found and "name" in found:
            place = Place(css=(paths[found["name"][0].place],), search=True)
            why = "no member is called so; looked for in the name"
            lines.append(line_of("fields", field, place.toml(), LIKELY, why))
    if "source_id" not in found:
        seen = tuple(map(toml_text, paths[:2]))
        lines.append(line_of("fields", "source_id", "", UNSURE, "no member is called so", seen))
    return lines


def _member_line(field: str, fit: list[Column], paths: list[str]) -> Finding:
    column = fit[0]
    path = toml_text(paths[column.place])
    if field == "price" and _may_be_minor(column.told):
        why = "whole numbers from 1,000 up: pounds and dollars, or pence and cents? Compare one with the shop's page"
        return line_of("fields", field, "", UNSURE, why, (path, f'{{ from = {path}, unit = "minor" }}'))
    others = tuple(toml_text(paths[one.place]) for one in fit[1:3])
    if field == "source_id" and not is_key(column):
        return line_of("fields", field, path, UNSURE, "not every product has one of its own", others)
    if len(fit) == 1 or column.header == field:
        return line_of("fields", field, path, SURE)
    return line_of("fields", field, path, LIKELY, "several members are called so", others)


def _may_be_minor(texts: Sequence[str]) -> bool:
    numbers = sorted(int(text) for text in texts if re.fullmatch("[0-9]{1,9}", text))
    return len(numbers) > 0.8 * len(texts) and numbers[len(numbers) // 2] >= _LEAST_MINOR


def _paging(value: object, answer: Answer, url: str) -> list[Finding]:
    lines = []
    count = len(answer.products)
    members = value if isinstance(value, dict) else {}
    for key, told in members.items():
        is_total = isinstance(told, int) and not isinstance(told, bool) and told >= count
        if is_total and re.search(r"total|count|found|hits", key, re.IGNORECASE):
            lines.append(line_of("json", "total", toml_text(key), LIKELY, f"it says {told:,}"))
            break
    following = next((key for key, told in members.items() if key == "next" and isinstance(told, str)), "")
    if following:
        return [*lines, line_of("json", "next", toml_text(following), SURE, "")]
    query = dict(parse_qsl(urlsplit(url).query))
    page = next((key for key in query if key.casefold() in ("page", "p", "pg") and query[key].isdigit()), "")
    offset = next((key for key in query if key.casefold() in ("offset", "skip", "start")), "")
    if page or offset:
        lines.append(line_of("json", "page" if page else "offset", toml_text(page or offset), SURE, ""))
        size = next((query[key] for key in _PAGE_SIZES if query.get(key, "").isdigit()), str(count))
        lines.append(line_of("json", "size", size, LIKELY, "as many as this answer holds or asks for"))
    else:
        lines.append(line_of("json", "page", "", UNSURE, "neither answer nor address say how its pages follow"))
    return lines


def _feed_lines(answer: Answer, url: str, given: Given) -> tuple[Finding, ...]:
    host = urlsplit(url).hostname or ""
    country = given.country or COUNTRY_DOMAINS.get(host.rpartition(".")[2], "")
    names = " ".join(text_of(value) for product in answer.products[:100] for value in product.values())
    language = given.language or language_of(names[:50_000], country)
    money = given.currency or answer.money
    if not money:
        texts = [text_of(value) for product in answer.products for value in product.values()]
        signs = (
            currencies_of([text for text in texts if len(text) < 20]) if answer.preset == "json_api" else frozenset()
        )
        money = next(iter(signs)) if len(signs) == 1 else ""
    of_country = COUNTRY_MONEY.get(country, "")
    why = f"the money of {country}; the answer does not say it" if of_country else "the answer does not say it"
    said = "you said it" if given.country else f"its host ends with .{host.rpartition('.')[2]}"
    return (
        line_of("feed", "seller", toml_text(host.removeprefix("www.")), LIKELY, "its host"),
        feed_line(
            "country", country, SURE if country else UNSURE, said if country else "neither host nor answer say it"
        ),
        feed_line("language", language, SURE if given.language else LIKELY if language else UNSURE, "its words"),
        feed_line("currency", money or of_country, SURE if money else LIKELY if of_country else UNSURE, why),
    )


def _start(answer: Answer, url: str) -> str:
    """Return the address of a platform's list with the most products that one answer holds."""
    most = {"shopify": ("limit", "250"), "woocommerce": ("per_page", "100")}.get(answer.preset)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if most is None or most[0] in dict(query):
        return url
    return parts._replace(query=urlencode([*query, most])).geturl()


def _bare(value: str) -> str:
    return value.strip('"')
