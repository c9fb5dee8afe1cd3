"""Each column of a record described as plain data, for whoever draws it: the UI, the dictionary, the command line.

Not here: Dagster's own schema types (`orchestration`) and Markdown (`contracts.dictionary`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime

from whisky_assets.domain.record import Column, Json, spec_of

_TYPE_WORDS: dict[object, str] = {
    str: "text",
    int: "integer",
    float: "float",
    bool: "boolean",
    bytes: "bytes",
    datetime: "timestamp",
    Json: "json",
    tuple[str, ...]: "list of text",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDescription:
    """One column in words.

    `constraints` are short rules (`>= 0`, `one of a|b`); `unique` says whether it alone is the key; `tags` hold
    `unit`, `key`, `references`, `volatile`, `personal` and `since` where they apply, all as text.
    """

    name: str
    type: str
    description: str
    constraints: tuple[str, ...]
    nullable: bool
    unique: bool
    tags: Mapping[str, str]


def column_descriptions(record_type: type) -> list[ColumnDescription]:
    """Return the descriptions of a record's columns, in declared order.

    Raises:
        KeyError: the class was not declared with `record`.
    """
    spec = spec_of(record_type)
    return [
        ColumnDescription(
            name=column.name,
            type=_TYPE_WORDS[column.type],
            description=column.meaning,
            constraints=tuple(_constraints(column)),
            nullable=column.nullable,
            unique=spec.key == (column.name,),
            tags=dict(_tags(column, key=column.name in spec.key)),
        )
        for column in spec.columns
    ]


def _constraints(column: Column) -> Iterator[str]:
    if column.ge is not None:
        yield f">= {column.ge:g}"
    if column.le is not None:
        yield f"<= {column.le:g}"
    if column.pattern is not None:
        yield f"matches {column.pattern}"
    if column.choices:
        yield f"one of {'|'.join(column.choices)}"


def _tags(column: Column, *, key: bool) -> Iterator[tuple[str, str]]:
    if column.unit:
        yield "unit", column.unit
    if key:
        yield "key", "yes"
    if column.references:
        yield "references", column.references
    if column.volatile:
        yield "volatile", "yes"
    if column.personal:
        yield "personal", "yes"
    if column.since > 1:
        yield "since", f"version {column.since}"
