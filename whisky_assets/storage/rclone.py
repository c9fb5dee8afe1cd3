"""Any remote that rclone reaches (sftp and some seventy others) as a volume: whole files, proven by our own sha256.

Nothing there is overwritten or synchronised: a file goes up under a temporary name, is moved to its own where the
remote can move, and counts only once all its bytes were read back. Hashes of the remote are not relied on: many servers
have none, and rclone then answers that all is well. Not here: how the program is run (`rclone_program`).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.storage.capacity import Room, unlimited
from whisky_assets.storage.durable import TEMPORARY_PREFIX, HashingFile, Written
from whisky_assets.storage.full_disk import means_full_disk
from whisky_assets.storage.places import (
    IDENTITY,
    READ_BYTES,
    StoredFile,
    Volume,
    another_file,
    arrived_damaged,
    identity_of,
    read_through,
)
from whisky_assets.storage.processes import ProcessIdentity, this_host
from whisky_assets.storage.rclone_program import FULL, NOT_THERE, PATIENCE_SECONDS, Ended, Rclone

_OTHERS_STAY = timedelta(days=1)
_TEMPORARY = re.compile(
    rf"{re.escape(TEMPORARY_PREFIX)}(?P<pid>[0-9]{{1,10}})-(?P<host>[0-9a-f]{{12}})-[0-9a-f]{{12}}-[0-9a-f]{{16}}"
)
_KIND = re.compile(r":([a-zA-Z0-9]+)[,:]")
_OPTION = re.compile(r"[,:]\s*([a-zA-Z0-9_]+)\s*=")
_SECRET = re.compile(r"pass|secret|token|_pem|^key$|account_key|auth|sas_url|cookie|credentials$|headers$")
_LOGIN_IN_URL = re.compile(r"://[^/\"']*@")
_HOST_KEY = ("known_hosts_file", "pin_host_key", "ssh")


def proven_location(location: str, environ: Mapping[str, str] | None = None) -> str:
    """Return a place of rclone that may be kept and shown: `NAME:FOLDER` or `:KIND,option=value,...:FOLDER`.

    Raises:
        UsageError: it is no such place, holds a secret, is a folder of this machine, or would trust any server.
    """
    environment = os.environ if environ is None else environ
    options = [name.lower() for name in _OPTION.findall(location)]
    secret = next((name for name in options if _SECRET.search(name)), None)
    if secret is not None or _LOGIN_IN_URL.search(location):
        # Never from a place of another form: it may be the secret.
        kind = _KIND.match(location)
        variable = f"RCLONE_{kind[1].upper() if kind else 'KIND'}_{(secret or 'pass').upper()}"
        raise UsageError(
            f"the place holds a secret ({secret or 'a login in an address'}); it would be kept and shown",
            remedy=f"leave it out and put it into the environment as {variable}",
        )
    remote, colon, _ = location.removeprefix(":").partition(":")
    if not colon or not remote or location.startswith(("/", ".", "-", ":local")):
        raise UsageError(
            f"{location!r} is no place of rclone",
            remedy="name REMOTE:FOLDER of your rclone configuration or :sftp,host=H,user=U,key_file=K,"
            "known_hosts_file=F:FOLDER; for a folder of this machine the kind is drive or directory",
        )
    is_pinned = any(name in options for name in _HOST_KEY) or "RCLONE_SFTP_KNOWN_HOSTS_FILE" in environment
    if location.startswith(":sftp") and not is_pinned:
        raise UsageError(
            "without known_hosts_file any server could answer in the place of yours",
            remedy=f"add it to the place: :sftp,known_hosts_file={Path.home()}/.ssh/known_hosts,host=...",
        )
    return location.rstrip("/")


class RcloneVolume(Volume):
    """A folder of a remote, with `volume.json` as its identity."""

    def __init__(
        self,
        *,
        name: str,
        uuid: str,
        location: str,
        room: Room | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Name the place; nothing is asked of it yet.

        Args:
            name: how commands call it.
            uuid: the identity that its `volume.json` must show.
            location: `NAME:FOLDER` of the owner's configuration, or `:KIND,option=value,...:FOLDER`, without a secret.
            room: what it may hold.
            patience_seconds: how long a call may take that moves no bytes.

        Raises:
            UsageError: see `proven_location`.
        """
        super().__init__(name=name, uuid=uuid, room=room or unlimited())
        self.location = proven_location(location)
        config = os.devnull if location.startswith(":") else None
        self._rclone = Rclone(config=config, patience_seconds=patience_seconds)
        self._proven = False
        self._can_move: bool | None = None

    @property
    def place(self) -> str:
        """The remote and its folder."""
        return self.location

    def check(self) -> None:
        """Return if the remote is there and is itself; see `places.Volume.check`."""
        if self._proven:
            return
        identity = self._identity()
        if identity is None:
            raise self._absent("nothing there")
        if identity["uuid"] != self.uuid:
            raise self._absent(f"another volume there ({identity['uuid']})")
        self._proven = True

    def claim(self, fresh: dict[str, str]) -> dict[str, str]:
        """Write the volume's identity, or return the one that stands there.

        Raises:
            OutOfReachError: the remote does not answer.
            CorruptDataError: the identity that stands there cannot be read.
        """
        if self._identity() is None:
            with _spooled_bytes(json.dumps(fresh, indent=2).encode()) as (path, _written):
                self._run("copyto", "--immutable", "--checksum", path, self._at(IDENTITY), allowed=(0, 6))
        found = self._identity()  # of two that add it at once, one was first
        if found is None:
            raise self._absent(f"no {IDENTITY} after it was written")
        return found

    def put_file(self, path: str, source: BinaryIO, written: Written) -> None:
        """Upload a file if it is not there; see `places.Volume.put_file`."""
        self.room.require(f"volume {self.name} ({self.location})", written.size_bytes, None)
        with self._scratch_named(), _spooled(source) as (spool, found):
            if found != written:
                raise arrived_damaged(self.name, path)
            self.check()
            if self.file_size(path) is not None:
                with self.open_file(path) as present:
                    if read_through(present) != written:
                        raise another_file(self.name, path)
                return
            self._upload(spool, path, written.size_bytes, "--immutable", "--checksum")
        self.room.add(written.size_bytes)

    def replace_file(self, path: str, content: bytes) -> None:
        """Upload a small file in the place of another; see `places.Volume.replace_file`."""
        self.check()
        with self._scratch_named(), _spooled_bytes(content) as (spool, written):
            # Not by size and time: the file before may have both.
            self._upload(spool, path, written.size_bytes, "--ignore-times")

    def remove_file(self, path: str) -> None:
        """Delete a file; see `places.Volume.remove_file`."""
        self.check()
        self._run("deletefile", self._at(path), allowed=(0, *NOT_THERE))

    @contextlib.contextmanager
    def open_file(self, path: str) -> Iterator[BinaryIO]:
        """Give a file's bytes from a temporary file; see `places.Volume.open_file`."""
        self.check()
        with self._scratch_named(), tempfile.TemporaryFile() as file:
            ended = self._rclone.run("cat", self._at(path), output=cast("BinaryIO", file))
            if ended.code in NOT_THERE:
                raise FileNotFoundError(f"{self.location}: no file {path}")
            if ended.why == FULL:
                raise OSError(errno.ENOSPC, "no space left where the file is read through")
            if ended.code:
                raise self._absent(f"{path}: {ended.why}")
            file.seek(0)
            yield cast("BinaryIO", file)

    def file_size(self, path: str) -> int | None:
        """Return a file's size; see `places.Volume.file_size`."""
        self.check()
        ended = self._run("lsjson", "--stat", "--no-modtime", "--no-mimetype", self._at(path), allowed=(0, *NOT_THERE))
        told = json.loads(ended.output) if ended.code == 0 else None
        return None if told is None or told["IsDir"] else int(told["Size"])

    def files(self, under: str = "") -> Iterator[StoredFile]:
        """Yield all files below a folder but temporary ones; see `places.Volume.files`."""
        self.check()
        words = ("lsjson", "--recursive", "--files-only", "--no-modtime", "--no-mimetype", "--fast-list")
        ended = self._run(*words, self._at(under), allowed=(0, *NOT_THERE))
        told = json.loads(ended.output) if ended.code == 0 else []
        start = f"{under.strip('/')}/" if under.strip("/") else ""
        for file in sorted(told, key=lambda one: str(one["Path"])):
            if not str(file["Name"]).startswith(TEMPORARY_PREFIX):
                yield StoredFile(f"{start}{file['Path']}", int(file["Size"]))

    def sweep(self, now: datetime) -> tuple[str, ...]:
        """Delete temporary files of dead processes of this machine, and of others a day later; see `Volume.sweep`."""
        self.check()
        words = ("lsjson", "--recursive", "--files-only", "--no-mimetype", "--include", f"{TEMPORARY_PREFIX}*")
        ended = self._run(*words, self._at(""), allowed=(0, *NOT_THERE))
        told = json.loads(ended.output) if ended.code == 0 else []
        left = sorted(str(one["Path"]) for one in told if _is_left(str(one["Name"]), str(one["ModTime"]), now))
        for path in left:
            self.remove_file(path)
        return tuple(left)

    def free_bytes(self) -> int | None:
        """Return what the remote says is free, None where it does not."""
        ended = self._rclone.run("about", "--json", self._at(""))
        if ended.code:
            return None
        free = json.loads(ended.output).get("free")
        return int(free) if isinstance(free, int) else None

    def _identity(self) -> dict[str, str] | None:
        ended = self._run("cat", self._at(IDENTITY), allowed=(0, *NOT_THERE))
        return identity_of(ended.output, self.location, self.uuid) if ended.code == 0 else None

    def _upload(self, spool: str, path: str, size_bytes: int, *rules: str) -> None:
        # rclone itself compares the size of what arrived; the bytes are read back by whoever acknowledges the copy.
        if not self._moves():
            self._run("copyto", *rules, spool, self._at(path), moves_bytes=size_bytes)
            return
        folder, _, _name = path.rpartition("/")
        beside = f"{folder}/" if folder else ""
        temporary = f"{beside}{_mark(ProcessIdentity.of_self())}{secrets.token_hex(8)}"
        try:
            self._run("copyto", "--checksum", spool, self._at(temporary), moves_bytes=size_bytes)
            self._run("moveto", *rules, self._at(temporary), self._at(path), moves_bytes=size_bytes)
        except OutOfReachError:
            with contextlib.suppress(OutOfReachError):
                self._rclone.run("deletefile", self._at(temporary))
            raise

    def _moves(self) -> bool:
        if self._can_move is None:
            features = json.loads(self._run("backend", "features", self._at("")).output)["Features"]
            self._can_move = bool(features.get("Move") or features.get("Copy"))
        return self._can_move

    def _at(self, path: str) -> str:
        part = path.strip("/")
        if not part:
            return self.location
        return f"{self.location}{part}" if self.location.endswith(":") else f"{self.location}/{part}"

    def _run(self, *words: str, moves_bytes: int = 0, allowed: tuple[int, ...] = (0,)) -> Ended:
        try:
            ended = self._rclone.run(*words, moves_bytes=moves_bytes)
        except OutOfReachError as error:
            raise self._absent(error.message) from error
        if ended.code in allowed:
            return ended
        if ended.why == FULL:
            raise OutOfReachError(
                f"no space left at volume {self.name} ({self.location}); what was stored before is untouched",
                remedy="free space there and start again",
            )
        raise self._absent(ended.why)

    def _absent(self, why: str) -> OutOfReachError:
        return OutOfReachError(
            f"remote out of reach: expected volume {self.uuid} ({self.name}) at {self.location}, found {why}",
            remedy="check the place, the network and the login; secrets come from the environment (RCLONE_...)",
        )

    @contextlib.contextmanager
    def _scratch_named(self) -> Iterator[None]:
        scratch = Path(tempfile.gettempdir())
        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) or not means_full_disk(error, scratch):
                raise
            raise OutOfReachError(
                f"no space left at {scratch}, where a file of volume {self.name} passes through",
                remedy="free space there, or let TMPDIR name a folder on a larger disk",
            ) from error


