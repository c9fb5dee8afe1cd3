"""The published side: documents as the app reads them, and the plan that brings a store there."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import Json, column, record
from whisky_assets.domain.records.core import NAME_ORIGIN
from whisky_assets.domain.records.shared import HEX_DIGEST, PK_PATTERN

ACTIONS = ("create", "update", "tombstone", "delete", "unchanged", "held")


@record("firestore/whisky", version=1, grain="one document of the collection whisky", key=("whisky_pk",))
class WhiskyDocument:
    """One whisky as a screen shows it; a merged key is a document that only redirects."""

    whisky_pk: str = column("Document id.", pattern=PK_PATTERN)
    family_pk: str = column("The expression it belongs to.", default="")
    redirect_to: str | None = column("The key that now answers; all else is then empty.", default=None)
    state: str = column("Whether it is on sale anywhere.", choices=("live", "dormant", "redirect", "withdrawn"))
    name: str = column("Name.", default="")
    name_en: str | None = column("English name.", default=None)
    name_ko: str | None = column("Korean name.", default=None)
    name_ja: str | None = column("Japanese name.", default=None)
    name_en_origin: str | None = column(f"Of `name_en`. {NAME_ORIGIN}", default=None)
    name_ko_origin: str | None = column(f"Of `name_ko`. {NAME_ORIGIN}", default=None)
    name_ja_origin: str | None = column(f"Of `name_ja`. {NAME_ORIGIN}", default=None)
    brand: str | None = column("Brand.", default=None)
    distillery: str | None = column("Distillery.", default=None)
    bottler: str | None = column("Independent bottler.", default=None)
    expression: str | None = column("Expression.", default=None)
    age: int | None = column("Age statement; empty where only a vintage is known.", unit="years", default=None)
    vintage_year: int | None = column("Year of distillation.", default=None)
    bottled_year: int | None = column("Year of bottling.", default=None)
    cask_type: str | None = column("Cask or finish wood.", default=None)
    cask_number: str | None = column("Single cask's number.", default=None)
    batch: str | None = column("Batch, edition or release.", default=None)
    style: str | None = column("Malt, grain, bourbon, rye, ...", default=None)
    country: str | None = column("ISO 3166-1 alpha-2.", default=None)
    region: str | None = column("Region.", default=None)
    abv_pct: float | None = column("Alcohol by volume.", unit="% vol", default=None)
    image_url: str | None = column("Link of a picture, on its source's own server.", default=None)
    image_attribution: str | None = column(
        "Whose picture it is and under which terms; to be shown with it.", default=None
    )
    attributions: tuple[str, ...] = column("Sources to be named beside the values.", default=())
    search_tokens: tuple[str, ...] = column("What the app's search asks for.", default=())
    schema_version: int = column("Version of this shape.", ge=1, default=1)


@record(
    "firestore/whisky_archive",
    version=1,
    grain="one document of the collection whisky_archive",
    key=("user", "entry_id"),
    person="user",
)
class ArchiveDocument:
    """One diary entry with the part of its whisky that a list shows, so that a screen is one query."""

    user: str = column("Our key of the person.")
    entry_id: str = column("Stable id of the entry.")
    uid: str = column("The app's id of the person.", personal=True)
    state: str = column("Whether its whisky is known.", choices=("resolved", "waiting", "unknown"))
    whisky_pk: str | None = column("The whisky.", references="firestore/whisky.whisky_pk", default=None)
    whisky: Json = column("names, abv_pct and style of the whisky, for the list.", default=Json("{}"))
    text: str = column("The whisky as written.", personal=True)
    note: str = column("The note.", personal=True)
    rating: float | None = column("The rating as given.", personal=True, default=None)
    rating_scale: str | None = column("Scale of the rating.", default=None)
    age_text: str | None = column("Age or year as written.", personal=True, default=None)
    tasted_on: str | None = column("Date, ISO 8601.", personal=True, default=None)
    schema_version: int = column("Version of this shape.", ge=1, default=1)


@record(
    "firestore/user",
    version=1,
    grain="one document of the collection user",
    key=("user",),
    person="user",
)
class UserDocument:
    """One person's profile as the app shows it."""

    user: str = column("Our key of the person.")
    uid: str = column("Document id.", personal=True)
    nickname: str = column("Name shown.", personal=True)
    id: str = column("The owner's own id of the person.", personal=True)
    age: int | None = column("Age as told.", unit="years", personal=True, default=None)
    region: str | None = column("Region as told.", personal=True, default=None)
    entry_count: int = column("Entries of the archive.", ge=0)
    resolved_count: int = column("Entries whose whisky is known.", ge=0)
    schema_version: int = column("Version of this shape.", ge=1, default=1)


@record(
    "firestore/plan",
    version=1,
    grain="one document that a release changes",
    key=("document",),
)
class PlanRow:
    """One operation of a release, without any body: which document, what happens, which fields change.

    A person's document is named by `collection/#keyed hash`, never by uid.
    """

    document: str = column("`collection/id`; of a person's document `collection/#hash`.")
    collection: str = column("The collection.", choices=("whisky", "whisky_archive", "user"))
    action: str = column("What happens to it.", choices=ACTIONS)
    before: str | None = column("Hash of the document as the manifest knows it.", pattern=HEX_DIGEST, default=None)
    after: str | None = column("Hash of the document as desired.", pattern=HEX_DIGEST, default=None)
    fields: tuple[str, ...] = column("Names of the fields that change.", default=())
    bytes: int = column("Size of the desired document by Firestore's rule.", unit="bytes", ge=0, default=0)
    reason: str = column("Why it is held or withdrawn; else empty.", default="")


@record(
    "firestore/release",
    version=1,
    grain="one release to one target",
    key=("release",),
)
class ReleaseRow:
    """What one release did."""

    release: str = column("The release's name.")
    target: str = column("`local`, `emulator` or `firestore:project/database`.")
    snapshot: str = column("The snapshot it was planned from.")
    plan_hash: str = column("Hash of the plan.", pattern=HEX_DIGEST)
    writes: int = column("Documents written.", ge=0)
    deletes: int = column("Documents deleted.", ge=0)
    unchanged: int = column("Documents that were already right.", ge=0)
    held: int = column("Documents held back.", ge=0)
    finished_at: datetime = column("When its last operation was acknowledged.", volatile=True)
