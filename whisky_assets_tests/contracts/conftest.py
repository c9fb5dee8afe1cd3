"""Lets a test declare a table of its own, in several versions, without leaving a trace for the next test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pytest

from whisky_assets.contracts import arrow, schemas, upgrades
from whisky_assets.domain import record as record_module

DATASET = "test/things"


class Declare(Protocol):
    """Declares `test/things` anew: column name to (type, `column(...)`)."""

    def __call__(
        self,
        columns: Mapping[str, tuple[object, Any]],
        *,
        version: int = 1,
        key: tuple[str, ...] = ("name",),
        person: str | None = None,
    ) -> Any: ...


@pytest.fixture
def declare() -> Iterator[Declare]:
    """A function that declares one temporary record; all that it declared is forgotten afterwards."""
    stores: list[dict[Any, Any]] = [
        record_module._declared,
        record_module._specs,
        upgrades._steps,
        arrow._schemas,
        schemas._schemas,
    ]
    before = [dict(store) for store in stores]

    def declare_one(
        columns: Mapping[str, tuple[object, Any]],
        *,
        version: int = 1,
        key: tuple[str, ...] = ("name",),
        person: str | None = None,
    ) -> Any:
        record_module._declared.pop(DATASET, None)
        annotations = {name: kind for name, (kind, _) in columns.items()}
        declared = {name: made for name, (_, made) in columns.items()}
        cls = type("Thing", (), {"__doc__": "A thing.", "__annotations__": annotations, **declared})
        return record_module.record(DATASET, version=version, grain="one thing", key=key, person=person)(cls)

    yield declare_one
    for store, kept in zip(stores, before, strict=True):
        store.clear()
        store.update(kept)
