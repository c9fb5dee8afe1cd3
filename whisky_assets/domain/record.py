"""How a table's columns are declared: once, on a frozen dataclass, with unit, meaning and constraints.

Everything else about a column (Pandera, Arrow, the UI's schema, the Firestore codec, the dictionary, test data) is
derived from here by `contracts` and never written a second time. Not here: the tables themselves (`records/`).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NewType, TypeVar, dataclass_transform

Json = NewType("Json", str)
"""Canonical JSON text (`domain.digests.canonical_json`), for nested values whose shape a column's meaning tells."""

COLUMN_TYPES: tuple[object, ...] = (str, int, float, bool, bytes, datetime, Json, tuple[str, ...])
"""What a column can hold; each also as `X | None`. Times are aware UTC with microseconds."""

Row = TypeVar("Row")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as declared: its type, whether it may be empty, and all that readers need to know about it."""

    name: str
    type: object
    nullable: bool
    meaning: str
    unit: str
    ge: float | None
    le: float | None
    pattern: str | None
    choices: tuple[str, ...]
    volatile: bool
    personal: bool
    references: str | None
    since: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec:
    """One table as declared.

    `dataset` is `layer/entity` (also the asset key); `key` names the columns that are unique together; `person` names
    the column that says whose row it is (None: the table is not personal); `partition` the column that splits it.
    """

    dataset: str
    version: int
    grain: str
    key: tuple[str, ...]
    person: str | None
    partition: str | None
    columns: tuple[Column, ...]

    @property
    def personal(self) -> bool:
        """Whether rows belong to people and so lie in segments of their own, a person each."""
        return self.person is not None

    @property
    def stable_columns(self) -> tuple[str, ...]:
        """The columns that count in a digest: all but the volatile ones."""
        return tuple(column.name for column in self.columns if not column.volatile)

    def column(self, name: str) -> Column:
        """Return one column by name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.dataset} has no column {name}")


def column(  # noqa: PLR0913 - each keyword is one property of a column; grouping them would hide the declaration
    meaning: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    pattern: str | None = None,
    choices: tuple[str, ...] = (),
    volatile: bool = False,
    personal: bool = False,
    references: str | None = None,
    since: int = 1,
    default: Any = dataclasses.MISSING,
) -> Any:
    """Declare one column of a record.

    Args:
        meaning: one sentence for the dictionary and the UI.
        unit: what a number counts (`% vol`, `ml`, `minor units`); empty for text.
        ge: smallest allowed value.
        le: largest allowed value.
        pattern: a regular expression that the whole text matches.
        choices: the only allowed texts.
        volatile: in no digest; kept up without making a row anew.
        personal: a person's own word; never in samples, metadata, logs or plans.
        references: `layer/entity.column` that holds the same value (a foreign key).
        since: schema version in which the column appeared.
        default: value where a writer says nothing.
    """
    details = {
        "meaning": meaning,
        "unit": unit,
        "ge": ge,
        "le": le,
        "pattern": pattern,
        "choices": choices,
        "volatile": volatile,
        "personal": personal,
        "references": references,
        "since": since,
    }
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=details)
    return dataclasses.field(metadata=details, default=default)


_declared: dict[str, type] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def record(
    dataset: str,
    *,
    version: int,
    grain: str,
    key: tuple[str, ...],
    person: str | None = None,
    partition: str | None = None,
) -> Callable[[type[Row]], type[Row]]:
    """Declare a frozen dataclass as the one description of a table.

    Raises:
        TypeError: a dataset is declared twice, a key or person column does not exist, or a type is not allowed.
    """

    def declare(cls: type[Row]) -> type[Row]:
        made = dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)
        if dataset in _declared:
            raise TypeError(f"{dataset} is declared twice: {_declared[dataset].__name__} and {cls.__name__}")
        spec = RecordSpec(
            dataset=dataset,
            version=version,
            grain=grain,
            key=key,
            person=person,
            partition=partition,
            columns=tuple(_columns(made)),
        )
        for name in (*key, *(name for name in (person, partition) if name)):
            spec.column(name)
        _specs[made] = spec
        _declared[dataset] = made
        return made

    return declare


_specs: dict[type, RecordSpec] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def columns_of_many(cls: type[Row]) -> type[Row]:
    """Declare columns that several records share; such a class is no table of its own."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


def spec_of(record_type: type) -> RecordSpec:
    """Return the declaration of a record class.

    Raises:
        KeyError: the class was not declared with `record`.
    """
    return _specs[record_type]


@cache
def record_for(dataset: str) -> type:
    """Return the record class of a dataset (`core/offers`).

    Raises:
        KeyError: no record declares it, with the names that exist.
    """
    import whisky_assets.domain.records  # noqa: F401, PLC0415 - declares every record, and imports this module itself

    if dataset not in _declared:
        raise KeyError(f"no record declares {dataset}; declared: {', '.join(sorted(_declared))}")
    return _declared[dataset]


def declared_records() -> dict[str, type]:
    """Return every declared record class by its dataset, in order of name."""
    import whisky_assets.domain.records  # noqa: F401, PLC0415 - declares every record, and imports this module itself

    return dict(sorted(_declared.items()))


def _columns(cls: type) -> Iterator[Column]:
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        if "meaning" not in field.metadata:
            raise TypeError(f"{cls.__name__}.{field.name} is declared without column(...)")
        kind, nullable = _split_optional(hints[field.name])
        if kind not in COLUMN_TYPES:
            raise TypeError(f"{cls.__name__}.{field.name}: {kind!r} is no column type; allowed: {COLUMN_TYPES}")
        yield Column(name=field.name, type=kind, nullable=nullable, **field.metadata)


def _split_optional(hint: object) -> tuple[object, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(inner) == 1:
            return inner[0], True
    return hint, False
