"""What a feed's TOML reads on saved pages, now: rows, kinds, refusals, and what differs from what was read before.

Nothing is stored and nothing is asked of a site. The pages are those that the home keeps, or files from elsewhere. Not
here: reading (`sources.reading`), and what becomes of rows across pages (`staging`, `offering`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.domain.errors import ExitCode, InputRefusedError, UsageError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.domain.records import Page, Sighting
from whisky_assets.parsing.money import amount_text
from whisky_assets.parsing.names import parse_name
from whisky_assets.pipeline.staging import Document, documents_of
from whisky_assets.pipeline.tables import pages_of
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.crawling import role_of
from whisky_assets.sources.document import RawDocument, Reading, ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets.sources.staging import document_id, refused_document

SHOWN = 10
"""Rows, and refusals of one reason, that are shown."""

_COMPARED = tuple(field.name for field in dataclasses.fields(ReadItem) if field.name != "ordinal")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """One product as it is read now, and what it is taken for: whisky, spirit drink, bundle, review or other goods.

    `price` is its price as a person reads it, empty where none was read.
    """

    item: ReadItem
    kind: str
    price: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PageTrial:
    """One page read anew. `before` says whether it was read before; the counts after it compare with that reading."""

    url: str
    rows: tuple[ReadRow, ...]
    reading: Reading
    before: bool = False
    new: int = 0
    gone: int = 0
    changed: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def unread(self) -> str:
        """Why no reader understands the page, nothing where one does."""
        return next((refused.message for refused in self.reading.refused if refused.scope == "document"), "")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrial:
    """One feed on its saved pages."""

    feed: str
    pages: tuple[PageTrial, ...]

    @property
    def rows(self) -> list[ReadRow]:
        """All rows of all pages."""
        return [row for page in self.pages for row in page.rows]

    def kinds(self) -> Counter[str]:
        """Return how many rows are of each kind."""
        return Counter(row.kind for row in self.rows)

    def refused(self, scope: str) -> list[tuple[str, str, str]]:
        """Return reason, message and evidence of each refused row or value."""
        found = (refused for page in self.pages for refused in page.reading.refused if refused.scope == scope)
        return [(refused.reason, refused.message, refused.evidence) for refused in found]

    def changed(self) -> Counter[str]:
        """Return in how many rows each field differs from what was read before."""
        total: Counter[str] = Counter()
        for page in self.pages:
            total.update(page.changed)
        return total

    def differs(self) -> str:
        """Return in words what differs from the last reading."""
        read_before = [page for page in self.pages if page.before]
        if not read_before:
            return "not read before"
        told = [f"{sum(page.new for page in read_before)} new", f"{sum(page.gone for page in read_before)} gone"]
        told = [words for words in told if not words.startswith("0 ")]
        told += [f"{field} {count}" for field, count in sorted(self.changed().items())]
        return ", ".join(told) or "nothing"

    def problems(self) -> Iterator[Problem]:
        """Yield a problem (3) for each page that no reader understands, and for rows that would be lost."""
        for page in self.pages:
            if page.unread:
                yield Problem(
                    code=ExitCode.PARTLY,
                    subject=f"feed {self.feed}",
                    message=f"{page.url}: {page.unread}",
                    remedy="Look at the page, and mend the feed's TOML.",
                )
        gone = sum(page.gone for page in self.pages)
        if gone:
            yield Problem(
                code=ExitCode.PARTLY,
                subject=f"feed {self.feed}",
                message=f"{gone} products that were read on these pages before are read no longer",
                remedy="Mend the feed's TOML, or go on if these were no products.",
            )

    def cells(self) -> tuple[object, ...]:
        """Return the line of the table of all feeds, by `FEED_HEADERS`."""
        kinds = self.kinds()
        return (
            self.feed,
            len(self.pages),
            len(self.rows),
            kinds["whisky"],
            len(self.refused("row")),
            len(self.refused("value")),
            self.differs(),
        )

    def as_result(self, *, with_rows: bool = True) -> dict[str, object]:
        """Return the answer for a program, each row of it if asked."""
        return {
            "feed": self.feed,
            "pages": [
                {"url": page.url, "rows": len(page.rows), "unread": page.unread, "new": page.new, "gone": page.gone}
                for page in self.pages
            ],
            "kinds": dict(sorted(self.kinds().items())),
            "refused_rows": [dict(zip(("reason", "message"), told, strict=False)) for told in self.refused("row")],
            "refused_values": dict(sorted(Counter(reason for reason, _, _ in self.refused("value")).items())),
            "changed": dict(sorted(self.changed().items())),
            **({"rows": [{"kind": row.kind, **_shown_fields(row)} for row in self.rows]} if with_rows else {}),
        }


FEED_HEADERS = ("feed", "pages", "rows", "whiskies", "refused rows", "refused values", "differs from the last reading")
ROW_HEADERS = ("kind", "name", "price", "size", "ABV", "number")


def try_kept(workspace: Workspace, feed: str, progress: Progress) -> FeedTrial:
    """Read the newest body of each page that the home keeps of a feed, on or off, and compare with its last reading.

    Raises:
        UsageError: no such feed, or its TOML is broken.
    """
    source = workspace.sources.get(feed)
    pages = pages_of(workspace, feed)
    newest: dict[str, Document] = {}
    for document in sorted(documents_of(pages), key=lambda one: (one.as_of, one.fetched_at, one.name)):
        newest[document.url] = document
    wanted = {document.name: document for document in newest.values()}
    before = _read_before(workspace, feed, wanted)
    if wanted:
        progress.start(f"{feed}: reading kept pages", len(wanted))
    tried: dict[str, PageTrial] = {}
    for page in pages.rows(where={"body_sha256": {document.body_sha256 for document in wanted.values()}}):
        if not isinstance(page, Page):
            raise TypeError(f"raw/pages holds {type(page).__name__}")
        found = wanted.pop(document_id(page.url, page.body_sha256), None)
        if found is not None:
            tried[page.url] = _tried(workspace, source, found.raw(page.body), before.get(found.name))
            progress.advance()
    return FeedTrial(feed=feed, pages=tuple(tried[url] for url in sorted(tried)))


def try_files(workspace: Workspace, feed: str, paths: Sequence[Path], url: str | None = None) -> FeedTrial:
    """Read saved pages or price lists with a feed's TOML, on or off.

    Args:
        workspace: the home whose feeds count.
        feed: which of them.
        paths: the files.
        url: the address of the page that they were saved from; None for the feed's first start.

    Raises:
        UsageError: no such feed, its TOML is broken, or a file cannot be read.
    """
    source = workspace.sources.get(feed)
    start = source.fetch.start[0] if source.fetch is not None else ""
    tried = []
    for path in paths:
        try:
            body = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}", remedy="Name a saved page.") from error
        address = url or start or f"file:{path.name}"
        raw = RawDocument(
            url=address,
            role=role_of(source, address) if source.is_crawled else "file",
            media_type="",
            charset=None,
            body=body,
            fetched_at=workspace.now(),
        )
        tried.append(dataclasses.replace(_tried(workspace, source, raw, None), url=str(path)))
    return FeedTrial(feed=feed, pages=tuple(tried))


def try_document(workspace: Workspace, source: Source, document: RawDocument) -> FeedTrial:
    """Read one document with a feed that need not be the home's."""
    return FeedTrial(feed=source.name, pages=(_tried(workspace, source, document, None),))


