"""An external drive as a volume: found by its uuid wherever the system mounted it this time, never guessed.

Not here: how bytes get there (`directories`), whose rules hold for a drive too: identity through the open descriptor.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.storage.capacity import Room
from whisky_assets.storage.directories import DirectoryVolume, identity_in

MOUNTS = ("/Volumes/*", "/media/*/*", "/media/*", "/run/media/*/*", "/mnt/*")
"""Where macOS and Linux mount external drives, as patterns of folders."""


class DriveVolume(DirectoryVolume):
    """A folder on an external drive, wherever that is mounted now."""

    def __init__(
        self, *, name: str, uuid: str, root: Path, room: Room | None = None, mounts: Sequence[str] = MOUNTS
    ) -> None:
        """Name the place; nothing is looked for yet.

        Args:
            name: how commands call it.
            uuid: the identity that its `volume.json` must show.
            root: the folder where it was last.
            room: what it may hold.
            mounts: patterns of the folders where drives are mounted.
        """
        super().__init__(name=name, uuid=uuid, root=root, room=room)
        self._mounts = mounts

    def find(self) -> Path:
        """Return the folder that shows its identity: where it was last, else the one that the drive has now.

        Raises:
            OutOfReachError: two places elsewhere show it, and nobody can say which one it is.
        """
        if _shows(self.root, self.uuid):
            return self.root
        found = drives_with(self.uuid, self.root, self._mounts)
        if len(found) > 1:
            places = " and ".join(map(str, found))
            raise OutOfReachError(
                f"{places} both say that they are volume {self.name}: one is a copy",
                remedy="detach the copy, and start again",
            )
        if found:
            self.root = found[0]
        return self.root


def drives_with(uuid: str, last: Path, mounts: Iterable[str] = MOUNTS) -> tuple[Path, ...]:
    """Return the folders on attached drives that show an identity, each once.

    Args:
        uuid: the identity.
        last: the folder where the volume was last; its end is looked for below each drive.
        mounts: patterns of the folders where drives are mounted.
    """
    found: list[Path] = []
    for folder in _candidates(last, mounts):
        if _shows(folder, uuid) and not any(folder.samefile(other) for other in found):
            found.append(folder)
    return tuple(found)


def empty_mount_point(folder: Path, mounts: Iterable[str] = MOUNTS) -> Path | None:
    """Return the folder for a drive that a place lies in while nothing is mounted there; else None.

    What is written there would lie on this PC's own disk and vanish behind the drive once it is attached.
    """
    places = [folder, *folder.parents]
    matched = [place for place in places if any(place.match(pattern) for pattern in mounts)]
    return matched[0] if matched and not any(place.is_mount() for place in matched) else None


def refuse_empty_mount_point(folder: Path, mounts: Iterable[str] = MOUNTS) -> None:
    """Refuse a place for a drive while none is mounted there; see `empty_mount_point`.

    Raises:
        OutOfReachError: nothing is mounted there.
    """
    empty = empty_mount_point(folder, mounts)
    if empty is not None:
        raise OutOfReachError(
            f"no drive is mounted at {empty}: what is written there would lie on this PC's own disk",
            remedy="attach the drive, and start again; for a folder of this PC: --kind directory",
        )


def _candidates(last: Path, mounts: Iterable[str]) -> Iterator[Path]:
    ends = [Path(*last.parts[place:]) for place in range(2, len(last.parts))]
    for pattern in mounts:
        with contextlib.suppress(OSError):
            for mount in sorted(Path("/").glob(pattern.lstrip("/"))):
                yield mount
                yield from (mount / end for end in ends)


def _shows(folder: Path, uuid: str) -> bool:
    # A drive that fails, or one that may not be looked into, is not the one that is looked for.
    try:
        return identity_in(folder) == uuid
    except (CorruptDataError, OSError):
        return False
