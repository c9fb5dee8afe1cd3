"""What an owner permits a feed in config.toml, `[permission.NAME]`: read, told by each run, and drafted to be pasted.

Not here: what a permission may say (`sources.permission`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem
from whisky_assets.domain.toml_file import TomlTable, read_toml
from whisky_assets.sources.permission import SCOPE_TO_SAY, WHO_TO_SAY, Permission, permission_in
from whisky_assets.sources.source import Source

SECTION = "permission"


def permissions_in(config: Path) -> Mapping[str, tuple[TomlTable, Permission]]:
    """Return the permissions of a home's settings by feed, each with the table that says so; none without a file.

    Raises:
        UsageError: the file is no TOML, or a key is missing, unknown or of another type; names file and line.
    """
    if not config.exists():
        return {}
    section = read_toml(config, remedy="Mend that line.").table(SECTION)
    if section is None:
        return {}
    found = {}
    for name in section.keys():  # noqa: SIM118 - a TOML table is no Mapping
        table = section.table(name)
        if table is not None:
            found[name] = (table, permission_in(table))
    return found


def robots_set_aside(source: Source) -> tuple[Problem, ...]:
    """Return, for every run to tell, where and by whose word a feed's robots.txt was set aside; mostly nothing."""
    if not source.robots_set_aside:
        return ()
    return (
        Problem(
            code=ExitCode.DONE,
            subject=f"feed {source.name}",
            message=f"asked past robots.txt, by the permission of {source.permission}",
            remedy="Nothing to do while it holds; else take its robots out of [permission].",
        ),
    )


def invitation_lines(source: Source, config: Path, now: datetime) -> list[str]:
    """Return how an owner lets a feed ask where its operator invites programs but robots.txt may say no.

    Nothing where the feed declares no such place, or the permission stands. Nobody but the owner can say `who`.
    """
    invited = source.fetch.invited if source.fetch is not None else None
    if invited is None or source.robots_set_aside:
        return []
    return [
        f"  robots.txt is obeyed: where it disallows {invited.address}, nothing is asked there.",
        f"  Its operator invites programs there on a page of its own: {invited.policy}",
        f"  If you have read it and agree that it means you, write this into {config}, in your words:",
        "",
        f"    [{SECTION}.{source.name}]",
        f'    who = "{WHO_TO_SAY}, by {invited.policy}"',
        f"    when = {now:%Y-%m-%d}",
        f'    scope = "{SCOPE_TO_SAY}"',
        f'    robots = "{invited.address}"',
        "",
    ]
