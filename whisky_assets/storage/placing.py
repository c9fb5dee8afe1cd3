"""A segment's bytes on a volume, as they may lie there: in the clear, or sealed where they are a person's.

Personal segments are sealed on every volume that can be carried away or lies elsewhere. Not here: which copies there
should be (`upkeep`) and their rows in the state database (`segment_facts`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.storage.durable import Written
from whisky_assets.storage.personal_key import KeyDamagedError, KeyMissingError, lost_key, made_key, read_key
from whisky_assets.storage.places import damaged, read_through
from whisky_assets.storage.sealing import CannotOpenError, sealed, unsealed
from whisky_assets.storage.segment_facts import Copy, Segment
from whisky_assets.storage.volumes import Volumes


def is_to_be_sealed(volumes: Volumes, person: str | None, volume: str) -> bool:
    """Return whether a segment of this person, if it is anyone's, may lie on a volume only sealed."""
    return person is not None and volumes.row(volume).is_off_this_pc


def put_copy(volumes: Volumes, segment: Segment, source: BinaryIO, volume: str, now: datetime) -> Copy:
    """Store a segment's bytes on a volume, sealed where they have to be, and return what lies there; no row is written.

    Args:
        volumes: the home's volumes.
        segment: the segment.
        source: its bytes in the clear.
        volume: where they go.
        now: when; the key is made at first need.

    Raises:
        CorruptDataError: the bytes are not the segment's.
        KeyMissingError: the key is lost, though other segments are sealed with it.
        OutOfReachError: the volume is absent or full.
    """
    target = volumes.get(volume)
    if not is_to_be_sealed(volumes, segment.person, volume):
        target.put(segment.dataset, segment.id, source, segment.size_bytes)
        return Copy(segment.id, volume, None)
    target.check()  # a key is made only for a volume that is there
    key = made_key(volumes.home, now, is_used=_something_is_sealed(volumes))
    start = source.tell()
    if read_through(source) != Written(size_bytes=segment.size_bytes, sha256=segment.id):
        raise CorruptDataError(
            f"segment {segment.id[:12]} of {segment.dataset} arrived damaged at volume {volume}",
            remedy="check the copy it came from: `whisky storage verify`",
        )
    source.seek(start)
    with sealed(source, key) as (file, written):
        target.put(segment.dataset, segment.id, file, written.size_bytes, sealed=written.sha256)
    return Copy(segment.id, volume, None, written.size_bytes, written.sha256)


@contextlib.contextmanager
def opened_copy(volumes: Volumes, segment: Segment, copy: Copy) -> Iterator[BinaryIO]:
    """Give a segment's bytes in the clear from one copy, open for reading at any position.

    Raises:
        FileNotFoundError: the volume is there and does not hold it.
        OutOfReachError: the volume is absent; KeyMissingError: it is sealed and the home has not its key.
        CorruptDataError: the sealed bytes are damaged.
    """
    volume = volumes.get(copy.volume)
    with volume.open(segment.dataset, segment.id, sealed=copy.stored_sha256) as file:
        if not copy.is_sealed:
            yield file
            return
        with _unsealed(volumes, segment, copy, file) as clear:
            yield clear


def verify_copy(volumes: Volumes, segment: Segment, copy: Copy, *, must_open: bool = False) -> None:
    """Read one copy from its medium and compare it with its name; a sealed one also inside, where the key is at hand.

    Args:
        volumes: the home's volumes.
        segment: the segment.
        copy: its copy on one of them.
        must_open: a sealed copy that the home's key does not open is an error.

    Raises:
        CorruptDataError: it is missing or damaged there.
        OutOfReachError: the volume is absent.
        KeyMissingError, KeyDamagedError: it must open and does not.
    """
    volume = volumes.get(copy.volume)
    size_bytes = segment.size_bytes if copy.stored_bytes is None else copy.stored_bytes
    volume.verify(segment.dataset, segment.id, size_bytes, sealed=copy.stored_sha256)
    if not copy.is_sealed or not (must_open or _has_key(volumes)):
        return
    try:
        with opened_copy(volumes, segment, copy) as file:
            if read_through(file) != Written(size_bytes=segment.size_bytes, sha256=segment.id):
                raise damaged(copy.volume, segment.dataset, segment.id, "its sealed bytes are another file's")
    except KeyMissingError:
        # Its bytes are whole: a key that does not open them is another key, not damage.
        if must_open:
            raise


def lies_there(volumes: Volumes, segment: Segment, copy: Copy) -> bool:
    """Return whether the file of a copy is on its volume in the size that it was stored with.

    Raises:
        OutOfReachError: the volume is absent.
    """
    found = volumes.get(copy.volume).size_of(segment.dataset, segment.id, sealed=copy.stored_sha256)
    return found == (segment.size_bytes if copy.stored_bytes is None else copy.stored_bytes)


@contextlib.contextmanager
def _unsealed(volumes: Volumes, segment: Segment, copy: Copy, file: BinaryIO) -> Iterator[BinaryIO]:
    key = read_key(volumes.home)
    if key is None:
        raise _unopened(volumes, segment, copy, lost_key(volumes.home).message)
    stored = read_through(file)
    if stored != Written(size_bytes=copy.stored_bytes or 0, sha256=copy.stored_sha256 or ""):
        raise damaged(copy.volume, segment.dataset, segment.id, "its bytes are not what its name says")
    with contextlib.ExitStack() as stack:
        try:
            clear = stack.enter_context(unsealed(file, key))
        except CannotOpenError as error:
            why = "the key of this home is not the one that it was sealed with"
            raise _unopened(volumes, segment, copy, why) from error
        yield clear


def _unopened(volumes: Volumes, segment: Segment, copy: Copy, why: str) -> KeyMissingError:
    return KeyMissingError(
        f"segment {segment.id[:12]} of {segment.dataset} is sealed on volume {copy.volume} and cannot be opened: {why}",
        remedy=lost_key(volumes.home).remedy,
    )


def _has_key(volumes: Volumes) -> bool:
    try:
        return read_key(volumes.home) is not None
    except KeyDamagedError:  # the key's damage is not the copy's
        return False


def _something_is_sealed(volumes: Volumes) -> bool:
    with volumes.db.reading() as connection:
        return connection.execute("SELECT 1 FROM copies WHERE stored_sha256 IS NOT NULL LIMIT 1").fetchone() is not None
