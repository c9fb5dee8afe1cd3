"""What every kind of volume can do with a segment or another file, and the names and errors that they share.

Not here: the kinds themselves (`directories`, `drives`, `gcs`, `rclone`) and which volumes a home has (`volumes`).
"""

from __future__ import annotations

import abc
import contextlib
import errno
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.storage.capacity import Room
from whisky_assets.storage.durable import Written

LOCAL = "local"
"""The home's own volume, where new segments land."""

_ROTTEN = (errno.EIO, errno.EBADMSG, getattr(errno, "EUCLEAN", errno.EIO), errno.ENODATA)
"""How file systems say that the medium does not give back what was written."""

QUARANTINE = "quarantine"
"""The folder of a volume where what is not what its name says is kept aside."""

IDENTITY = "volume.json"
READ_BYTES = 1 << 20

_NAME = re.compile(
    r"(?P<dataset>[a-z0-9_/-]+)/[0-9a-f]{2}/(?P<segment>[0-9a-f]{64})\.(?:parquet|(?P<sealed>[0-9a-f]{64})\.age)"
)


def segment_name(dataset: str, sha256: str, sealed: str | None = None) -> str:
    """Return a segment's name on every volume: lower-case ASCII, of its content, spread over 256 folders.

    Args:
        dataset: its data set.
        sha256: the segment's id.
        sealed: the sha256 of its sealed bytes, where it lies there sealed.
    """
    suffix = "parquet" if sealed is None else f"{sealed}.age"
    return f"{dataset}/{sha256[:2]}/{sha256}.{suffix}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on a volume: its path from the volume's root, `/` between parts, and its size."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSegment:
    """A file on a volume that is named as a segment; `sealed` is the sha256 of its sealed bytes, if it is sealed."""

    dataset: str
    segment: str
    sealed: str | None
    size_bytes: int


