"""Finds the parts of a machine that some tests need, and says how to get a missing one.

A part is something that a newcomer may lack: the shared data, a browser, the Firestore emulator, root, sshd, age, a
Mac. The tests that need it skip with its install line, or fail when `WHISKY_REQUIRE` lists the part. Starting anything
is the work of the tests' own fixtures.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EMULATOR_JAR = Path("platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")
GCLOUD_HOME = Path("/usr/lib/google-cloud-sdk")  # where Debian's google-cloud-cli packages lie
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class PartMissingError(Exception):
    """A part is not on this machine; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a machine may lack."""

    name: str
    remedy: str
    fixture: str
    can_be_required: bool = True


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            "shared",
            "put the shared data beside the checkout as ../shared, or set WHISKY_SHARED=/path/to/it",
            "shared_data",
        ),
        Part("browser", "apt-get install chromium chromium-driver fonts-noto-cjk", "requires_browser"),
        Part(
            "emulator",
            "apt-get install default-jre-headless; gcloud components install cloud-firestore-emulator, "
            "or set FIRESTORE_EMULATOR_JAR=/path/to/the.jar",
            "firestore_emulator_jar",
        ),
        Part("root", "run the tests as root on Linux, where `unshare --net true` works", "requires_root"),
        Part("sshd", "apt-get install openssh-server", "sshd_program"),
        Part("age", "apt-get install age", "age_program"),
        Part("mac", "run the tests on macOS", "requires_mac", can_be_required=False),
    )
}


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium and the chromedriver that speaks to it."""

    chromium: Path
    chromedriver: Path


def required_parts(words: str) -> frozenset[str]:
    """Reads `WHISKY_REQUIRE`: a list of part names, parted by commas.

    Raises:
        ValueError: a word is no part, or names a part that no set-up can bring.
    """
    names = frozenset(word.strip() for word in words.split(",") if word.strip())
    allowed = sorted(part.name for part in PARTS.values() if part.can_be_required)
    unknown = sorted(names.difference(allowed))
    if unknown:
        text = f"WHISKY_REQUIRE={words!r}: {', '.join(unknown)} cannot be required; known are {', '.join(allowed)}"
        raise ValueError(text)
    return names


def find_shared(environment: Mapping[str, str]) -> Path:
    """Finds the folder of shared data: `WHISKY_SHARED`, else `../shared` from the project's root.

    Raises:
        PartMissingError: there is no such folder, or it holds no `data`.
    """
    folder = Path(environment.get("WHISKY_SHARED") or "../shared")
    folder = folder if folder.is_absolute() else PROJECT_ROOT / folder
    if not (folder / "data").is_dir():
        text = f"no folder {folder / 'data'}"
        raise PartMissingError(text)
    return folder.resolve()


def find_browser(which: Callable[[str], str | None] = shutil.which) -> Browser:
    """Finds Chromium, or Chrome, and chromedriver.

    Raises:
        PartMissingError: one of the two is not there.
    """
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))]
    if not found and MAC_CHROME.exists():
        found = [str(MAC_CHROME)]
    driver = which("chromedriver")
    if not found or driver is None:
        text = f"not on PATH: {'chromium' if not found else 'chromedriver'}"
        raise PartMissingError(text)
    return Browser(chromium=Path(found[0]), chromedriver=Path(driver))


def find_emulator_jar(
    environment: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
    gcloud_home: Path = GCLOUD_HOME,
) -> Path:
    """Finds the Firestore emulator's jar: `FIRESTORE_EMULATOR_JAR`, else in the Google Cloud SDK; and a java to run it.

    Raises:
        PartMissingError: the jar or java is not there.
    """
    if which("java") is None:
        text = "not on PATH: java"
        raise PartMissingError(text)
    if named := environment.get("FIRESTORE_EMULATOR_JAR"):
        candidates = [Path(named)]
    else:
        gcloud = which("gcloud")
        homes = [gcloud_home, *([Path(gcloud).resolve().parent.parent] if gcloud else [])]
        candidates = [home / EMULATOR_JAR for home in homes]
    for jar in candidates:
        if jar.is_file():
            return jar
    text = f"no file {candidates[0]}"
    raise PartMissingError(text)


def find_root() -> None:
    """Checks that a network namespace can be made here.

    Raises:
        PartMissingError: another system, another user, or a sandbox that forbids it.
    """
    if sys.platform != "linux":
        text = f"this is {sys.platform}, not Linux"
        raise PartMissingError(text)
    if os.geteuid() != 0:
        text = f"user id {os.geteuid()} is not root"
        raise PartMissingError(text)
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "--net", "true"], check=False, capture_output=True).returncode:
        text = "`unshare --net true` does not work here"
        raise PartMissingError(text)


def find_program(name: str, which: Callable[[str], str | None] = shutil.which) -> str:
    """Finds a program on PATH, or where a system keeps what its administrators use.

    Raises:
        PartMissingError: it is not there.
    """
    found = which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        text = f"not on PATH: {name}"
        raise PartMissingError(text)
    return found


def find_mac() -> None:
    """Checks that this is macOS.

    Raises:
        PartMissingError: it is another system.
    """
    if sys.platform != "darwin":
        text = f"this is {sys.platform}, not macOS"
        raise PartMissingError(text)


def skip_text(part: Part, why: str) -> str:
    """Says which part a test lacks, why, and how to get it; `skips_by_part` reads it again."""
    return f"[{part.name}] {why}. To have it: {part.remedy}"


def skips_by_part(reasons: Iterable[str]) -> list[str]:
    """Counts skips by part, in the order of `PARTS`, those of no part last: one line a part and reason.

    Args:
        reasons: the text of each skipped test, with or without pytest's "Skipped: ".
    """
    counts: dict[tuple[str, str], int] = {}
    for reason in reasons:
        text = reason.removeprefix("Skipped: ")
        name, _, rest = text.removeprefix("[").partition("] ")
        key = (name, rest) if text.startswith("[") and name in PARTS else ("other", text)
        counts[key] = counts.get(key, 0) + 1
    order = {name: position for position, name in enumerate(PARTS)}
    ranked = sorted(counts, key=lambda key: (order.get(key[0], len(order)), key[1]))
    return [f"{name}: {counts[name, text]} skipped: {text}" for name, text in ranked]
