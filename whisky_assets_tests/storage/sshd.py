"""A real sshd on loopback for the tests of remotes: with a shell, or with sftp alone, which knows no hashes."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd, the folder that it shows to the tests, and how rclone reaches it."""

    process: subprocess.Popen[bytes]
    folder: Path
    remote: str

    def stop(self) -> None:
        """Stops answering, but keeps every connection."""
        for pid in _family(self.process.pid):
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Answers again."""
        for pid in _family(self.process.pid):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def running_sshd(program: str, folder: Path, *, sftp_alone: bool = False) -> Iterator[Server]:
    """Starts sshd with keys of its own below a folder."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd asks for it, systemd makes it
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host_key = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{port} {host_key}\n")
    options = [
        "ListenAddress=127.0.0.1",
        f"AuthorizedKeysFile={folder}/user.pub",
        "StrictModes=no",
        "UsePAM=no",
        "PidFile=none",
        "Subsystem=sftp internal-sftp",
        *(["ForceCommand=internal-sftp"] if sftp_alone else []),
    ]
    command = [program, "-D", "-e", "-f", "/dev/null", "-p", str(port), "-h", str(folder / "host")]
    command += [word for option in options for word in ("-o", option)]
    (folder / "files").mkdir()
    user = pwd.getpwuid(os.geteuid()).pw_name
    place = f":sftp,host=127.0.0.1,port={port},user={user},key_file={folder}/user,known_hosts_file={folder}/known"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(process, port, folder / "log")
            yield Server(process, folder / "files", f"{place}:{folder}/files")
        finally:
            for pid in _family(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _attempt in range(200):
        if process.poll() is not None:
            pytest.fail(f"sshd does not start: {log.read_text()[-400:]}")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"sshd does not answer: {log.read_text()}")


def _family(pid: int) -> list[int]:
    import psutil

    try:
        first = psutil.Process(pid)
        return [first.pid, *(child.pid for child in first.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []
