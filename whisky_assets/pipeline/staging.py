"""Reads a feed's new documents into sightings, lists its products, and makes the checked result the feed's head.

A document is read once: while its bytes, its date, the reader and the parts of the TOML that the reader declares stay
equal, its rows are carried over. Not here: fetching (`collecting`) and what a reader understands (`sources`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from whisky_assets.domain.errors import ExitCode, InputRefusedError
from whisky_assets.domain.outcome import CheckResult, NewTable, Outcome, Problem
from whisky_assets.domain.records import DocumentRead, Listing, Page, QuarantineRow, Sighting
from whisky_assets.pipeline.carry import Carrier, GroupCarrier
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.graph import BALANCE_CHECK
from whisky_assets.pipeline.listing import ListingState, list_products, loss_check, presence_of
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.tables import PAGES, Table, pages_of
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.sources.document import RawDocument, Reading, RefusedItem
from whisky_assets.sources.reading import read_document, reader_version
from whisky_assets.sources.source import Source
from whisky_assets.sources.staging import (
    DocumentStamp,
    document_id,
    quarantine_of,
    reading_digest,
    refused_document,
    sightings_of,
)

STAGED = ("staged/documents", "staged/sightings", "staged/listings", "staged/quarantine")
_STAGING_VERSION = "1"
_PAGE_FACTS = ("url", "role", "fetched_at", "as_of", "body_sha256", "media_type", "charset")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One body of one URL: read once, dated by what it says of itself, else by its last fetch."""

    name: str
    url: str
    role: str
    body_sha256: str
    media_type: str
    charset: str | None
    as_of: datetime
    fetched_at: datetime

    def raw(self, body: bytes = b"") -> RawDocument:
        """Return the document as a reader takes it."""
        return RawDocument(
            url=self.url,
            role=self.role,
            media_type=self.media_type,
            charset=self.charset,
            body=body,
            fetched_at=self.fetched_at,
            as_of=self.as_of,
        )


def maker_of(source: Source) -> str:
    """Return the version of the code that reads a feed's documents into staged rows."""
    return f"staging-{_STAGING_VERSION}+{reader_version(source)}"


def stage(step: Step, feed: str, *, accept_loss: bool = False) -> Outcome:
    """Return the four staged tables of one feed, with rows of unchanged documents carried over.

    Every acknowledged page of the feed is read, whoever collected it: a run that makes these tables alone, or one that
    waited for another, makes the same rows as an ingest. `accept_loss` is a person's word that many products are gone.

    Raises:
        UsageError: the feed's TOML is broken, off, or of the other world.
        BusyError: another run works on the feed.
    """
    workspace = step.workspace
    source = workspace.source(feed)
    step.lock(f"feed/{feed}")
    # After the lock: the run that held it has acknowledged pages of its own.
    pages = pages_of(workspace, feed)
    confirmed = workspace.confirmed_fetches(feed)
    documents = sorted(documents_of(pages), key=lambda document: (document.as_of, document.name))
    staged = _Staged(step, source, feed)
    step.progress.start(f"{feed}: reading documents", len(documents))
    for document, body in _with_bodies(documents, staged, pages):
        staged.take(document, body, confirmed.get((document.url, document.body_sha256)))
        step.progress.advance()
    outcome = staged.outcome(len(documents), accept_loss=accept_loss)
    keep_report(step, f"stage {feed}", outcome)
    return outcome


def advance_head(step: Step, feed: str) -> None:
    """Make the candidates of this run the feed's head in one transaction, and free the feed.

    A table that the run did not make stays in the head as it is.

    Raises:
        CheckFailedError: a blocking check failed on a candidate; the old head stays.
    """
    workspace = step.workspace
    try:
        made = workspace.candidates(step.build, (PAGES, *STAGED), partition=feed)
        present = workspace.heads().get(feed, {})
        head = {**present, **{dataset: one.version for dataset, one in made.items()}}
        if PAGES in present and set(head[PAGES].segments) < set(present[PAGES].segments):
            # A failed run that is run again collected before others did: pages only grow.
            head[PAGES] = present[PAGES]
        workspace.set_heads(feed, head, maker=step.build)
    finally:
        step.unlock(f"feed/{feed}")


