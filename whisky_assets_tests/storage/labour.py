"""A small day's work of a home, as a program of its own that a test kills anywhere and starts again.

`python -m whisky_assets_tests.storage.labour HOME` crawls pages, reads them, sets the head, builds and commits, and
prints a line after each thing that it acknowledges.
"""

import sys
from pathlib import Path

from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.records import ArchiveFile, Page
from whisky_assets.storage.builds import open_build
from whisky_assets.storage.heads import heads, set_heads
from whisky_assets.storage.home import create_home
from whisky_assets.storage.parts import part_of
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.snapshots import commit_snapshot, current
from whisky_assets.storage.state import Migration, StateDatabase
from whisky_assets.storage.tables import put_table
from whisky_assets.storage.volumes import open_volumes
from whisky_assets_tests.storage.worlds import NOW, World, archive_file, listing, listings, page

FRONTIER = Migration("frontier", 1, "CREATE TABLE frontier (number INTEGER PRIMARY KEY) STRICT")
BATCHES = ((0, 1, 2), (3, 4), (5,))
BUILDS = 2


def open_labour(root: Path) -> World:
    """Opens the home with a frontier of the test's own."""
    home = create_home(root, "sample", NOW)
    db = StateDatabase.open(home.state_path, [*MIGRATIONS, FRONTIER])
    return World(home, db, SegmentStore(db, open_volumes(db, home, NOW)))


def tell(line: str) -> None:
    """Says what was acknowledged, so that it is heard even if the next step is the last."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fetched(world: World) -> set[int]:
    with world.db.reading() as connection:
        return {row[0] for row in connection.execute("SELECT number FROM frontier")}


def crawl(world: World) -> None:
    for batch in BATCHES:
        due = [number for number in batch if number not in fetched(world)]
        if not due:
            continue
        published = world.store.publish(part_of(Page, map(page, due), partition="hanok"), now=NOW)
        with world.db.transaction() as connection:
            world.store.register(connection, published)
            connection.executemany("INSERT INTO frontier (number) VALUES (?)", [(number,) for number in due])
        tell(f"fetched {' '.join(map(str, due))}")


def ingest(world: World) -> None:
    rows = [listing(number) for number in sorted(fetched(world))]
    version = put_table(world.store, listings(rows), build="ingest", now=NOW)
    with world.db.transaction() as connection:
        set_heads(connection, "hanok", {"staged/listings": version}, maker="ingest", now=NOW)
    tell(f"head {version.rows}")


def build(world: World) -> None:
    for number in range(1, BUILDS + 1):
        now = current(world.db)
        if now is not None and now.number >= number:
            continue
        name = f"build {number}"
        opened = open_build(world.db, name, NOW, heads(world.db))
        made = [
            put_table(world.store, listings([listing(one) for one in range(number)]), build=name, now=NOW),
            put_table(
                world.store,
                NewTable(
                    dataset="archives/files",
                    rows=tuple(archive_file("kim", str(one).encode()) for one in range(number)),
                ),
                build=name,
                now=NOW,
            ),
        ]
        tables = {version.key: version for version in made}
        snapshot = commit_snapshot(
            world.db, build=name, parent=opened.parent, tables=tables, heads=heads(world.db), now=NOW
        )
        tell(f"snapshot {snapshot.name}")


def check_acknowledged(world: World, told: list[str]) -> None:
    """Raises AssertionError if something that was told is not there, or a reader would see half a snapshot."""
    pages = {row.url for row in world.store.read([one.id for one in world.store.segments("raw/pages")], Page)}
    assert pages == {page(number).url for number in fetched(world)}
    for line in told:
        kind, *values = line.split()
        if kind == "fetched":
            assert fetched(world).issuperset(map(int, values))
        elif kind == "head":
            assert heads(world.db)["hanok"]["staged/listings"].rows == int(values[0])
    now = current(world.db)
    names = [line.split()[1] for line in told if line.startswith("snapshot")]
    assert not names or (now is not None and now.name >= max(names))
    if now is not None:
        assert [version.rows for version in now.tables.values()] == [now.number, now.number]
        files = now.table("archives/files")
        assert len(list(world.store.read(files.segments, ArchiveFile))) == now.number
    assert world.db.check() == ()


def work(root: Path) -> None:
    """Does the whole day, going on where a killed one stopped."""
    world = open_labour(root)
    crawl(world)
    ingest(world)
    build(world)
    world.db.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]))
