"""The storage side: which segment lies on which volume."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import column, record
from whisky_assets.domain.records.shared import HEX_DIGEST


@record(
    "storage/copies",
    version=1,
    grain="one segment on one volume",
    key=("segment", "volume"),
)
class SegmentCopy:
    """Where a segment lies and when its bytes were last proven."""

    segment: str = column("Name of the segment: digest of its bytes.", pattern=HEX_DIGEST)
    volume: str = column("The volume's name.")
    dataset: str = column("The table it belongs to.")
    size_bytes: int = column("Size of the file.", unit="bytes", ge=0)
    rows: int = column("Rows in it.", ge=0)
    verified_at: datetime | None = column(
        "When its bytes were last compared with its name.", volatile=True, default=None
    )
