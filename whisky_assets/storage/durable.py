"""A file that was published is whole and still there after a kill or a power cut; before, it is not there at all.

The recipe, step by step, each in this order:

1. make missing folders, and sync each parent that gained an entry;
2. make `.tmp-*` with O_EXCL in the same file system and hold a lock on it, so that `sweep` leaves it alone;
3. write it, counting and hashing what is handed over;
4. sync the file (on macOS with F_FULLFSYNC: plain fsync leaves the bytes in the drive's cache);
5. compare the size on disk with the bytes handed over;
6. rename it to its name, which replaces in one step;
7. sync the folder.

Only the caller's row in the state database, written after step 7, acknowledges the file. A failed sync is final: the
temporary file is deleted and the bytes have to be written anew. Not here: names and places of segments (`volumes`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.storage.full_disk import NO_SPACE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

TEMPORARY_PREFIX = ".tmp-"

_TEMPORARY_NAME = re.compile(rf"{re.escape(TEMPORARY_PREFIX)}[0-9]+-[0-9a-f]{{16}}")
_SEGMENTS_FOLDER = re.compile(r"[0-9a-f]{2}")

_NO_FULL_SYNC = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)
_NOT_OURS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EINVAL)
_MODE = 0o644
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_TEMPORARY = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

_Entry = tuple[int, int, str, int, int]

# Entries (the parent's device and inode, name, own device and inode) that this process has synced: a folder that a
# killed process made may not be on disk yet. One that we make is always synced: inode numbers are given out again.
_proven_folders: set[_Entry] = set()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: its size in bytes and the digest of its bytes (sha256, 64 hex digits)."""

    size_bytes: int
    sha256: str


class HashingFile(io.RawIOBase):
    """A file open for writing that counts and hashes all that goes through it; closing it leaves the file open."""

    def __init__(self, target: BinaryIO) -> None:
        """Write to `target` from its present end on."""
        super().__init__()
        self._target = target
        self._hash = hashlib.sha256()
        self._size_bytes = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of `data` and return its length in bytes."""
        view = memoryview(data).cast("B")
        self._target.write(view)
        self._hash.update(view)
        self._size_bytes += len(view)
        return len(view)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size_bytes

    def read_back(self, offset: int, length: int) -> bytes:
        """Return bytes that were written before, from the file itself."""
        self._target.flush()
        return os.pread(self._target.fileno(), length, offset)

    def written(self) -> Written:
        """Return size and digest of what was written so far."""
        return Written(size_bytes=self._size_bytes, sha256=self._hash.hexdigest())


def sync(descriptor: int) -> bool:
    """Bring a file or folder to the medium; False where only the drive's cache can be reached (some macOS drives).

    Raises:
        OSError: it failed; the bytes must be written anew, a second sync would lie.
    """
    full_sync: int | None = getattr(fcntl, "F_FULLFSYNC", None)
    if full_sync is not None:
        try:
            fcntl.fcntl(descriptor, full_sync)
        except OSError as error:
            if error.errno not in _NO_FULL_SYNC:
                raise
        else:
            return True
    os.fsync(descriptor)
    return full_sync is None


def sync_path(path: Path) -> bool:
    """Bring a folder or file, named by its path, to the medium; see `sync`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return sync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(directory: Path) -> None:
    """Make a folder and its parents so that they survive a power cut.

    Folders that stand there are synced into their parents too, once per process: whoever made them may have been
    killed before.
    """
    directory = directory.absolute()
    folders = (directory, *directory.parents[:-1])
    made = {folder for folder in folders if not folder.exists()}
    directory.mkdir(parents=True, exist_ok=True)
    device = directory.stat().st_dev
    for folder in folders:
        if folder.stat().st_dev != device:
            break  # a mount point: its entry is another file system's
        try:
            with open_folder(folder.parent) as parent:
                _prove(parent, folder.name, is_new=folder in made)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            break  # we cannot have made an entry there


def _prove(parent: int, name: str, *, is_new: bool) -> None:
    above, status = os.fstat(parent), os.stat(name, dir_fd=parent)
    entry = (above.st_dev, above.st_ino, name, status.st_dev, status.st_ino)
    if is_new or entry not in _proven_folders:
        sync(parent)
        _proven_folders.add(entry)


