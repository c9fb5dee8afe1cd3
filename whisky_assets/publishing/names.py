"""A person's documents are named by a keyed hash wherever a plan, log or error speaks of them.

A plain hash of a uid could be guessed by trying uids; this one needs the home's secret. Not here: the paths that a
store is given (`publishing.documents`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.storage.durable import locked_folder, publish_bytes

KEY_BYTES = 32
NAME_DIGITS = 16  # 64 bits: no two of a million documents share a name


def load_key(path: Path) -> bytes:
    """Return the home's secret, made on the first call as a whole file that only its owner reads.

    Raises:
        CorruptDataError: the file is not 32 bytes.
        OutOfReachError: the disk is full.
    """
    if not path.exists():
        with locked_folder(path.parent):  # two that make it at once must find one key
            if not path.exists():
                publish_bytes(path.parent, path.name, secrets.token_bytes(KEY_BYTES), mode=0o600)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise CorruptDataError(
            f"{path} holds {len(key)} bytes, not {KEY_BYTES}.",
            remedy="Delete it: a new one is made, and plans name people's documents by other hashes from then on.",
        )
    return key


def keyed_digest(key: bytes, text: str) -> str:
    """Return 64 hex digits that only the holder of the key can make from a text."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def shown_name(collection: str, document_id: str, *, personal: bool, key: bytes) -> str:
    """Return how a plan names a document: `collection/id`, of a person's document `collection/#hash`."""
    if not personal:
        return f"{collection}/{document_id}"
    return f"{collection}/#{keyed_digest(key, f'{collection}/{document_id}')[:NAME_DIGITS]}"
