"""What the graph is, without Dagster: each table's inputs, its gate and its checks, once for all who need it.

`orchestration` makes assets and check specs of it, the snapshot's gate reads which tables hang on which, the picture
in the docs is drawn from it. A table that is added here and declared in `domain.records` is an asset with a check.
"""

from __future__ import annotations

import dataclasses

SCHEMA_CHECK = "schema"
RELATIONS_CHECK = "relations"
CURRENT_CHECK = "current"
BALANCE_CHECK = "balance"
KEYS_CHECK = "keys_resolve"
SHARES_CHECK = "shares"
VERDICTS_CHECK = "verdicts"
LOSS_CHECK = "loss"
QUOTA_CHECK = "quota"
CONTRADICTIONS_CHECK = "contradictions"
ROT_CHECK = "rot"
PROMISES_CHECK = "promises"
VERIFIED_CHECK = "verified"
SEEN_CHECK = "seen"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """One check of a table: its name, what it looks at, and whether its failure stops what comes after."""

    name: str
    about: str
    blocking: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One table of the graph.

    `inputs` are the tables it is made from; `gated` says that `core/snapshot` makes it current; `kinds` are the
    labels that Dagster shows; `job` is the job that makes it.
    """

    dataset: str
    inputs: tuple[str, ...]
    job: str
    gated: bool = False
    kinds: tuple[str, ...] = ("python", "parquet")
    checks: tuple[CheckFacts, ...] = ()
    partitioned: bool = False


_SCHEMA = CheckFacts(name=SCHEMA_CHECK, about="Every row keeps its declared types, limits, choices and unique key.")
_RELATIONS = CheckFacts(name=RELATIONS_CHECK, about="Every foreign key names a row that exists.")
_CURRENT = CheckFacts(
    name=CURRENT_CHECK,
    about="Made together with core/snapshot, so that what is green is what `whisky find` shows.",
    blocking=False,
)

TABLES: tuple[TableFacts, ...] = (
    TableFacts(
        dataset="raw/pages",
        inputs=(),
        job="ingest",
        partitioned=True,
        kinds=("python", "requests", "parquet"),
        checks=(_SCHEMA,),
    ),
    TableFacts(dataset="staged/documents", inputs=("raw/pages",), job="ingest", partitioned=True, checks=(_SCHEMA,)),
    TableFacts(
        dataset="staged/sightings",
        inputs=("raw/pages",),
        job="ingest",
        partitioned=True,
        kinds=("python", "pandas", "parquet"),
        checks=(
            _SCHEMA,
            CheckFacts(name=BALANCE_CHECK, about="Rows read are sightings and refused rows, none else."),
        ),
    ),
    TableFacts(
        dataset="staged/listings",
        inputs=("raw/pages",),
        job="ingest",
        partitioned=True,
        checks=(
            _SCHEMA,
            CheckFacts(
                name=LOSS_CHECK,
                about="A feed that loses more than a fifth of its products keeps the last good table (quality.toml).",
            ),
        ),
    ),
    TableFacts(dataset="staged/quarantine", inputs=("raw/pages",), job="ingest", partitioned=True, checks=(_SCHEMA,)),
    TableFacts(
        dataset="core/offers",
        inputs=("staged/listings",),
        job="build",
        gated=True,
        kinds=("python", "pandera", "parquet"),
        checks=(
            _SCHEMA,
            CheckFacts(
                name=SHARES_CHECK,
                about="Offers with ABV, size and price: no share falls by over a tenth from one snapshot to the next.",
            ),
            CheckFacts(
                name=VERDICTS_CHECK,
                about="The share of each verdict with counts by reason; warns where more than a tenth is held.",
                blocking=False,
            ),
            _CURRENT,
        ),
    ),
    TableFacts(dataset="core/registry", inputs=("core/offers",), job="build", gated=True, checks=(_SCHEMA, _CURRENT)),
    TableFacts(
        dataset="core/matches", inputs=("core/offers",), job="build", gated=True, checks=(_SCHEMA, _RELATIONS, _CURRENT)
    ),
    TableFacts(
        dataset="core/review_queue", inputs=("core/offers",), job="build", gated=True, checks=(_SCHEMA, _CURRENT)
    ),
    TableFacts(
        dataset="core/whiskies",
        inputs=("core/offers", "core/matches", "core/registry"),
        job="build",
        gated=True,
        checks=(_SCHEMA, _CURRENT),
    ),
    TableFacts(
        dataset="core/claims",
        inputs=("core/offers", "core/matches", "core/registry"),
        job="build",
        gated=True,
        checks=(_SCHEMA, _RELATIONS, _CURRENT),
    ),
    TableFacts(
        dataset="core/conflicts",
        inputs=("core/offers", "core/matches", "core/registry"),
        job="build",
        gated=True,
        checks=(_SCHEMA, _RELATIONS, _CURRENT),
    ),
    TableFacts(dataset="archives/files", inputs=(), job="archive import", kinds=("personal",), checks=(_SCHEMA,)),
    TableFacts(
        dataset="archives/entries",
        inputs=("archives/files", "core/whiskies", "core/registry"),
        job="build",
        gated=True,
        kinds=("python", "personal"),
        checks=(_SCHEMA, _RELATIONS, _CURRENT),
    ),
    TableFacts(
        dataset="archives/users",
        inputs=("archives/files", "core/whiskies", "core/registry"),
        job="build",
        gated=True,
        kinds=("python", "personal"),
        checks=(_SCHEMA, _CURRENT),
    ),
    TableFacts(
        dataset="core/snapshot",
        inputs=(
            "core/offers",
            "core/registry",
            "core/matches",
            "core/review_queue",
            "core/whiskies",
            "core/claims",
            "core/conflicts",
            "archives/entries",
            "archives/users",
        ),
        job="build",
        checks=(
            _SCHEMA,
            CheckFacts(name=BALANCE_CHECK, about="Every row read is accounted for, from documents to whiskies."),
            CheckFacts(name=KEYS_CHECK, about="Every key ever published resolves in one hop."),
        ),
    ),
    TableFacts(dataset="firestore/plan", inputs=("core/snapshot",), job="publish", checks=(_SCHEMA,)),
    TableFacts(
        dataset="firestore/whisky",
        inputs=("firestore/plan",),
        job="publish",
        kinds=("python", "firestore"),
        checks=(_SCHEMA,),
    ),
    TableFacts(
        dataset="firestore/whisky_archive",
        inputs=("firestore/plan", "firestore/whisky"),
        job="publish",
        kinds=("python", "firestore", "personal"),
        checks=(_SCHEMA, _RELATIONS),
    ),
    TableFacts(
        dataset="firestore/user",
        inputs=("firestore/plan", "firestore/whisky_archive"),
        job="publish",
        kinds=("python", "firestore", "personal"),
        checks=(_SCHEMA,),
    ),
    TableFacts(
        dataset="firestore/release",
        inputs=("firestore/plan", "firestore/user"),
        job="publish",
        kinds=("python", "firestore"),
        checks=(_SCHEMA,),
    ),
    TableFacts(
        dataset="storage/copies",
        inputs=(),
        job="upkeep",
        kinds=("python", "sqlite"),
        checks=(
            _SCHEMA,
            CheckFacts(
                name=PROMISES_CHECK,
                about="Every promise of copies is kept, or waits within its time for a volume that will hold it.",
                blocking=False,
            ),
            CheckFacts(
                name=VERIFIED_CHECK,
                about="Every copy was compared with its name within the time that the rules say.",
                blocking=False,
            ),
            CheckFacts(
                name=SEEN_CHECK, about="Every volume was seen within the time that the rules say.", blocking=False
            ),
        ),
    ),
    TableFacts(
        dataset="storage/retention",
        inputs=("storage/copies",),
        job="upkeep",
        kinds=("python", "sqlite"),
        checks=(
            _SCHEMA,
            CheckFacts(
                name=QUOTA_CHECK, about="No quota is 80 % full; from 90 % on it is said to be almost.", blocking=False
            ),
            CheckFacts(
                name=CONTRADICTIONS_CHECK,
                about="Every quota can be kept by what may go, and what stays is copied as promised.",
                blocking=False,
            ),
        ),
    ),
    TableFacts(
        dataset="storage/scrub",
        inputs=("storage/copies",),
        job="upkeep",
        kinds=("python", "sqlite"),
        checks=(
            _SCHEMA,
            CheckFacts(
                name=ROT_CHECK,
                about="Every copy is what its name says, or was made good from a whole one.",
                blocking=False,
            ),
        ),
    ),
)


def table_facts(dataset: str) -> TableFacts:
    """Return the facts of one table.

    Raises:
        KeyError: the graph has no such table.
    """
    for facts in TABLES:
        if facts.dataset == dataset:
            return facts
    raise KeyError(f"the graph has no table {dataset}")


def gated_tables() -> tuple[str, ...]:
    """Return the tables that `core/snapshot` makes current, in order of making."""
    return tuple(facts.dataset for facts in TABLES if facts.gated)


def below(dataset: str) -> frozenset[str]:
    """Return every gated table that is made from this one, directly or not."""
    found: set[str] = set()
    for facts in TABLES:
        if facts.gated and (dataset in facts.inputs or found & set(facts.inputs)):
            found.add(facts.dataset)
    return frozenset(found)
