"""Lets the UI start when its owner logs in: an agent of launchd on macOS, a user unit of systemd elsewhere."""

from __future__ import annotations

import argparse
import os
import platform
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.checkout import last_words
from deploy.files import remove_note

LABEL = "whisky-assets.ui"
_UNIT = """\
[Unit]
Description=Whisky Assets: the UI on 127.0.0.1

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={start}
ExecStop={stop}

[Install]
WantedBy=default.target
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What a system reads at login: the file, and the commands that ask for it, make it count and take it away."""

    path: Path
    text: bytes
    known: Sequence[str]
    enable: Sequence[str]
    disable: Sequence[str]


def login_of(system: str, user_folder: Path, root: Path, home: str) -> Login:
    """Return what lets `deploy/serve start` run at login.

    Args:
        system: as `platform.system()` tells it.
        user_folder: the user's own folder.
        root: the checkout.
        home: the home whose UI it is.
    """
    words = [str(root / "deploy" / "serve"), "start", "--home", home]
    if system == "Darwin":
        agent = user_folder / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        domain = f"gui/{os.getuid()}"
        # The agent ends once the UI is on its way; launchd would end what it left behind.
        told = {"Label": LABEL, "ProgramArguments": words, "RunAtLoad": True, "AbandonProcessGroup": True}
        return Login(
            agent,
            plistlib.dumps(told),
            ("launchctl", "print", f"{domain}/{LABEL}"),
            ("launchctl", "bootstrap", domain, str(agent)),
            ("launchctl", "bootout", f"{domain}/{LABEL}"),
        )
    unit = f"{LABEL}.service"
    text = _UNIT.format(start=_systemd_words(words), stop=_systemd_words([words[0], "stop"]))
    return Login(
        user_folder / ".config" / "systemd" / "user" / unit,
        text.encode(),
        ("systemctl", "--user", "is-enabled", unit),
        ("systemctl", "--user", "enable", unit),
        ("systemctl", "--user", "disable", unit),
    )


def switch(login: Login, *, on: bool) -> str:
    """Write or take away what is read at login, and tell the system; a second call changes nothing.

    Returns:
        What came of it, with the command to type where the system did not take it.
    """
    if not on:
        if not login.path.exists():
            return "at login: nothing starts"
        why = _told(login.disable)
        remove_note(login.path)
        return "at login: nothing starts any more" + (f" (the system said: {why})" if why else "")
    is_written = login.path.exists() and login.path.read_bytes() == login.text
    if is_written and not _told(login.known):
        return f"at login: the UI starts ({login.path})"
    login.path.parent.mkdir(parents=True, exist_ok=True)
    if not is_written:
        login.path.write_bytes(login.text)
    why = _told(login.enable)
    if why:
        command = " ".join(login.enable)
        return f"at login: {login.path} is written, but the system said: {why}\ntype it yourself: {command}"
    return f"at login: the UI starts ({login.path})"


def _told(words: Sequence[str]) -> str:
    if shutil.which(words[0]) is None:
        return f"there is no {words[0]}"
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return last_words(done.stderr or done.stdout) if done.returncode else ""


def _systemd_words(words: Sequence[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") for word in words)
    return " ".join(f'"{word}"' for word in quoted)


def main() -> int:
    """Switch the start at login on or off."""
    parser = argparse.ArgumentParser(prog="deploy/setup")
    parser.add_argument("state", choices=("on", "off"))
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--home", required=True)
    told = parser.parse_args()
    print(switch(login_of(platform.system(), Path.home(), told.root, told.home), on=told.state == "on"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
