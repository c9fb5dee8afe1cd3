"""A body as it was meant: whole, inflated once, and never larger than its limit on the wire or in memory.

Not here: what text a body holds (the decoding ladder is `parsing`'s).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from whisky_assets.fetching.failures import MALFORMED, TOO_LARGE, TRUNCATED, LaterAnswerError, RefusedAnswerError

READ_BYTES = 65_536
_GZIP_WINDOW = 31
_ENCODINGS = {"": False, "identity": False, "gzip": True, "x-gzip": True}


def is_gzip(content_encoding: str, url: str) -> bool:
    """Return whether a body is to be inflated.

    Raises:
        RefusedAnswerError: an encoding that we did not ask for, or several on top of each other (code `malformed`).
    """
    name = content_encoding.strip().lower()
    if name not in _ENCODINGS:
        raise RefusedAnswerError(
            f"{url}: the body is encoded as {name[:80]!r}, which was not asked for (only gzip was).", code=MALFORMED
        )
    return _ENCODINGS[name]


class BodyReader:
    """Collects one body from wire bytes; a body cut at its limit (`cut=True`) is the first `limit` bytes."""

    def __init__(self, url: str, *, limit: int, gzip: bool, cut: bool = False) -> None:
        """Take the limit in bytes, which holds on the wire and for the inflated body alike."""
        self._url = url
        self._limit = limit
        self._cut = cut
        self._gzip = gzip
        # Not a list of pieces: one that comes in bytes of two would weigh thirty times its size.
        self._body = bytearray()
        self._inflater = zlib.decompressobj(_GZIP_WINDOW) if gzip else None
        self._begun = False
        self.wire_bytes = 0
        self.is_cut = False

    def read_all(self, read: Callable[[int], bytes]) -> bytes:
        """Return the whole body; `read` gives up to so many wire bytes and b"" at the end.

        Raises:
            RefusedAnswerError: larger than its limit (`too_large`), or no gzip where gzip was told (`malformed`).
            LaterAnswerError: the gzip data ends before it is whole (`truncated`).
        """
        while chunk := read(READ_BYTES):
            self.wire_bytes += len(chunk)
            self._take(chunk)
            if self.is_cut:
                break
            if self.wire_bytes > self._limit:
                raise self._too_large("on the wire")
        if self._inflater is not None and not self.is_cut and not self._is_whole():
            raise LaterAnswerError(f"{self._url}: the gzip data ends before it is whole.", code=TRUNCATED)
        return bytes(self._body)

    def _is_whole(self) -> bool:
        return self._inflater is not None and (self._inflater.eof or not self._begun)

    def _take(self, chunk: bytes) -> None:
        if self._inflater is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise RefusedAnswerError(f"{self._url}: told as gzip, but is none ({error}).", code=MALFORMED) from error

    def _inflate(self, chunk: bytes) -> None:
        while chunk and self._inflater is not None and not self.is_cut:
            if self._inflater.eof:
                # Zero bytes after a member are padding (RFC 1952 allows members only); other bytes begin a new one.
                chunk = chunk.lstrip(b"\x00")
                if not chunk:
                    return
                self._inflater = zlib.decompressobj(_GZIP_WINDOW)
            self._begun = True
            self._keep(self._inflater.decompress(chunk, self._limit - len(self._body) + 1))
            chunk = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _keep(self, data: bytes) -> None:
        room = self._limit - len(self._body)
        if len(data) > room:
            if not self._cut:
                raise self._too_large("inflated" if self._gzip else "on the wire")
            data = data[:room]
            self.is_cut = True
        self._body += data

    def _too_large(self, where: str) -> RefusedAnswerError:
        return RefusedAnswerError(
            f"{self._url}: the body is larger than {self._limit:,} bytes {where}.",
            code=TOO_LARGE,
            remedy="If the page is really that large, ask the site for a smaller one (fewer products a page).",
        )
