"""All feeds of one world, from the shipped folder and an owner's; a broken TOML disables itself alone, by name.

Not here: where a home keeps its feeds. A feed of the owner's may not have a shipped one's name.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.domain.toml_file import TomlTable
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.permission import Permission, refuse_uninvited
from whisky_assets.sources.refusals import RefusedSourceError
from whisky_assets.sources.source import USUAL_WORLD, Source

SHIPPED_FEEDS = Path(__file__).parent / "feeds"

_WORLD = re.compile(r"""^\s*world\s*=\s*["'](real|sample)["']""", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class SourceSet:
    """The feeds of one world by name, in order of name; `broken` says of each TOML that cannot be used why.

    `refused` has those of them that lead to a source which may not be asked, with the key of their licence: nothing of
    them is read, built or published any more.
    """

    sources: Mapping[str, Source]
    broken: Mapping[str, Problem]
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, usable and broken: the partitions."""
        return tuple(sorted({*self.sources, *self.broken}))

    @property
    def enabled(self) -> Mapping[str, Source]:
        """The usable feeds that are switched on."""
        return {name: source for name, source in self.sources.items() if source.feed.enabled}

    @property
    def closed_licences(self) -> frozenset[str]:
        """The keys of licences under which no feed, on or off, lets its name be published; refused feeds' too."""
        licences = [source.licence for source in self.sources.values()]
        closed = {*self.refused.values(), *(one.key for one in licences)}
        return frozenset(closed - {one.key for one in licences if one.allows("name")})

    def switched(self, on: Sequence[str], off: Sequence[str], where: str) -> SourceSet:
        """Return the same feeds, those named in `on` and `off` switched so, whatever their TOML says.

        Args:
            on: names of feeds that are on.
            off: names of feeds that are off.
            where: the file that says so, for the error.

        Raises:
            UsageError: a name is no feed's, with the nearest ones, or stands in both.
        """
        for name in (*on, *off):
            if name not in self.names:
                raise UsageError(
                    f"{where}: [feeds] names no feed by {self.nearest(name)}", remedy="Mend it in that file."
                )
        if both := sorted({*on} & {*off}):
            raise UsageError(
                f"{where}: [feeds] has {', '.join(both)} in on and in off", remedy="Take it out of one of both."
            )
        wanted = {**dict.fromkeys(on, True), **dict.fromkeys(off, False)}
        feeds = {
            name: _switched(source, enabled=wanted.get(name, source.feed.enabled))
            for name, source in self.sources.items()
        }
        return dataclasses.replace(self, sources=feeds)

    def permitted(self, permissions: Mapping[str, tuple[TomlTable, Permission]]) -> SourceSet:
        """Return the same feeds, those named with the permission that their owner wrote down for them.

        Args:
            permissions: what a home's settings say of a feed, by its name, with the table that says so.

        Raises:
            UsageError: a name is no feed's, its TOML has a permission of its own, or robots.txt is set aside where the
                feed declares no invitation; names file and line.
        """
        feeds = dict(self.sources)
        for name, (table, permission) in permissions.items():
            source = self.sources.get(name)
            if source is None and name not in self.names:
                raise table.error("who", f"is about no feed: there is none called {self.nearest(name)}")
            if source is None:
                continue  # broken: only its own TOML can mend it
            if source.permission is not None:
                raise table.error("who", f"says a second time what {Path(source.path).name} says in its [permission]")
            refuse_uninvited(table, permission, source.fetch.invited if source.fetch else None)
            feeds[name] = dataclasses.replace(source, permission=permission)
        return dataclasses.replace(self, sources=feeds)

    def nearest(self, name: str) -> str:
        """Return an unknown name with those that it may have meant: `'alco'; did you mean alko?`."""
        close = difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
        meant = f"did you mean {' or '.join(close)}?" if close else f"feeds: {', '.join(self.names) or 'none'}"
        return f"{name!r}; {meant}"

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
    refused: dict[str, str] = {}
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
                _refuse_other_terms(source, sources)
            except RefusedSourceError as error:
                broken[name] = _problem(name, error.message, error.remedy)
                refused[name] = error.licence
                continue
            except UsageError as error:
                broken[name] = _problem(name, error.message, error.remedy)
                continue
            sources[name] = source
    return SourceSet(sources=dict(sorted(sources.items())), broken=dict(sorted(broken.items())), refused=refused)


def _refuse_other_terms(source: Source, known: Mapping[str, Source]) -> None:
    """Accept a feed whose licence says what those of its key say: a value's terms are looked up by the key alone.

    Raises:
        UsageError: a feed that was loaded before has this key and withholds other fields; names both.
    """
    licence = source.licence
    for other in known.values():
        if other.licence.key == licence.key and other.licence.withheld != licence.withheld:
            differ = sorted({*licence.withheld} ^ {*other.licence.withheld})
            raise UsageError(
                f"{source.path}: [licence] has the key {licence.key!r} of {Path(other.path).name}, but says otherwise "
                f"whether {', '.join(differ)} may be published",
                remedy=f"Give it a key of its own, or the publish and allowed_fields of {other.path}.",
            )


def _switched(source: Source, *, enabled: bool) -> Source:
    if source.feed.enabled == enabled:
        return source
    return dataclasses.replace(source, feed=dataclasses.replace(source.feed, enabled=enabled))


def _world_of(path: Path) -> str | None:
    """Return the world that a TOML names, read leniently so that a broken one is told where it belongs."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    try:
        feed = tomllib.loads(text).get("feed")
        world = feed.get("world", USUAL_WORLD) if isinstance(feed, dict) else None
    except tomllib.TOMLDecodeError:
        match = _WORLD.search(text)
        world = match[1] if match else None
    return world if world in ("real", "sample") else None


def _problem(name: str, message: str, remedy: str) -> Problem:
    return Problem(code=UsageError.exit_code, subject=name, message=message, remedy=remedy)
