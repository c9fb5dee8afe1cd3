"""The personal side: what users wrote, as they wrote it, and the whisky each note is about."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import Json, column, record
from whisky_assets.domain.records.shared import HEX_DIGEST, PK_PATTERN, Derived

ENTRY_STATES = ("resolved", "waiting", "unknown")


@record(
    "archives/files",
    version=1,
    grain="one imported file of one user",
    key=("user", "sha256"),
    person="user",
)
class ArchiveFile:
    """A user's export, byte for byte."""

    user: str = column("Our key of the person.", pattern="[a-z0-9][a-z0-9_-]*")
    sha256: str = column("Digest of the file.", pattern=HEX_DIGEST)
    name: str = column("The file's name.", personal=True)
    media_type: str = column("What kind of file it is.", choices=("text/csv", "application/json"))
    imported_at: datetime = column("When it was imported.", volatile=True)
    body: bytes = column("The file, unchanged.", personal=True)


@record(
    "archives/entries",
    version=1,
    grain="one user's note on one whisky",
    key=("user", "entry_id"),
    person="user",
)
class Entry(Derived):
    """What a person drank and noted, and the whisky it means: resolved, waiting or unknown."""

    user: str = column("Our key of the person.", references="archives/users.user")
    entry_id: str = column("Stable over a corrected file.", pattern="[a-z0-9]{16}")
    text: str = column("The whisky as the person wrote it.", personal=True)
    note: str = column("The note, untouched.", personal=True, default="")
    rating: float | None = column("The rating as given.", personal=True, default=None)
    rating_scale: str | None = column("The scale the rating is on: `0-100`, `0-5`.", default=None)
    age_text: str | None = column("Age or year as written.", personal=True, default=None)
    age_years: int | None = column("Age, where the text is one.", unit="years", ge=1, le=100, default=None)
    vintage_year: int | None = column("Vintage, where the text is a year.", ge=1800, le=2200, default=None)
    tasted_text: str | None = column("Date as written.", personal=True, default=None)
    tasted_on: str | None = column("Date as ISO 8601, where it can be read.", personal=True, default=None)
    state: str = column("Whether its whisky is known.", choices=ENTRY_STATES)
    whisky_pk: str | None = column(
        "The whisky it is about.", pattern=PK_PATTERN, references="core/whiskies.whisky_pk", default=None
    )
    candidates: tuple[str, ...] = column("Keys that it could be, best first, while waiting.", default=())
    reason: str = column("Why it is resolved, waiting or unknown; no word of the person.")
    given_pk: str | None = column("A key that the imported file itself named.", default=None)
    raw: Json = column("The entry as imported.", personal=True)


@record(
    "archives/users",
    version=1,
    grain="one person with an archive",
    key=("user",),
    person="user",
)
class User(Derived):
    """A person as the app shows them; no e-mail is kept."""

    user: str = column("Our key of the person.")
    nickname: str = column("Name shown in the app.", personal=True)
    owner_id: str = column("The id under which the owner's sketch keeps the archive.", personal=True)
    age_years: int | None = column("Age as told.", unit="years", ge=0, le=150, personal=True, default=None)
    region: str | None = column("Region as told.", personal=True, default=None)
    entry_count: int = column("Entries of the archive.", ge=0)
    resolved_count: int = column("Entries whose whisky is known.", ge=0)