def lines_of(trial: FeedTrial) -> Iterator[str]:
    """Yield what there is to tell of one feed beside its rows: kinds, refusals with evidence, differences."""
    if not trial.pages:
        yield f"{trial.feed}: this home keeps no page of it; name saved ones: whisky sources test {trial.feed} FILE"
        return
    yield f"{trial.feed}: {_counted(len(trial.pages), 'page')}, {_counted(len(trial.rows), 'row')}"
    yield from (f"  {kind}: {count:,}" for kind, count in sorted(trial.kinds().items()))
    for scope in ("row", "value"):
        by_reason: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for reason, message, evidence in trial.refused(scope):
            by_reason[reason].append((message, evidence))
        for reason, cases in sorted(by_reason.items()):
            message, evidence = cases[0]
            yield f"  refused {scope}s, {reason}: {len(cases):,}, as {message}"
            yield f"    {' '.join(evidence.split())[:160]}"
    if any(page.before for page in trial.pages):
        yield f"differs from the last reading: {trial.differs()}"


def row_cells(row: ReadRow) -> tuple[object, ...]:
    """Return a row of the table of products, by `ROW_HEADERS`."""
    shown = _shown_fields(row)
    return row.kind, shown["name"], shown["price"], shown["size"], shown["abv"], shown["number"]


def _shown_fields(row: ReadRow) -> dict[str, object]:
    item = row.item
    return {
        "number": f"{item.id_space}:{item.source_id}",
        "name": item.name,
        "price": row.price,
        "size": "" if item.volume_ml is None else f"{item.volume_ml} ml",
        "abv": "" if item.abv_pct is None else f"{item.abv_pct} %",
        "url": item.url,
    }


def _tried(
    workspace: Workspace, source: Source, raw: RawDocument, before: Mapping[tuple[str, str], Sighting] | None
) -> PageTrial:
    try:
        reading = read_document(source, raw)
    except InputRefusedError as error:
        reading = refused_document(raw, error)
    digits = workspace.reference.currencies
    rows = tuple(
        ReadRow(
            item=item,
            kind=_kind(workspace, source, item),
            price=amount_text(item.price_minor, item.currency, digits),
        )
        for item in reading.items
    )
    trial = PageTrial(url=raw.url, rows=rows, reading=reading)
    if before is None:
        return trial
    now = {(item.id_space, item.source_id): item for item in reversed(reading.items)}
    both = now.keys() & before.keys()
    return dataclasses.replace(
        trial,
        before=True,
        new=len(now.keys() - before.keys()),
        gone=len(before.keys() - now.keys()),
        changed=Counter(
            field for key in both for field in _COMPARED if getattr(now[key], field) != getattr(before[key], field)
        ),
    )


def _kind(workspace: Workspace, source: Source, item: ReadItem) -> str:
    name, _ = clean_name(item.name)
    parsed = parse_name(
        name,
        workspace.reference,
        producer=item.producer,
        category=item.category,
        abv_pct=item.abv_pct,
        language=item.language,
    )
    limits = workspace.thresholds.abv
    return kind_of(source.kinds, item.category, name, parsed, item.abv_pct, item.volume_ml, limits).kind


def _read_before(
    workspace: Workspace, feed: str, names: Iterable[str]
) -> Mapping[str, Mapping[tuple[str, str], Sighting]]:
    """Return the last reading of each document that was read: its sightings by product, the first of each."""
    wanted = set(names)
    read = {row.document for row in workspace.head_rows(feed, "staged/documents")} & wanted
    found: dict[str, dict[tuple[str, str], Sighting]] = {name: {} for name in read}
    for row in sorted(workspace.head_rows(feed, "staged/sightings"), key=lambda row: row.ordinal):
        if row.document in found:
            found[row.document].setdefault((row.id_space, row.source_id), row)
    return found


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
