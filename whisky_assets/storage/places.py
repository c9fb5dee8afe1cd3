"""What every kind of volume can do with a segment, and the names and errors that they share.

Not here: the kinds themselves (`directories`, `gcs`) and which volumes a home has (`volumes`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import BinaryIO, Protocol

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.storage.durable import Written

LOCAL = "local"
"""The home's own volume, where new segments land."""

IDENTITY = "volume.json"
READ_BYTES = 1 << 20


def segment_name(dataset: str, sha256: str) -> str:
    """Return a segment's name on every volume: lower-case ASCII, of its content, spread over 256 folders."""
    return f"{dataset}/{sha256[:2]}/{sha256}.parquet"


class Volume(Protocol):
    """A place for segments."""

    name: str
    uuid: str

    def check(self) -> None:
        """Return if the volume is there and is itself.

        Raises:
            OutOfReachError: it is absent, or another one stands in its place.
        """

    def open(self, dataset: str, sha256: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """Give a segment's bytes, open for reading at any position.

        Raises:
            FileNotFoundError: the volume is there and does not hold it.
            OutOfReachError: the volume is absent.
        """

    def size_of(self, dataset: str, sha256: str) -> int | None:
        """Return a segment's size in bytes, None where the volume does not hold it.

        Raises:
            OutOfReachError: the volume is absent.
        """

    def put(self, dataset: str, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Store the bytes of a segment durably under its name; done before, it is done again without harm.

        Raises:
            CorruptDataError: the bytes are not what the name says.
            OutOfReachError: the volume is absent or full.
        """

    def verify(self, dataset: str, sha256: str, size_bytes: int) -> None:
        """Read a segment from the medium and compare it with its name.

        Raises:
            CorruptDataError: it is missing or not what its name says.
            OutOfReachError: the volume is absent.
        """


def damaged(volume: str, dataset: str, sha256: str, why: str) -> CorruptDataError:
    """Return the error that names a rotten segment."""
    return CorruptDataError(
        f"segment {sha256} of {dataset} on volume {volume} is damaged: {why}",
        remedy="`whisky storage verify` says what else is damaged, and which volume holds a whole copy",
    )


def identity_of(content: bytes, where: str) -> dict[str, str]:
    """Return what `volume.json` says.

    Raises:
        CorruptDataError: it is no JSON object with a `uuid`.
    """
    try:
        identity = json.loads(content)
        return {"uuid": str(identity["uuid"])} | {key: str(value) for key, value in identity.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorruptDataError(
            f"{IDENTITY} in {where} cannot be read: {error}", remedy="put the line with its uuid back"
        ) from error


def read_through(file: BinaryIO) -> Written:
    """Read a file from where it stands to its end, and return how many bytes that were and their sha256."""
    content = hashlib.sha256()
    size_bytes = 0
    while block := file.read(READ_BYTES):
        content.update(block)
        size_bytes += len(block)
    return Written(size_bytes=size_bytes, sha256=content.hexdigest())
