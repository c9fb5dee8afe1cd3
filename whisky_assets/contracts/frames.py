"""Rows of any record as a pandas frame, nothing lost: nullable types, so that an empty cell stays empty.

Not here: what values are allowed (`contracts.schemas`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from whisky_assets.contracts.arrow import to_arrow
from whisky_assets.domain.record import Json, spec_of

Row = TypeVar("Row")

FRAME_TYPES: dict[object, object] = {
    str: pd.StringDtype("python"),
    int: pd.Int64Dtype(),
    float: pd.Float64Dtype(),
    bool: pd.BooleanDtype(),
    bytes: "object",
    datetime: pd.Series([], dtype="datetime64[us, UTC]").dtype,
    Json: pd.StringDtype("python"),
    tuple[str, ...]: "object",
}
"""The pandas type of each column type; tuples and bytes are objects."""

_FROM_ARROW = {
    pa.string(): pd.StringDtype("python"),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def to_frame(record_type: type[Row], rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a frame with the columns in declared order and an index from 0; types by `FRAME_TYPES`.

    Raises:
        TypeError, ValueError: as `to_arrow`.
    """
    return arrow_to_frame(record_type, to_arrow(record_type, rows))


def arrow_to_frame(record_type: type, table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table of a record as a frame with the types of `FRAME_TYPES`."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_FROM_ARROW.get, timestamp_as_object=False)
    for column in spec_of(record_type).columns:
        if column.type == tuple[str, ...]:
            cells = [None if cell is None else tuple(cell) for cell in frame[column.name]]
            frame[column.name] = pd.Series(cells, index=frame.index, dtype="object")
    return frame
