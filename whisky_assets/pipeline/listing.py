"""Lists a feed's products from its sightings: the newest word, first and last seen, and whether it still stands there.

Presence: a product page is `missing` or `gone` as the frontier says of its URL. Where a feed says that absence means
something (`complete = true`), a product that newer whole editions do not tell is missing, and gone after three of them
that lie seven days or more apart. Everywhere else absence proves nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from whisky_assets.cleaning.thresholds import LossLimits, shipped_thresholds
from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import CheckResult
from whisky_assets.domain.records import DocumentRead, Listing, Sighting
from whisky_assets.fetching.entries import MISS_APART
from whisky_assets.pipeline.carry import Carrier
from whisky_assets.pipeline.graph import LOSS_CHECK
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.source import Source

_LISTING_VERSION = "1"
_MAKER = f"listing-{_LISTING_VERSION}"
MISSES_UNTIL_GONE = 3
_CASES = 10

_TOLD = tuple(field.name for field in dataclasses.fields(Sighting) if field.name != "input_digest")

Presence = Callable[[DocumentRead], str]
"""Says of the document that tells a product last whether the product still stands there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListingState:
    """What listing needs beside sightings: the documents as read, and how presence is judged."""

    documents: Mapping[str, DocumentRead]
    presence: Presence


def presence_of(workspace: Workspace, source: Source, documents: Iterable[DocumentRead]) -> Presence:
    """Return how this feed tells whether a product still stands there.

    Its whole editions are its complete crawls and its files, also those that are read just now; a file that told no
    product (another header, an error page) is no edition: it would make all of them missing.
    """
    if source.pages is not None:
        states = workspace.page_states(source.feed.name)
        return lambda document: states.get(document.url, "live")
    if not source.feed.complete:
        return lambda _: "live"
    files = {document.as_of for document in documents if document.role == "file" and document.sightings}
    editions = sorted({*workspace.complete_crawls(source.feed.name), *files})
    return lambda document: state_by_editions(document, editions)


def state_by_editions(document: DocumentRead, editions: Sequence[datetime]) -> str:
    """Return `live`, `missing` or `gone` by the whole editions that came after the document was last seen."""
    last_told = max(document.as_of, document.last_fetched_at) if document.role != "file" else document.as_of
    misses: list[datetime] = []
    for edition in sorted(editions):
        if edition > last_told and (not misses or edition - misses[-1] >= MISS_APART):
            misses.append(edition)
    if not misses:
        return "live"
    return "gone" if len(misses) >= MISSES_UNTIL_GONE else "missing"


def list_products(
    feed: str, sightings: Iterable[Sighting], state: ListingState, previous: Iterable[Listing]
) -> Carrier[Listing]:
    """Return one listing a product of the feed: its newest sighting, first and last seen, and its presence."""
    carrier = Carrier(Listing, previous, _MAKER)
    told: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sightings:
        told.setdefault((sighting.id_space, sighting.source_id), []).append(sighting)
    for (id_space, source_id), group in sorted(told.items()):
        newest = max(group, key=lambda sighting: _recency(sighting, state.documents))
        document = state.documents[newest.document]
        presence = state.presence(document)
        old = carrier.previous((feed, id_space, source_id))
        seen = {
            "first_seen": min([sighting.as_of for sighting in group] + ([old.first_seen] if old else [])),
            "last_seen": max(document.as_of, document.last_fetched_at),
        }
        repeats = len(group) - 1
        input_digest = digest([_content(newest), presence, repeats])
        carrier.row(
            (feed, id_space, source_id),
            input_digest,
            _maker_of(newest, presence, repeats, seen, input_digest),
            seen,
        )
    return carrier


def loss_check(
    previous: Sequence[Listing], rows: Sequence[Listing], limits: LossLimits | None = None, *, accepted: bool = False
) -> CheckResult:
    """Return whether the feed lost no more of its live products at once than the limits (None: shipped) allow.

    `accepted` is a person's word that the loss is real: what would have been stopped is told and passes.
    """
    alive = {(row.id_space, row.source_id) for row in previous if row.page_state == "live"}
    still = {(row.id_space, row.source_id) for row in rows if row.page_state == "live"}
    lost = sorted(alive - still)
    limits = limits or shipped_thresholds().loss
    too_much = len(alive) >= limits.smallest_base and len(lost) > limits.largest_share * len(alive)
    told = f"{len(lost)} of {len(alive)} live products are no longer told"
    return CheckResult(
        table="staged/listings",
        name=LOSS_CHECK,
        passed=accepted or not too_much,
        summary=f"accepted: {told}" if accepted and too_much else told,
        count=len(lost) if too_much and not accepted else 0,
        cases=tuple(":".join(key) for key in lost[:_CASES]) if too_much else (),
    )


def _recency(sighting: Sighting, documents: Mapping[str, DocumentRead]) -> tuple[datetime, datetime, str, int]:
    document = documents[sighting.document]
    # A repeat inside one document: the earlier row speaks.
    return (sighting.as_of, document.last_fetched_at, sighting.document, -sighting.ordinal)


def _content(sighting: Sighting) -> dict[str, Any]:
    return {name: getattr(sighting, name) for name in _TOLD}


def _maker_of(
    newest: Sighting, presence: str, repeats: int, seen: Mapping[str, datetime], input_digest: str
) -> Callable[[], Listing]:
    def make() -> Listing:
        told = {**_content(newest), **seen, "input_digest": input_digest, "maker_version": _MAKER}
        return Listing(**told, page_state=presence, repeats=repeats)

    return make
