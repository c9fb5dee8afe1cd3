"""The core: offers of all feeds, which of them are one whisky, keys, and the one whisky table."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import Json, column, record
from whisky_assets.domain.records.shared import (
    FAMILY_PATTERN,
    HEX_DIGEST,
    KINDS,
    NAME_PATTERN,
    PAGE_STATES,
    PK_PATTERN,
    VERDICTS,
    Derived,
)

REGISTRY_EVENTS = ("mint", "member", "detach", "redirect", "sleep", "wake", "revive")
SOURCE_WITNESSES = ("producer", "registry", "monopoly", "column", "person")
CLAIM_WITNESSES = ("decision", *SOURCE_WITNESSES, "reference")
NAME_ORIGINS = ("known", "composed", "transliterated")
NAME_ORIGIN = (
    "known: a source of that language or a person wrote it; composed: put together of known spellings of brand, age "
    "and words; transliterated: a part is written as it sounds, so show it as unconfirmed. Empty without the name."
)


@record(
    "core/offers",
    version=1,
    grain="one product over all feeds, in our units",
    key=("id_space", "source_id"),
)
class Offer(Derived):
    """One product as its newest teller describes it, cleaned: the unit that is matched to a whisky."""

    id_space: str = column("Whose product numbers `source_id` is one of.", pattern=NAME_PATTERN)
    source_id: str = column("The product's number as its seller writes it.")
    feed: str = column("The feed whose word counts: the newest `as_of`; on a tie the first name.", pattern=NAME_PATTERN)
    told_by: tuple[str, ...] = column("All feeds that tell this product, sorted.")
    seller: str = column("Whose shelf the product stands on.")
    witness: str = column("What kind of source speaks; `column` is a shop.", choices=SOURCE_WITNESSES)
    name: str = column("The name as told.")
    clean_name: str = column("The name in one spelling: mended encoding, one width, folded space.")
    producer: str | None = column("Producer as told; None where the source writes a placeholder.", default=None)
    category: str | None = column("The source's category.", default=None)
    country: str | None = column("ISO 3166-1 alpha-2 of the origin.", pattern="[A-Z]{2}", default=None)
    region: str | None = column("Region of origin.", default=None)
    language: str = column("Language of the source's texts.", pattern="[a-z]{2}")
    abv_pct: float | None = column("Alcohol by volume.", unit="% vol", ge=0, le=100, default=None)
    volume_ml: int | None = column("Size of one container.", unit="ml", ge=1, le=100_000, default=None)
    pack_count: int = column("Containers sold together.", ge=1, le=1_000, default=1)
    price_minor: int | None = column("Price in minor units of `currency`.", unit="minor units", ge=0, default=None)
    currency: str | None = column("ISO 4217 code of the price.", pattern="[A-Z]{3}", default=None)
    gtin14: str | None = column("GTIN, zero-filled to 14, check digit right.", pattern="[0-9]{14}", default=None)
    url: str | None = column("The product's page.", default=None)
    image_url: str | None = column("Link of its picture, of a page that is not gone; never fetched.", default=None)
    image_feed: str | None = column("The feed that tells the picture's link.", pattern=NAME_PATTERN, default=None)
    available: bool | None = column("Whether it can be bought; None where untold.", default=None)
    page_state: str = column("The best state of its listings.", choices=PAGE_STATES)
    kind: str = column("What it is; only whisky is published, all are rows.", choices=KINDS)
    verdict: str = column("Whether it may be published.", choices=VERDICTS)
    reasons: tuple[str, ...] = column("Why the verdict is no plain `publish`, as stable codes.", default=())
    flags: tuple[str, ...] = column("What readers and cleaning noticed.", default=())
    parsed: Json = column("Typed fields of the name: field to {value, span, rule}.", default=Json("{}"))
    block: str = column("The block it is matched in: its brand's key, or head words of an unlisted brand.")
    licence: str = column("Key of the licence of the speaking source.")
    permission: str | None = column(
        "Who permitted to collect the word that counts, when and for what; None where its public terms do.",
        default=None,
    )
    filled_under: Json = column(
        "Fields that the word of another feed fills: field to the key of its licence.", default=Json("{}")
    )
    publishable: bool = column("Whether the source's terms allow its name to be published; no name, no document.")
    withheld: tuple[str, ...] = column(
        "Columns that the source's terms do not let us publish: evidence for matching, shown nowhere.", default=()
    )
    as_of: datetime = column("The date of the word that counts.")
    first_seen: datetime = column("Earliest date any feed told it.", volatile=True)
    last_seen: datetime = column("Latest date any feed told or confirmed it.", volatile=True)


@record(
    "core/matches",
    version=1,
    grain="one offer that stands for a whisky, and the key it belongs to",
    key=("id_space", "source_id"),
)
class Match(Derived):
    """Which whisky an offer is, why, and how sure that is. Bundles, reviews and other goods have no row."""

    id_space: str = column("Id space of the offer.", pattern=NAME_PATTERN, references="core/offers.id_space")
    source_id: str = column("Product number of the offer.", references="core/offers.source_id")
    whisky_pk: str = column("The bottling it is.", pattern=PK_PATTERN, references="core/whiskies.whisky_pk")
    family_pk: str = column("The expression its bottling belongs to.", pattern=FAMILY_PATTERN)
    block: str = column("The block it was matched in.")
    confidence: float = column("How sure the deciding rule is, by its measured precision.", ge=0, le=1)
    rule: str = column("The deciding rule.", pattern=NAME_PATTERN)
    reason: str = column("Fields and evidence in one line: `brand; age=12; abv 40.0~40.17; via gtin`.")
    evidence: Json = column("Each field's verdict: field to {left, right, verdict}.", default=Json("{}"))


@record(
    "core/review_queue",
    version=1,
    grain="one open question about two clusters or an entry",
    key=("review_id",),
)
class ReviewItem(Derived):
    """A pair that no rule may decide alone; it stays apart until a person says."""

    review_id: str = column(
        "Digest of kind, left and right: the same question has the same id.", pattern="[0-9a-f]{16}"
    )
    kind: str = column("What is asked.", choices=("same_whisky", "fits_two", "split", "gtin_clash", "drift"))
    left: str = column("One side: `id_space:source_id`.")
    right: str = column("The other side: `id_space:source_id`.")
    left_pk: str = column("Key of the left side now.", pattern=PK_PATTERN)
    right_pk: str = column("Key of the right side now.", pattern=PK_PATTERN)
    left_name: str = column("Name of the left side.")
    right_name: str = column("Name of the right side.")
    reason: str = column("Why no rule decides.")
    evidence: Json = column("Each field's verdict.", default=Json("{}"))
    block: str = column("The block both stand in.")


@record(
    "core/registry",
    version=1,
    grain="one event in the life of keys, append-only",
    key=("sequence",),
)
class RegistryEvent:
    """What happened to a key: minted, given a member, redirected. Nothing is ever changed or removed."""

    sequence: int = column("Position in the one order of all events, from 1.", ge=1)
    event: str = column("What happened.", choices=REGISTRY_EVENTS)
    level: str = column("Which kind of key.", choices=("whisky", "family"))
    pk: str = column("The key it happened to.")
    target: str = column("Where it now leads (redirect), or its family (mint of a whisky); else empty.", default="")
    id_space: str = column("Id space of the member; empty where there is none.", default="")
    source_id: str = column("Product number of the member; empty where there is none.", default="")
    name: str = column("The name it was minted with, or the member's name.", default="")
    hard_fields: Json = column("The member's own hard fields at that time, for rule R7.", default=Json("{}"))
    cause: str = column("The rule or decision that caused it.")
    build: str = column("The build that recorded it.", volatile=True)
    at: datetime = column("When it was recorded.", volatile=True)


@record(
    "core/whiskies",
    version=1,
    grain="one bottling",
    key=("whisky_pk",),
)
class Whisky(Derived):
    """One bottling with the best witnessed value of each field; dormant ones stay."""

    whisky_pk: str = column("The key that never breaks.", pattern=PK_PATTERN)
    family_pk: str = column("The expression it belongs to.", pattern=FAMILY_PATTERN)
    state: str = column("Whether an offer still stands for it.", choices=("live", "dormant"))
    name: str = column("The name an owner would write.")
    name_en: str | None = column("English name.", default=None)
    name_ko: str | None = column("Korean name.", default=None)
    name_ja: str | None = column("Japanese name.", default=None)
    name_en_origin: str | None = column(f"Of `name_en`. {NAME_ORIGIN}", choices=NAME_ORIGINS, default=None)
    name_ko_origin: str | None = column(f"Of `name_ko`. {NAME_ORIGIN}", choices=NAME_ORIGINS, default=None)
    name_ja_origin: str | None = column(f"Of `name_ja`. {NAME_ORIGIN}", choices=NAME_ORIGINS, default=None)
    brand: str | None = column("Brand.", default=None)
    distillery: str | None = column("Distillery.", default=None)
    bottler: str | None = column("Independent bottler.", default=None)
    expression: str | None = column("What the label calls it beside brand and age.", default=None)
    age_years: int | None = column("Age statement.", unit="years", ge=1, le=100, default=None)
    vintage_year: int | None = column("Year of distillation.", ge=1800, le=2200, default=None)
    bottled_year: int | None = column("Year of bottling.", ge=1800, le=2200, default=None)
    cask_type: str | None = column("Cask or finish wood.", default=None)
    cask_number: str | None = column("Single cask's number.", default=None)
    batch: str | None = column("Batch, edition or release.", default=None)
    style: str | None = column("Malt, grain, bourbon, rye, ...", default=None)
    country: str | None = column("ISO 3166-1 alpha-2.", pattern="[A-Z]{2}", default=None)
    region: str | None = column("Region.", default=None)
    abv_pct: float | None = column("Alcohol by volume.", unit="% vol", ge=0, le=100, default=None)
    cask_strength: bool = column("Whether it says so.", default=False)
    image_url: str | None = column(
        "Link of a picture that a live offer's terms name as free to be shown; never fetched.", default=None
    )
    image_feed: str | None = column("The feed whose picture it is.", pattern=NAME_PATTERN, default=None)
    kind: str = column("Whisky or spirit drink.", choices=("whisky", "spirit_drink"))
    verdict: str = column("The best verdict of its offers.", choices=VERDICTS)
    reasons: tuple[str, ...] = column("Why the verdict is no plain `publish`.", default=())
    offer_count: int = column("Offers that stand for it.", ge=0)
    live_offer_count: int = column("Offers whose page is not gone.", ge=0)
    sources: tuple[str, ...] = column("Feeds that tell it, sorted.")
    licences: tuple[str, ...] = column(
        "Licences under which its values stand, sorted; none of words that are withheld."
    )
    search_tokens: tuple[str, ...] = column("Folded words and prefixes that a person may type.")


@record(
    "core/claims",
    version=1,
    grain="one source's word on one field of one bottling",
    key=("whisky_pk", "field", "id_space", "source_id"),
)
class Claim(Derived):
    """Every source's word is kept, also the one that lost."""

    whisky_pk: str = column("The bottling.", pattern=PK_PATTERN, references="core/whiskies.whisky_pk")
    field: str = column("The column of core/whiskies it speaks of.", pattern=NAME_PATTERN)
    id_space: str = column("Id space of the speaking offer.", references="core/offers.id_space")
    source_id: str = column("Product number of the speaking offer.", references="core/offers.source_id")
    value: Json = column("The word, as canonical JSON.")
    witness: str = column("What kind of source it is; `column` is a shop.", choices=CLAIM_WITNESSES)
    read_from: str = column(
        "Where it says so: a column of its own, or its name as it was read.",
        choices=("column", "name", "decision", "reference"),
        default="column",
    )
    wins: bool = column("Whether core/whiskies shows this value.")
    withheld_by: str | None = column(
        "Feed whose terms do not let this word be published: no document shows it.", pattern=NAME_PATTERN, default=None
    )
    as_of: datetime = column("The date of the word.")
    licence: str = column("Key of the licence of the word.")
    permission: str | None = column(
        "Who permitted to collect it, when and for what; None where its public terms do.", default=None
    )


