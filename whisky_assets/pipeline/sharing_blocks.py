"""Which blocks have to be matched together, as they share a key: by their matches, their past, or a decision.

Not here: which blocks changed (`matching`) and how they are closed over what they share (`identity.registry`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from whisky_assets.identity.decisions import Decisions, Listing, Subject
from whisky_assets.identity.model import Key
from whisky_assets.identity.registry import Registry

Placed = tuple[str, str]
"""A block and what it shares: the key of a whisky or a family, or the digest of a decision."""


def sharing_blocks(
    matches: Mapping[tuple[str, str], Any], told: Mapping[Key, Any], registry: Registry, decisions: Decisions
) -> list[Placed]:
    """Return what each block shares with others, as `closed_blocks` takes it.

    Args:
        matches: the last matches by listing, with `block`, `whisky_pk` and `family_pk`.
        told: the offers by listing, with their present `block`.
        registry: the keys as of the last matches.
        decisions: those in force.
    """
    placed = [pair for row in matches.values() for pair in ((row.block, row.whisky_pk), (row.block, row.family_pk))]
    placed += _returned(matches, told, registry)
    blocks_of: dict[str, set[str]] = defaultdict(set)
    for block, key in placed:
        blocks_of[key].add(block)
    for decision in decisions.all:
        for subject in decision.subjects:
            placed += [(block, decision.digest) for block in _blocks_of(subject, told, registry, blocks_of)]
    return placed


def _returned(matches: Mapping[tuple[str, str], Any], told: Mapping[Key, Any], registry: Registry) -> Iterator[Placed]:
    """Yield the keys that listings without a match had before they left: others may hold them in another block."""
    back = [key for key in told if key not in matches]
    held = registry.members() if back else {}
    for key in back:
        if (pk := held.get(key)) is not None:
            yield told[key].block, pk
            yield told[key].block, registry.family_of(pk)


def _blocks_of(
    subject: Subject, told: Mapping[Key, Any], registry: Registry, blocks_of: Mapping[str, Collection[str]]
) -> Collection[str]:
    """Return the blocks in which that stands what a decision names; none where it is gone or was never known."""
    if isinstance(subject, Listing):
        row = told.get(Key(subject.id_space, subject.source_id))
        return () if row is None else (row.block,)
    try:
        return blocks_of.get(registry.resolve(subject), ())
    except KeyError:
        return ()  # refused, by its file, where keys are given
