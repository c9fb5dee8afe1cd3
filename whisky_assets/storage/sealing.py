"""Personal segments are sealed before they leave this PC: bytes that only the home's key opens, in the age format.

The same segment sealed twice is two files: a sealed file is named by its own bytes too, so that it is proven without
the key. Not here: the key (`personal_key`) and which copies are sealed (`placing`).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from whisky_assets.storage.durable import HashingFile, Written


class CannotOpenError(Exception):
    """The bytes are not sealed with this key, or they are damaged."""


@contextlib.contextmanager
def sealed(source: BinaryIO, key: Any) -> Iterator[tuple[BinaryIO, Written]]:
    """Give the sealed bytes of a file in a temporary one, with their size and sha256.

    Args:
        source: the bytes, read from where it stands to its end.
        key: a `pyrage.x25519.Identity`; only its public half is used.
    """
    import pyrage

    with tempfile.TemporaryFile() as file:
        hashing = HashingFile(cast("BinaryIO", file))
        pyrage.encrypt_io(source, hashing, [key.to_public()])
        file.flush()
        file.seek(0)
        yield cast("BinaryIO", file), hashing.written()


@contextlib.contextmanager
def unsealed(source: BinaryIO, key: Any) -> Iterator[BinaryIO]:
    """Give the bytes of a sealed file in a temporary one, which no other program can open.

    Raises:
        CannotOpenError: it is sealed with another key, or damaged.
    """
    import pyrage

    with tempfile.TemporaryFile() as file:
        source.seek(0, os.SEEK_SET)
        try:
            pyrage.decrypt_io(source, file, [key])
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise CannotOpenError(f"{type(error).__name__}") from error
        file.seek(0)
        yield cast("BinaryIO", file)