@record(
    "core/conflicts",
    version=1,
    grain="one disputed field of one bottling",
    key=("whisky_pk", "field"),
)
class Conflict(Derived):
    """Sources that disagree beyond tolerance; never averaged."""

    whisky_pk: str = column("The bottling.", pattern=PK_PATTERN, references="core/whiskies.whisky_pk")
    field: str = column("The disputed column.", pattern=NAME_PATTERN)
    chosen: Json = column("The value that core/whiskies shows, as canonical JSON.")
    others: Json = column("The other values: list of [value, number of sources].")
    reason: str = column("Which rule chose.")


@record(
    "core/snapshot",
    version=1,
    grain="one table version that a committed build made current",
    key=("snapshot", "dataset", "partition"),
)
class SnapshotRow:
    """What a snapshot consists of: each table's version, rows and canonical digest."""

    snapshot: str = column("The snapshot's name.", volatile=True)
    dataset: str = column("The table.")
    partition: str = column("Its part; empty where it has none.")
    rows: int = column("Rows of the version.", ge=0)
    content_digest: str = column("Canonical digest over all columns but the volatile.", pattern=HEX_DIGEST)
    checks_passed: int = column("Checks that passed.", ge=0)
    checks_failed: int = column("Checks that failed without blocking.", ge=0)
