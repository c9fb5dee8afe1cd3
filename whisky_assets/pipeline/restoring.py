"""Tables, pages or the whole home come back from any of its volumes, on a machine that has nothing else of it.

No home and no state database is needed, and nothing is written to the volumes. A folder that a killed restore left is
gone on with. Not here: how each is made (`storage.recovery`).
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.pipeline.homes import words_of_root
from whisky_assets.pipeline.workspace import STATE_TABLES, time_of
from whisky_assets.storage.durable import make_folders, publish_bytes
from whisky_assets.storage.full_disk import means_full_disk
from whisky_assets.storage.home import Home, settle_home
from whisky_assets.storage.lease import succeed
from whisky_assets.storage.personal_key import KeyMissingError, key_path, phrase_of, read_key, restore_key
from whisky_assets.storage.recovery.lent_home import (
    LentHome,
    home_of,
    lent_home,
    refuse_other_key,
    sealed_files,
    snapshot_at,
)
from whisky_assets.storage.recovery.restored_home import RestoredHome, restore_segments, restore_texts
from whisky_assets.storage.recovery.restored_pages import RestoredPages, restore_pages
from whisky_assets.storage.recovery.restored_tables import RestoredTable, restore_table
from whisky_assets.storage.snapshots import Snapshot
from whisky_assets.storage.versions import TableVersion

TABLES, PAGES, HOME = "tables", "pages", "home"
WHATS = (TABLES, PAGES, HOME)
REPORT = "restored.json"
"""What a folder of tables or pages holds; it is written last, so a folder without it is not whole."""

_WORKSHOP = ".restoring"
_SHOWN = 5
_NAME_MORE = "Name the other volumes of the home too: --from FOLDER --from FOLDER"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    `folders` are volumes of one home; `only` is `tables`, `pages`, `home`, or empty for tables and pages; `as_of` a
    time before now; `feed` of pages alone; `words` the 24 words of the home's key, empty where nobody has them.
    A home that comes back writes in the stead of the one that was; with `reads` it reads beside it.
    """

    folders: tuple[Path, ...]
    target: Path
    only: str = ""
    as_of: datetime | None = None
    feed: str = ""
    words: str = ""
    reads: bool = False

    def check(self) -> None:
        """Return if all of it can be meant together.

        Raises:
            UsageError: else.
        """
        if self.only == HOME and self.as_of is not None:
            raise UsageError(
                "a home comes back as it stood last, so --as-of means nothing for it",
                remedy="Leave --as-of out; afterwards, in that home: whisky undo SNAPSHOT",
            )
        if self.feed and self.only != PAGES:
            raise UsageError("--feed chooses pages", remedy="Say so: --only pages --feed FEED")

    def told(self) -> dict[str, object]:
        """Return what has to be the same for a killed restore to be gone on with."""
        return {"only": self.only, "as_of": _time_text(self.as_of), "feed": self.feed}


@dataclasses.dataclass(slots=True, kw_only=True)
class Restored:
    """What came back, as a person and a program read it."""

    request: Request
    home: Home
    snapshot: Snapshot | None = None
    tables: list[RestoredTable] = dataclasses.field(default_factory=list)
    pages: RestoredPages | None = None
    whole: RestoredHome | None = None
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def lines(self) -> list[str]:
        """Return what came, where it is, and what to do next."""
        lines = [f"home {self.home.id} ({self.home.world}), from {', '.join(map(str, self.request.folders))}"]
        if self.snapshot is not None:
            lines.append(f"snapshot {self.snapshot.name} of {self.snapshot.committed_at:%Y-%m-%d %H:%M} UTC")
        lines += [f"{one.file}: {one.rows:,} rows" for one in self.tables]
        if self.pages is not None:
            lines += [f"pages/{feed}: {count:,} bodies" for feed, count in sorted(self.pages.pages.items())]
        if self.whole is not None:
            texts = self.whole.texts_of
            lines.append(f"{self.whole.segments:,} segments, {len(self.whole.texts):,} texts")
            lines += [f"texts as they stood at {texts.made_at:%Y-%m-%d %H:%M} UTC"] if texts else []
            lines.append(f"it is a home again: whisky run{words_of_root(self.home.root)}")
        else:
            lines.append(f"all of it is in {self.request.target}; {REPORT} says what each file is")
        return lines

    def as_result(self) -> dict[str, object]:
        """Return the same as plain values."""
        whole = None
        if self.whole is not None:
            whole = {"segments": self.whole.segments, "texts": list(self.whole.texts), "root": str(self.home.root)}
        return {
            "home": self.home.id,
            "world": self.home.world,
            "from": [str(folder) for folder in self.request.folders],
            "to": str(self.request.target),
            **self.request.told(),
            "snapshot": None if self.snapshot is None else self.snapshot.name,
            "committed_at": None if self.snapshot is None else utc_text(self.snapshot.committed_at),
            "tables": [
                {"table": one.table, "file": one.file, "rows": one.rows, "digest": one.digest} for one in self.tables
            ],
            "pages": None if self.pages is None else dict(sorted(self.pages.pages.items())),
            "restored_home": whole,
            "left_out": [f"{one.subject}: {one.message}" for one in self.problems if one.code != ExitCode.DONE],
        }


