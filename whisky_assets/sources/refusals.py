"""Sources that no feed may ask without a permission that its owner writes down, by host, and what to use instead.

`refusals.toml` is the one list. A TOML is refused where its start, origins (and so every redirect) or terms lead to a
listed host. Not here: what a page's own robots say (`fetching.robots`).
"""

from __future__ import annotations

import dataclasses
import unicodedata
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.toml_file import TomlTable, read_toml
from whisky_assets.sources.source import Source

LIST = Path(__file__).with_name("refusals.toml")
STATES = ("refused", "off")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One source: its hosts (subdomains count), whether it is refused or off, why, and what to use instead."""

    name: str
    hosts: tuple[str, ...]
    state: str
    reason: str
    instead: str

    def __str__(self) -> str:
        """Return it in a sentence."""
        return f"{self.name} is {self.state}: {self.reason}. Instead: {self.instead}"


class RefusedSourceError(UsageError):
    """A TOML leads to a refused source without a permission; `licence` is the key under which its values stood."""

    def __init__(self, message: str, *, remedy: str, licence: str) -> None:
        """Keep the licence's key beside the words."""
        super().__init__(message, remedy=remedy)
        self.licence = licence


@lru_cache(maxsize=1)
def shipped_refusals() -> tuple[Refusal, ...]:
    """Return every refused source, in the order of the list."""
    root = read_toml(LIST)
    found = tuple(_refusal(table) for table in root.tables("source"))
    root.finish()
    return found


def refusal_of(url: str) -> Refusal | None:
    """Return the refused source to which an address leads, None where it leads to none or is no address."""
    try:
        host = urlsplit(unicodedata.normalize("NFKC", url)).hostname or ""
    except ValueError:
        return None
    labels = host.casefold().rstrip(".").split(".")
    suffixes = {".".join(labels[place:]) for place in range(len(labels))}
    return next((one for one in shipped_refusals() if suffixes & set(one.hosts)), None)


def refusal_named(name: str) -> Refusal | None:
    """Return the refused source that a person calls so, whatever stands between its words; None for no such one."""
    wanted = _letters(name)
    return next((one for one in shipped_refusals() if wanted in {_letters(one.name), *map(_letters, one.hosts)}), None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold())).removeprefix("the")


def refuse_forbidden(root: TomlTable, source: Source) -> None:
    """Return where a feed may ask what it declares, or its owner wrote down who permits it.

    Raises:
        RefusedSourceError: an address leads to a refused source; names file and line, why, and what to use instead.
    """
    if source.permission is not None:
        return
    fetch = source.fetch
    places: list[tuple[str, str, tuple[str, ...]]] = [("licence", "terms_url", (source.licence.terms_url,))]
    if fetch is not None:
        places += [("fetch", "start", fetch.start), ("fetch", "origins", fetch.origins)]
    for section, key, urls in places:
        for url in urls:
            refusal = refusal_of(url)
            table = root.table(section)
            if refusal is not None and table is not None:
                told = table.error(key, f"leads to {url}, and {refusal}")
                raise RefusedSourceError(
                    told.message,
                    remedy="Take the feed away; with its owner's word in writing, "
                    "add [permission] that says who, when and scope.",
                    licence=source.licence.key,
                )


def _refusal(table: TomlTable) -> Refusal:
    refusal = Refusal(
        name=table.text("name"),
        hosts=table.texts("hosts"),
        state=table.choice("state", STATES),
        reason=table.text("reason"),
        instead=table.text("instead"),
    )
    table.finish()
    return refusal
