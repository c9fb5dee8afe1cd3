"""Which process holds something, told so that a later process with the same number is not taken for it.

Not here: what is held (`locks`, `builds`).
"""

from __future__ import annotations

import functools
import os
import platform
import re
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ASK_HARDWARE = ("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice")


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process of one machine: `start` tells apart two that were given the same `pid`."""

    pid: int
    host: str
    start: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """Return the identity of a living process of this machine, None if there is none (a zombie is none)."""
        start = _start_of(pid)
        return None if start is None else cls(pid=pid, host=this_host(), start=start)

    @classmethod
    def of_self(cls) -> ProcessIdentity:
        """Return the identity of this process."""
        own = cls.of(os.getpid())
        if own is None:
            raise RuntimeError(f"the system does not show this process (pid {os.getpid()})")
        return own

    def is_alive(self) -> bool:
        """Return whether it still runs; True for a process of another host, of which nothing can be known."""
        return self.host != this_host() or _start_of(self.pid) == self.start


@functools.cache
def this_host() -> str:
    """Return the name of this machine, which stays: on a Mac its hardware's, elsewhere the host name.

    A Mac takes another host name in another network, and what it held would seem another machine's for ever.
    """
    return (_mac_hardware() if platform.system() == "Darwin" else None) or socket.gethostname()


def _mac_hardware() -> str | None:
    try:
        told = subprocess.run(  # noqa: S603 - words of our own
            _ASK_HARDWARE, capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'"IOPlatformUUID"\s*=\s*"([0-9A-Fa-f-]{36})"', told)
    return f"mac-{found[1].lower()}" if found else None


def _start_of(pid: int) -> str | None:
    # Ticks since boot do not move when the clock is set, which seconds since 1970 do on Linux.
    if _BOOT_ID.exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, ticks = fields[0], fields[19]
        return None if state in "ZX" else f"{_BOOT_ID.read_text().strip()}:{ticks}"
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None
