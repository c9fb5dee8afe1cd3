"""All feeds of one world, from the shipped folder and an owner's; a broken TOML disables itself alone, by name.

Not here: where a home keeps its feeds. A feed of the owner's may not have a shipped one's name.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.source import Source

SHIPPED_FEEDS = Path(__file__).parent / "feeds"

_WORLD = re.compile(r"""^\s*world\s*=\s*["'](real|sample)["']""", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class SourceSet:
    """The feeds of one world by name, in order of name; `broken` says of each TOML that cannot be used why."""

    sources: Mapping[str, Source]
    broken: Mapping[str, Problem]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, usable and broken: the partitions."""
        return tuple(sorted({*self.sources, *self.broken}))

    @property
    def enabled(self) -> Mapping[str, Source]:
        """The usable feeds that are switched on."""
        return {name: source for name, source in self.sources.items() if source.feed.enabled}

    def get(self, name: str) -> Source:
        """Return a usable feed.

        Raises:
            UsageError: no such feed, with the names that exist; or its TOML is broken, with what is wrong in it.
        """
        if name in self.broken:
            problem = self.broken[name]
            raise UsageError(problem.message, remedy=problem.remedy)
        if name not in self.sources:
            raise UsageError(
                f"there is no feed {name!r}; feeds: {', '.join(self.names) or 'none'}.",
                remedy="`whisky sources list` shows them.",
            )
        return self.sources[name]


def load_sources(directories: Sequence[Path], world: str) -> SourceSet:
    """Return every feed of a world that stands in the folders, the earlier folder first; absent folders hold none.

    A TOML too broken to say its world is told in every world: better named twice than lost.
    """
    sources: dict[str, Source] = {}
    broken: dict[str, Problem] = {}
    seen: dict[str, Path] = {}
    for directory in directories:
        for path in sorted(directory.glob("*.toml")) if directory.is_dir() else ():
            name = path.stem
            if _world_of(path) not in (world, None):
                continue
            if name in seen:
                broken[f"{name}"] = _problem(name, f"{path} has the name of {seen[name]}.", f"Rename {path.name}.")
                sources.pop(name, None)
                continue
            seen[name] = path
            try:
                source = load_source(path)
            except UsageError as error:
                broken[name] = _problem(name, error.message, error.remedy)
                continue
            sources[name] = source
    return SourceSet(sources=dict(sorted(sources.items())), broken=dict(sorted(broken.items())))


def _world_of(path: Path) -> str | None:
    """Return the world that a TOML names, read leniently so that a broken one is told where it belongs."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    try:
        feed = tomllib.loads(text).get("feed")
        world = feed.get("world") if isinstance(feed, dict) else None
    except tomllib.TOMLDecodeError:
        match = _WORLD.search(text)
        world = match[1] if match else None
    return world if world in ("real", "sample") else None


def _problem(name: str, message: str, remedy: str) -> Problem:
    return Problem(code=UsageError.exit_code, subject=name, message=message, remedy=remedy)
