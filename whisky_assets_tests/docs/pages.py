"""Reads the project's documents: which pages there are, their code, commands and the paths that they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from whisky_assets_tests.tooling.parts import PROJECT_ROOT

PAGES = tuple(
    str(path.relative_to(PROJECT_ROOT))
    for path in sorted([*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md")])
)
"""Every page, from the project's root."""

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PROGRAMS = ("make", "whisky", "python", "rm")


def text_of(page: str) -> str:
    """Return a page's text."""
    return (PROJECT_ROOT / page).read_text(encoding="utf-8")


def commands_of(page: str) -> Iterator[list[str]]:
    """Yield the words of every command that a page shows: in indented lines, shell fences and inline code."""
    text = text_of(page)
    plain = FENCE.sub("", text)
    lines = [
        line for kind, body in FENCE.findall(text) if kind in ("sh", "bash", "shell") for line in body.splitlines()
    ]
    for told in [*lines, *_INDENTED.findall(plain), *_INLINE.findall(plain)]:
        for part in told.removeprefix("$ ").split(" && "):
            yield from _words(part)


def _words(told: str) -> Iterator[list[str]]:
    try:
        words = shlex.split(told, comments=True)
    except ValueError:
        return
    if words and Path(words[0]).name in _PROGRAMS:
        yield [Path(words[0]).name, *words[1:]]


def links_of(page: str) -> list[str]:
    """Return every link to a file of the project, as it is written."""
    return [
        target for target in _LINK.findall(text_of(page)) if "://" not in target and not target.startswith("mailto:")
    ]


def paths_of(page: str) -> list[str]:
    """Return every file or folder of the project that a page names in inline code."""
    tops = ("whisky_assets/", "whisky_assets_tests/", "docs/", "benchmarks/", ".ci/")
    plain = FENCE.sub("", text_of(page))
    return [told for told in _INLINE.findall(plain) if told.startswith(tops) and not re.search(r"[\s*<>{}]", told)]
