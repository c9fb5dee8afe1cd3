"""A file without a row becomes a registered segment again if its bytes are what its name says; a stranger is put aside.

A killed writer leaves such files, and so does a state database that was lost. Nothing is deleted: what is named as a
segment and is none goes to `quarantine/` on the same volume. What was dropped on purpose, and what belongs to a person
who was erased, stays unknown. Not here: versions and snapshots (`events`).
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.outcome import Progress
from whisky_assets.storage.durable import Written
from whisky_assets.storage.footers import joined_by, segment_in
from whisky_assets.storage.places import QUARANTINE, StoredSegment, Volume, read_through, segment_name
from whisky_assets.storage.recovery.backup_files import Unseal
from whisky_assets.storage.recovery.erasures import erased_people, is_erased
from whisky_assets.storage.segment_facts import Segment, insert_segment
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import micros

_FILES_A_COMMIT = 200


@dataclass(slots=True, kw_only=True)
class Adoption:
    """What the walk of one volume came to.

    `segments` and `copies` count what is registered by it, `lost` names the data set and id of copies whose file is
    gone, `strangers` where a file was and why it is none of ours, `left` what stays unknown, and why.
    """

    volume: str
    files: int = 0
    segments: int = 0
    copies: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the state database says before the walk: sizes of segments, copies on the volume, and who stays away.

    `lying` names the segments that lie on the volume, registered or not.
    """

    sizes: Mapping[str, int]
    copies: Mapping[str, tuple[int, str | None]]
    dropped: Collection[str]
    erased: Mapping[str, datetime]
    lying: Collection[str] = ()

    def holds_all(self, segments: Sequence[str]) -> bool:
        """Say whether each of these is registered, or lies on the volume and will be."""
        return all(one in self.sizes or (one in self.lying and one not in self.dropped) for one in segments)


@dataclass(frozen=True, slots=True)
class _Found:
    segment: Segment | None
    stored: StoredSegment
    written: Written


def adopt(
    store: SegmentStore,
    volume: str,
    now: datetime,
    progress: Progress,
    *,
    datasets: Collection[str] | None = None,
    drop_missing: bool = False,
    set_aside: bool = True,
    unseal: Unseal | None = None,
) -> Adoption:
    """Register every whole segment that lies on a volume; those that are registered there already are not read.

    Args:
        store: the home's segments.
        volume: which volume; it is there.
        now: when.
        progress: told of each file.
        datasets: only these; all without it.
        drop_missing: whether copies whose file is not there, or has another size, are forgotten.
        set_aside: whether strangers are moved to `quarantine/`; else they are only told.
        unseal: opens sealed files; without it one of an unknown segment is left as it is.

    Raises:
        OutOfReachError: the volume is absent, or went away; what was registered stays so.
    """
    place = store.volumes.get(volume)
    told = Adoption(volume=volume)
    listed = [one for one in place.segments() if datasets is None or one.dataset in datasets]
    known = _known(store, volume, {one.segment for one in listed})
    progress.start(f"walking {volume}", len(listed))
    batch: list[_Found] = []
    for stored in listed:
        told.files += 1
        is_registered = not drop_missing and stored.segment in known.copies
        found = None if is_registered else _look(place, stored, known, told, unseal)
        if found is not None:
            batch.append(found)
        if len(batch) >= _FILES_A_COMMIT:
            _register(store, batch, known, told, now)
            batch = []
        progress.advance()
    _register(store, batch, known, told, now)
    if set_aside:
        told.strangers = [(_set_aside(place, path), why) for path, why in told.strangers]
    if drop_missing:
        _drop_missing(store, listed, known, told, datasets)
    return told


def unknown_files(store: SegmentStore, volume: str) -> int:
    """Return how many files that are named as segments no row knows on a volume, by their names alone.

    Raises:
        OutOfReachError: the volume is absent.
    """
    known = _known(store, volume)
    return sum(
        one.segment not in known.copies and one.segment not in known.dropped
        for one in store.volumes.get(volume).segments()
    )


def _known(store: SegmentStore, volume: str, lying: Collection[str] = ()) -> _Known:
    with store.db.reading() as connection:
        sizes = dict(connection.execute("SELECT id, size_bytes FROM segments").fetchall())
        copies = {
            segment: (stored_bytes or sizes[segment], stored_sha256)
            for segment, stored_bytes, stored_sha256 in connection.execute(
                "SELECT segment, stored_bytes, stored_sha256 FROM copies WHERE volume = ?", (volume,)
            )
        }
        dropped = {row[0] for row in connection.execute("SELECT segment FROM dropped_segments")}
        erased = erased_people(connection)
    return _Known(sizes=sizes, copies=copies, dropped=dropped, erased=erased, lying=lying)