def documents_of(pages: Table) -> Iterator[Document]:
    """Return the documents of a feed: every distinct body of every URL, as last seen.

    A page that states no date is dated by its last fetch.
    """
    newest: dict[str, Mapping[str, object]] = {}
    for row in pages.columns(_PAGE_FACTS):
        name = document_id(str(row["url"]), str(row["body_sha256"]))
        held = newest.get(name)
        if held is None or _moment(row["fetched_at"]) > _moment(held["fetched_at"]):
            newest[name] = row
    for name, row in newest.items():
        fetched_at = _moment(row["fetched_at"])
        stated = row["as_of"]
        yield Document(
            name=name,
            url=str(row["url"]),
            role=str(row["role"]),
            body_sha256=str(row["body_sha256"]),
            media_type=str(row["media_type"]),
            charset=None if row["charset"] is None else str(row["charset"]),
            as_of=fetched_at if stated is None else _moment(stated),
            fetched_at=fetched_at,
        )


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is no datetime")
    return value


def _with_bodies(
    documents: Sequence[Document], staged: _Staged, pages: Table
) -> Iterator[tuple[Document, bytes | None]]:
    """Yield each document with its body, or with None where its rows are carried over and no body is needed."""
    needed = {document.body_sha256 for document in documents if not staged.stands(document)}
    waiting: dict[str, list[Document]] = {}
    for document in documents:
        if staged.stands(document):
            yield document, None
        else:
            waiting.setdefault(document.name, []).append(document)
    if not needed:
        return
    for page in pages.rows(where={"body_sha256": needed}):
        if not isinstance(page, Page):
            raise TypeError(f"raw/pages holds {type(page).__name__}")
        for document in waiting.pop(document_id(page.url, page.body_sha256), []):
            yield document, page.body


class _Staged:
    """The four tables of one feed as they grow, document by document."""

    def __init__(self, step: Step, source: Source, feed: str) -> None:
        workspace = step.workspace
        self._feed = feed
        self._source = source
        self._workspace = workspace
        self._maker = maker_of(source)
        self._documents = Carrier(DocumentRead, workspace.head_rows(feed, "staged/documents"), self._maker)
        self._sightings = GroupCarrier(_document_name, workspace.head_rows(feed, "staged/sightings"), self._maker)
        self._quarantine = GroupCarrier(_document_name, workspace.head_rows(feed, "staged/quarantine"), self._maker)
        self._old_listings: list[Listing] = list(workspace.head_rows(feed, "staged/listings"))
        self.read = 0
        self.notes: Counter[str] = Counter()
        self._problems: list[Problem] = []

    def stands(self, document: Document) -> bool:
        """Say whether the document's rows are carried over."""
        return self._documents.stands((self._feed, document.name), self._digest(document))

    def take(self, document: Document, body: bytes | None, confirmed: datetime | None) -> None:
        """Carry a document over (`body` None) or read it."""
        input_digest = self._digest(document)
        last = max(document.fetched_at, confirmed) if confirmed is not None else document.fetched_at
        key = (self._feed, document.name)
        if body is None:
            self._sightings.take(document.name, input_digest)
            self._quarantine.take(document.name, input_digest)
            self._documents.row(key, input_digest, _never, {"last_fetched_at": last})
            return
        self.read += 1
        reading = self._read(document, body)
        self.notes.update(reading.notes)
        unread = [row for row in reading.refused if row.scope == "document"]
        self._problems += [_problem(self._workspace, self._feed, row) for row in unread]
        stamp = DocumentStamp(
            document=document.name, as_of=document.as_of, input_digest=input_digest, maker_version=self._maker
        )
        sightings = sightings_of(self._source, reading, stamp)
        refused = quarantine_of(self._source, reading, stamp)
        self._sightings.put(document.name, sightings)
        self._quarantine.put(document.name, refused)
        self._documents.row(
            key,
            input_digest,
            lambda: DocumentRead(
                feed=self._feed,
                document=document.name,
                url=document.url,
                role=document.role,
                as_of=document.as_of,
                rows_read=reading.rows_read,
                sightings=len(sightings),
                refused_rows=sum(row.scope == "row" for row in refused),
                refused_values=sum(row.scope == "value" for row in refused),
                last_fetched_at=last,
                input_digest=input_digest,
                maker_version=self._maker,
            ),
        )

    def outcome(self, documents: int, *, accept_loss: bool) -> Outcome:
        """Return the four tables with their checks."""
        listings = list_products(
            self._feed,
            self._sightings.rows,
            ListingState(
                documents={row.document: row for row in self._documents.rows},
                presence=presence_of(self._workspace, self._source, self._documents.rows),
            ),
            self._old_listings,
        )
        loss = loss_check(self._old_listings, listings.rows, self._workspace.thresholds.loss, accepted=accept_loss)
        tables = {
            "staged/documents": self._table("staged/documents", self._documents, ()),
            "staged/sightings": self._table("staged/sightings", self._sightings, (self._balance(),)),
            "staged/listings": self._table("staged/listings", listings, (loss,)),
            "staged/quarantine": self._table("staged/quarantine", self._quarantine, ()),
        }
        refused = Counter(row.reason for row in self._quarantine.rows)
        return Outcome(
            tables=tables,
            counts={
                "documents": documents,
                "documents_read": self.read,
                "rows_read": sum(row.rows_read for row in self._documents.rows),
                "sightings": len(self._sightings.rows),
                "refused_rows": sum(row.refused_rows for row in self._documents.rows),
                "refused_values": sum(row.refused_values for row in self._documents.rows),
                "listings": len(listings.rows),
            },
            metadata={
                "refused_because": ", ".join(f"{reason}: {count}" for reason, count in refused.most_common()),
                "notes": "; ".join(self.notes),
            },
            problems=(*self._problems, *_lost(self._workspace, self._feed, loss)),
        )

    def _table(
        self,
        dataset: str,
        made: Carrier[DocumentRead] | Carrier[Listing] | GroupCarrier[Sighting] | GroupCarrier[QuarantineRow],
        checks: tuple[CheckResult, ...],
    ) -> NewTable:
        rows = tuple(made.rows)
        return NewTable(
            dataset=dataset,
            partition=self._feed,
            rows=rows,
            made=made.made,
            carried_rows=made.carried,
            reasons=dict(made.reasons),
            checks=(schema_check(dataset, rows), *checks),
        )

    def _balance(self) -> CheckResult:
        wrong = [
            f"{row.document}: {row.rows_read} read, {row.sightings} sightings, {row.refused_rows} refused"
            for row in self._documents.rows
            if row.rows_read != row.sightings + row.refused_rows
        ]
        return CheckResult(
            table="staged/sightings",
            name=BALANCE_CHECK,
            passed=not wrong,
            summary="rows read = sightings + refused rows" if not wrong else "rows are missing or doubled",
            count=len(wrong),
            cases=tuple(wrong[:10]),
        )

    def _digest(self, document: Document) -> str:
        return reading_digest(self._source, document.name, document.raw())

    def _read(self, document: Document, body: bytes) -> Reading:
        raw = document.raw(body)
        try:
            return read_document(self._source, raw)
        except InputRefusedError as error:
            return refused_document(raw, error)


def _lost(workspace: Workspace, feed: str, loss: CheckResult) -> Iterator[Problem]:
    """Yield what a person should know of many products that went at once: which, and how to accept it."""
    if loss.cases:
        yield Problem(
            code=ExitCode.DONE,
            subject=f"feed {feed}",
            message=f"{loss.summary}, as {', '.join(loss.cases)}",
            remedy=""
            if loss.passed
            else f"If they are really gone, accept it: whisky run{home_words(workspace)} --feed {feed} --accept-loss",
        )


def _problem(workspace: Workspace, feed: str, refused: RefusedItem) -> Problem:
    """Return what a person has to know of a document that no reader understands; told once, when it is read."""
    return Problem(
        code=ExitCode.PARTLY,
        subject=f"feed {feed}",
        message=f"a document was refused ({refused.reason}): {refused.message}",
        remedy="What was read before stays as it was. Mend or fetch it again, then: "
        f"whisky run{home_words(workspace)} --feed {feed}",
    )


def _document_name(row: Sighting | QuarantineRow) -> str:
    return row.document


def _never() -> DocumentRead:
    raise AssertionError("a document that stands is never made anew")


def unread_documents(workspace: Workspace, source: Source, pages: Table) -> list[Document]:
    """Return the kept documents of a feed that no run has read as its TOML and reader now stand.

    One that was kept again after others of its URL is unread too: which of them is the newest word has changed.
    """
    feed = source.feed.name
    maker = maker_of(source)
    read = {row.document: row for row in workspace.head_rows(feed, "staged/documents")}
    return [
        document
        for document in documents_of(pages)
        if (row := read.get(document.name)) is None
        or document.fetched_at > row.last_fetched_at
        or (row.input_digest, row.maker_version) != (reading_digest(source, document.name, document.raw()), maker)
    ]
