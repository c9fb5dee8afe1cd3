"""Answers of the commands that look things up in the current snapshot: find, show and parse.

A reader sees one whole snapshot. Not here: why two listings are one whisky (`explaining`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import record_for
from whisky_assets.domain.records import Claim, Match, Offer, Whisky
from whisky_assets.identity.find import FindIndex, Found
from whisky_assets.identity.find_index import COLUMNS
from whisky_assets.identity.registry import Registry
from whisky_assets.parsing.money import amount_text
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.explaining import why, why_rows
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.reference import load_reference
from whisky_assets.sources.source import IMAGE_COLUMN
from whisky_assets.storage.parquet import Where
from whisky_assets.storage.snapshots import Snapshot

__all__ = ["OFFER_HEADERS", "Shown", "find", "parse", "show", "why", "why_rows"]

OFFER_HEADERS = ("offer", "seller", "name", "abv", "size", "price", "state", "because")

_UNSEARCHED: Mapping[str, Any] = {
    "family_pk": "",
    "kind": "",
    "verdict": "",
    "live_offer_count": 0,
    "sources": (),
    "licences": (),
    "search_tokens": (),
    "input_digest": "",
    "maker_version": "",
}
"""What a row must hold and no search reads."""

Row = TypeVar("Row")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One whisky with every source's word on it: `claims` rows are field, value, told by, and whether it wins.

    A word that no document may show says whose terms withhold it; the picture that is shown says whose it is.
    """

    asked: str
    whisky: Whisky
    claims: tuple[tuple[str, str, str, str], ...]
    offers: tuple[tuple[str, ...], ...]
    offer_headers: tuple[str, ...] = OFFER_HEADERS


def find(workspace: Workspace, text: str, *, limit: int) -> list[Found]:
    """Return the whiskies that a text means, best first; none where nothing is close.

    Raises:
        UsageError: nothing was built yet, the text is empty, or the limit is below 1.
    """
    if not text.strip():
        raise UsageError("the text is empty", remedy='For example: whisky find "ardbeg ten"')
    if limit < 1:
        raise UsageError(f"a limit of {limit} shows nothing", remedy="Name 1 or more.")
    snapshot = current(workspace)
    return FindIndex(_searched(workspace, snapshot), workspace.reference).find(text, limit)


def _searched(workspace: Workspace, snapshot: Snapshot) -> Iterator[Whisky]:
    """Yield the whiskies of a snapshot with the columns alone by which they are found: tokens are most of a row."""
    segments = snapshot.table("core/whiskies").segments
    for told in workspace.store.read_columns(segments, Whisky, COLUMNS):
        yield Whisky(**{**_UNSEARCHED, **dict(zip(COLUMNS, told, strict=True))})


def show(workspace: Workspace, pk: str) -> Shown:
    """Return a whisky by its key, also by one that was merged into it, with its claims and offers.

    Raises:
        UsageError: nothing was built yet, or no whisky ever had this key.
    """
    snapshot = current(workspace)
    found = resolved(workspace, snapshot, pk)
    whisky = next(rows(workspace, snapshot, Whisky, {"whisky_pk": found}), None)
    if whisky is None:
        raise UsageError(f"{snapshot.name} holds no whisky {found}", remedy="Build again: whisky run")
    because = {
        (match.id_space, match.source_id): match.reason
        for match in rows(workspace, snapshot, Match, {"whisky_pk": found})
    }
    return Shown(
        asked=pk,
        whisky=whisky,
        claims=tuple(
            _claim_row(claim, _picture_line(workspace, whisky) if claim.field == IMAGE_COLUMN else None)
            for claim in rows(workspace, snapshot, Claim, {"whisky_pk": found})
        ),
        offers=tuple(
            _offer_row(offer, because[(offer.id_space, offer.source_id)], workspace.reference.currencies)
            for offer in offers_of(workspace, snapshot, because)
        ),
    )


def parse(text: str, curation: Path | None = None) -> ParsedName:
    """Return what a name says by the shipped tables, with the rows of a folder `curation` beside them.

    Raises:
        UsageError: a row of that folder cannot be meant; names file and line.
    """
    return parse_name(text, load_reference(curation))


def current(workspace: Workspace) -> Snapshot:
    """Return the current snapshot.

    Raises:
        UsageError: there is none.
    """
    snapshot = workspace.current_snapshot()
    if snapshot is None:
        raise UsageError("nothing was built in this home yet", remedy="Build: whisky run")
    return snapshot


def rows(workspace: Workspace, snapshot: Snapshot, record_type: type[Row], where: Where) -> Iterator[Row]:
    """Yield rows of one table of a snapshot whose columns hold the asked values; none where it lacks the table."""
    for (dataset, _), version in snapshot.tables.items():
        if record_for(dataset) is record_type:
            yield from workspace.store.read(version.segments, record_type, where=where)


def offers_of(workspace: Workspace, snapshot: Snapshot, keys: Mapping[tuple[str, str], Any]) -> list[Offer]:
    """Return the offers with these `(id_space, source_id)`, in order of key."""
    if not keys:
        return []
    asked: Where = {"id_space": {key[0] for key in keys}, "source_id": {key[1] for key in keys}}
    found = [row for row in rows(workspace, snapshot, Offer, asked) if (row.id_space, row.source_id) in keys]
    return sorted(found, key=lambda row: (row.id_space, row.source_id))


def resolved(workspace: Workspace, snapshot: Snapshot, pk: str) -> str:
    """Return the key that answers for a whisky's key.

    Raises:
        UsageError: no whisky ever had it.
    """
    registry = Registry.from_events(workspace.rows(snapshot.table("core/registry")))
    if pk not in set(registry.keys()):
        raise UsageError(f"no whisky ever had the key {pk!r}", remedy='Find it by name: whisky find "ardbeg ten"')
    return registry.resolve(pk)


def _picture_line(workspace: Workspace, whisky: Whisky) -> str | None:
    """Return whose the picture of a whisky is and under which terms as they stand, None where no document shows it."""
    source = workspace.sources.sources.get(whisky.image_feed or "")
    return None if source is None else source.picture_line


def _claim_row(claim: Claim, line: str | None) -> tuple[str, str, str, str]:
    value = json.loads(claim.value)
    told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    witness = f"{claim.witness}, read in its name" if claim.read_from == "name" else claim.witness
    wins = ("yes", line) if claim.wins else ()
    said = (*wins, claim.withheld_by and f"withheld by the terms of {claim.withheld_by}")
    return (claim.field, told, f"{claim.id_space}:{claim.source_id} ({witness})", ", ".join(filter(None, said)))


def _offer_row(offer: Offer, because: str, currencies: Mapping[str, int]) -> tuple[str, ...]:
    size = "" if offer.volume_ml is None else f"{offer.volume_ml} ml"
    return (
        f"{offer.id_space}:{offer.source_id}",
        offer.seller,
        offer.clean_name,
        "" if offer.abv_pct is None else f"{offer.abv_pct:g}%",
        size if offer.pack_count == 1 else f"{offer.pack_count} x {size or '?'}",
        amount_text(offer.price_minor, offer.currency, currencies),
        offer.page_state if offer.verdict == "publish" else f"{offer.page_state}, {offer.verdict}",
        because,
    )
