"""File systems of a test's own on loop devices, whose power can be cut at any moment.

The cut is FS_IOC_SHUTDOWN: the journal is dropped, or flushed without the data. After it every call fails with EIO, as
with a drive that was pulled. Needs root and loop devices.
"""

import fcntl
import os
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

SHUTDOWN = 0x8004587D
FLUSH_THE_JOURNAL, DROP_THE_JOURNAL = 1, 2
SIZES = {"ext4": "64M", "xfs": "320M"}
MAKERS = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q", "-f")}


class NoDiskError(Exception):
    """This machine gives no such disk; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Disk:
    """An image with a file system and the folder that it is mounted at."""

    image: Path
    mount: Path
    kind: str

    def plug(self) -> None:
        subprocess.run(["mount", "-o", "loop", self.image, self.mount], check=True, capture_output=True)

    def pull(self) -> None:
        subprocess.run(["umount", self.mount], check=True, capture_output=True)

    def cut(self, flag: int) -> None:
        """Cuts the power: what is not on the medium by now never will be."""
        descriptor = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", flag))
        finally:
            os.close(descriptor)


def new_disk(folder: Path, kind: str) -> Disk:
    """Makes a file system and plugs it in.

    Raises:
        NoDiskError: its maker is not installed, or no loop device can be had.
    """
    disk = Disk(folder / f"{kind}.image", folder / kind, kind)
    disk.mount.mkdir(parents=True, exist_ok=True)
    disk.image.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", SIZES[kind], disk.image], check=True)
    try:
        subprocess.run([*MAKERS[kind], disk.image], check=True, capture_output=True)
        disk.plug()
    except FileNotFoundError as error:
        package = {"ext4": "e2fsprogs", "xfs": "xfsprogs"}[kind]
        raise NoDiskError(f"{error.filename} is missing: apt-get install {package}") from error
    except subprocess.CalledProcessError as error:
        raise NoDiskError("no loop device here: run outside of an unprivileged container") from error
    return disk
