"""Every path, link, command, make target, key and test that a document names exists."""

from __future__ import annotations

import ast
import contextlib
import csv
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import UsageError
from whisky_assets.parsing.decode import decode
from whisky_assets.sample.clock import week_now
from whisky_assets.sources import fetch_section, loading, markup_sections, permission
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document
from whisky_assets.storage.home import create_home
from whisky_assets_tests.docs.pages import FENCE, PAGES, commands_of, links_of, paths_of, text_of

COMMANDS = [(page, words) for page in PAGES for words in commands_of(page)]


def test_the_readers_pages_are_there() -> None:
    assert {"README.md", "README.ko.md", "CHANGELOG.md", "docs/architecture.md", "docs/promises.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str, project_root: Path) -> None:
    folder = (project_root / page).parent
    assert [target for target in links_of(page) if not (folder / target).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page: str, project_root: Path) -> None:
    roots = (
        project_root,
        project_root / "whisky_assets_tests",
    )  # the proofs of promises are told from the tests' folder
    named = [told.partition("::")[0] for told in paths_of(page)]
    assert [told for told in named if not any((root / told).exists() for root in roots)] == []


def test_every_make_target_that_is_named_exists(project_root: Path) -> None:
    makefile = (project_root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z.-]+):", makefile, re.MULTILINE))
    named = {word for _, words in COMMANDS if words[0] == "make" for word in words[1:] if "=" not in word}
    assert named >= {"run", "test", "ui", "bench"}
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_whisky_command_that_is_shown_can_be_read(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    unread = {
        " ".join(words): why for words in commands_of(page) if words[0] == "whisky" and (why := _complaint(words))
    }
    capsys.readouterr()
    assert unread == {}


def test_a_command_that_does_not_exist_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert _complaint(["whisky", "distil"])
    assert _complaint(["whisky", "run", "--backwards"])
    assert not _complaint(["whisky", "find", "ardbeg"])
    capsys.readouterr()


def _complaint(words: list[str]) -> str:
    """Return why `whisky` would not take these words, empty where it does; a name alone stands for its --help."""
    asked = [*words[1:], "--help"] if len(words) == 2 and not words[1].startswith("-") else words[1:]
    try:
        with contextlib.suppress(SystemExit):  # --help ends well; a wrong word raises
            build_parser().parse_args(asked)
    except UsageError as error:
        return error.message
    return ""


def test_every_python_module_that_is_run_exists() -> None:
    modules = {words[2] for _, words in COMMANDS if words[0] == "python" and words[1:2] == ["-m"]}
    assert modules >= {"docs.tools.asset_graph", "whisky_assets.contracts.history"}
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []


def test_only_what_a_home_or_the_set_up_made_is_deleted() -> None:
    deleted = {word for _, words in COMMANDS if words[0] == "rm" for word in words[1:] if not word.startswith("-")}
    assert deleted == {".whisky/sample", ".whisky", ".venv"}


def test_both_readmes_show_the_same_commands_and_output() -> None:
    english, korean = (list(commands_of(page)) for page in ("README.md", "README.ko.md"))
    assert [words[:2] for words in english] == [words[:2] for words in korean]
    assert FENCE.findall(text_of("README.md")) == FENCE.findall(text_of("README.ko.md"))


@pytest.mark.slow
def test_the_output_that_the_readme_shows_is_real(tmp_path: Path, project_root: Path) -> None:
    create_home(tmp_path / "home", "sample", week_now(1))
    done = subprocess.run(
        [sys.executable, "-m", "whisky_assets.cli", "--home", str(tmp_path / "home"), "--quiet", "run", "--summary"],
        cwd=project_root,
        check=True,
        capture_output=True,
        text=True,
    )
    ((kind, shown),) = FENCE.findall(text_of("README.md"))
    assert kind == "text"
    assert [line for line in shown.splitlines() if line not in done.stdout.splitlines()] == []


def test_every_promise_names_a_test_that_exists(project_root: Path) -> None:
    named = re.findall(r"`([a-z_/]+\.py)(?:::(test_\w+))?`", _proofs())
    assert len(named) > 40
    missing = []
    for file, test in named:
        path = project_root / "whisky_assets_tests" / file
        if not path.is_file() or (test and not re.search(rf"^def {test}\(", path.read_text("utf-8"), re.MULTILINE)):
            missing.append(f"{file}::{test}")
    assert missing == []


def _proofs() -> str:
    rows = [line.split(" | ") for line in text_of("docs/promises.md").splitlines() if line.startswith("| ")]
    return "\n".join(row[2] for row in rows)


def test_feeds_page_lists_exactly_the_keys_that_are_read() -> None:
    told = dict(_keys_of_page())
    assert set(told.pop("[fields]")) == _asked(loading._rule)
    for section, function in (
        ("as_of", loading._as_of),
        ("[feed]", loading._feed),
        ("[licence]", loading._licence),
        ("[permission]", permission.permission_in),
        ("[fetch]", fetch_section.fetch_plan),
        ("[noise]", fetch_section.noise_plan),
        ("[pages]", loading._pages),
        ("[cards]", loading._cards),
        ("[json_ld]", markup_sections.json_ld_plan),
        ("[json]", loading._json),
        ("[kinds]", loading._kinds),
        ("[[seller_rules]]", loading._seller_rule),
        ("[functions]", loading._functions),
    ):
        assert set(told[section]) == _asked(function), section
    assert set(told["[table]"]) == _asked(markup_sections.table_plan) | _asked(loading._table)
    assert set(told["[file]"]) == _asked(loading._file) | _asked(loading._encoding)


def _keys_of_page() -> Iterator[tuple[str, list[str]]]:
    """Yield each section of the page with the keys of its tables."""
    section = ""
    keys: dict[str, list[str]] = {}
    for line in text_of("docs/feeds.md").splitlines():
        if match := re.match(r"### `(\S+)`", line):
            section = match[1]
        elif line.startswith("`as_of` has"):
            section = "as_of"
        elif match := re.match(r"\| `(\w+)` \| ", line):
            keys.setdefault(section, []).append(match[1])
    yield from keys.items()


def _asked(function: Callable[..., object]) -> set[str]:
    """Return the keys that a function of `loading` asks a table for: in its questions or in a list of texts."""
    tree = ast.parse(inspect.getsource(function))
    questions = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
        if node.func.attr not in ("error", "fullmatch", "encode")
    ]
    listed = [
        item
        for node in ast.walk(tree)
        if isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Tuple)
        for item in node.iter.elts
    ]
    constants = [node.value for node in (*questions, *listed) if isinstance(node, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


def test_the_feed_that_the_page_shows_reads_the_list_that_it_shows(tmp_path: Path) -> None:
    blocks = dict(reversed(FENCE.findall(text_of("docs/feeds.md"))))
    path = tmp_path / "my_shop.toml"
    path.write_text(blocks["toml"], encoding="utf-8")
    body = blocks["csv"].encode()
    document = RawDocument(
        url="file:my-shop-2026-01-05.csv",
        role="file",
        media_type="text/csv",
        charset=None,
        body=body,
        fetched_at=week_now(1),
    )
    reading = read_document(load_source(path), document)
    shown = list(csv.DictReader(decode(body, None, "text/csv").text.splitlines()))
    assert not reading.refused
    assert [(item.source_id, item.name) for item in reading.items] == [(row["sku"], row["name"]) for row in shown]
    assert [(item.abv_pct, item.volume_ml, item.price_minor) for item in reading.items] == [
        (46.0, 700, 98_000),
        (43.0, 700, 139_000),
    ]


def test_the_toml_that_is_shown_has_as_many_lines_as_is_said() -> None:
    shown = dict(reversed(FENCE.findall(text_of("docs/feeds.md"))))["toml"]
    assert 25 <= len(shown.splitlines()) <= 35
