"""The picture of the asset graph is drawn from the Definitions, and the same graph gives the same picture."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.tools import asset_graph
from docs.tools.asset_graph import Node, nodes_of_definitions, picture
from docs.tools.layering import Bend, ordered_rows, rows_of, without_detours
from whisky_assets.pipeline.graph import TABLES


def test_the_picture_is_what_the_code_says() -> None:
    assert asset_graph.main(["--check"]) == 0, "draw it again: python -m docs.tools.asset_graph --write"


def test_every_table_of_the_graph_is_in_the_picture() -> None:
    drawn = set(re.findall(r">([^<]+)</text>", picture(nodes_of_definitions())))
    assert {facts.dataset for facts in TABLES} <= drawn


def test_a_picture_that_is_not_fresh_is_told_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [Node(key="raw/pages", group="raw", parents=frozenset(), check_count=1, is_partitioned=True)]
    monkeypatch.setattr(asset_graph, "PICTURE", tmp_path / "graph.svg")
    monkeypatch.setattr(asset_graph, "nodes_of_definitions", lambda: nodes)
    assert asset_graph.main(["--check"]) == 1
    assert "--write" in capsys.readouterr().err
    assert asset_graph.main(["--write"]) == 0
    assert asset_graph.main(["--check"]) == 0


def test_only_edges_that_no_longer_path_implies_are_drawn() -> None:
    parents = {"a": frozenset[str](), "b": frozenset({"a"}), "c": frozenset({"a", "b"})}
    assert without_detours(parents) == {"a": frozenset(), "b": frozenset({"a"}), "c": frozenset({"b"})}


GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=14).map(
        lambda pairs: {
            f"n{low}": frozenset(f"n{high}" for high, child in pairs if child == low and high < low)
            for low in range(size)
        }
    )
)


@given(GRAPHS)
def test_parents_stand_above_and_every_row_between_has_room_for_the_edge(parents: dict[str, frozenset[str]]) -> None:
    rows = rows_of(parents)
    grid = ordered_rows(parents, rows)
    assert all(rows[parent] < rows[node] for node, direct in parents.items() for parent in direct)
    assert sorted(item for row in grid for item in row if isinstance(item, str)) == sorted(parents)
    bends = {item for row in grid for item in row if isinstance(item, Bend)}
    assert bends == {
        Bend(parent, node, row)
        for node, direct in parents.items()
        for parent in direct
        for row in range(rows[parent] + 1, rows[node])
    }


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_same_graph_gives_the_same_picture_in_any_order(
    parents: dict[str, frozenset[str]], shuffle: random.Random
) -> None:
    nodes = [
        Node(key=key, group="core", parents=direct, check_count=0, is_partitioned=False)
        for key, direct in parents.items()
    ]
    drawn = picture(nodes)
    shuffle.shuffle(nodes)
    assert picture(nodes) == drawn
