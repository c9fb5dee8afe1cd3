"""Dagster's picture of a record: column types, descriptions and constraints, from the one declaration."""

from functools import cache

import dagster as dg

from whisky_assets.contracts.table_schema import ColumnDescription, column_descriptions
from whisky_assets.domain.record import record_for, spec_of

_MAKERS_COLUMNS = ("input_digest", "maker_version")


@cache
def table_schema(dataset: str) -> dg.TableSchema:
    """Return the column schema of a dataset as the UI shows it: the key first, what only the makers read last."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, other=list(column.constraints)),
                tags=dict(column.tags),
            )
            for column in sorted(column_descriptions(record_for(dataset)), key=_place)
        ]
    )


def _place(column: ColumnDescription) -> int:
    if "key" in column.tags:
        return 0
    return 2 if column.name in _MAKERS_COLUMNS else 1


def description(dataset: str, about: str) -> str:
    """Return an asset's description: what it is, its grain, its key, and whose rows it holds."""
    spec = spec_of(record_for(dataset))
    personal = " Personal: no row is ever shown here." if spec.personal else ""
    return f"{about}\n\n**Grain:** {spec.grain}. **Key:** {', '.join(spec.key)}.{personal}"
