"""A machine with this project: a bare repository with tags as its remote, a checkout of it, and a home."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import Home, create_home
from whisky_assets_tests.tooling.parts import PROJECT_ROOT

FILES = ("deploy", "whisky_assets", "workspace.yaml", "dagster.yaml", "pyproject.toml", ".gitignore")
NEWER_TABLES = '_NEWER = "CREATE TABLE casks (number INTEGER PRIMARY KEY) STRICT"\n'
BROKEN_TABLES = '_NEWER = "INSERT INTO nowhere VALUES (1)"\n'
_LAST_STEP = 'Migration("storage", 2, _LEASES))'
_ONE_MORE = 'Migration("storage", 2, _LEASES), Migration("storage", 3, _NEWER))'
_TABLES = "MIGRATIONS: tuple[Migration, ...] = "


class Machine:
    """The checkout at v1, and what a test does to it; packages are those of the Python that runs the test."""

    def __init__(self, folder: Path) -> None:
        """Make the remote with the tag v1 of this very tree, and a checkout of it with its `.venv`."""
        self.folder = folder
        self.authors = folder / "authors"
        self.remote = folder / "remote.git"
        self.root = folder / "checkout"
        self.installs = folder / "installs"
        self._write_project()
        _git(folder, "init", "--quiet", "--bare", str(self.remote))
        _git(self.authors, "init", "--quiet", "--initial-branch=main")
        _git(self.authors, "remote", "add", "origin", str(self.remote))
        self.tag("v1")
        _git(folder, "clone", "--quiet", "--branch", "main", str(self.remote), str(self.root))
        subprocess.run(["make", f"PYTHON={sys.executable}", ".venv"], cwd=self.root, check=True, capture_output=True)

    def make_home(self) -> Home:
        """Make a home with a state database, and return it."""
        home = create_home(self.folder / "home", "sample", datetime.now(UTC))
        Workspace(home).close()
        return home

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a text in a file of the next tag."""
        file = self.authors / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def edit_tables(self, newer: str) -> None:
        """Give the next tag one more step of storage's tables."""
        self.edit("whisky_assets/storage/schema.py", _LAST_STEP, _ONE_MORE)
        self.edit("whisky_assets/storage/schema.py", _TABLES, newer + _TABLES)

    def lengthen_lock(self) -> None:
        """Give the next tag another lock."""
        with (self.authors / "requirements.lock").open("a", encoding="utf-8") as lock:
            lock.write("# another\n")

    def tag(self, name: str) -> str:
        """Commit and push what stands under a tag; returns its commit."""
        _git(self.authors, "add", "--all")
        _git(self.authors, "commit", "--quiet", "--allow-empty", "--message", name)
        _git(self.authors, "tag", name)
        _git(self.authors, "push", "--quiet", "origin", "main", name)
        return _git(self.authors, "rev-parse", "HEAD")

    def update(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call deploy/update as a person does, for the home of this machine."""
        return self._call("update", "--home", str(self.folder / "home"), *words)

    def serve(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call deploy/serve as a person does, for the home of this machine."""
        return self._call("serve", "--home", str(self.folder / "home"), *words)

    def commit(self) -> str:
        """Return the commit that is checked out."""
        return _git(self.root, "rev-parse", "HEAD")

    def branch(self) -> str:
        """Return the branch that is checked out, empty for none."""
        return _git(self.root, "branch", "--show-current")

    def install_count(self) -> int:
        """Return how often packages were installed."""
        return len(self.installs.read_text(encoding="utf-8").splitlines())

    def _call(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if name not in ("WHISKY_HOME", "PYTHONPATH")}
        return subprocess.run(
            [str(self.root / "deploy" / program), *words],
            cwd=self.folder,
            env=own,
            check=False,
            capture_output=True,
            text=True,
            timeout=280,
        )

    def _write_project(self) -> None:
        self.authors.mkdir(parents=True)
        for name in FILES:
            source = PROJECT_ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.authors / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, self.authors / name)
        (self.authors / "requirements.lock").write_text("# the packages of these tests\n", encoding="utf-8")
        packages = site.getsitepackages()[0]
        (self.authors / "Makefile").write_text(
            ".PHONY: .venv\n"
            ".venv:\n"
            "\t$(PYTHON) -m venv --without-pip --clear .venv\n"
            f"\tfor folder in .venv/lib/python*/site-packages; do echo {packages} > $$folder/packages.pth; done\n"
            f"\techo installed >> {self.installs}\n",
            encoding="utf-8",
        )


def _git(folder: Path, *words: str) -> str:
    who = {f"GIT_{role}_{part}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **who}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