def key_is_asked(folders: Sequence[Path]) -> bool:
    """Return whether something lies on these volumes that only the home's key opens."""
    return any(True for _path in sealed_files(folders))


def words_in(path: Path) -> str:
    """Return the 24 words of the key in a file, which holds the words or the key itself.

    Raises:
        UsageError: it holds neither, or there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read as a key", remedy="Name keys/personal.key of the home.") from None
    secret = next((line.strip() for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-1")), None)
    try:
        return text if secret is None else phrase_of(secret)
    except (ValueError, IndexError):
        # Not its cause: it may hold the key.
        raise UsageError(f"{path} holds no whole age key", remedy="Name keys/personal.key of the home.") from None


def restore(request: Request, progress: Progress) -> Restored:
    """Bring back what is asked for, and say what could not come.

    Raises:
        UsageError: what is asked cannot be meant, a folder is no volume, or the target holds something else.
        KeyMissingError: the key is another home's, or a home is asked for without the key of what is sealed.
        OutOfReachError: the disk of the target is full; the same call goes on.
        BusyError: another process restores there.
        CorruptDataError: a volume does not say of which home it is.
    """
    request.check()
    home = home_of(request.folders, request.target.absolute())
    _refuse_inside(request)
    _refuse_keyless_home(request)
    _claim(request, home)
    return _home(request, home, progress) if request.only == HOME else _files(request, home, progress)


def _files(request: Request, home: Home, progress: Progress) -> Restored:
    workshop = home.root / _WORKSHOP
    scratch = dataclasses.replace(home, root=workshop / "home")
    shutil.rmtree(scratch.root, ignore_errors=True)
    now = datetime.now(UTC)
    told = Restored(request=request, home=home)
    try:
        _take_key(request, scratch, now)
        with lent_home(scratch, request.folders, STATE_TABLES, now, progress) as lent:
            is_open = read_key(scratch) is not None
            told.problems += _of_rebuild(lent, is_open=is_open)
            if request.only != PAGES:
                _tables(request, lent, told, progress, is_open=is_open)
            if request.only != TABLES:
                _pages(request, lent, told, progress)
    finally:
        shutil.rmtree(scratch.root, ignore_errors=True)
    os.sync()  # bodies of pages are not synced one by one
    text = json.dumps(told.as_result(), indent=1, ensure_ascii=False) + "\n"
    publish_bytes(home.root, REPORT, text.encode())
    shutil.rmtree(workshop)
    return told


def _home(request: Request, home: Home, progress: Progress) -> Restored:
    now = datetime.now(UTC)
    _take_key(request, home, now)
    told = Restored(request=request, home=home, whole=RestoredHome())
    assert told.whole is not None  # noqa: S101 - just made
    restore_texts(home, request.folders, told.whole)
    with lent_home(home, request.folders, STATE_TABLES, time_of(home), progress) as lent:
        told.problems += _of_rebuild(lent, is_open=True)
        restore_segments(lent, time_of(home), progress, told.whole)
        told.problems += _of_home(lent, told.whole)
        if not request.reads:
            succeed(lent.store.db, "restored from its volumes", now)
    settle_home(home, now)
    shutil.rmtree(home.root / _WORKSHOP)
    return told


def _tables(request: Request, lent: LentHome, told: Restored, progress: Progress, *, is_open: bool) -> None:
    told.snapshot = snapshot_at(lent.store.db, request.as_of)
    if told.snapshot is None:
        told.problems.append(_none_yet(request))
        return
    versions = _versions(told.snapshot)
    progress.start("tables", len(versions))
    for version in versions:
        progress.advance()
        if spec_of(record_for(version.dataset)).personal and not is_open:
            told.problems.append(_sealed(version))
            continue
        try:
            restored = restore_table(lent.store, version, request.target)
        except (CorruptDataError, OutOfReachError, UsageError) as error:
            if isinstance(error, OutOfReachError) and means_full_disk(error, request.target):
                raise
            told.problems.append(_left_out(version.dataset, error))
        else:
            told.tables.append(restored)
            told.problems += [_read_elsewhere(version.dataset, why) for why in restored.rotten]


def _pages(request: Request, lent: LentHome, told: Restored, progress: Progress) -> None:
    told.pages = restore_pages(lent.store, request.target, progress, feed=request.feed or None, as_of=request.as_of)
    told.problems += [_left_out("raw/pages", error) for _segment, error in told.pages.lost]
    told.problems += [_read_elsewhere("raw/pages", why) for why in told.pages.rotten]
    if request.feed and not told.pages.pages and not told.pages.lost:
        feeds = sorted({segment.partition for segment in lent.store.segments("raw/pages")})
        told.problems.append(
            Problem(
                code=ExitCode.FAILED,
                subject=f"feed {request.feed}",
                message=f"no pages of it lie there; there are pages of {', '.join(feeds) or 'no feed'}",
                remedy="Name one of these, or an --as-of that is later.",
            )
        )


def _versions(snapshot: Snapshot) -> list[TableVersion]:
    heads = [version for versions in snapshot.heads.values() for version in versions.values()]
    return sorted([*snapshot.tables.values(), *heads], key=lambda version: version.key)


def _refuse_inside(request: Request) -> None:
    target = request.target.resolve()
    for folder in request.folders:
        if target == folder.resolve() or folder.resolve() in target.parents:
            raise UsageError(
                f"{request.target} lies on the volume {folder}, and nothing is written there",
                remedy="Name a folder elsewhere: --to FOLDER",
            )


def _refuse_keyless_home(request: Request) -> None:
    if request.only == HOME and not request.words and key_is_asked(request.folders):
        raise KeyMissingError(
            "a home without its people's notes would withdraw them from the app, and they are sealed on this volume",
            remedy="Give the key, or its 24 words in a file: --key FILE. Tables and pages come without it.",
        )


def _claim(request: Request, home: Home) -> None:
    """Make the target this restore's: it is empty, or a killed one of the same words left it."""
    root = home.root
    mark = root / _WORKSHOP / "request.json"
    wanted = {"home": home.id, **request.told()}
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file", remedy="Name an empty folder: --to FOLDER")
    standing = sorted(path.name for path in root.iterdir()) if root.exists() else []
    if mark.exists() and json.loads(mark.read_bytes()) == wanted:
        return
    if [name for name in standing if name != _WORKSHOP] or mark.exists():
        begun = " (the rest of another restore)" if mark.exists() else ""
        raise UsageError(
            f"{root} is not empty{begun}: {', '.join(standing[:_SHOWN])}", remedy="Name an empty folder: --to FOLDER"
        )
    make_folders(mark.parent)
    publish_bytes(mark.parent, mark.name, json.dumps(wanted).encode())


