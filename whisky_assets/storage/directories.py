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
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.storage.durable import HashingFile, Written, open_folder, publish_at, publish_bytes
from whisky_assets.storage.places import IDENTITY, LOCAL, READ_BYTES, damaged, identity_of, read_through, segment_name

_PULLED = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN)


class DirectoryVolume:
    """A folder on an internal or external drive; all work goes through one open descriptor of its root."""

    def __init__(self, *, name: str, uuid: str, root: Path) -> None:
        """Name the place; nothing is opened yet."""
        self.name = name
        self.uuid = uuid
        self.root = root

    def publish(self, dataset: str, write: Callable[[HashingFile], None]) -> Written:
        """Write a new segment durably under the name that its bytes give it.

        Raises:
            OutOfReachError: the volume is absent, is no longer the same at the end, or is full.
        """

        def name_of(written: Written) -> str:
            return f"{written.sha256[:2]}/{written.sha256}.parquet"

        with self._root() as root:
            written = publish_at(root, dataset, name_of, write, where=f"volume {self.name} ({self.root})")
        self.check()
        return written

    def put(self, dataset: str, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Copy a segment's bytes here; see `Volume.put`."""

        def copy(file: HashingFile) -> None:
            shutil.copyfileobj(source, file, READ_BYTES)
            if file.written() != Written(size_bytes=size_bytes, sha256=sha256):
                raise CorruptDataError(
                    f"segment {sha256[:12]} of {dataset} arrived damaged at volume {self.name}",
                    remedy="check the copy it came from: `whisky storage verify`",
                )

        self.publish(dataset, copy)

    @contextlib.contextmanager
    def open(self, dataset: str, sha256: str) -> Iterator[BinaryIO]:
        """Give a segment's bytes; see `Volume.open`."""
        path = segment_name(dataset, sha256)
        with self._root() as root:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=root)
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def size_of(self, dataset: str, sha256: str) -> int | None:
        """Return a segment's size; see `Volume.size_of`."""
        with self._root() as root:
            try:
                return os.stat(segment_name(dataset, sha256), dir_fd=root, follow_symlinks=False).st_size
            except FileNotFoundError:
                return None

    def verify(self, dataset: str, sha256: str, size_bytes: int) -> None:
        """Compare a segment with its name, from the medium and not from memory; see `Volume.verify`."""
        try:
            with self.open(dataset, sha256) as file:
                _forget_cached(file)
                found = read_through(file)
        except FileNotFoundError:
            raise damaged(self.name, dataset, sha256, "it is missing") from None
        if found != Written(size_bytes=size_bytes, sha256=sha256):
            raise damaged(self.name, dataset, sha256, "its bytes are not what its name says")

    def check(self) -> None:
        """Return if the volume is there and is itself; see `places.Volume.check`."""
        with self._root():
            return

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield `(dataset, sha256)` of every file that is named as a segment, whether registered or not."""
        self.check()
        for path in sorted(self.root.glob("*/*/??/*.parquet")):
            yield str(path.parent.parent.relative_to(self.root)), path.stem

    @contextlib.contextmanager
    def _root(self) -> Iterator[int]:
        try:
            with open_folder(self.root) as root:
                found = _identity_at(root)
                if found != self.uuid:
                    why = "nothing there" if found is None else f"another volume there ({found})"
                    raise self._absent(why)
                yield root
        except NotADirectoryError as error:
            raise self._absent("no folder there") from error
        except FileNotFoundError as error:
            if self.root.is_dir():
                raise
            raise self._absent("no folder there") from error
        except OSError as error:
            if error.errno not in _PULLED:
                raise
            raise self._absent(f"a drive that fails ({error.strerror})") from error

    def _absent(self, why: str) -> OutOfReachError:
        if self.name == LOCAL:
            what, remedy = "the home's own volume is missing", "put the folder back"
        else:
            what = "external drive not attached"
            remedy = f"attach it; where it is mounted elsewhere: whisky storage add-volume {self.name} FOLDER"
        return OutOfReachError(
            f"{what}: expected volume {self.uuid} ({self.name}) at {self.root}, found {why}", remedy=remedy
        )


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
        present = _read_identity(root)
        if present is None:
            publish_bytes(path, IDENTITY, (json.dumps(fresh, indent=2) + "\n").encode())
    return present or fresh


def identity_in(path: Path) -> str | None:
    """Return the uuid that a folder shows as a volume, None where there is none or no folder.

    Raises:
        CorruptDataError: its identity cannot be read.
    """
    try:
        with open_folder(path) as root:
            return _identity_at(root)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _identity_at(root: int) -> str | None:
    identity = _read_identity(root)
    return None if identity is None else identity.get("uuid")


def _read_identity(root: int) -> dict[str, str] | None:
    try:
        descriptor = os.open(IDENTITY, os.O_RDONLY | os.O_CLOEXEC, dir_fd=root)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return identity_of(file.read(), "a volume's folder")


def _forget_cached(file: BinaryIO) -> None:
    # Without this a verify reads what the system remembers, and a rotten medium stays unseen.
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    else:
        fcntl.fcntl(file.fileno(), getattr(fcntl, "F_NOCACHE", 48), 1)
