"""A remedy that names a command names one that exists: an owner pastes it when something is wrong already."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from whisky_assets.cli.words import build_parser

_COMMAND = re.compile(r"\bwhisky (?P<command>[a-z]+)(?: (?P<action>[a-z][a-z-]+))?")
_NO_COMMAND = frozenset({"data", "diary", "table", "tables", "word", "words"})
"""Words that stand after `whisky` in plain sentences."""


def remedies(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of everything that is handed over as `remedy`; what is filled in later is a space."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            parts = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            yield node.value.lineno, " ".join(str(part) for part in parts)


def actions() -> dict[str, frozenset[str]]:
    """Return every command with the words that may follow it, none where any may."""
    (commands,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    return {
        name: frozenset(
            str(choice)
            for action in parser._actions
            if not action.option_strings and action.choices
            for choice in action.choices
        )
        for name, parser in commands.choices.items()
    }


def unknown(text: str) -> list[str]:
    """Return the commands of a text that `whisky` does not know."""
    known = actions()
    return [
        match[0]
        for match in _COMMAND.finditer(text)
        if match["command"] not in _NO_COMMAND
        and (
            match["command"] not in known
            or (known[match["command"]] and match["action"] and match["action"] not in known[match["command"]])
        )
    ]


def test_a_command_that_does_not_exist_is_found() -> None:
    told = list(remedies('raise Wrong("x", remedy=f"Run `whisky storage heal {name}`, or whisky run --feed {name}.")'))
    assert [unknown(text) for _, text in told] == [["whisky storage heal"]]
    assert unknown("whisky distil") == ["whisky distil"]


def test_every_remedy_names_commands_that_exist(project_root: Path) -> None:
    found = [
        f"{path.relative_to(project_root)}:{line}: {command}"
        for path in sorted((project_root / "whisky_assets").rglob("*.py"))
        for line, text in remedies(path.read_text("utf-8"))
        for command in unknown(text)
    ]
    assert found == []
