"""A full build on the same pages and the same registry: what an incremental one must be equal to, to the digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from whisky_assets.pipeline.carry import Carrier, GroupCarrier
from whisky_assets.pipeline.matching import _Matching
from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.pipeline.house import House

FEEDS = ("elbe", "hanok", "harbour", "minato")


def digests(house: House) -> Mapping[str, str]:
    """Return the digest of every table by name."""
    return storage_digest(house.workspace.db).tables


def fully_built(house: House, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Read and build everything anew on the same pages and the same registry; return the digests."""
    with making_all_anew(monkeypatch):
        house.ingest(*FEEDS)
        house.build(anew=True)
    made = house.made()
    assert made["core/offers"] == len(house.tables["core/offers"].rows) > 0
    assert made["core/matches"] == len(house.tables["core/matches"].rows) > 0
    assert made["core/whiskies"] == len(house.tables["core/whiskies"].rows) > 0
    assert made["core/registry"] == 0
    return digests(house)


@contextmanager
def making_all_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no row of before be carried over, so that a build with `anew` makes every row."""

    def refuse(*_: object) -> bool:
        return False

    def make(self: Carrier[Any], _key: object, _digest: str, make_row: Any, _volatile: object = None) -> object:
        row = make_row()
        self.reasons["all"] += 1
        self.rows.append(row)
        return row

    def all_blocks(self: Any, _former: object) -> frozenset[str]:
        return frozenset({*self._blocks, *(match.block for match in self._past.matches.values())})

    with monkeypatch.context() as full:
        full.setattr(Carrier, "stands", refuse)
        full.setattr(Carrier, "row", make)
        full.setattr(GroupCarrier, "take", lambda *_: None)
        full.setattr(_Matching, "_blocks_to_match", all_blocks)
        yield
