"""A row written by any earlier version of a table can be read as a row of today's.

A column that is added with a default (or may be empty) needs nothing here. A column that is removed, renamed or given
another type needs the record's `version` raised and one step in this module: a pure function from the old row to the
new one. `contracts.history` proves that no step is missing. Not here: how rows lie in files (`contracts.arrow`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache

from whisky_assets.domain.errors import CorruptDataError, UsageError
from whisky_assets.domain.record import spec_of

RowValues = dict[str, object]
Step = Callable[[RowValues], RowValues]

_steps: dict[tuple[str, int], Step] = {}


def upgrade(dataset: str, *, to: int) -> Callable[[Step], Step]:
    """Declare the pure step that makes a row of version `to` from one of version `to - 1`.

    Raises:
        TypeError: the step is declared twice, or leads to version 1, which nothing comes before.
    """

    def declare(step: Step) -> Step:
        if to <= 1:
            raise TypeError(f"{dataset}: a step to version {to}: the first step leads to 2")
        if (dataset, to) in _steps:
            raise TypeError(f"{dataset}: the step to version {to} is declared twice")
        _steps[dataset, to] = step
        return step

    return declare


def has_step(dataset: str, to: int) -> bool:
    """Return whether a step to this version is declared."""
    return (dataset, to) in _steps


def upgrade_values(dataset: str, values: Mapping[str, object], *, version: int, to: int) -> RowValues:
    """Return the values of a row of `version` as those of version `to`; where no step stands, as they are.

    Raises:
        UsageError: the row is of a later version than `to`.
    """
    refuse_later(dataset, version, to)
    row = dict(values)
    for number in range(version + 1, to + 1):
        step = _steps.get((dataset, number))
        if step is not None:
            row = dict(step(row))
    return row


def refuse_later(dataset: str, version: int, known: int) -> None:
    """Raise UsageError where data was written by a later version of the program than this one."""
    if version > known:
        raise UsageError(
            f"{dataset}: this data has schema version {version}, this program knows {known}.",
            remedy="Install the version of whisky-assets that wrote it, or a later one.",
        )


@cache
def empty_values(record_type: type) -> Mapping[str, object]:
    """Return what stands in the columns that old data may lack: each column's default, else None where allowed."""
    nullable = {column.name for column in spec_of(record_type).columns if column.nullable}
    values: RowValues = {}
    for field in dataclasses.fields(record_type):
        if field.default is not dataclasses.MISSING:
            values[field.name] = field.default
        elif field.name in nullable:
            values[field.name] = None
    return values


def fill_missing(record_type: type, present: frozenset[str]) -> RowValues:
    """Return values for the columns that data with the columns `present` lacks.

    Raises:
        CorruptDataError: a column is lacking that has no default and may not be empty, or one stands there that no
            version declares.
    """
    spec = spec_of(record_type)
    declared = frozenset(column.name for column in spec.columns)
    fillers = empty_values(record_type)
    lacking = sorted(declared - present - fillers.keys())
    unknown = sorted(present - declared)
    if lacking or unknown:
        raise CorruptDataError(
            f"{spec.dataset}: columns do not fit version {spec.version}: lacking {lacking}, unknown {unknown}.",
            remedy="Was the schema version raised with a step in contracts/upgrades.py? "
            "Else run `whisky storage verify`.",
        )
    return {name: fillers[name] for name in declared - present}
