"""Backups of the state database are sealed with the home's key before they leave this PC, for it names people.

Not here: the key (`personal_key`) and the age format (`sealing`).
"""

from __future__ import annotations

import contextlib
import io
from datetime import datetime

from whisky_assets.domain.errors import CorruptDataError, WhiskyError
from whisky_assets.storage.home import Home
from whisky_assets.storage.personal_key import made_key, read_key
from whisky_assets.storage.recovery.backup_files import Seal, Unseal
from whisky_assets.storage.recovery.state_backup import backups_on
from whisky_assets.storage.sealing import CannotOpenError, sealed, unsealed
from whisky_assets.storage.volumes import Volumes


def sealer(volumes: Volumes, now: datetime) -> Seal:
    """Return what seals bytes with the home's key, which is made at first need.

    What it returns raises KeyMissingError where the key is lost, though something is sealed with it.
    """

    def seal(content: bytes) -> bytes:
        key = made_key(volumes.home, now, is_used=_something_is_sealed(volumes))
        with sealed(io.BytesIO(content), key) as (file, _written):
            return file.read()

    return seal


def unsealer(home: Home) -> Unseal | None:
    """Return what opens bytes that the home's key sealed, None where the home has no key.

    Raises:
        CorruptDataError: the key's file holds no key.
    """
    key = read_key(home)
    if key is None:
        return None

    def unseal(content: bytes) -> bytes:
        try:
            with unsealed(io.BytesIO(content), key) as file:
                return file.read()
        except CannotOpenError as error:
            raise CorruptDataError("it is damaged, or sealed with another key than the home's") from error

    return unseal


def _something_is_sealed(volumes: Volumes) -> bool:
    with volumes.db.reading() as connection:
        row = connection.execute("SELECT 1 FROM copies WHERE stored_sha256 IS NOT NULL LIMIT 1").fetchone()
    if row is not None:
        return True
    for off in (one for one in volumes.rows() if one.is_off_this_pc):
        with contextlib.suppress(WhiskyError):
            if any(backup.sealed for backup in backups_on(volumes.get(off.name))):
                return True
    return False
