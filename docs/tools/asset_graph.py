"""Draws docs/images/asset_graph.svg from the real Definitions: every asset, its layer, its checks and its inputs.

`python -m docs.tools.asset_graph --write` draws it again; with `--check` it fails when the picture is not what the code
says. An edge that a longer path implies is not drawn. Not here: how nodes are put into rows (`layering`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from docs.tools.layering import Bend, Item, ordered_rows, rows_of, without_detours

PICTURE = Path(__file__).resolve().parents[1] / "images" / "asset_graph.svg"

NODE_WIDTH, NODE_HEIGHT = 158, 40
BEND_WIDTH = 30
GAP, ROW_HEIGHT, MARGIN = 16, 66, 18
LEGEND_HEIGHT = 34

COLOURS: Mapping[str, tuple[str, str]] = {
    "raw": ("#eceff4", "#5b6779"),
    "staged": ("#e0effa", "#2f6f9f"),
    "core": ("#e3f3e2", "#3c7d3a"),
    "archives": ("#f4e8f7", "#84479a"),
    "firestore": ("#fdeedb", "#b06a14"),
    "storage": ("#f1efe7", "#77704f"),
}
"""Fill and line of each layer, in the order of the legend."""


@dataclass(frozen=True, slots=True)
class Node:
    """One asset as it is drawn."""

    key: str
    group: str
    parents: frozenset[str]
    check_count: int
    is_partitioned: bool

    @property
    def small_print(self) -> str:
        """How often it is made, and by how many checks it is held."""
        made = ["one a feed"] if self.is_partitioned else []
        checks = {0: [], 1: ["1 check"]}.get(self.check_count, [f"{self.check_count} checks"])
        return " · ".join([*made, *checks])


def nodes_of_definitions() -> list[Node]:
    """Return every asset of the Definitions that serve the sample home, sorted by key."""
    from whisky_assets.orchestration.assembly import definitions_for  # noqa: PLC0415 - loads Dagster
    from whisky_assets.pipeline.homes import sample_root  # noqa: PLC0415 - the same

    graph = definitions_for(sample_root()).resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    return sorted(
        (
            Node(
                key=node.key.to_user_string(),
                group=node.group_name,
                parents=frozenset(parent.to_user_string() for parent in node.parent_keys),
                check_count=len(node.check_keys),
                is_partitioned=node.is_partitioned,
            )
            for node in nodes
        ),
        key=lambda node: node.key,
    )


def picture(nodes: Sequence[Node]) -> str:
    """Return the SVG of a graph; the same nodes give the same bytes.

    Raises:
        KeyError: a node's group has no colour here.
    """
    by_key = {node.key: node for node in nodes}
    edges = without_detours({node.key: node.parents for node in nodes})
    grid = ordered_rows(edges, rows_of(edges))
    width = round(max(_row_width(row) for row in grid)) + 2 * MARGIN
    height = LEGEND_HEIGHT + len(grid) * ROW_HEIGHT + MARGIN
    places = dict(_places(grid, width))
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" font-family="Helvetica, Arial, sans-serif">'
        ),
        f"<title>The {len(nodes)} assets and what each is made from</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
        *_legend(sorted({node.group for node in nodes}, key=list(COLOURS).index), width),
        *(line for lower in sorted(edges) for upper in sorted(edges[lower]) for line in _edge(upper, lower, places)),
        *(line for key in sorted(by_key) for line in _box(by_key[key], *places[key])),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _width(item: Item) -> int:
    return BEND_WIDTH if isinstance(item, Bend) else NODE_WIDTH


def _row_width(row: Sequence[Item]) -> int:
    return sum(map(_width, row)) + GAP * (len(row) - 1)


def _places(grid: Sequence[Sequence[Item]], width: int) -> Iterator[tuple[Item, tuple[float, float]]]:
    """Yield the middle of each item; every row stands in the middle of the picture."""
    for number, row in enumerate(grid):
        left = (width - _row_width(row)) / 2
        for item in row:
            yield item, (left + _width(item) / 2, LEGEND_HEIGHT + number * ROW_HEIGHT + ROW_HEIGHT / 2)
            left += _width(item) + GAP


def _edge(upper: str, lower: str, places: Mapping[Item, tuple[float, float]]) -> Iterator[str]:
    """Yield a curve from the foot of one node to the head of another, straight down where it passes between nodes."""
    bends = sorted(
        (item for item in places if isinstance(item, Bend) and (item.upper, item.lower) == (upper, lower)),
        key=lambda bend: bend.row,
    )
    foot, head = places[upper], places[lower]
    half = NODE_HEIGHT / 2
    beside = [(places[bend][0], places[bend][1] + side) for bend in bends for side in (-half, half)]
    points = [(foot[0], foot[1] + half), *beside, (head[0], head[1] - half - 5)]
    path = f"M{_number(points[0][0])} {_number(points[0][1])}"
    for (left, top), (right, bottom) in pairwise(points):
        middle = _number((top + bottom) / 2)
        path += f" C{_number(left)} {middle} {_number(right)} {middle} {_number(right)} {_number(bottom)}"
    yield f'<path d="{path}" fill="none" stroke="#8a94a3" stroke-width="1.4"/>'
    tip_x, tip_y = points[-1]
    corners = ((tip_x, tip_y + 5), (tip_x - 4, tip_y - 2), (tip_x + 4, tip_y - 2))
    yield f'<path d="M{" L".join(f"{_number(x)} {_number(y)}" for x, y in corners)} Z" fill="#8a94a3"/>'


def _box(node: Node, middle: float, centre: float) -> Iterator[str]:
    fill, line = COLOURS[node.group]
    left, top = _number(middle - NODE_WIDTH / 2), _number(centre - NODE_HEIGHT / 2)
    yield (
        f'<rect x="{left}" y="{top}" width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="6" '
        f'fill="{fill}" stroke="{line}" stroke-width="1.2"/>'
    )
    small = node.small_print
    yield _text(node.key, middle, centre + (-2 if small else 4), size=13, colour="#1d232b", anchor="middle")
    if small:
        yield _text(small, middle, centre + 13, size=10, colour=line, anchor="middle")


def _legend(groups: Sequence[str], width: int) -> Iterator[str]:
    step = min(120.0, (width - 2 * MARGIN) / len(groups))
    for number, group in enumerate(groups):
        fill, line = COLOURS[group]
        left = MARGIN + number * step
        yield (
            f'<rect x="{_number(left)}" y="14" width="12" height="12" rx="2" '
            f'fill="{fill}" stroke="{line}" stroke-width="1.2"/>'
        )
        yield _text(group, left + 18, 24, size=12, colour="#1d232b", anchor="start")


def _text(words: str, x: float, y: float, *, size: int, colour: str, anchor: str) -> str:
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def main(argv: Sequence[str] | None = None) -> int:
    """Write the picture, or say whether the one that stands there is what the code says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.tools.asset_graph", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="draw docs/images/asset_graph.svg again")
    what.add_argument("--check", action="store_true", help="fail when it is not what the code says")
    arguments = parser.parse_args(argv)
    drawn = picture(nodes_of_definitions())
    if arguments.write:
        PICTURE.write_text(drawn, encoding="utf-8")
        return 0
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    sys.stderr.write(f"{PICTURE} is not what the code says: python -m docs.tools.asset_graph --write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
