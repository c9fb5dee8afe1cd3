"""A home whose changes are noted, with a few days of work in it, for the tests of recovery."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from whisky_assets.domain.outcome import NewTable, Quiet
from whisky_assets.domain.records import Page
from whisky_assets.storage.builds import open_build
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.heads import heads, set_heads
from whisky_assets.storage.recovery.changes import MAY_BE_LOST, watch, watched_tables
from whisky_assets.storage.recovery.events import publish_events
from whisky_assets.storage.recovery.rebuild import Place, Rebuilt, rebuild_state
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.snapshots import commit_snapshot, current
from whisky_assets.storage.tables import put_table
from whisky_assets_tests.storage.worlds import NOW, World, archive_file, listing, listings, open_world, page

Rows = Mapping[str, frozenset[tuple[object, ...]]]


@contextmanager
def watched_world(root: Path) -> Iterator[World]:
    """Opens a home, notes its changes, and closes it."""
    world = open_world(root)
    watch(world.db)
    try:
        yield world
    finally:
        world.db.close()


def work_a_day(world: World, day: int, *, person: str = "kim") -> None:
    """Fetches two pages, reads a feed, builds and commits."""
    now = NOW + timedelta(days=day)
    world.store.write(Page, [page(2 * day), page(2 * day + 1)], partition="hanok", now=now)
    read = put_table(world.store, listings([listing(one) for one in range(day + 1)]), build=f"ingest-{day}", now=now)
    with world.db.transaction() as connection:
        set_heads(connection, "hanok", {"staged/listings": read}, maker=f"ingest-{day}", now=now)
    opened = open_build(world.db, f"build-{day}", now, heads(world.db))
    files = put_table(
        world.store,
        NewTable(
            dataset="archives/files", rows=tuple(archive_file(person, str(one).encode()) for one in range(day + 1))
        ),
        build=f"build-{day}",
        now=now,
    )
    commit_snapshot(
        world.db, build=f"build-{day}", parent=opened.parent, tables={files.key: files}, heads=heads(world.db), now=now
    )


def end_a_day(world: World, day: int, *, backup: bool = True) -> None:
    """Publishes what changed, and backs the state up."""
    now = NOW + timedelta(days=day, hours=1)
    publish_events(world.store, now)
    if backup:
        back_up_state(world.db, world.store.volumes, now)


def truth(world: World) -> Rows:
    """All rows that a rebuild owes, without what it may fill in anew."""
    fills_in = {"copies": {"created_at", "verified_at"}, "volumes": {"seen_at", "created_at"}}
    with world.db.reading() as connection:
        told = {}
        for table in watched_tables(connection):
            columns = [name for name in table.columns if name not in fills_in.get(table.name, ())]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table.name}")  # noqa: S608 - names of the schema
            told[table.name] = frozenset(rows)
    assert not MAY_BE_LOST & told.keys()
    return told


def digest_of(world: World) -> str:
    return storage_digest(world.db, appended=("raw/pages", "archives/files")).whole


def snapshot_names(world: World) -> str | None:
    found = current(world.db)
    return None if found is None else found.name


def lose_state(root: Path) -> None:
    """Deletes the state database and its logs."""
    for path in root.glob("state.sqlite*"):
        path.unlink()


def lose_backups(root: Path) -> None:
    """Deletes all backups on the home's own volume."""
    shutil.rmtree(root / "volumes" / "local" / "state", ignore_errors=True)


def rebuilt(world: World, *, replace: bool = True, place: Path | None = None) -> Rebuilt:
    """Rebuilds the home of a closed world."""
    places = [Place(place)] if place else []
    return rebuild_state(world.home, MIGRATIONS, NOW + timedelta(days=99), Quiet(), places=places, replace=replace)
