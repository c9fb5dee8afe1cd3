"""A place becomes a volume of the home: named, limited, and proven by writing, reading back and deleting.

Also the key that opens what is sealed on volumes. Not here: what lies where (`upkeep`).
"""

from __future__ import annotations

import dataclasses
import io
import re
import secrets
from hashlib import sha256
from pathlib import Path

from whisky_assets.domain.amounts import bytes_of, size_words
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError, WhiskyError
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.capacity import VolumeFacts, shared_disk_lines
from whisky_assets.storage.drives import refuse_empty_mount_point
from whisky_assets.storage.durable import Written
from whisky_assets.storage.personal_key import KeyMissingError, key_path, made_key, phrase, read_key, restore_key
from whisky_assets.storage.places import Volume
from whisky_assets.storage.placing import verify_copy
from whisky_assets.storage.restore_page import PAGE, refresh_restore_page
from whisky_assets.storage.volumes import FOLDERS, NewLimits

_REMOTE = re.compile(r":?[A-Za-z0-9_][A-Za-z0-9_ .+@-]*[:,].*")
_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM copies AS other WHERE other.segment = copies.segment AND other.stored_sha256 IS NULL)"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewVolume:
    """What an owner says of a place; sizes as they are typed (`400G`), empty: not said."""

    name: str
    place: str
    kind: str = ""
    storage_class: str = ""
    capacity: str = ""
    reserve: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A volume that was added and proven, and all volumes of the home with it."""

    facts: VolumeFacts
    all_facts: tuple[VolumeFacts, ...]
    status_command: str

    def lines(self) -> list[str]:
        """Return what a person should know."""
        one = self.facts
        limits = [
            f"room for {size_words(one.room_bytes)}" if one.room_bytes is not None else "no limit but its own",
            f"{size_words(one.reserve_bytes)} stay free" if one.reserve_bytes else "",
        ]
        told = [
            f"volume {one.name}: {one.location} ({one.kind}, {one.storage_class})",
            "written, read back, deleted: it works",
            ", ".join(part for part in limits if part),
            f"{PAGE} there says how to read it on a bare machine",
        ]
        if one.same_disk_as is not None:
            told += [line for line in shared_disk_lines(self.all_facts) if line.startswith(f"volume {one.name} ")]
            told += ["is the drive attached and mounted there?"] if one.kind == "drive" else []
        if one.kind != "directory":
            told.append("files of people are sealed there: write the key's words down with `whisky storage key`")
        told += [f"{each.name}: holds {size_words(each.used_bytes)}" for each in self.all_facts]
        return [*told, f"what lies there: {self.status_command}"]

    def as_result(self) -> dict[str, object]:
        """Return the volume as plain values."""
        one = self.facts
        return {
            "volume": one.name,
            "place": one.location,
            "kind": one.kind,
            "storage_class": one.storage_class,
            "capacity_bytes": one.capacity_bytes,
            "reserve_bytes": one.reserve_bytes,
            "room_bytes": one.room_bytes,
            "same_disk_as": one.same_disk_as,
            "proven": ["written", "read back", "deleted"],
        }


def add_volume(workspace: Workspace, told: NewVolume) -> Added:
    """Make a place a volume of the home and prove that it can be written, read back and deleted.

    Added before, its limits become what is said, and it is proven again. One that is new and fails the proof is no
    volume.

    Raises:
        UsageError: name or place is missing or taken, something cannot be meant, or it is a volume of another home.
        OutOfReachError: the place does not exist, does not answer, is full or may not be written.
        CorruptDataError: what was read back is not what was written.
    """
    if not told.name or not told.place:
        raise UsageError(
            "a volume needs a name and a place",
            remedy=f"whisky storage add-volume{home_words(workspace)} external /Volumes/WHISKY",
        )
    if not _NAME.fullmatch(told.name):
        raise UsageError(
            f"{told.name!r} is no name of a volume", remedy="Up to 40 of a-z, 0-9, - and _, a letter or digit first."
        )
    known = {row.name: row.kind for row in workspace.volumes.rows()}
    kind = told.kind or kind_of(workspace, told.place, known.get(told.name))
    limits = NewLimits(
        storage_class=told.storage_class or None,
        capacity_bytes=_size(told.capacity, "capacity"),
        reserve_bytes=_size(told.reserve, "reserve"),
    )
    place = str(Path(told.place).expanduser().absolute()) if kind in FOLDERS else told.place
    if kind == "drive":
        refuse_empty_mount_point(Path(place))
    volume = workspace.volumes.add(told.name, kind, place, workspace.now(), limits=limits)
    try:
        prove(volume)
        refresh_restore_page(workspace.volumes, told.name)
    except (WhiskyError, OSError) as error:
        if told.name not in known:
            workspace.volumes.forget(told.name)
        if isinstance(error, OSError):
            raise OutOfReachError(
                f"{told.place} cannot be written: {error.strerror}", remedy="give your user the right to write there"
            ) from error
        raise
    facts = workspace.volumes.facts(workspace.now())
    return Added(
        facts=next(one for one in facts if one.name == told.name),
        all_facts=facts,
        status_command=f"whisky storage status{home_words(workspace)}",
    )


def kind_of(workspace: Workspace, place: str, known: str | None = None) -> str:
    """Return the kind that a place has if nobody says: that of the volume, else as its spelling and its disk say."""
    if known is not None:
        return known
    if place.startswith("gs://"):
        return "gcs"
    path = Path(place).expanduser()
    if not path.exists() and not place.startswith(("/", ".", "~")) and _REMOTE.fullmatch(place):
        return "rclone"
    if path.is_dir() and path.stat().st_dev != workspace.home.root.stat().st_dev:
        return "drive"
    return "directory"


def prove(volume: Volume) -> None:
    """Write a file to a volume, read it back from the medium and delete it, as segments are.

    Raises:
        CorruptDataError: what was read back is not what was written, or it is still there.
        OutOfReachError: the volume is absent, full or refuses it.
    """
    content = secrets.token_bytes(64 << 10)
    path = f"probe-{secrets.token_hex(8)}"
    volume.put_file(path, io.BytesIO(content), Written(size_bytes=len(content), sha256=sha256(content).hexdigest()))
    try:
        with volume.open_file(path) as file:
            volume.from_medium(file)
            found = file.read()
    finally:
        volume.remove_file(path)
    if found != content:
        raise CorruptDataError(
            f"volume {volume.name} ({volume.place}) gave back other bytes than were written", remedy="use another place"
        )
    if volume.file_size(path) is not None:
        raise CorruptDataError(
            f"volume {volume.name} ({volume.place}) keeps what was deleted", remedy="let your user delete there"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """Whether the home's key is there, its public half, and how many copies are sealed."""

    path: str
    public_key: str | None
    sealed_copies: int

    def lines(self) -> list[str]:
        """Return what a person should know and the one command that comes next."""
        if self.public_key is None and self.sealed_copies:
            return [
                f"the key is missing: no {self.path}; {self.sealed_copies:,} sealed copies cannot be opened without it",
                "bring it back with its 24 words: whisky storage key --restore",
            ]
        if self.public_key is None:
            return ["no key yet: it is made when the first file of a person goes to a drive or a cloud"]
        return [
            f"key: {self.path}",
            f"public key: {self.public_key}",
            f"sealed copies: {self.sealed_copies:,}",
            "show the 24 words that bring it back, and write them on paper: whisky storage key --show-phrase",
        ]


