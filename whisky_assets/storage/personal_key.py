"""The one key that opens what is sealed on drives and in clouds: a file in the home, and 24 words that bring it back.

The file is a plain age identity, so that `age -d -i personal.key` opens sealed segments on a bare machine; the words
are the same key as a BIP 39 phrase. The key never leaves the home. Not here: what is sealed with it (`sealing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.storage.durable import locked_folder, make_folders, publish_bytes
from whisky_assets.storage.home import Home

FILE = "personal.key"
WORDS = 24

_HUMAN_PART = "age-secret-key-"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # of bech32, BIP 173
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_SECRET_BYTES = 32
_CHECK_LETTERS = 6


class KeyDamagedError(CorruptDataError):
    """The file of the key holds no key; what is sealed is as whole as before."""


class KeyMissingError(OutOfReachError):
    """The key that a sealed segment needs is not in the home."""


def key_path(home: Home) -> Path:
    """Return where the key of a home lies, whether it is there or not."""
    return home.root / "keys" / FILE


def read_key(home: Home) -> Any | None:
    """Return the key as a `pyrage.x25519.Identity`, None where the home has none.

    Raises:
        KeyDamagedError: the file holds no key.
    """
    secret = _read_secret(home)
    return None if secret is None else _identity(secret)


def made_key(home: Home, now: datetime, *, is_used: bool) -> Any:
    """Return the key of a home, made at first need: two processes that need it at once find one.

    Args:
        home: whose key.
        now: when.
        is_used: something is sealed already, so that a missing key is a lost one and no new one may take its place.

    Raises:
        KeyMissingError: it is lost.
        KeyDamagedError: the file holds no key.
    """
    from pyrage import x25519

    found = read_key(home)
    if found is None and is_used:
        raise lost_key(home)
    if found is None:
        _keep(home, str(x25519.Identity.generate()), now)
        found = read_key(home)
    return found


def lost_key(home: Home) -> KeyMissingError:
    """Return the error for a key that is not in the home though something is sealed with it."""
    return KeyMissingError(
        f"the key of personal segments is missing: no {key_path(home)}",
        remedy="bring it back with its 24 words: whisky storage key --restore",
    )


def phrase(home: Home) -> str:
    """Return the 24 words that bring the key of a home back.

    Raises:
        KeyMissingError: the home has no key.
        KeyDamagedError: the file holds no key.
    """
    secret = _read_secret(home)
    if secret is None:
        raise KeyMissingError(
            f"there is no key yet: no {key_path(home)}",
            remedy="it is made when the first personal segment goes to a drive or a cloud; where it is lost, bring it"
            " back with its words: whisky storage key --restore",
        )
    return phrase_of(secret)


def restore_key(home: Home, words: str, now: datetime) -> Path:
    """Write the key that 24 words stand for into the home, and return its path; done before, nothing happens.

    Raises:
        UsageError: the words are no recovery phrase, or the home has another key.
        KeyDamagedError: the file that stands there holds no key.
    """
    secret = secret_of(words)
    present = _read_secret(home)
    if present is None:
        _keep(home, secret, now)
        present = _read_secret(home)
    if present != secret:
        raise UsageError(
            f"{key_path(home)} is another key than these words stand for",
            remedy="move that file away if it is not needed, then: whisky storage key --restore",
        )
    return key_path(home)


def phrase_of(secret: str) -> str:
    """Return the 24 words for an age secret key (`AGE-SECRET-KEY-1...`)."""
    from mnemonic import Mnemonic

    values = [_LETTERS.index(letter) for letter in secret.lower().rpartition("1")[2][:-_CHECK_LETTERS]]
    bits = "".join(f"{value:05b}" for value in values)[: _SECRET_BYTES * 8]
    return str(Mnemonic("english").to_mnemonic(int(bits, 2).to_bytes(_SECRET_BYTES, "big")))


def secret_of(words: str) -> str:
    """Return the age secret key that 24 words stand for; case and spaces count for nothing.

    Raises:
        UsageError: they are not 24 words of the list, or their check does not hold.
    """
    from mnemonic import Mnemonic

    told = words.lower().split()
    if len(told) != WORDS:
        raise _no_phrase(f"they are {len(told)}")
    try:
        entropy = bytes(Mnemonic("english").to_entropy(told))
    except (ValueError, LookupError):
        # Not its cause: a text of the library may hold the words.
        raise _no_phrase("one is not in the list, or stands in another place") from None
    bits = f"{int.from_bytes(entropy, 'big'):0256b}".ljust(260, "0")
    values = [int(bits[place : place + 5], 2) for place in range(0, len(bits), 5)]
    return f"{_HUMAN_PART}1{_text(values + _checksum(values))}".upper()


def _no_phrase(why: str) -> UsageError:
    return UsageError(
        f"these are not the {WORDS} words of a recovery phrase: {why}",
        remedy="look at each word and its order, and try again: whisky storage key --restore",
    )


def _text(values: Sequence[int]) -> str:
    return "".join(_LETTERS[value] for value in values)


def _checksum(values: Sequence[int]) -> list[int]:
    human = [ord(letter) >> 5 for letter in _HUMAN_PART] + [0] + [ord(letter) & 31 for letter in _HUMAN_PART]
    state = 1
    for value in [*human, *values, *([0] * _CHECK_LETTERS)]:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            state ^= generator if top >> place & 1 else 0
    state ^= 1
    return [state >> 5 * (_CHECK_LETTERS - 1 - place) & 31 for place in range(_CHECK_LETTERS)]


def _read_secret(home: Home) -> str | None:
    try:
        lines = key_path(home).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        lines = []
    secret = next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-1")), "")
    _identity(secret, key_path(home))
    return secret


def _identity(secret: str, where: Path | None = None) -> Any:
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(secret)
    except IdentityError:
        # Not its cause: a text of the library may hold the key.
        raise KeyDamagedError(
            f"{where or 'the key'} holds no whole age key",
            remedy="move the file away and bring it back with its 24 words: whisky storage key --restore",
        ) from None


def _keep(home: Home, secret: str, now: datetime) -> None:
    path = key_path(home)
    make_folders(path.parent)
    path.parent.chmod(0o700)
    public = _identity(secret).to_public()
    content = f"# made {utc_text(now)}\n# public key: {public}\n{secret}\n"
    with locked_folder(path.parent):
        if not path.exists():
            publish_bytes(path.parent, FILE, content.encode("ascii"), mode=0o600)
