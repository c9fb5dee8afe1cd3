"""A folder on an internal or external drive as a volume: an unplugged or swapped drive is seen, never written beside.

Identity is read through the same open descriptor that the work goes through, and once more by path at the end. Not
here: the durable recipe (`durable`) and which folders are volumes (`volumes`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.storage.capacity import Room, unlimited
from whisky_assets.storage.durable import TEMPORARY_PREFIX, HashingFile, Written, enter, open_folder, publish_at, sync
from whisky_assets.storage.places import (
    IDENTITY,
    LOCAL,
    QUARANTINE,
    READ_BYTES,
    StoredFile,
    Volume,
    arrived_damaged,
    identity_of,
)

_PULLED = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN)


class DirectoryVolume(Volume):
    """A folder on an internal or external drive; all work goes through one open descriptor of its root."""

    def __init__(self, *, name: str, uuid: str, root: Path, room: Room | None = None) -> None:
        """Name the place; nothing is opened yet."""
        super().__init__(name=name, uuid=uuid, room=room or unlimited())
        self.root = root

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.root)

    def publish(self, dataset: str, write: Callable[[HashingFile], None]) -> Written:
        """Write a new segment durably under the name that its bytes give it.

        Raises:
            OutOfReachError: the volume is absent, is no longer the same at the end, or is full.
        """

        def name_of(written: Written) -> str:
            return f"{written.sha256[:2]}/{written.sha256}.parquet"

        return self._publish(dataset, name_of, write)

    def put_file(self, path: str, source: BinaryIO, written: Written) -> None:
        """Copy a file's bytes here; see `Volume.put_file`. One that stands under the name is replaced in one step."""

        def copy(file: HashingFile) -> None:
            shutil.copyfileobj(source, file, READ_BYTES)
            if file.written() != written:
                raise arrived_damaged(self.name, path)

        self.room.require(self._words, written.size_bytes, self.free_bytes())
        folder, _, name = path.rpartition("/")
        # Segments' temporary files lie above the many folders of two digits, where `sweep` looks for them.
        parts = (folder, name)
        if re.fullmatch(r".*/[0-9a-f]{2}", folder):
            parts = (folder[:-3], f"{folder[-2:]}/{name}")
        self._publish(parts[0], lambda _written: parts[1], copy)

    def replace_file(self, path: str, content: bytes) -> None:
        """Store a small file in the place of another; see `Volume.replace_file`."""
        folder, _, name = path.rpartition("/")
        self._publish(folder, lambda _written: name, lambda file: file.write(content))

    def remove_file(self, path: str) -> None:
        """Unlink a file and sync its folder; see `Volume.remove_file`."""
        folder, _, name = path.rpartition("/")
        with self.opened_root() as root:
            try:
                with enter(root, folder) as place:
                    os.unlink(name, dir_fd=place.descriptor)
                    sync(place.descriptor)
            except FileNotFoundError:
                return

    @contextlib.contextmanager
    def open_file(self, path: str) -> Iterator[BinaryIO]:
        """Give a file's bytes; see `Volume.open_file`."""
        with self.opened_root() as root:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=root)
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def file_size(self, path: str) -> int | None:
        """Return a file's size; see `Volume.file_size`."""
        with self.opened_root() as root:
            try:
                return os.stat(path, dir_fd=root, follow_symlinks=False).st_size
            except FileNotFoundError:
                return None

    def files(self, under: str = "") -> Iterator[StoredFile]:
        """Yield all files but temporary ones; see `Volume.files`."""
        with self.opened_root() as root:
            try:
                with enter(root, under) as place:
                    yield from _files_below(place.descriptor, under)
            except FileNotFoundError:
                return

    def set_aside_bytes(self) -> int:
        """Return what lies in its quarantine."""
        return sum(file.size_bytes for file in self.files(QUARANTINE))

    def free_bytes(self) -> int:
        """Return what others than root may still write there."""
        with self.opened_root() as root:
            status = os.fstatvfs(root)
        return status.f_bavail * status.f_frsize

    def device(self) -> int:
        """Return the number of the file system that it lies on: two volumes with one number are lost together."""
        with self.opened_root() as root:
            return os.fstat(root).st_dev

    def check(self) -> None:
        """Return if the volume is there and is itself; see `places.Volume.check`."""
        with self.opened_root():
            return

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield `(dataset, sha256)` of every file that is named as a segment, whether registered or not."""
        for found in self.segments():
            yield found.dataset, found.segment

    def from_medium(self, file: BinaryIO) -> None:
        """Make the system forget what it holds of a file; see `Volume.from_medium`."""
        # Without this a verify reads what the system remembers, and a rotten medium stays unseen.
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        else:
            fcntl.fcntl(file.fileno(), getattr(fcntl, "F_NOCACHE", 48), 1)

    @contextlib.contextmanager
    def opened_root(self) -> Iterator[int]:
        """Give a descriptor of the volume's folder whose identity was read through it.

        Raises:
            OutOfReachError: the volume is absent, another one stands in its place, or its drive fails.
        """
        place = self.find()
        try:
            with open_folder(place) as root:
                found = _identity_at(root, str(place), self.uuid)
                if found != self.uuid:
                    why = "nothing there" if found is None else f"another volume there ({found})"
                    raise self.absent(why)
                yield root
        except NotADirectoryError as error:
            raise self.absent("no folder there") from error
        except FileNotFoundError as error:
            if place.is_dir():
                raise
            raise self.absent("no folder there") from error
        except OSError as error:
            if error.errno not in _PULLED:
                raise
            raise self.absent(f"a drive that fails ({error.strerror})") from error

    def find(self) -> Path:
        """Return the folder where it should be looked for."""
        return self.root

    def absent(self, why: str) -> OutOfReachError:
        """Return the error for a volume that is not there."""
        if self.name == LOCAL:
            what, remedy = "the home's own volume is missing", "put the folder back"
        else:
            what = "external drive not attached"
            remedy = f"attach it; where it is mounted elsewhere: whisky storage add-volume {self.name} FOLDER"
        return OutOfReachError(
            f"{what}: expected volume {self.uuid} ({self.name}) at {self.root}, found {why}", remedy=remedy
        )

    @property
    def _words(self) -> str:
        return f"volume {self.name} ({self.root})"

    def _publish(
        self, folder: str, name_of: Callable[[Written], str], write: Callable[[HashingFile], object]
    ) -> Written:
        def proven_name(written: Written) -> str:
            # Only here is the size of a new segment known; its temporary file goes away where it is refused.
            status = os.fstatvfs(root)
            free = status.f_bavail * status.f_frsize
            self.room.require(self._words, written.size_bytes, free, is_written=True)
            return name_of(written)

        def all_of(file: HashingFile) -> None:
            write(file)

        with self.opened_root() as root:
            written = publish_at(root, folder, proven_name, all_of, where=self._words)
        self.check()
        self.room.add(written.size_bytes)
        return written


def claim_directory(path: Path, fresh: dict[str, str]) -> dict[str, str]:
    """Write a volume's identity into a folder, or return the one that stands there.

    Raises:
        OutOfReachError: there is no such folder.
        CorruptDataError: the identity that stands there cannot be read.
    """
    if not path.is_dir():
        raise OutOfReachError(f"no folder {path}", remedy="attach the drive and make the folder first")
    with open_folder(path) as root:
        fcntl.flock(root, fcntl.LOCK_EX)  # two that add it at once must find one identity
        present = _read_identity(root, str(path))
        if present is None:
            content = (json.dumps(fresh, indent=2) + "\n").encode()
            publish_at(root, "", lambda _written: IDENTITY, lambda file: _write_all(file, content), where=str(path))
    return present or fresh


def _write_all(file: HashingFile, content: bytes) -> None:
    file.write(content)


def identity_in(path: Path) -> str | None:
    """Return the uuid that a folder shows as a volume, None where there is none or no folder.

    Raises:
        CorruptDataError: its identity cannot be read.
    """
    try:
        with open_folder(path) as root:
            return _identity_at(root, str(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _identity_at(root: int, where: str, uuid: str = "") -> str | None:
    identity = _read_identity(root, where, uuid)
    return None if identity is None else identity.get("uuid")


def _read_identity(root: int, where: str, uuid: str = "") -> dict[str, str] | None:
    try:
        descriptor = os.open(IDENTITY, os.O_RDONLY | os.O_CLOEXEC, dir_fd=root)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return identity_of(file.read(), where, uuid)


def _files_below(folder: int, path: str) -> Iterator[StoredFile]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        inner = f"{path}/{entry.name}" if path else entry.name
        if entry.is_dir(follow_symlinks=False):
            with enter(folder, entry.name) as place:
                yield from _files_below(place.descriptor, inner)
        elif entry.is_file(follow_symlinks=False) and not entry.name.startswith(TEMPORARY_PREFIX):
            yield StoredFile(inner, os.stat(entry.name, dir_fd=folder, follow_symlinks=False).st_size)