@contextlib.contextmanager
def open_folder(directory: Path) -> Iterator[int]:
    """Give a descriptor of a folder; work through it stays on that folder, whatever is mounted over its path later."""
    descriptor = os.open(directory, _DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked_folder(directory: Path) -> Iterator[None]:
    """Hold a folder against other processes that ask so, for as long as a file of it is read, changed and written."""
    with open_folder(directory) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


class Folder:
    """An open folder below a root descriptor."""

    def __init__(self, descriptor: int) -> None:
        """Own the descriptor until `close`."""
        self.descriptor = descriptor

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the descriptor."""
        self.close()

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.descriptor)


def enter(root: int, path: str, *, make: bool = False) -> Folder:
    """Open the folder `path` below a root descriptor, making and proving each part on the way where asked.

    Raises:
        FileNotFoundError: a part is missing and `make` is False.
    """
    folder = Folder(os.dup(root))
    for part in PurePosixPath(path).parts:
        try:
            step = _step(folder.descriptor, part, make=make)
        finally:
            folder.close()
        folder = Folder(step)
    return folder


def _step(parent: int, name: str, *, make: bool) -> int:
    is_new = False
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)
            is_new = True
    descriptor = os.open(name, _DIRECTORY, dir_fd=parent)
    if make:
        try:
            _prove(parent, name, is_new=is_new)
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def publish_file(directory: Path, name: str, write: Callable[[BinaryIO], None], *, mode: int = _MODE) -> Path:
    """Write a file durably and all at once: after the return it is whole under its name, before it is as it was.

    Args:
        directory: where it lies; made if missing.
        name: its name in there.
        write: is given the open file, from its beginning.
        mode: the rights of the file, from its first byte on.

    Raises:
        OutOfReachError: the disk is full; nothing was changed, no temporary file is left.
        OSError: the disk failed; the file is whole, as before or new, and what it is after a power cut is not known.
    """
    make_folders(directory)
    with open_folder(directory) as root:
        publish_at(
            root, "", lambda _written: name, lambda file: write(cast("BinaryIO", file)), where=str(directory), mode=mode
        )
    return directory / name


def publish_bytes(directory: Path, name: str, content: bytes, *, mode: int = _MODE) -> Path:
    """Write a small file durably and all at once; see `publish_file`."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    return publish_file(directory, name, write, mode=mode)


def publish_at(
    root: int,
    folder: str,
    name_of: Callable[[Written], str],
    write: Callable[[HashingFile], None],
    *,
    where: str,
    mode: int = _MODE,
) -> Written:
    """Write a file durably below a root descriptor, under a name that may depend on its bytes.

    Args:
        root: descriptor of the folder that all paths start from.
        folder: where the temporary file is written, relative to the root.
        name_of: the file's name, relative to `folder`, once its bytes are known.
        write: is given the open file.
        where: the place in words, for errors.
        mode: the rights of the file.

    Raises:
        OutOfReachError: the disk is full; nothing was changed, no temporary file is left.
        OSError: the disk failed; the file is whole, as before or new, and what it is after a power cut is not known.
    """
    with (
        _full_disk_named(where),
        enter(root, folder, make=True) as place,
        _temporary_file(place.descriptor, mode) as (temporary, file),
    ):
        hashing = HashingFile(file)
        write(hashing)
        file.flush()
        written = hashing.written()
        _seal(file.fileno(), written.size_bytes, where)
        target = PurePosixPath(name_of(written))
        with enter(place.descriptor, str(target.parent), make=True) as home:
            os.rename(temporary, target.name, src_dir_fd=place.descriptor, dst_dir_fd=home.descriptor)
            sync(home.descriptor)
    return written


def sweep(directory: Path) -> tuple[Path, ...]:
    """Delete the temporary files below a folder that no living writer holds; return what was deleted.

    Safe beside writers: whoever writes one holds a lock on it. What cannot be opened or deleted is left alone.
    """
    return tuple(path for path in _temporaries(directory) if _unlink_if_free(path))


def _temporaries(directory: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(directory):
        # The many folders of segments hold none: a segment's temporary file lies above them.
        folders[:] = sorted(name for name in folders if not _SEGMENTS_FOLDER.fullmatch(name))
        yield from (Path(folder, name) for name in sorted(files) if _TEMPORARY_NAME.fullmatch(name))


def _unlink_if_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:  # a living writer's, published meanwhile, or not ours
        return False
    finally:
        os.close(descriptor)
    return True


@contextlib.contextmanager
def _temporary_file(folder: int, mode: int) -> Iterator[tuple[str, BinaryIO]]:
    name, descriptor = _locked_temporary(folder, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield name, file
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        raise


def _locked_temporary(folder: int, mode: int) -> tuple[str, int]:
    while True:
        name = f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(8)}"
        descriptor = os.open(name, _TEMPORARY, mode, dir_fd=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return name, descriptor
        os.close(descriptor)  # a sweep came between the two calls above


def _seal(descriptor: int, size_bytes: int, where: str) -> None:
    sync(descriptor)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size != size_bytes:
        raise OSError(errno.EIO, f"{status.st_size} of {size_bytes} bytes arrived at the disk of {where}")


@contextlib.contextmanager
def _full_disk_named(where: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise OutOfReachError(
            f"no space left at {where}; what was stored before is untouched",
            remedy="free space there and start again",
        ) from error
