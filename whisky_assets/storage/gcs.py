"""A Google Cloud Storage bucket as a volume: what was put is there once, whole, and compared after the upload.

The client is handed in and its credentials are nobody's business here; Google's library is imported inside functions,
so that a home without a bucket never loads it. Not here: new segments, which are written to a folder first.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.storage.capacity import Room, unlimited
from whisky_assets.storage.durable import Written
from whisky_assets.storage.full_disk import means_full_disk
from whisky_assets.storage.places import (
    IDENTITY,
    READ_BYTES,
    StoredFile,
    Volume,
    another_file,
    arrived_damaged,
    damaged_file,
    identity_of,
)

_PATIENCE_SECONDS = 120.0
_CHECK_SECONDS = 20.0  # a screen waits for it
_MEDIA_TYPES = {"parquet": "application/vnd.apache.parquet", "age": "application/age"}


def opened_client(make: Callable[[], Any]) -> Any:
    """Return the `google.cloud.storage.Client` that a function makes.

    Raises:
        OutOfReachError: there are no credentials, or they name no project.
    """
    from google.auth.exceptions import GoogleAuthError

    try:
        return make()
    except (GoogleAuthError, OSError) as error:
        # The library's texts may name a key file's content.
        raise OutOfReachError(
            f"bucket out of reach: no Google client can be made ({type(error).__name__})",
            remedy="let GOOGLE_APPLICATION_CREDENTIALS name a key file and GOOGLE_CLOUD_PROJECT the project",
        ) from error


class GcsVolume(Volume):
    """A bucket, or a prefix in one, with `volume.json` as its identity."""

    def __init__(
        self,
        *,
        name: str,
        uuid: str,
        location: str,
        client: Any,
        room: Room | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Name the place; nothing is asked of it yet.

        Args:
            name: how commands call it.
            uuid: the identity that its `volume.json` must show.
            location: `gs://bucket/prefix`.
            client: a `google.cloud.storage.Client`.
            room: what it may hold.
            patience_seconds: how long a call is tried again.

        Raises:
            UsageError: the location is no `gs://bucket` or `gs://bucket/prefix`.
        """
        scheme, _, path = location.partition("://")
        bucket, _, prefix = path.partition("/")
        if scheme != "gs" or not bucket:
            raise UsageError(f"a bucket is named gs://bucket or gs://bucket/prefix, not {location!r}")
        super().__init__(name=name, uuid=uuid, room=room or unlimited())
        self.location = location
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._patience_seconds = patience_seconds
        self._proven = False

    @property
    def place(self) -> str:
        """The bucket's address."""
        return self.location

    def check(self) -> None:
        """Return if the bucket is there and is itself; see `places.Volume.check`."""
        with self._named_errors(IDENTITY):
            self._check()

    def put_file(self, path: str, source: BinaryIO, written: Written) -> None:
        """Upload a file if it is not there, then compare size and crc32c; see `places.Volume.put_file`."""
        from google.api_core.exceptions import PreconditionFailed

        self.room.require(f"volume {self.name} ({self.location})", written.size_bytes, None)
        crc32c = self._proven_source(path, source, written)
        with self._named_errors(path):
            self._check()
            blob = self._blob(path)
            blob.metadata = {"sha256": written.sha256}
            # An answer that was lost is asked for again and then meets its own object: that is done, not an error.
            with contextlib.suppress(PreconditionFailed):
                blob.upload_from_file(
                    source,
                    size=written.size_bytes,
                    content_type=_MEDIA_TYPES.get(path.rpartition(".")[2], "application/octet-stream"),
                    if_generation_match=0,
                    checksum="crc32c",
                    retry=self._retry(),
                )
            blob.reload(retry=self._retry())
            if (blob.size, blob.crc32c) != (written.size_bytes, crc32c):
                raise another_file(self.name, path)
        self.room.add(written.size_bytes)

    def replace_file(self, path: str, content: bytes) -> None:
        """Upload a small file in the place of another; see `places.Volume.replace_file`."""
        with self._named_errors(path):
            self._check()
            self._blob(path).upload_from_string(
                content, content_type="text/plain; charset=utf-8", checksum="crc32c", retry=self._retry()
            )

    def remove_file(self, path: str) -> None:
        """Delete an object; see `places.Volume.remove_file`."""
        from google.api_core.exceptions import NotFound

        with self._named_errors(path):
            self._check()
            with contextlib.suppress(NotFound):
                self._blob(path).delete(retry=self._retry())

    @contextlib.contextmanager
    def open_file(self, path: str) -> Iterator[BinaryIO]:
        """Give a file's bytes from a temporary file; see `places.Volume.open_file`."""
        with tempfile.TemporaryFile() as file:
            self._download(path, file)
            yield file

    def file_size(self, path: str) -> int | None:
        """Return a file's size; see `places.Volume.file_size`."""
        with self._named_errors(path):
            self._check()
            blob = self._client.bucket(self._bucket).get_blob(self._prefix + path, retry=self._retry())
        return None if blob is None else int(blob.size)

    def files(self, under: str = "") -> Iterator[StoredFile]:
        """Yield all objects below a prefix; see `places.Volume.files`."""
        prefix = f"{self._prefix}{under.strip('/')}/" if under.strip("/") else self._prefix
        with self._named_errors(under):
            self._check()
            blobs = self._client.list_blobs(self._bucket, prefix=prefix or None, retry=self._retry())
            found = [StoredFile(blob.name.removeprefix(self._prefix), int(blob.size)) for blob in blobs]
        yield from found

    def claim(self, fresh: dict[str, str]) -> dict[str, str]:
        """Write the volume's identity, or return the one that stands there.

        Raises:
            OutOfReachError: the bucket does not exist or does not answer.
            CorruptDataError: the identity that stands there cannot be read.
        """
        from google.api_core.exceptions import PreconditionFailed

        with self._named_errors(IDENTITY):
            blob = self._blob(IDENTITY)
            with contextlib.suppress(PreconditionFailed):
                blob.upload_from_string(
                    json.dumps(fresh, indent=2),
                    content_type="application/json",
                    if_generation_match=0,
                    retry=self._retry(),
                )
            return identity_of(blob.download_as_bytes(retry=self._retry()), self.location)

    def _check(self) -> None:
        if self._proven:
            return
        from google.api_core.exceptions import NotFound

        try:
            quick = self._retry(min(_CHECK_SECONDS, self._patience_seconds))
            content = self._blob(IDENTITY).download_as_bytes(retry=quick)
        except NotFound as error:
            raise self._absent("nothing there") from error
        found = identity_of(content, self.location, self.uuid)["uuid"]
        if found != self.uuid:
            raise self._absent(f"another volume there ({found})")
        self._proven = True

    def _download(self, path: str, file: BinaryIO) -> None:
        from google.api_core.exceptions import NotFound

        with self._named_errors(path):
            self._check()
            try:
                self._blob(path).download_to_file(file, checksum="crc32c", retry=self._retry())
            except NotFound as error:
                raise FileNotFoundError(f"{self.location}: no file {path}") from error
        file.seek(0)

    def _proven_source(self, path: str, source: BinaryIO, written: Written) -> str:
        import google_crc32c

        library: Any = google_crc32c
        start = source.tell()
        content, checksum, size_bytes = hashlib.sha256(), library.Checksum(), 0
        while block := source.read(READ_BYTES):
            content.update(block)
            checksum.update(block)
            size_bytes += len(block)
        if Written(size_bytes=size_bytes, sha256=content.hexdigest()) != written:
            raise arrived_damaged(self.name, path)
        source.seek(start)
        return base64.b64encode(checksum.digest()).decode()

    def _blob(self, name: str) -> Any:
        return self._client.bucket(self._bucket).blob(self._prefix + name)

    def _retry(self, seconds: float | None = None) -> Any:
        from google.cloud.storage.retry import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(self._patience_seconds if seconds is None else seconds)

    def _absent(self, why: str) -> OutOfReachError:
        return OutOfReachError(
            f"bucket out of reach: expected volume {self.uuid} ({self.name}) at {self.location}, found {why}",
            remedy="check the bucket's name, the network and the credentials",
        )

    @contextlib.contextmanager
    def _named_errors(self, path: str) -> Iterator[None]:
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.storage.exceptions import DataCorruption

        try:
            yield
        except FileNotFoundError:
            raise
        except DataCorruption as error:  # of a download, or of an upload that Google has thrown away
            raise damaged_file(self.name, path, "its checksum is another one") from error
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            scratch = Path(tempfile.gettempdir())
            if means_full_disk(error, scratch):
                raise OutOfReachError(
                    f"no space left at {scratch}, where a file of volume {self.name} is read through",
                    remedy="free space there, or let TMPDIR name a folder on a larger disk",
                ) from error
            # The library's texts may hold the request's address, but no credential.
            raise self._absent(f"{type(error).__name__} for {path}") from error
