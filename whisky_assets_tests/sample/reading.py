"""Reads every document of a week of the sample world with the shipped feeds, without a server or a home."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.pages import answer
from whisky_assets.sample.world import World
from whisky_assets.sources.document import RawDocument, ReadItem, RefusedItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, SourceSet, load_sources

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Told:
    """What one feed tells in one week."""

    items: list[ReadItem] = field(default_factory=list)
    refused: list[RefusedItem] = field(default_factory=list)
    refused_documents: list[tuple[str, str]] = field(default_factory=list)
    rows_read: int = 0
    notes: list[str] = field(default_factory=list)


def sample_sources() -> SourceSet:
    return load_sources([SHIPPED_FEEDS], "sample")


def documents(world: World, week: int) -> Iterator[tuple[str, RawDocument]]:
    """Yield the first documents of each feed: what it starts with, and new files."""
    for name, source in sample_sources().sources.items():
        for url in source.fetch.start if source.fetch else ():
            yield name, page(world, week, url, "page" if name == "harbour" else "index")
    for name, editions in world.files(week).items():
        for file_name, body in editions:
            media_type = "text/csv" if file_name.endswith(".csv") else XLSX
            yield (
                name,
                RawDocument(
                    url=f"file:{file_name}",
                    role="file",
                    media_type=media_type,
                    charset=None,
                    body=body,
                    fetched_at=week_now(week),
                ),
            )


def page(world: World, week: int, url: str, role: str) -> RawDocument:
    parts = urlsplit(url)
    found = answer(world, week, parts.netloc, f"{parts.path}?{parts.query}" if parts.query else parts.path)
    assert found.status == 200, url
    media_type, _, charset = found.content_type.partition("; charset=")
    return RawDocument(
        url=url,
        role=role,
        media_type=media_type,
        charset=charset or None,
        body=found.body,
        fetched_at=week_now(week),
    )


def read_week(world: World, week: int) -> dict[str, Told]:
    """Return what each feed tells, following its links."""
    sources = sample_sources()
    told = {name: Told() for name in sources.sources}
    waiting = list(documents(world, week))
    seen: set[str] = set()
    while waiting:
        name, document = waiting.pop(0)
        if document.url in seen:
            continue
        seen.add(document.url)
        try:
            reading = read_document(sources.get(name), document)
        except InputRefusedError as error:
            told[name].refused_documents.append((document.url, error.reason))
            continue
        told[name].items.extend(reading.items)
        told[name].refused.extend(reading.refused)
        told[name].rows_read += reading.rows_read
        told[name].notes.extend(reading.notes)
        waiting.extend((name, page(world, week, link.url, link.role)) for link in reading.links)
    return told