class Volume(abc.ABC):
    """A place for segments and a few files beside them; each method works on the volume itself or says it is absent.

    A kind brings the methods on files; those on segments are the same for all. Every method raises OutOfReachError
    where the volume is absent or another one stands in its place.
    """

    def __init__(self, *, name: str, uuid: str, room: Room) -> None:
        """Name the place; nothing is asked of it yet."""
        self.name = name
        self.uuid = uuid
        self.room = room

    @property
    @abc.abstractmethod
    def place(self) -> str:
        """Where it is, in words."""

    @abc.abstractmethod
    def check(self) -> None:
        """Return if the volume is there and is itself.

        Raises:
            OutOfReachError: it is absent, or another one stands in its place.
        """

    @abc.abstractmethod
    def open_file(self, path: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """Give a file's bytes, open for reading at any position.

        Raises:
            FileNotFoundError: the volume is there and does not hold it.
        """

    @abc.abstractmethod
    def file_size(self, path: str) -> int | None:
        """Return a file's size in bytes, None where the volume does not hold it."""

    @abc.abstractmethod
    def put_file(self, path: str, source: BinaryIO, written: Written) -> None:
        """Store a file durably and whole under a name that stands for its bytes; done before, it does no harm.

        Raises:
            CorruptDataError: the bytes are not `written`, or another file stands under the name.
            OutOfReachError: the volume is full, or its capacity or reserve forbids it.
        """

    @abc.abstractmethod
    def replace_file(self, path: str, content: bytes) -> None:
        """Store a small file whole in the place of the one that may stand there."""

    @abc.abstractmethod
    def remove_file(self, path: str) -> None:
        """Take a file away, durably; one that is not there is no error."""

    @abc.abstractmethod
    def files(self, under: str = "") -> Iterator[StoredFile]:
        """Yield all whole files below a folder of the volume, by path; nothing where there is no such folder."""

    def sweep(self, now: datetime) -> tuple[str, ...]:
        """Delete what uploads that ended halfway left there, and return where it lay; most kinds leave nothing."""
        del now
        return ()

    def set_aside_bytes(self) -> int:
        """Return what lies in its quarantine; 0 for a remote, where asking costs requests."""
        return 0

    def free_bytes(self) -> int | None:
        """Return what its file system has free, None where nobody can say."""
        return None

    def open(
        self, dataset: str, sha256: str, *, sealed: str | None = None
    ) -> contextlib.AbstractContextManager[BinaryIO]:
        """Give the bytes that are stored of a segment, open for reading at any position.

        Raises:
            FileNotFoundError: the volume is there and does not hold it.
        """
        return self.open_file(segment_name(dataset, sha256, sealed))

    def size_of(self, dataset: str, sha256: str, *, sealed: str | None = None) -> int | None:
        """Return how many bytes of a segment are stored, None where the volume does not hold it."""
        return self.file_size(segment_name(dataset, sha256, sealed))

    def put(self, dataset: str, sha256: str, source: BinaryIO, size_bytes: int, *, sealed: str | None = None) -> None:
        """Store the bytes of a segment durably under its name; see `put_file`.

        Args:
            dataset: its data set.
            sha256: the segment's id, and the digest of the bytes unless they are sealed.
            source: the bytes, from where they are to be read.
            size_bytes: how many they are.
            sealed: the sha256 of the bytes where they are sealed.
        """
        written = Written(size_bytes=size_bytes, sha256=sealed or sha256)
        try:
            self.put_file(segment_name(dataset, sha256, sealed), source, written)
        except ArrivedDamagedError as error:
            raise CorruptDataError(
                f"segment {sha256[:12]} of {dataset} arrived damaged at volume {self.name}",
                remedy="check the copy it came from: `whisky storage verify`",
            ) from error
        except AnotherFileError as error:
            raise damaged(self.name, dataset, sha256, "another object stands under its name") from error

    def verify(self, dataset: str, sha256: str, size_bytes: int, *, sealed: str | None = None) -> None:
        """Read a segment from the medium and compare it with its name.

        Raises:
            CorruptDataError: it is missing, not what its name says, or the medium gives it back no more.
            OutOfReachError: the volume is absent, or does not let it be read.
        """
        try:
            with self.open(dataset, sha256, sealed=sealed) as file:
                self.from_medium(file)
                found = read_through(file)
        except FileNotFoundError:
            raise damaged(self.name, dataset, sha256, "it is missing") from None
        except OSError as error:
            self.check()  # a drive that was pulled fails in the same way
            why = f"it cannot be read ({error.strerror})"
            if error.errno in _ROTTEN:
                raise damaged(self.name, dataset, sha256, why) from error
            raise OutOfReachError(
                f"segment {sha256} of {dataset} on volume {self.name}: {why}",
                remedy="let your user read there, and start again",
            ) from error
        if found != Written(size_bytes=size_bytes, sha256=sealed or sha256):
            raise damaged(self.name, dataset, sha256, "its bytes are not what its name says")

    def remove(self, dataset: str, sha256: str, *, sealed: str | None = None) -> None:
        """Take a segment away, durably; one that is not there is no error."""
        self.remove_file(segment_name(dataset, sha256, sealed))

    def segments(self) -> Iterator[StoredSegment]:
        """Yield every file that is named as a segment, sealed or not, whether registered or not."""
        for file in self.files():
            if found := _NAME.fullmatch(file.path):
                yield StoredSegment(
                    dataset=found["dataset"],
                    segment=found["segment"],
                    sealed=found["sealed"],
                    size_bytes=file.size_bytes,
                )

    def from_medium(self, file: BinaryIO) -> None:
        """Let what is read next from an open file come from the medium and not from the system's memory."""
        del file


class ArrivedDamagedError(CorruptDataError):
    """The bytes that were handed over are not those that were announced."""


class AnotherFileError(CorruptDataError):
    """Another file stands under the name."""


def arrived_damaged(volume: str, path: str) -> ArrivedDamagedError:
    """Return the error for bytes that are not those that were announced; nothing was stored."""
    return ArrivedDamagedError(f"{path} arrived damaged at volume {volume}", remedy="check what it came from")


def another_file(volume: str, path: str) -> AnotherFileError:
    """Return the error for a file that stands under the name of another, and is not overwritten."""
    return AnotherFileError(f"another object stands under the name {path} on volume {volume}", remedy="move it away")


def damaged_file(volume: str, path: str, why: str) -> CorruptDataError:
    """Return the error that names a rotten file, where nobody knows better what it is."""
    return CorruptDataError(
        f"{path} on volume {volume} is damaged: {why}", remedy="`whisky storage verify` says what else is damaged"
    )


def damaged(volume: str, dataset: str, sha256: str, why: str) -> CorruptDataError:
    """Return the error that names a rotten segment."""
    return CorruptDataError(
        f"segment {sha256} of {dataset} on volume {volume} is damaged: {why}",
        remedy="`whisky storage verify` says what else is damaged, and which volume holds a whole copy",
    )


def identity_of(content: bytes, where: str, uuid: str = "") -> dict[str, str]:
    """Return what `volume.json` says; `uuid` is what it should, for the error.

    Raises:
        CorruptDataError: it is no JSON object with a `uuid`.
    """
    try:
        identity = json.loads(content)
        return {"uuid": str(identity["uuid"])} | {key: str(value) for key, value in identity.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorruptDataError(
            f"{IDENTITY} in {where} cannot be read ({type(error).__name__})",
            remedy=f'if it is the volume that you know, write into that file: {{"uuid": "{uuid or "UUID"}"}}',
        ) from error


def read_through(file: BinaryIO) -> Written:
    """Read a file from where it stands to its end, and return how many bytes that were and their sha256."""
    content = hashlib.sha256()
    size_bytes = 0
    while block := file.read(READ_BYTES):
        content.update(block)
        size_bytes += len(block)
    return Written(size_bytes=size_bytes, sha256=content.hexdigest())
