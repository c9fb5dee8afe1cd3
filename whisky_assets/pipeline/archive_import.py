"""Keeps people's own files, byte for byte, as soon as they are handed in; the same bytes twice add nothing.

The list of a home's archive files is the list of registered segments of `archives/files` (`SegmentStore.segments`), one
file a segment, one person a file: it only grows, as raw pages do. A table version over all of them is kept beside it as
the candidate of `IMPORTS`, so that lineage can name it. Not here: reading entries and finding their whiskies
(`resolving`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import CheckResult, NewTable
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import ArchiveFile
from whisky_assets.parsing.archive_entries import refused_rows
from whisky_assets.parsing.archives import CSV_TYPE, JSON_TYPE, read_archive
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.tables import keep
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sample.archives import archives
from whisky_assets.storage import locks
from whisky_assets.storage.places import LOCAL

FILES = "archives/files"
IMPORTS = "archive-import"
"""The maker under which the version of all files is kept."""

_USER = re.compile(spec_of(ArchiveFile).column("user").pattern or "")
_TYPES = {".csv": CSV_TYPE, ".json": JSON_TYPE}
_LOCK_SECONDS = 30.0
# The sample's clock stands still; which file of a person is the newest has to show all the same.
_NEXT = timedelta(microseconds=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeptArchive:
    """A person's file in the home: whether it is new, its entries, and its rows that are none."""

    new: bool
    entries: int
    refused: int


def import_archive(workspace: Workspace, path: Path, user: str) -> KeptArchive:
    """Keep a person's file unchanged, once it is known to be readable.

    Raises:
        UsageError: no such file, a file name that is neither .csv nor .json, or a user that is no key.
        InputRefusedError: nobody can read the file; nothing was kept.
        BusyError: another import goes on.
    """
    media_type = _TYPES.get(path.suffix.casefold())
    if media_type is None:
        raise UsageError(f"{path.name} is neither .csv nor .json", remedy="Export the archive as CSV or JSON.")
    try:
        body = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UsageError(f"{path} is no file", remedy="Name the person's exported file.") from error
    return _kept(workspace, user, path.name, media_type, body)


def archive_files(workspace: Workspace) -> Iterator[ArchiveFile]:
    """Yield every kept file, person by person, each person's in order of import."""
    segments = [segment.id for segment in workspace.store.segments(FILES)]
    yield from sorted(workspace.store.read(segments, ArchiveFile), key=lambda file: (file.user, file.imported_at))


def files_check(workspace: Workspace) -> CheckResult:
    """Return whether every kept file keeps its schema; no name, key or word of a person stands in the verdict."""
    take_sample_archives(workspace)
    return schema_check(FILES, list(archive_files(workspace)))


def take_sample_archives(workspace: Workspace) -> int:
    """Keep the files of the sample world's people in a sample home, and return how many were new; none elsewhere."""
    if workspace.home.world != "sample":
        return 0
    return sum(_kept(workspace, one.user, one.name, one.media_type, one.body).new for one in archives())


def _kept(workspace: Workspace, user: str, name: str, media_type: str, body: bytes) -> KeptArchive:
    if not _USER.fullmatch(user):
        raise UsageError(
            f"{user!r} is no key of a person", remedy="Use small letters, digits, - and _: whisky archive import --user"
        )
    read = read_archive(user, body, media_type)
    owner = f"{IMPORTS}/{os.getpid()}-{threading.get_ident()}"
    locks.acquire(workspace.db, FILES, owner, wait_seconds=_LOCK_SECONDS)
    try:
        new = _add(workspace, user, name, media_type, body)
    finally:
        locks.release(workspace.db, FILES, owner)
    return KeptArchive(new=new, entries=len(read.entries), refused=sum(1 for _ in refused_rows(read)))


def _add(workspace: Workspace, user: str, name: str, media_type: str, body: bytes) -> bool:
    """Store a file unless the person's own files hold these bytes; says whether it did."""
    segments = workspace.store.segments(FILES)
    own = [segment.id for segment in segments if segment.person == user]
    held = {file.sha256: file.imported_at for file in workspace.store.read(own, ArchiveFile)}
    sha256 = hashlib.sha256(body).hexdigest()
    if sha256 in held:
        return False
    now = workspace.now()
    row = ArchiveFile(
        user=user,
        sha256=sha256,
        name=name,
        media_type=media_type,
        imported_at=max([now, *(last + _NEXT for last in held.values())]),
        body=body,
    )
    table = NewTable(
        dataset=FILES,
        rows=(row,),
        carried=tuple(segment.id for segment in segments),
        made=1,
        carried_rows=len(segments),
        checks=(schema_check(FILES, [row]),),
    )
    keep(workspace, table, build=IMPORTS, volume=LOCAL)
    return True
