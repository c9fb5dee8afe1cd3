"""Columns that several tables share: how a derived row was made, and what a source says of a product."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import Json, column, columns_of_many

NAME_PATTERN = r"[a-z][a-z0-9_]*"
"""Names of feeds, id spaces and sellers' keys: safe as partition key, file name and object name."""

PK_PATTERN = r"[a-z0-9][a-z0-9_]*_pk"
"""A whisky's key: a readable slug that ends in `_pk`."""

FAMILY_PATTERN = r"[a-z0-9][a-z0-9_]*_fk"
"""A family's key: a readable slug that ends in `_fk`."""

HEX_DIGEST = r"[0-9a-f]{64}"

KINDS = ("whisky", "spirit_drink", "bundle", "review", "other")
VERDICTS = ("publish", "hold", "refuse")
TERMS_FORBID = "terms_forbid"
"""Reason of what no terms let us publish: unlike all others it withdraws what is published already."""
PAGE_STATES = ("live", "missing", "gone")


@columns_of_many
class Derived:
    """How a row was made: equal digest and maker mean that it is carried over instead of made anew."""

    input_digest: str = column("Digest of all that this row was made from.", pattern=HEX_DIGEST)
    maker_version: str = column("Code version of the function that made this row.")


@columns_of_many
class Told(Derived):
    """What a source says of one product, in its own words beside the values that we read from them."""

    feed: str = column("The feed that told it: one TOML, one partition.", pattern=NAME_PATTERN)
    id_space: str = column("Whose product numbers `source_id` is one of.", pattern=NAME_PATTERN)
    source_id: str = column("The product's number as its seller writes it, leading zeros kept.")
    seller: str = column("Whose shelf the product stands on.")
    name: str = column("The product's name as told, decoded, white space folded.")
    as_of: datetime = column("The date the document states for itself, else when it was fetched.")
    document: str = column("The document that told it: `url@first 12 digits of the body's sha256`.")
    ordinal: int = column("Position of the product in its document, from 0.", ge=0)
    url: str | None = column("The product's page, without a port.", default=None)
    image_url: str | None = column("Link of the product's picture as told, made whole; never fetched.", default=None)
    producer: str | None = column("The producer as the source's own field tells it.", default=None)
    category: str | None = column("The source's own category.", default=None)
    country: str | None = column("Country of origin as told.", default=None)
    region: str | None = column("Region of origin as told.", default=None)
    language: str = column("Language of the source's texts, ISO 639-1.", pattern="[a-z]{2}")
    abv_text: str | None = column("Alcohol as written.", default=None)
    abv_pct: float | None = column("Alcohol by volume.", unit="% vol", ge=0, le=100, default=None)
    volume_text: str | None = column("Size as written.", default=None)
    volume_ml: int | None = column("Size of one container.", unit="ml", ge=1, le=100_000, default=None)
    pack_count: int = column("Containers sold together.", ge=1, le=1_000, default=1)
    price_text: str | None = column("Price as written.", default=None)
    price_minor: int | None = column("Price in minor units of `currency`.", unit="minor units", ge=0, default=None)
    currency: str | None = column("ISO 4217 code of the price.", pattern="[A-Z]{3}", default=None)
    gtin_text: str | None = column("Barcode as written.", default=None)
    available: bool | None = column("Whether it can be bought; None where the source does not say.", default=None)
    details: Json = column("Further declared fields of the source, name to text.", default=Json("{}"))
    flags: tuple[str, ...] = column("What a reader noticed and mended or emptied, as stable codes.", default=())
    licence: str = column("Key of the licence under which the source's values may be used.")
    permission: str | None = column(
        "Who permitted to collect it, when and for what; None where the source's public terms do.", default=None
    )
