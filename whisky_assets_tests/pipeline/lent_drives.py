"""A home that is gone and the drive that is left of it, for the tests of restore."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline.restoring import Request, Restored, restore
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.personal_key import key_path, phrase
from whisky_assets.storage.recovery.events import publish_events
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.recovery.state_seals import sealer
from whisky_assets.storage.recovery.texts_backup import back_up_texts
from whisky_assets_tests.storage.recovery.days import watched_world, work_a_day
from whisky_assets_tests.storage.worlds import NOW, World

DECISION = "left,right,answer\na,b,same\n"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a home: its drive, the words on paper, and what it said while it stood."""

    drive: Path
    words: str
    key: bytes
    home_id: str
    tables: dict[str, str]
    bodies: frozenset[str]

    def ask(self, target: Path, *more: Path, only: str = "", words: str | None = None, feed: str = "") -> Restored:
        """Restores from the drive (and more volumes) into a folder."""
        told = self.words if words is None else words
        return restore(Request(folders=(self.drive, *more), target=target, only=only, words=told, feed=feed), Quiet())


def end_day_on_drive(world: World, day: int) -> None:
    """Publishes what changed, copies every segment to the drive, and backs state and texts up."""
    now = NOW + timedelta(days=day, hours=1)
    publish_events(world.store, now)
    with world.db.reading() as connection:
        segments = [row[0] for row in connection.execute("SELECT id FROM segments").fetchall()]
    for segment in segments:
        copy_segment(world.store, segment, "usb", now)
    seal = sealer(world.store.volumes, now)
    back_up_state(world.db, world.store.volumes, now, seal=seal)
    back_up_texts(world.home, world.store.volumes, now, seal=seal)


def live_and_lose(folder: Path, *, days: int = 2, of_later: str = "") -> Left:
    """Lives some days with a drive, then deletes the home; `of_later` is what a later program did to its state."""
    drive = folder / "usb"
    drive.mkdir(parents=True)
    with watched_world(folder / "home") as world:
        world.store.volumes.add("usb", "drive", str(drive), NOW)
        (world.home.curation / "decisions").mkdir()
        (world.home.curation / "decisions" / "mina.csv").write_text(DECISION)
        for day in range(days):
            work_a_day(world, day)
            if of_later:
                with world.db.transaction() as connection:
                    connection.execute(of_later)
            end_day_on_drive(world, day)
        tables = dict(storage_digest(world.db).tables)
        left = Left(
            drive=drive,
            words=phrase(world.home),
            key=key_path(world.home).read_bytes(),
            home_id=world.home.id,
            tables=tables,
            bodies=frozenset([sha256(b"<html>").hexdigest()]),
        )
    shutil.rmtree(folder / "home")
    return left


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file of a folder with its digest and when it was changed: to see that nothing was written there."""
    return {
        str(path.relative_to(folder)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }
