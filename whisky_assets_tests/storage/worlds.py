"""Rows and homes for the tests of storage, so that each test says only what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from whisky_assets.domain.outcome import CheckResult, NewTable
from whisky_assets.domain.records import ArchiveFile, Listing, Page
from whisky_assets.storage.home import Home, create_home
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.volumes import open_volumes

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


@dataclass(frozen=True, slots=True)
class World:
    """An open home."""

    home: Home
    db: StateDatabase
    store: SegmentStore


def open_world(root: Path, now: datetime = NOW, gcs_client: Any = None) -> World:
    """Opens the home in a folder, making it the first time."""
    home = create_home(root, "sample", now)
    db = StateDatabase.open(home.state_path, MIGRATIONS)
    return World(home, db, SegmentStore(db, open_volumes(db, home, now, gcs_client=gcs_client)))


def listing(number: int, *, feed: str = "hanok", name: str = "Ardbeg 10", seen: datetime = NOW, **told: Any) -> Listing:
    return Listing(
        feed=feed,
        id_space=feed,
        source_id=f"{number:04d}",
        seller="Hanok",
        name=name,
        as_of=NOW,
        document="http://hanok.sample/list@0123456789ab",
        ordinal=number,
        language="en",
        licence="sample",
        input_digest="0" * 64,
        maker_version="1",
        first_seen=NOW,
        last_seen=seen,
        **told,
    )


def page(number: int, *, feed: str = "hanok", body: bytes = b"<html>") -> Page:
    return Page(
        feed=feed,
        url=f"http://hanok.sample/whisky/{number:05d}",
        fetched_at=NOW + timedelta(seconds=number),
        role="page",
        status=200,
        media_type="text/html",
        body_sha256=sha256(body).hexdigest(),
        body=body,
    )


def archive_file(user: str, body: bytes = b"{}") -> ArchiveFile:
    return ArchiveFile(
        user=user,
        sha256=sha256(body).hexdigest(),
        name="notes.json",
        media_type="application/json",
        imported_at=NOW,
        body=body,
    )


def listings(rows: Sequence[Listing], *checks: CheckResult, carried: tuple[str, ...] = ()) -> NewTable:
    """A table of the feed `hanok`."""
    return NewTable(dataset="staged/listings", rows=tuple(rows), partition="hanok", carried=carried, checks=checks)


def verdict(name: str, *, passed: bool, table: str = "staged/listings", summary: str = "") -> CheckResult:
    return CheckResult(table=table, name=name, passed=passed, summary=summary, count=0 if passed else 3)
