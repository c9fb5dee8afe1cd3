"""The texts of a home (settings, rules, feeds, people's decisions) as one file on every volume that is there.

No segment holds them, and a home without them would forget what people decided. A name is lower-case ASCII and sorts by
time: `texts/20260105t090000z-<sha256 of what is in it>-<sha256 of the file>.tar.zst`; `.age` at the end says that it is
sealed. `zstd -d` makes a tar file of it. Secrets are never in it: only what `TEXTS` names is packed. Not here: the
state database (`state_backup`).
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from whisky_assets.domain.errors import CorruptDataError, WhiskyError
from whisky_assets.storage.durable import make_folders, publish_bytes
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import Volume
from whisky_assets.storage.recovery.backup_files import (
    TIME,
    Backup,
    Seal,
    Unseal,
    damaged_backup,
    newest_first,
    proven_bytes,
    put_proven,
    refusals_named,
    stored_bytes,
    thin_out,
)
from whisky_assets.storage.volumes import VolumeRow, Volumes

FOLDER = "texts"
TEXTS = ("config.toml", "storage.toml", "week.json", "sources", "curation")
"""What is packed of a home, files and whole folders; whatever else lies in it is not."""

_NAME = re.compile(
    rf"{FOLDER}/(?P<time>\d{{8}}t\d{{6}}z)-(?P<content>[0-9a-f]{{64}})-(?P<sha256>[0-9a-f]{{64}})\.tar\.zst(?P<sealed>\.age)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsBackup(Backup):
    """One backup on one volume; `content` is the sha256 of the tar file in it: equal texts have equal ones."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsReport:
    """Which volumes got the texts by this call, which have them already, and why others have not."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[tuple[str, WhiskyError], ...]


def back_up_texts(home: Home, volumes: Volumes, now: datetime, *, seal: Seal | None = None) -> TextsReport:
    """Put the home's texts on every volume that is there and has others; old backups go, 10 and 7 daily stay.

    Args:
        home: the home.
        volumes: its volumes; an absent or full one is skipped.
        now: when; part of the names.
        seal: encrypts what goes to a volume that can be carried away; without it such a volume gets none.
    """
    packed = packed_texts(home.root)
    written: list[str] = []
    unchanged: list[str] = []
    skipped: list[tuple[str, WhiskyError]] = []
    for row in volumes.rows():
        try:
            with refusals_named(row.name):
                is_written = _put(volumes.get(row.name), row, packed, now, seal)
            (written if is_written else unchanged).append(row.name)
        except WhiskyError as error:
            skipped.append((row.name, error))
    return TextsReport(written=tuple(written), unchanged=tuple(unchanged), skipped=tuple(skipped))


def texts_on(volume: Volume) -> tuple[TextsBackup, ...]:
    """Return the backups of texts on a volume by their names, the newest first.

    Raises:
        OutOfReachError: the volume is absent.
    """
    found = []
    for file in volume.files(FOLDER):
        named = _NAME.fullmatch(file.path)
        if named:
            found.append(
                TextsBackup(
                    volume=volume.name,
                    path=file.path,
                    made_at=datetime.strptime(named["time"], TIME).replace(tzinfo=UTC),
                    content=named["content"],
                    sha256=named["sha256"],
                    sealed=named["sealed"] is not None,
                    size_bytes=file.size_bytes,
                )
            )
    return newest_first(found)


def unpack_texts(backup: TextsBackup, volume: Volume, root: Path, *, unseal: Unseal | None = None) -> tuple[str, ...]:
    """Write the texts of a backup into a folder, file by file, and return their paths in it.

    A file that stands there under the same name is replaced.

    Raises:
        CorruptDataError: its bytes are not what its name says, or it holds what no backup of texts holds.
        OutOfReachError: the volume is absent.
        WhiskyError: it is sealed and no key is at hand, or the key is another.
    """
    content = _unzipped(proven_bytes(backup, volume, unseal), backup)
    if hashlib.sha256(content).hexdigest() != backup.content:
        raise damaged_backup(backup, "what is in it is not what its name says")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        return tuple(_unpack(archive, member, root, backup) for member in archive)


def packed_texts(root: Path) -> bytes:
    """Return a home's texts as a tar file: equal texts give equal bytes, whatever times and owners files have."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in sorted(_texts(root)):
            content = path.read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _texts(root: Path) -> Iterator[tuple[str, Path]]:
    for name in TEXTS:
        path = root / name
        if path.is_dir():
            yield from _below(path, name, ())
        elif path.is_file():
            yield name, path


def _below(folder: Path, name: str, above: Collection[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder; one that links to a team's repository is followed, but never round in circles."""
    real = folder.resolve()
    if real in above:
        return
    for path in folder.iterdir():
        inner = f"{name}/{path.name}"
        # Hidden ones are other programs': a repository's own files, and temporary ones of writers.
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from _below(path, inner, (*above, real))
        elif path.is_file():
            yield inner, path


def _put(volume: Volume, row: VolumeRow, packed: bytes, now: datetime, seal: Seal | None) -> bool:
    standing = texts_on(volume)
    content = hashlib.sha256(packed).hexdigest()
    if standing and standing[0].content == content:
        return False
    stored = stored_bytes(_zipped(packed), row, seal, "the home's texts")
    made_at = now.astimezone(UTC)
    if standing and standing[0].made_at >= made_at:
        # A clock that was set back: the newest one is found by its name.
        made_at = standing[0].made_at + timedelta(seconds=1)
    suffix = ".age" if row.is_off_this_pc else ""
    sha256 = hashlib.sha256(stored).hexdigest()
    put_proven(volume, f"{FOLDER}/{made_at:{TIME}}-{content}-{sha256}.tar.zst{suffix}", stored)
    thin_out(volume, texts_on(volume))
    return True


def _zipped(content: bytes) -> bytes:
    import pyarrow as pa  # most calls find nothing changed, and this is slow to load

    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as out:
        out.write(content)
    return bytes(packed.getvalue())


def _unzipped(content: bytes, backup: TextsBackup) -> bytes:
    import pyarrow as pa  # as above

    try:
        with pa.CompressedInputStream(io.BytesIO(content), "zstd") as source:
            return bytes(source.read())
    except OSError as error:
        raise damaged_backup(backup, str(error)) from error


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path, backup: TextsBackup) -> str:
    parts = PurePosixPath(member.name).parts
    file = archive.extractfile(member) if member.isfile() else None
    if file is None or not parts or parts[0] not in TEXTS or ".." in parts or os.sep in parts:
        raise CorruptDataError(f"{member.name} in {backup.path} is no text of a home")
    target = root.joinpath(*parts)
    make_folders(target.parent)
    publish_bytes(target.parent, target.name, file.read())
    return member.name