def _take_key(request: Request, home: Home, now: datetime) -> None:
    if not request.words:
        return
    make_folders(home.root)
    restore_key(home, request.words, now)
    try:
        refuse_other_key(home, request.folders)
    except KeyMissingError:
        key_path(home).unlink()
        raise


def _of_rebuild(lent: LentHome, *, is_open: bool) -> Iterator[Problem]:
    for where, why in lent.rebuilt.whole.refused:
        if where.endswith(".age") and not is_open:
            continue  # what is sealed is told table by table
        yield Problem(
            code=ExitCode.DONE,
            subject=where,
            message=f"this backup of the state database was not used: {why}",
            remedy="An older one and newer events tell the same, where they lie on a volume that was named.",
        )
    for one in lent.rebuilt.volumes:
        for path, why in one.strangers[:_SHOWN]:
            yield Problem(
                code=ExitCode.DONE,
                subject=f"volume {one.volume}",
                message=f"{path} was not used: {why}",
                remedy="It stays where it is.",
            )


def _of_home(lent: LentHome, whole: RestoredHome) -> Iterator[Problem]:
    for dataset, _segment, error in whole.lost:
        yield _left_out(dataset, error)
    for why in whole.rotten:
        yield _read_elsewhere("segment", why)
    for where, why in whole.refused:
        yield Problem(code=ExitCode.CORRUPT, subject=where, message=why, remedy="Older texts were taken.")
    counts: dict[str, int] = {}
    for dataset, _segment in lent.rebuilt.missing:
        counts[dataset] = counts.get(dataset, 0) + 1
    for dataset, count in sorted(counts.items()):
        yield Problem(
            code=ExitCode.CORRUPT,
            subject=dataset,
            message=f"{count:,} segments lie on none of the volumes that were named",
            remedy=_NAME_MORE,
        )
    for table, count in sorted(lent.rebuilt.dangling.items()):
        yield Problem(
            code=ExitCode.CORRUPT,
            subject=f"table {table}",
            message=f"{count:,} rows name something that no backup, event or footer tells, and are left out",
            remedy=_NAME_MORE,
        )


def _sealed(version: TableVersion) -> Problem:
    return Problem(
        code=ExitCode.OUT_OF_REACH,
        subject=version.dataset,
        message=f"{version.rows:,} rows of people are sealed, and the home's key is not at hand",
        remedy="Give the key, or its 24 words in a file, and an empty folder: --key FILE --to FOLDER",
    )


def _left_out(dataset: str, error: WhiskyError) -> Problem:
    return Problem(code=error.exit_code, subject=dataset, message=error.message, remedy=_NAME_MORE)


def _read_elsewhere(subject: str, why: str) -> Problem:
    return Problem(code=ExitCode.DONE, subject=subject, message=why, remedy="A whole copy was read in its place.")


def _none_yet(request: Request) -> Problem:
    until = "" if request.as_of is None else f" until {request.as_of:%Y-%m-%d %H:%M} UTC"
    return Problem(
        code=ExitCode.FAILED,
        subject="snapshot",
        message=f"no snapshot was committed there{until}",
        remedy="Name a later --as-of, or leave it out.",
    )


def _time_text(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)