def key_state(workspace: Workspace) -> KeyState:
    """Return whether the home's key is there.

    Raises:
        CorruptDataError: its file holds no key.
    """
    key = read_key(workspace.home)
    with workspace.db.reading() as connection:
        sealed = connection.execute("SELECT COUNT(*) FROM copies WHERE stored_sha256 IS NOT NULL").fetchone()[0]
    public = None if key is None else str(key.to_public())
    return KeyState(path=str(key_path(workspace.home)), public_key=public, sealed_copies=sealed)


def key_phrase(workspace: Workspace) -> str:
    """Return the 24 words that bring the home's key back; see `personal_key.phrase`."""
    return phrase(workspace.home)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeyBack:
    """A key that was brought back: its file, and the volumes on which a sealed copy was opened with it."""

    path: str
    opened: tuple[str, ...]


def bring_key_back(workspace: Workspace, words: str) -> KeyBack:
    """Write the key that 24 words stand for into the home, and try it on a sealed copy of each volume that is there.

    Raises:
        UsageError: the words are no recovery phrase, or the home has another key.
        CorruptDataError: a sealed copy is damaged.
        KeyMissingError: it is the key of another home: a sealed copy does not open. The key is not kept.
    """
    stood_there = key_path(workspace.home).exists()
    path = restore_key(workspace.home, words, workspace.now())
    try:
        opened = _opened_on(workspace)
    except KeyMissingError:
        if not stood_there:
            path.unlink()
        raise
    return KeyBack(path=str(path), opened=opened)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What a new key in the place of a lost one means: sealed copies that are made anew, and those that stay closed."""

    forgotten: int
    stay_closed: int
    is_done: bool
    command: str

    def lines(self) -> list[str]:
        """Return what a person should know before, or what was done."""
        how = "forgotten" if self.is_done else "to be forgotten"
        last = "write its words down: whisky storage key --show-phrase" if self.is_done else "nothing was changed"
        return [
            f"{self.forgotten:,} sealed copies {how}; what they hold lies elsewhere in the clear",
            "the next run of copies seals them with the new key",
            f"{self.stay_closed:,} sealed copies stay closed: nothing else holds them",
            last,
        ]


def replace_lost_key(workspace: Workspace, *, confirmed: bool) -> NewKey:
    """Make a new key in the place of one that is lost with its words; unconfirmed, only say what that means.

    Raises:
        UsageError: the key is there.
    """
    if key_path(workspace.home).exists():
        raise UsageError(f"the key is there: {key_path(workspace.home)}", remedy="See its state: whisky storage key")
    with workspace.db.transaction() as connection:
        forgotten, stay_closed = connection.execute(
            f"SELECT COALESCE(SUM({_ELSEWHERE}), 0), COALESCE(SUM(NOT {_ELSEWHERE}), 0) FROM copies"  # noqa: S608 - the text above
            " WHERE stored_sha256 IS NOT NULL"
        ).fetchone()
        if confirmed:
            connection.execute(
                f"DELETE FROM copies WHERE stored_sha256 IS NOT NULL AND {_ELSEWHERE}"  # noqa: S608 - the text above
            )
    if confirmed:
        made_key(workspace.home, workspace.now(), is_used=False)
    return NewKey(
        forgotten=forgotten,
        stay_closed=stay_closed,
        is_done=confirmed,
        command=f"whisky storage key{home_words(workspace)} --new --yes",
    )


def _opened_on(workspace: Workspace) -> tuple[str, ...]:
    opened = []
    for row in workspace.volumes.rows():
        with workspace.db.reading() as connection:
            found = connection.execute(
                "SELECT segment FROM copies WHERE volume = ? AND stored_sha256 IS NOT NULL LIMIT 1", (row.name,)
            ).fetchone()
        if found is not None and _opens(workspace, found[0], row.name):
            opened.append(row.name)
    return tuple(opened)


def _opens(workspace: Workspace, segment_id: str, volume: str) -> bool:
    try:
        workspace.volumes.get(volume).check()
    except (OutOfReachError, UsageError):
        return False
    copy = next(copy for copy in workspace.store.copies(segment_id) if copy.volume == volume)
    verify_copy(workspace.volumes, workspace.store.segment(segment_id), copy, must_open=True)
    return True


def _size(text: str, what: str) -> int | None:
    if not text.strip():
        return None
    try:
        return bytes_of(text)
    except ValueError as error:
        raise UsageError(f"{what}: {error}", remedy="Write it as 400G, 1.5 TB, or 0 for none.") from error
