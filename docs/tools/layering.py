"""Puts the nodes of a graph into rows, parents above children, with few crossings; the same graph, the same picture.

Rows, then order within each row, then coordinates. Not here: what the nodes mean or look like (`asset_graph`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
"""Passes of ordering by neighbours, down and up in turn; the asset graph stands still after four."""

Parents = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Bend:
    """A place in a row where an edge from `upper` to `lower`, two rows apart or more, passes between nodes."""

    upper: str
    lower: str
    row: int


Item = str | Bend


def without_detours(parents: Parents) -> dict[str, frozenset[str]]:
    """Return only the edges that no longer path implies: a -> c goes where a -> b -> c stands."""
    above = {node: _all_above(parents, node) for node in parents}
    return {
        node: frozenset(parent for parent in direct if not any(parent in above[other] for other in direct - {parent}))
        for node, direct in parents.items()
    }


def rows_of(parents: Parents) -> dict[str, int]:
    """Return each node's row: one below its lowest parent; a node without parents just above its highest child."""
    rows: dict[str, int] = {}
    for node in _parents_first(parents):
        rows[node] = 1 + max((rows[parent] for parent in parents[node]), default=-1)
    for node, direct in parents.items():
        children = [rows[child] for child, above in parents.items() if node in above]
        if not direct and children:
            rows[node] = min(children) - 1
    return rows


def ordered_rows(parents: Parents, rows: Mapping[str, int]) -> list[list[Item]]:
    """Return the rows from the top, each with its nodes and the bends of longer edges from left to right."""
    links = list(_links(parents, rows))
    grid: list[list[Item]] = [[] for _ in range(1 + max(rows.values()))]
    for node in sorted(rows):
        grid[rows[node]].append(node)
    for item in sorted({end for link in links for end in link if isinstance(end, Bend)}, key=_name):
        grid[item.row].append(item)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        pairs = [(lower, upper) if downwards else (upper, lower) for upper, lower in links]
        for row in grid if downwards else reversed(grid):
            _order(row, grid, pairs)
    return grid


def _links(parents: Parents, rows: Mapping[str, int]) -> Iterable[tuple[Item, Item]]:
    """Yield every edge as steps from one row to the next."""
    for lower in sorted(parents):
        for upper in sorted(parents[lower]):
            bends = [Bend(upper, lower, row) for row in range(rows[upper] + 1, rows[lower])]
            path: list[Item] = [upper, *bends, lower]
            yield from pairwise(path)


def _order(row: list[Item], grid: Sequence[Sequence[Item]], pairs: Sequence[tuple[Item, Item]]) -> None:
    """Sort one row by the middle of each item's neighbours; one without neighbours keeps its place."""
    places = {item: place - (len(line) - 1) / 2 for line in grid for place, item in enumerate(line)}
    wanted = {}
    for item in row:
        near = [places[other] for own, other in pairs if own == item]
        wanted[item] = sum(near) / len(near) if near else places[item]
    row.sort(key=lambda item: (wanted[item], _name(item)))


def _all_above(parents: Parents, node: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for parent in parents[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)


def _parents_first(parents: Parents) -> list[str]:
    return sorted(parents, key=lambda node: (len(_all_above(parents, node)), node))


def _name(item: Item) -> str:
    return item if isinstance(item, str) else f"{item.upper} {item.lower} {item.row}"
