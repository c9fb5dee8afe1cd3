"""Switches feeds on and off in a home's config.toml, whatever their TOML says; every other line of the file stays.

Not here: what the settings mean (`homes`, `SourceSet.switched`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import tomlkit
from tomlkit.exceptions import TOMLKitError

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.feeds import contact_problem, part_problems
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.permissions import invitation_lines
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.refusals import refusal_named
from whisky_assets.sources.source import Source
from whisky_assets.storage.durable import locked_folder, publish_bytes

_COMMENT = "Names of feeds that are switched on or off here, whatever their TOML says."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What a switch came to: a line and, in `problems`, what a feed still needs before it runs."""

    feeds: tuple[str, ...]
    is_on: bool
    lines: tuple[str, ...]
    problems: tuple[Problem, ...]

    def as_result(self) -> dict[str, object]:
        """Return it for a program."""
        return {"feeds": list(self.feeds), "on": self.is_on}


def switch_feeds(workspace: Workspace, names: Sequence[str], *, on: bool) -> Switched:
    """Write into the home's config.toml that feeds are on or off, and say what comes next; the next run obeys it.

    Two that switch at once wait for each other.

    Raises:
        UsageError: a name is no feed's, with the nearest ones; a feed to be switched on is broken or refused; or the
            settings cannot be meant. Nothing was written.
    """
    chosen = sorted({*names})
    _refuse_unusable(workspace, chosen, on=on)
    with locked_folder(workspace.home.root):
        workspace.read_anew()  # what another command has written since this one began stays
        settings = workspace.settings
        feeds_on = [name for name in settings.feeds_on if name not in chosen] + (chosen if on else [])
        feeds_off = [name for name in settings.feeds_off if name not in chosen] + ([] if on else chosen)
        _write(workspace, feeds_on, feeds_off)
    lines = []
    problems: list[Problem] = []
    for name in chosen:
        lines.append(f"{name} is {'on' if on else 'off'}")
        if on:
            source = workspace.sources.get(name)
            lines += _told_of(source)
            lines += invitation_lines(source, workspace.home.config_path, workspace.now())
            problems += part_problems(workspace, source)
    if on:
        problems = [*contact_problem(workspace, [workspace.sources.get(name) for name in chosen]), *problems]
    lines += [f"settings: {workspace.home.config_path}", f"next: {_next(workspace, chosen, on=on)}"]
    return Switched(feeds=tuple(chosen), is_on=on, lines=tuple(lines), problems=tuple(problems))


def _refuse_unusable(workspace: Workspace, names: Sequence[str], *, on: bool) -> None:
    """Refuse names of no feed, and to switch on one whose TOML is broken or leads to a refused source."""
    sources = workspace.sources
    for name in names:
        refusal = refusal_named(name) if name not in sources.names else None
        if refusal is not None:
            raise UsageError(
                f"no feed reads it: {refusal}",
                remedy="With its owner's word in writing, write a TOML with [permission]: docs/sources.md",
            )
        if name not in sources.names:
            raise UsageError(
                f"there is no feed {sources.nearest(name)}",
                remedy=f"Nothing was switched. They are shown by: whisky sources list{home_words(workspace)}",
            )
        if on:
            sources.get(name)


def _write(workspace: Workspace, feeds_on: Sequence[str], feeds_off: Sequence[str]) -> None:
    home = workspace.home
    text = home.config_path.read_text("utf-8") if home.config_path.exists() else ""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise UsageError(f"{home.config_path}: {error}", remedy="Mend the line that it names.") from error
    if "feeds" not in document:
        section = tomlkit.table()
        section.add(tomlkit.comment(_COMMENT))
        document["feeds"] = section
    feeds = document["feeds"]
    if not isinstance(feeds, tomlkit.items.Table):
        raise UsageError(f"{home.config_path}: feeds is no section", remedy="Write it as [feeds] with on and off.")
    feeds["on"] = list(feeds_on)
    feeds["off"] = list(feeds_off)
    publish_bytes(home.root, home.config_path.name, f"{tomlkit.dumps(document).rstrip()}\n".encode())
    workspace.read_anew()


def _told_of(source: Source) -> list[str]:
    licence = source.licence
    terms = f", {licence.terms_url}" if licence.terms_url else ""
    told = [f"  terms: {licence.title}{terms} (noted on {licence.checked}; read them first)"]
    if not licence.allows("name"):
        told.append("  its values help matching and are published nowhere, as long as its terms stand so in its TOML")
    return told


def _next(workspace: Workspace, names: Sequence[str], *, on: bool) -> str:
    home = home_words(workspace)
    crawled = [name for name in names if (one := workspace.sources.sources.get(name)) is not None and one.is_crawled]
    if not on:
        return f"whisky run{home}"
    if crawled:
        return f"whisky run{home} {' '.join(f'--feed {name}' for name in crawled)}"
    return f"whisky import{home} FILE --feed {names[0]}"
