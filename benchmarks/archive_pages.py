"""Pages for the benchmarks of the archive: saved ones, ones of a shop's kind, and weekly visits to the saved ones."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from whisky_assets.domain.records import Page
from whisky_assets_tests.storage.worlds import NOW

VISITS = 12


def saved_pages(folder: Path) -> list[Page]:
    """Return the saved pages as rows, each of the feed that its folder is named after."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [page_of(path.parent.name, path.name, path.read_bytes(), seconds) for seconds, path in enumerate(paths)]


def shop_body(seed: int, size_bytes: int) -> bytes:
    """Return a page of a shop's kind: the same frame each time, other names and numbers, about this size."""
    numbers = draw(seed)
    lines = []
    length = 0
    while length < size_bytes:
        number = numbers.randrange(10**9)
        link = f'<a href="/whisky/{number:x}">Bottling {number % 977}</a>'
        line = f'<li class="product" data-id="{number}">{link} <b>{number % 9973}.00</b></li>\n'
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()


def weekly_visits(pages: Sequence[Page]) -> list[Page]:
    """Return pages as weekly visits would find them: in a tenth of the lines that hold a digit one is another."""
    found = []
    for visit in range(VISITS):
        numbers = draw(visit)
        for page in pages:
            lines = page.body.split(b"\n")
            changed = b"\n".join(_changed(line, numbers) for line in lines)
            found.append(page_of(page.feed, page.url.rsplit("/", 1)[1], changed, visit * 604_800, page.media_type))
    return found


def _changed(line: bytes, numbers: random.Random) -> bytes:
    at = next((place for place, byte in enumerate(line) if 48 < byte < 58), None)
    if at is None or numbers.random() > 0.1:
        return line
    return line[:at] + str(numbers.randrange(1, 10)).encode() + line[at + 1 :]


def draw(seed: int) -> random.Random:
    """Return a source of the same draws each time."""
    return random.Random(seed)  # noqa: S311 - repeatable pages for a benchmark, no secret


def page_of(feed: str, name: str, body: bytes, seconds: int, media_type: str = "") -> Page:
    """Return a body as a row of the archive, fetched so many seconds after the first."""
    told = media_type or ("application/json" if name.endswith(".json") else "text/html")
    return Page(
        feed=feed,
        url=f"https://{feed}.example/{name}",
        fetched_at=NOW + timedelta(seconds=seconds),
        role="page",
        status=200,
        media_type=told,
        body_sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )
