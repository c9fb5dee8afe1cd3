"""A checkout's commit and its `.venv`, moved together and moved back; standard library alone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from deploy.files import USAGE, DeployError, notes_of, remove_tree

LOCK = "requirements.lock"
_PATIENCE_SECONDS = 10.0


def git(root: Path, *words: str) -> str:
    """Return what git answers.

    Raises:
        DeployError: git refuses; its last words are in the message.
    """
    done = subprocess.run(
        ["git", "-C", str(root), *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    if done.returncode:
        raise DeployError(f"git {words[0]}: {last_words(done.stderr or done.stdout)}")
    return done.stdout.strip()


def standing(root: Path) -> dict[str, str]:
    """Return the commit that is checked out and the branch, empty for none.

    Raises:
        DeployError: this is no checkout, or tracked files were changed: a way back would lose that.
    """
    commit = git(root, "rev-parse", "HEAD")
    changed = git(root, "diff", "--name-only", "HEAD")
    if changed:
        raise DeployError(
            f"files of {root} were changed by hand: {', '.join(changed.splitlines()[:5])}",
            exit_code=USAGE,
            remedy=f"Keep or drop these changes first: git -C {root} status",
        )
    return {"commit": commit, "branch": git(root, "branch", "--show-current")}


def fetched_commit(root: Path, remote: str, tag: str) -> str:
    """Fetch the remote's tags and return the commit of one of them.

    Raises:
        DeployError: the remote does not answer, a tag that is known here was moved there, or there is no such tag.
    """
    git(root, "fetch", "--quiet", "--tags", remote)
    if not git(root, "tag", "--list", "--", tag):
        newest = git(root, "tag", "--sort=-creatordate").splitlines()[:3]
        raise DeployError(f"{remote} has no tag {tag}; the newest are {', '.join(newest) or 'none'}", exit_code=USAGE)
    return git(root, "rev-parse", "--verify", f"refs/tags/{tag}^{{commit}}")


def check_out(root: Path, commit: str, branch: str = "") -> None:
    """Let the tracked files be those of a commit, on its branch where that still means this commit.

    A git that a kill left behind is waited for; what it locked is freed after.
    """
    index_lock = Path(git(root, "rev-parse", "--git-path", "index.lock"))
    index_lock = index_lock if index_lock.is_absolute() else root / index_lock
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while index_lock.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    index_lock.unlink(missing_ok=True)
    is_branch = bool(branch) and git(root, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") == commit
    target = [branch] if is_branch else ["--detach", commit]
    git(root, "checkout", "--quiet", "--force", *target)


def lock_digest(root: Path, commit: str) -> str:
    """Return the digest of the lock of a commit."""
    return hashlib.sha256(git(root, "show", f"{commit}:{LOCK}").encode()).hexdigest()


def venv_aside(root: Path, lock: str) -> Path:
    """Return where a `.venv` that was made from a lock, by its digest, lies while another one stands in its place."""
    return notes_of(root) / f"venv-{lock[:12]}"


def install(root: Path, aside: Path) -> None:
    """Make `.venv` anew from the lock; the one that stood there is kept aside whole.

    Raises:
        DeployError: what was to be installed could not be.
    """
    (root / ".venv").rename(aside)
    made = subprocess.run(
        ["make", f"PYTHON={base_python()}", ".venv"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")},
    )
    if made.returncode:
        raise DeployError(f"the packages of {LOCK} cannot be installed: {last_words(made.stderr or made.stdout)}")


def put_venv_back(root: Path, aside: Path) -> None:
    """Let `.venv` be the one that was kept aside; none aside means that it was not moved, or is back."""
    if aside.exists():
        remove_tree(root / ".venv")
        aside.rename(root / ".venv")


def base_python() -> str:
    """Return the Python that `.venv` was made of."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def prove(root: Path, *words: str) -> dict[str, Any]:
    """Return what the version that is checked out answers; see `deploy.proving`.

    Raises:
        DeployError: it fails, with its own sentence and exit code.
    """
    done = subprocess.run(
        [str(root / ".venv" / "bin" / "python"), "-m", "deploy.proving", *words],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        answer = dict(json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        answer = {}
    if done.returncode or not answer:
        told = answer.get("error") or last_words(done.stderr or done.stdout) or f"exit {done.returncode}"
        raise DeployError(str(told), exit_code=int(answer.get("exit", 1)), remedy=str(answer.get("remedy", "")))
    return answer


def last_words(text: str) -> str:
    """Return the last line of an answer that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-1:]) or "no word was said"
