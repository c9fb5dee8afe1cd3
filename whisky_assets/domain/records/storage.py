"""The storage side: which segment lies on which volume, and what of the state database no segment's footer holds."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import column, columns_of_many, record
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


@columns_of_many
class _Change:
    """What became of one row of the state database; the row as it was when the change was published."""

    number: int = column("Counts the changes of a home; a later change of a row has a greater one.", ge=1)
    table_name: str = column("The table of the state database.")


@record(
    "storage/events",
    version=1,
    grain="one changed row of the state database that is no person's",
    key=("number",),
)
class StateEvent(_Change):
    """A change that no footer of a segment holds: versions, heads, snapshots, volumes, the frontier and so on."""

    row_key: str = column("The values of its primary key, as a JSON list.")
    row: str | None = column("Its columns as a JSON object; none: the row was deleted.", default=None)


@record(
    "storage/personal_events",
    version=1,
    grain="one changed row of the state database that is a person's",
    key=("person", "number"),
    person="person",
)
class PersonalStateEvent(_Change):
    """A change of a row that belongs to a person, such as what is known of their documents."""

    person: str = column("Whose row it is.")
    row_key: str = column("The values of its primary key, as a JSON list.", personal=True)
    row: str | None = column("Its columns as a JSON object; none: the row was deleted.", default=None, personal=True)


@record(
    "storage/retention",
    version=1,
    grain="one snapshot, table version or page segment that retention judges",
    key=("kind", "item"),
)
class RetentionRow:
    """What stays and what goes, and why, as the rules stood."""

    kind: str = column("What it is.", choices=("snapshot", "version", "segment"))
    item: str = column("The snapshot's name, or the id of the table version or segment.")
    verdict: str = column(
        "kept, dropped, or waiting to be copied as promised first.", choices=("kept", "dropped", "waiting")
    )
    dataset: str = column("The table it is of; empty for a snapshot, which is of many.")
    partition: str = column("The part of the table; empty where it has none.")
    made_at: datetime = column("When it was committed, made or stored.")
    reasons: tuple[str, ...] = column("The counts of the rule that keep it, or why it stays or goes otherwise.")


@record(
    "storage/scrub",
    version=1,
    grain="one volume",
    key=("volume",),
)
class VolumeProof:
    """How much of a volume was proven, when last, and what was found."""

    volume: str = column("The volume's name.")
    is_here: bool = column("Whether it could be read.")
    copies: int = column("Copies on it.", ge=0)
    size_bytes: int = column("What their files take there.", unit="bytes", ge=0)
    proven_now: int = column("Copies that this scrub read and found to be what their names say.", ge=0)
    never_proven: int = column("Copies that were never compared with their names from the medium.", ge=0)
    damaged: int = column("Copies that are missing or damaged and could not be made good yet.", ge=0)
    repaired: int = column("Copies that this scrub made good.", ge=0)
    oldest_proof_at: datetime | None = column(
        "When the copy proven longest ago was; empty where none was.", volatile=True, default=None
    )
