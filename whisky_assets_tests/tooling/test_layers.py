"""Proves that each contract on imports is alive: what it forbids is planted in a copy of the house and must be named.

The copy holds the real layers and contracts but none of their code, so that these tests judge the contracts alone;
`make test` runs the same contracts over the code.
"""

import ast
import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

LAYERS = (
    ("cli", "definitions"),
    ("orchestration",),
    ("pipeline",),
    ("sample",),
    ("publishing", "fetching"),
    ("storage",),
    ("identity",),
    ("cleaning",),
    ("sources",),
    ("parsing", "contracts"),
    ("reference",),
    ("domain",),
)
ALL_LAYERS = tuple(name for level in LAYERS for name in level)
PACKAGES = tuple(name for name in ALL_LAYERS if name != "definitions")
DAGSTER = (
    "dagster",
    "dagster_gcp",
    "dagster_graphql",
    "dagster_pandas",
    "dagster_pipes",
    "dagster_shared",
    "dagster_webserver",
)
GOOGLE = ("google", "firebase_admin", "grpc")
HTTP = ("requests", "urllib3", "httpx")
BROWSER = ("selenium", "websocket")
TABLES = ("pandas", "pandera", "pyarrow", "numpy")


@dataclass(frozen=True, slots=True)
class Planted:
    """One import in a module of its own, and the contract that forbids it."""

    contract: str
    layer: str
    imports: str

    @property
    def module(self) -> str:
        return f"planted_{self.contract}_{self.imports.replace('.', '_')}"

    @property
    def line(self) -> str:
        return f"whisky_assets.{self.layer}.{self.module} -> {self.imports} (l.5)"

    def write(self, package: Path) -> None:
        # Inside a function: an import is no less one for standing where it runs late.
        text = f'"""Planted."""\n\n\ndef planted():\n    import {self.imports}\n'
        (package / self.layer / f"{self.module}.py").write_text(text, encoding="utf-8")


def _upward() -> Iterator[Planted]:
    for higher, lower in combinations(LAYERS, 2):
        for importer in lower:
            yield from (Planted("order", importer, f"whisky_assets.{imported}") for imported in higher)
    for level in LAYERS[1:]:
        yield from (Planted("order", one, f"whisky_assets.{two}") for one in level for two in level if one != two)


def _sideways(contract: str, layer: str, *imported: str) -> Iterator[Planted]:
    yield from (Planted(contract, layer, f"whisky_assets.{name}") for name in imported)


def _third_parties(contract: str, names: tuple[str, ...], *, allowed: tuple[str, ...]) -> Iterator[Planted]:
    for layer in PACKAGES:
        if layer not in allowed:
            yield from (Planted(contract, layer, name) for name in names)


FORBIDDEN = (
    *_upward(),
    *_sideways("storage", "storage", "identity", "cleaning", "sources", "parsing", "reference"),
    *_sideways("fetching", "fetching", "identity", "cleaning", "parsing", "contracts", "reference"),
    *_sideways("fetching", "fetching", "sources", "sources.presets"),
    *_sideways("publishing", "publishing", "identity"),
    *_third_parties("dagster", DAGSTER, allowed=("orchestration",)),
    *_third_parties("http", HTTP, allowed=("fetching",)),
    *_third_parties("http", BROWSER, allowed=()),
    *_third_parties("google", GOOGLE, allowed=("publishing", "storage")),
    *(Planted("pandas", layer, name) for layer in ("domain", "parsing") for name in TABLES),
)
ALLOWED = (
    *(Planted("allowed", layer, "whisky_assets.domain") for layer in PACKAGES if layer != "domain"),
    *(Planted("allowed", "orchestration", name) for name in DAGSTER),
    *(Planted("allowed", "fetching", name) for name in ("requests", "urllib3")),
    *(Planted("allowed", "publishing", name) for name in GOOGLE),
    *_sideways("allowed", "fetching", "sources.source", "storage"),
    *_sideways("allowed", "storage", "contracts"),
    *_sideways("allowed", "cli", "pipeline", "orchestration"),
    Planted("allowed", "storage", "google"),
    Planted("allowed", "pipeline", "pandas"),
)


