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

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.storage.durable import Written
from whisky_assets.storage.full_disk import means_full_disk
from whisky_assets.storage.places import IDENTITY, READ_BYTES, damaged, identity_of, read_through, segment_name

_PATIENCE_SECONDS = 120.0
_MEDIA_TYPE = "application/vnd.apache.parquet"


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


class GcsVolume:
    """A bucket, or a prefix in one, with `volume.json` as its identity."""

    def __init__(
        self, *, name: str, uuid: str, location: str, client: Any, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        """Name the place; nothing is asked of it yet.

        Args:
            name: how commands call it.
            uuid: the identity that its `volume.json` must show.
            location: `gs://bucket/prefix`.
            client: a `google.cloud.storage.Client`.
            patience_seconds: how long a call is tried again.

        Raises:
            UsageError: the location is no `gs://bucket` or `gs://bucket/prefix`.
        """
        scheme, _, path = location.partition("://")
        bucket, _, prefix = path.partition("/")
        if scheme != "gs" or not bucket:
            raise UsageError(f"a bucket is named gs://bucket or gs://bucket/prefix, not {location!r}")
        self.name = name
        self.uuid = uuid
        self.location = location
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._patience_seconds = patience_seconds
        self._proven = False

    def put(self, dataset: str, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """Upload a segment if it is not there, then compare size and crc32c; see `places.Volume.put`."""
        from google.api_core.exceptions import PreconditionFailed

        crc32c = self._proven_source(dataset, sha256, source, size_bytes)
        with self._named_errors(dataset, sha256):
            self._check()
            blob = self._blob(segment_name(dataset, sha256))
            blob.metadata = {"sha256": sha256}
            # An answer that was lost is asked for again and then meets its own object: that is done, not an error.
            with contextlib.suppress(PreconditionFailed):
                blob.upload_from_file(
                    source,
                    size=size_bytes,
                    content_type=_MEDIA_TYPE,
                    if_generation_match=0,
                    checksum="crc32c",
                    retry=self._retry(),
                )
            blob.reload(retry=self._retry())
            if (blob.size, blob.crc32c) != (size_bytes, crc32c):
                raise damaged(self.name, dataset, sha256, "another object stands under its name")

    def check(self) -> None:
        """Return if the bucket is there and is itself; see `places.Volume.check`."""
        with self._named_errors("", IDENTITY):
            self._check()

    @contextlib.contextmanager
    def open(self, dataset: str, sha256: str) -> Iterator[BinaryIO]:
        """Give a segment's bytes from a temporary file; see `places.Volume.open`."""
        with tempfile.TemporaryFile() as file:
            self._download(dataset, sha256, file)
            yield file

    def size_of(self, dataset: str, sha256: str) -> int | None:
        """Return a segment's size; see `places.Volume.size_of`."""
        with self._named_errors(dataset, sha256):
            self._check()
            blob = self._client.bucket(self._bucket).get_blob(
                self._prefix + segment_name(dataset, sha256), retry=self._retry()
            )
        return None if blob is None else int(blob.size)

    def verify(self, dataset: str, sha256: str, size_bytes: int) -> None:
        """Download a segment and compare its sha256 with its name; see `places.Volume.verify`."""
        try:
            with self.open(dataset, sha256) as file:
                found = read_through(file)
        except FileNotFoundError:
            raise damaged(self.name, dataset, sha256, "it is missing") from None
        if found != Written(size_bytes=size_bytes, sha256=sha256):
            raise damaged(self.name, dataset, sha256, "its bytes are not what its name says")

    def claim(self, fresh: dict[str, str]) -> dict[str, str]:
        """Write the volume's identity, or return the one that stands there.

        Raises:
            OutOfReachError: the bucket does not exist or does not answer.
            CorruptDataError: the identity that stands there cannot be read.
        """
        from google.api_core.exceptions import PreconditionFailed

        with self._named_errors("", IDENTITY):
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
            content = self._blob(IDENTITY).download_as_bytes(retry=self._retry())
        except NotFound as error:
            raise self._absent("nothing there") from error
        found = identity_of(content, self.location)["uuid"]
        if found != self.uuid:
            raise self._absent(f"another volume there ({found})")
        self._proven = True

    def _download(self, dataset: str, sha256: str, file: BinaryIO) -> None:
        from google.api_core.exceptions import NotFound
        from google.cloud.storage.exceptions import DataCorruption

        with self._named_errors(dataset, sha256):
            self._check()
            try:
                self._blob(segment_name(dataset, sha256)).download_to_file(file, checksum="crc32c", retry=self._retry())
            except NotFound as error:
                raise FileNotFoundError(f"{self.location}: no segment {sha256}") from error
            except DataCorruption as error:
                raise damaged(self.name, dataset, sha256, "its checksum is another one") from error
        file.seek(0)

    def _proven_source(self, dataset: str, sha256: str, source: BinaryIO, size_bytes: int) -> str:
        import google_crc32c

        library: Any = google_crc32c
        checksum = library.Checksum()
        content = hashlib.sha256()
        read_bytes = 0
        while block := source.read(READ_BYTES):
            checksum.update(block)
            content.update(block)
            read_bytes += len(block)
        if (content.hexdigest(), read_bytes) != (sha256, size_bytes):
            raise CorruptDataError(
                f"segment {sha256[:12]} of {dataset} is damaged before its upload to volume {self.name}",
                remedy="check the copy it came from: `whisky storage verify`",
            )
        source.seek(0)
        return base64.b64encode(checksum.digest()).decode()

    def _blob(self, name: str) -> Any:
        return self._client.bucket(self._bucket).blob(self._prefix + name)

    def _retry(self) -> Any:
        from google.cloud.storage.retry import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(self._patience_seconds)

    def _absent(self, why: str) -> OutOfReachError:
        return OutOfReachError(
            f"bucket out of reach: expected volume {self.uuid} ({self.name}) at {self.location}, found {why}",
            remedy="check the bucket's name, the network and the credentials",
        )

    @contextlib.contextmanager
    def _named_errors(self, dataset: str, sha256: str) -> Iterator[None]:
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError

        try:
            yield
        except FileNotFoundError:
            raise
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            scratch = Path(tempfile.gettempdir())
            if means_full_disk(error, scratch):
                raise OutOfReachError(
                    f"no space left at {scratch}, where a segment of volume {self.name} is read through",
                    remedy="free space there, or let TMPDIR name a folder on a larger disk",
                ) from error
            # The library's texts may hold the request's address, but no credential.
            what = f"{type(error).__name__} for {dataset} {sha256[:12]}".strip()
            raise self._absent(what) from error
