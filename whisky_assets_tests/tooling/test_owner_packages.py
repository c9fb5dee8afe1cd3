"""Each of the owner's eight packages does work that a run, the UI or a shipped feed reaches; the table says where.

Reached means: from the Definitions, from a command of `whisky` or from a shipped feed's own functions one comes to the
module by following imports, those inside functions too. Doing work means that the module uses what it imports.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from whisky_assets.cli import words
from whisky_assets.orchestration import ui
from whisky_assets_tests.tooling.parts import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "whisky_assets"
FEEDS = PACKAGE / "sources" / "feeds"


@dataclass(frozen=True, slots=True)
class Work:
    """What one package does here, and the module that calls it."""

    package: str
    imported: str
    module: str
    does: str


WORK = (
    Work("dagster", "dagster", "whisky_assets.orchestration.assembly", "every asset, check, job, schedule and sensor"),
    Work("dagster-gcp", "dagster_gcp", "whisky_assets.orchestration.io_managers", "the client of the IO manager gcs"),
    Work("pandas", "pandas", "whisky_assets.sources.presets.workbook", "opens price lists in XLSX"),
    Work("pandas", "pandas", "whisky_assets.contracts.schemas", "frames that checks look at"),
    Work("requests", "requests", "whisky_assets.fetching.transport", "every page of a crawl"),
    Work("beautifulsoup4", "bs4", "whisky_assets.parsing.html", "the region that a feed's own function reads"),
    Work("beautifulsoup4", "bs4", "whisky_assets.sources.feeds.hanok", "a shipped feed's own function"),
    Work(
        "firebase-admin", "firebase_admin", "whisky_assets.publishing.stores.firestore", "the app of a Firestore target"
    ),
    Work("pandera", "pandera", "whisky_assets.contracts.schemas", "the schema check of every table"),
)


@pytest.mark.parametrize("work", WORK, ids=lambda work: f"{work.package} in {work.module}")
def test_a_package_does_its_work_where_the_table_says(work: Work) -> None:
    assert work.module in _reached(), f"{work.module} is reached from no command, asset or shipped feed"
    names = {name for imported, name in _imported_names(work.module) if imported.split(".")[0] == work.imported}
    assert names, f"{work.module} does not import {work.imported}"
    assert names & _used_names(work.module), f"{work.module} imports {work.imported} and does not use it"


def test_the_webserver_is_what_the_command_ui_starts() -> None:
    assert "whisky_assets.orchestration.ui" in _reached()
    command = ui._command(3000)
    assert command[command.index("-m") + 1 :][:2] == ["dagster", "dev"]
    dev = importlib.util.find_spec("dagster._cli.dev")
    assert dev is not None
    assert dev.origin is not None
    assert '"dagster_webserver"' in Path(dev.origin).read_text("utf-8"), "`dagster dev` starts another server now"


def test_all_eight_stand_in_the_table() -> None:
    eight = "dagster dagster-webserver dagster-gcp pandas requests beautifulsoup4 firebase-admin pandera"
    assert {work.package for work in WORK} | {"dagster-webserver"} == set(eight.split())


def test_a_module_that_nobody_imports_is_not_reached() -> None:
    """The search can fail: what only the tests or a person calls is no use."""
    assert "whisky_assets.contracts.dictionary" in _modules()
    assert "whisky_assets.contracts.dictionary" not in _reached()


@cache
def _modules() -> frozenset[str]:
    return frozenset(_name_of(path) for path in PACKAGE.rglob("*.py"))


def _name_of(path: Path) -> str:
    parts = path.relative_to(PROJECT_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _tree(module: str) -> ast.Module:
    path = PROJECT_ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text("utf-8"))


@cache
def _reached() -> frozenset[str]:
    reached: set[str] = set()
    waiting = {"whisky_assets.definitions", *_command_modules(), *_feed_modules()}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        parents = {module.rsplit(".", count)[0] for count in range(1, module.count(".") + 1)}
        imported = {name for name, _ in _imported_names(module)}
        waiting |= {name for name in imported | parents if name in _modules()} - reached
    return frozenset(reached)


def _command_modules() -> Iterator[str]:
    """Yield the module of every command; they are imported by name, as `cli.words` does it."""
    assert 'import_module(f"whisky_assets.cli.{module}")' in inspect.getsource(words._later)
    for _, _, module, _, _ in words._COMMANDS:
        yield f"whisky_assets.cli.{module}"


def _feed_modules() -> Iterator[str]:
    """Yield the module of every shipped feed with functions of its own; `sources.functions` loads them by path."""
    for path in sorted(FEEDS.glob("*.toml")):
        functions = tomllib.loads(path.read_text("utf-8")).get("functions")
        if functions is not None:
            yield f"whisky_assets.sources.feeds.{functions['module']}"


def _imported_names(module: str) -> Iterator[tuple[str, str]]:
    """Yield every import of a module: what is imported, and the name that it gets there."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                yield node.module, alias.asname or alias.name
                yield f"{node.module}.{alias.name}", alias.asname or alias.name


def _used_names(module: str) -> frozenset[str]:
    return frozenset(
        node.id for node in ast.walk(_tree(module)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