def _house(folder: Path, project_root: Path) -> Path:
    (folder / "pyproject.toml").write_text((project_root / "pyproject.toml").read_text("utf-8"), "utf-8")
    package = folder / "whisky_assets"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "definitions.py").touch()
    for name in PACKAGES:
        (package / name).mkdir()
        (package / name / "__init__.py").touch()
    (package / "sources" / "source.py").touch()
    (package / "sources" / "presets").mkdir()
    (package / "sources" / "presets" / "__init__.py").touch()
    return package


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "1000"},  # else it breaks the lines that are searched below
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def _contracts(project_root: Path) -> list[Mapping[str, object]]:
    settings = tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))
    contracts: list[Mapping[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Mapping[str, str]:
    """What lint-imports says of the house with every violation planted: its text by the contract's id."""
    folder = tmp_path_factory.mktemp("planted")
    package = _house(folder, project_root)
    for planted in FORBIDDEN:
        planted.write(package)
    answer = _lint(folder)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    details = answer.stdout[answer.stdout.index("Broken contracts") :]
    titles = {str(contract["name"]): str(contract["id"]) for contract in _contracts(project_root)}
    starts = sorted((details.index(f"\n{title}\n---"), title) for title in titles)
    ends = [start for start, _ in starts[1:]] + [len(details)]
    return {titles[title]: details[start:end] for (start, title), end in zip(starts, ends, strict=True)}


@pytest.mark.parametrize("contract", sorted({planted.contract for planted in FORBIDDEN}))
def test_every_import_that_a_contract_forbids_is_named_by_it(contract: str, complaints: Mapping[str, str]) -> None:
    planted = [violation for violation in FORBIDDEN if violation.contract == contract]
    missed = [violation.line for violation in planted if violation.line not in complaints[contract]]
    assert not missed, f"{len(missed)} of {len(planted)} planted imports are not named: {missed[:10]}"


def test_every_contract_has_a_planted_violation(project_root: Path) -> None:
    assert {contract["id"] for contract in _contracts(project_root)} == {planted.contract for planted in FORBIDDEN}


def test_what_the_house_allows_passes(tmp_path: Path, project_root: Path) -> None:
    package = _house(tmp_path, project_root)
    for planted in ALLOWED:
        planted.write(package)
    answer = _lint(tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_package_that_the_house_does_not_know_is_refused(tmp_path: Path, project_root: Path) -> None:
    package = _house(tmp_path, project_root)
    (package / "annex").mkdir()
    (package / "annex" / "__init__.py").touch()
    answer = _lint(tmp_path)
    assert answer.returncode == 1
    assert "annex" in answer.stdout


def test_every_third_party_in_a_contract_is_installed_under_that_name(project_root: Path) -> None:
    """A misspelt name would pass for ever: import-linter does not know what it never sees."""
    named = {
        name
        for contract in _contracts(project_root)
        for name in _strings(contract.get("forbidden_modules", []))
        if not name.startswith("whisky_assets")
    }
    assert named
    assert [name for name in sorted(named) if importlib.util.find_spec(name) is None] == []


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def _imports_at_load(module: Path) -> Iterator[str]:
    """The names of the modules that importing this file imports: those outside functions and `if TYPE_CHECKING`."""
    pending: list[ast.stmt] = list(ast.parse(module.read_text("utf-8")).body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield statement.module or ""
        elif isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            pending.extend(statement.orelse)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend(child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt))
            pending.extend(part for handler in getattr(statement, "handlers", []) for part in handler.body)


@pytest.mark.parametrize("layer", ["publishing", "storage"])
def test_google_is_imported_inside_functions_only(layer: str, project_root: Path) -> None:
    found = [
        f"{module.relative_to(project_root)}: {name}"
        for module in sorted((project_root / "whisky_assets" / layer).rglob("*.py"))
        for name in _imports_at_load(module)
        if name.split(".")[0] in GOOGLE
    ]
    assert found == []


def test_the_domain_imports_the_standard_library_only(project_root: Path) -> None:
    foreign = []
    for module in sorted((project_root / "whisky_assets" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign += [
                f"{module.name}: {name}"
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("whisky_assets.domain")
            ]
    assert foreign == []


def test_the_search_for_imports_at_load_sees_what_it_must(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import grpc\n"
        "try:\n    import google.auth\nexcept ImportError:\n    pass\n"
        "class Store:\n    import firebase_admin\n"
        "def late():\n    import requests\n",
        encoding="utf-8",
    )
    assert sorted(_imports_at_load(module)) == ["firebase_admin", "google.auth", "typing"]
