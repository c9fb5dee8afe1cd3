"""The raw side: every fetched body, byte for byte."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import Json, column, record
from whisky_assets.domain.records.shared import HEX_DIGEST, NAME_PATTERN


@record(
    "raw/pages",
    version=1,
    grain="one fetched body of one URL or file",
    key=("feed", "url", "fetched_at"),
    partition="feed",
)
class Page:
    """One body as it came, with the headers it came with. A file put in by a person has the URL `file:NAME`."""

    feed: str = column("The feed it was fetched for.", pattern=NAME_PATTERN)
    url: str = column("Where it came from, without a port; `file:NAME` for an imported file.")
    fetched_at: datetime = column("When the last byte was read.")
    as_of: datetime | None = column(
        "The date the document states for itself, where its feed declares one.", default=None
    )
    role: str = column("What it is to the feed.", choices=("index", "page", "file"))
    status: int = column("HTTP status; 200 for a file.", ge=100, le=599)
    media_type: str = column("Media type as told, without parameters; empty if untold.")
    charset: str | None = column("Character set as told by the header.", default=None)
    headers: Json = column("Response headers, lower-case name to text; none for a file.", default=Json("{}"))
    body_sha256: str = column("Digest of the body's bytes.", pattern=HEX_DIGEST)
    body: bytes = column("The body after transfer and content encoding, unchanged.")