def _look(place: Volume, stored: StoredSegment, known: _Known, told: Adoption, unseal: Unseal | None) -> _Found | None:
    """Return what a file is if it has to be registered; say in `told` what else became of it."""
    path = segment_name(stored.dataset, stored.segment, stored.sealed)
    if known.copies.get(stored.segment) == (stored.size_bytes, stored.sealed):
        return None
    if stored.segment in known.dropped:
        told.left.append((path, "it was dropped on purpose"))
        return None
    try:
        return _proven(place, stored, known, unseal)
    except _LeftError as error:
        told.left.append((path, error.message))
    except CorruptDataError as error:
        told.strangers.append((path, error.message))
    return None


class _LeftError(CorruptDataError):
    """A file that nobody may register now, and that is none of the strangers."""


def _proven(place: Volume, stored: StoredSegment, known: _Known, unseal: Unseal | None) -> _Found:
    with place.open(stored.dataset, stored.segment, sealed=stored.sealed) as file:
        place.from_medium(file)
        written = read_through(file)
        if written.sha256 != (stored.sealed or stored.segment):
            raise CorruptDataError("its bytes are not what its name says")
        if stored.segment in known.sizes and not known.erased:
            return _Found(None, stored, written)
        clear = _clear(file, stored, unseal)
        segment = segment_in(clear, stored.segment)
        joins = joined_by(clear)
    if segment.dataset != stored.dataset:
        raise CorruptDataError(f"its footer says that it is of {segment.dataset}")
    if is_erased(known.erased, segment.person, segment.created_at):
        raise _LeftError("it is of a person who was erased")
    if joins and stored.segment not in known.sizes and known.holds_all(joins):
        raise _LeftError("the segments that it joins are all there")  # both would tell each row twice
    return _Found(None if stored.segment in known.sizes else segment, stored, written)


def _clear(file: BinaryIO, stored: StoredSegment, unseal: Unseal | None) -> BinaryIO:
    if stored.sealed is None:
        return file
    if unseal is None:
        raise _LeftError("it is sealed, and the home's key is not at hand")
    file.seek(0)
    clear = io.BytesIO(unseal(file.read()))
    if read_through(clear).sha256 != stored.segment:
        raise CorruptDataError("what is sealed in it is not what its name says")
    return clear


def _set_aside(place: Volume, path: str) -> str:
    with place.open_file(path) as file:
        written = read_through(file)
        aside = f"{QUARANTINE}/{written.sha256}-{path.rpartition('/')[2]}"
        file.seek(0)
        place.put_file(aside, file, written)
    place.remove_file(path)
    return aside


def _register(store: SegmentStore, batch: Sequence[_Found], known: _Known, told: Adoption, now: datetime) -> None:
    with store.db.transaction() as connection:
        if erased_people(connection) != known.erased:
            return  # somebody was erased meanwhile: the next walk looks anew whose these are
        for found in batch:
            if _was_dropped(connection, found):
                continue
            if found.segment is not None:
                insert_segment(connection, found.segment, ())
                told.segments += 1
            _insert_copy(connection, found, told.volume, now)
            told.copies += 1


def _was_dropped(connection: sqlite3.Connection, found: _Found) -> bool:
    """Say whether a segment was dropped since the walk began."""
    segment = found.stored.segment
    if connection.execute("SELECT 1 FROM dropped_segments WHERE segment = ?", (segment,)).fetchone():
        return True
    is_known = connection.execute("SELECT 1 FROM segments WHERE id = ?", (segment,)).fetchone() is not None
    return found.segment is None and not is_known


def _insert_copy(connection: sqlite3.Connection, found: _Found, volume: str, now: datetime) -> None:
    sealed = found.stored.sealed
    connection.execute(
        "INSERT OR REPLACE INTO copies (segment, volume, created_at, verified_at, stored_bytes, stored_sha256)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            found.stored.segment,
            volume,
            micros(now),
            micros(now),
            None if sealed is None else found.written.size_bytes,
            sealed,
        ),
    )


def _drop_missing(
    store: SegmentStore,
    listed: Sequence[StoredSegment],
    known: _Known,
    told: Adoption,
    datasets: Collection[str] | None,
) -> None:
    there = {(one.segment, one.size_bytes, one.sealed) for one in listed}
    with store.db.transaction() as connection:
        for segment, (size_bytes, sealed) in known.copies.items():
            if (segment, size_bytes, sealed) in there:
                continue
            for (dataset,) in _dataset(connection, segment, datasets):
                connection.execute(
                    "DELETE FROM copies WHERE segment = ? AND volume = ? AND stored_sha256 IS ?",
                    (segment, told.volume, sealed),
                )
                told.lost.append((dataset, segment))


def _dataset(connection: sqlite3.Connection, segment: str, datasets: Collection[str] | None) -> Iterator[tuple[str]]:
    for (dataset,) in connection.execute("SELECT dataset FROM segments WHERE id = ?", (segment,)).fetchall():
        if datasets is None or dataset in datasets:
            yield (dataset,)
