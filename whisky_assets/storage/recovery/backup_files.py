"""What all backups on a volume share: sealed where they can be carried away, compared after writing, thinned out.

Not here: what is backed up (`state_backup`, `texts_backup`).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, WhiskyError
from whisky_assets.storage.durable import Written
from whisky_assets.storage.places import Volume, read_through
from whisky_assets.storage.volumes import VolumeRow

KEEP_LAST = 10
KEEP_DAILY = 7
TIME = "%Y%m%dt%H%M%Sz"
"""How a name tells when its backup was made, in UTC."""

Seal = Callable[[bytes], bytes]
"""Encrypts bytes so that only the holder of the home's key opens them."""
Unseal = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup on one volume, as its name tells."""

    volume: str
    path: str
    made_at: datetime
    sha256: str
    sealed: bool
    size_bytes: int

    @property
    def order(self) -> tuple[Any, ...]:
        """By which the newest one is found."""
        return (self.made_at, self.sha256)


Kind = TypeVar("Kind", bound=Backup)


def stored_bytes(content: bytes, row: VolumeRow, seal: Seal | None, what: str) -> bytes:
    """Return the bytes of a backup as they may lie on a volume: sealed where that can be carried away.

    Raises:
        WhiskyError: they have to be sealed, and there is no key.
    """
    if not row.is_off_this_pc:
        return content
    if seal is None:
        raise WhiskyError(f"volume {row.name} can be carried away, and there is no key to seal a backup of {what} with")
    return seal(content)


@contextlib.contextmanager
def refusals_named(volume: str) -> Iterator[None]:
    """Let what the system refuses on a volume, as on one that is read-only, be an error that names the volume.

    Raises:
        OutOfReachError: it refused something.
    """
    try:
        yield
    except OSError as error:
        raise OutOfReachError(
            f"volume {volume}: {error.strerror or error}",
            remedy="Look whether the drive is well and can be written to, and start again.",
        ) from error


def put_proven(volume: Volume, path: str, content: bytes) -> None:
    """Store a backup and compare it, read from the medium.

    Raises:
        CorruptDataError: what is there is not what was written.
        OutOfReachError: the volume is absent or full.
    """
    written = Written(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    volume.put_file(path, io.BytesIO(content), written)
    with volume.open_file(path) as file:
        volume.from_medium(file)
        if read_through(file) != written:
            raise CorruptDataError(
                f"{path} on volume {volume.name} is not what was written", remedy="Look at that drive: it forgets."
            )


def proven_bytes(backup: Backup, volume: Volume, unseal: Unseal | None) -> bytes:
    """Return what was backed up, read from the medium, compared with its name and unsealed.

    Raises:
        CorruptDataError: its bytes are not what its name says.
        OutOfReachError: the volume is absent.
        WhiskyError: it is sealed and no key is at hand, or the key is another.
    """
    try:
        with volume.open_file(backup.path) as file:
            volume.from_medium(file)
            content = file.read()
    except FileNotFoundError:
        raise damaged_backup(backup, "it is missing") from None
    if hashlib.sha256(content).hexdigest() != backup.sha256:
        raise damaged_backup(backup, "its bytes are not what its name says")
    if not backup.sealed:
        return content
    if unseal is None:
        raise WhiskyError(f"{_words(backup)} is sealed, and the home's key is not at hand")
    return unseal(content)


def thin_out(volume: Volume, backups: Sequence[Backup]) -> int:
    """Take away all backups of a volume but the last 10 and the newest of each of 7 days; return how many went."""
    kept = _kept(backups)
    gone = [backup for backup in backups if backup.path not in kept]
    for backup in gone:
        volume.remove_file(backup.path)
    return len(gone)


def damaged_backup(backup: Backup, why: str) -> CorruptDataError:
    """Return the error that names a rotten backup."""
    return CorruptDataError(f"{_words(backup)} is damaged: {why}")


def newest_first(backups: Sequence[Kind]) -> tuple[Kind, ...]:
    """Return backups by their order, the newest first."""
    return tuple(sorted(backups, key=lambda backup: backup.order, reverse=True))


def _kept(backups: Sequence[Backup]) -> frozenset[str]:
    days: dict[str, str] = {}
    for backup in newest_first(backups):  # not by time: days of a clock that ran ahead would stay for ever
        days.setdefault(f"{backup.made_at:%Y%m%d}", backup.path)
    last = [backup.path for backup in newest_first(backups)[:KEEP_LAST]]
    return frozenset((*last, *list(days.values())[:KEEP_DAILY]))


def _words(backup: Backup) -> str:
    return f"the backup {backup.path} on volume {backup.volume}"