def _mark(process: ProcessIdentity) -> str:
    """Return how the temporary files of a process begin: its number, and in short its machine and its start."""
    host, start = (sha256(word.encode()).hexdigest()[:12] for word in (process.host, process.start))
    return f"{TEMPORARY_PREFIX}{process.pid}-{host}-{start}-"


def _is_left(name: str, changed_at: str, now: datetime) -> bool:
    found = _TEMPORARY.fullmatch(name)
    if found is None:
        return False
    if found["host"] == sha256(this_host().encode()).hexdigest()[:12]:
        process = ProcessIdentity.of(int(found["pid"]))
        return process is None or not name.startswith(_mark(process))
    with contextlib.suppress(ValueError):
        return now - datetime.fromisoformat(changed_at) > _OTHERS_STAY
    return False


@contextlib.contextmanager
def _spooled(source: BinaryIO) -> Iterator[tuple[str, Written]]:
    with tempfile.NamedTemporaryFile(prefix="whisky-") as file:
        hashing = HashingFile(cast("BinaryIO", file))
        while block := source.read(READ_BYTES):
            hashing.write(block)
        file.flush()
        yield file.name, hashing.written()


@contextlib.contextmanager
def _spooled_bytes(content: bytes) -> Iterator[tuple[str, Written]]:
    with tempfile.NamedTemporaryFile(prefix="whisky-") as file:
        hashing = HashingFile(cast("BinaryIO", file))
        hashing.write(content)
        file.flush()
        yield file.name, hashing.written()
