"""Which page of a list in JSON comes next: by number, offset, range, or by what the answer itself names.

Not here: fetching it, and whether the crawl found as many products as the list states (`fetching`). A list ends at a
page that is not full, at the stated total, or at an empty page. Where absence means something (`complete`) and no total
is stated, an empty page alone is the end: a server that cuts pages shorter than it was asked for must lose no product.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from whisky_assets.parsing.json_path import first_text
from whisky_assets.sources.document import Link
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.source import JsonPlan


def page_after(url: str, count: int, *, parameter: str, size: int | None, total: int | None = None) -> tuple[Link, ...]:
    """Return the page after one of `count` products, where `parameter` counts pages from 1; `size` is a full page's."""
    page = whole_number(parameter_of(url, parameter), 1)
    if _is_last(count, size) or (size is not None and total is not None and page * size >= total):
        return ()
    return (_with_parameter(url, parameter, str(page + 1)),)


def declared_page_after(
    plan: JsonPlan, url: str, value: object, count: int, *, is_complete: bool = False
) -> tuple[Link, ...]:
    """Return the next page that an API's answer leads to, as its feed declares it.

    Args:
        plan: what the feed says of pages.
        url: the address of this page.
        value: the whole answer.
        count: how many products stand on this page.
        is_complete: the feed says that absence from its list means something.
    """
    if plan.next is not None:
        return _following(plan, url, first_text(value, plan.next))
    total = total_of(plan, value)
    short_ends = not is_complete or total is not None
    size = plan.size if short_ends else None
    if plan.page is not None:
        return page_after(url, count, parameter=plan.page, size=size, total=total)
    if plan.range is not None:
        return _next_range(plan.range, url, count, total, short_ends=short_ends)
    if plan.offset is None or _is_last(count, size):
        return ()
    told = whole_number(parameter_of(url, plan.offset), 0) + count
    return () if total is not None and told >= total else (_with_parameter(url, plan.offset, str(told)),)


def total_of(plan: JsonPlan, value: object) -> int | None:
    """Return how many products the whole list has by the answer's own words, None where it says nothing."""
    told = -1 if plan.total is None else whole_number(first_text(value, plan.total), -1)
    return told if told >= 0 else None


def full_page_of(url: str, parameter: str, default: int, largest: int) -> int:
    """Return how many products a full page holds by the address's own parameter, at most what its platform gives."""
    return min(whole_number(parameter_of(url, parameter), default), largest)


def parameter_of(url: str, name: str) -> str:
    """Return a parameter of an address, of a repeated one the last, empty where it has none."""
    return dict(parse_qsl(urlsplit(url).query)).get(name, "")


def whole_number(text: str, default: int) -> int:
    """Return a number of at most nine digits, the default for anything else."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else default


def _following(plan: JsonPlan, url: str, told: str) -> tuple[Link, ...]:
    """Return the page that an answer names, by an address or by what the declared parameter takes."""
    if not told:
        return ()
    if plan.cursor is not None:
        return (_with_parameter(url, plan.cursor, told),)
    target = joined(url, told)
    return (Link(url=target, role="page"),) if target is not None and target != url else ()


def _next_range(
    pattern: re.Pattern[str], url: str, count: int, total: int | None, *, short_ends: bool
) -> tuple[Link, ...]:
    """Return the page that begins behind the last number of this one's address, and is as long."""
    found = pattern.search(url)
    if found is None:
        return ()
    first, last = whole_number(found["first"], 0), whole_number(found["last"], 0)
    size = last - first + 1
    if size < 1 or _is_last(count, size if short_ends else None) or (total is not None and last >= total):
        return ()
    ends = sorted([(*found.span("first"), last + 1), (*found.span("last"), last + size)], reverse=True)
    for begin, end, number in ends:
        url = f"{url[:begin]}{number}{url[end:]}"
    return (Link(url=url, role="page"),)


def _is_last(count: int, size: int | None) -> bool:
    return count == 0 or (size is not None and count < size)


def _with_parameter(url: str, name: str, value: str) -> Link:
    parts = urlsplit(url)
    query = [(key, told) for key, told in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return Link(url=parts._replace(query=urlencode([*query, (name, value)])).geturl(), role="page")
