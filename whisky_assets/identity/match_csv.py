"""Match the rows of one CSV of listings: every row answered once, with a key, a reason and how sure that is.

Keys are minted by the same registry as in a build; without one they mean something inside this answer alone. Not here:
reading and writing the files (`cli`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial

from whisky_assets.cleaning.texts import told
from whisky_assets.cleaning.thresholds import AbvLimits, shipped_thresholds
from whisky_assets.cleaning.values import believable_abv
from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.identity.absent import Offered, absent_members, absent_subjects, offered
from whisky_assets.identity.block import block_of
from whisky_assets.identity.cluster import cluster_block
from whisky_assets.identity.corrections import corrected_name
from whisky_assets.identity.decisions import Decisions, Listing
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, Subject
from whisky_assets.identity.past_choices import past_choices
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_input import groups_of, member_of
from whisky_assets.identity.registry_model import Standing
from whisky_assets.identity.results import BlockResult, Cluster, Review
from whisky_assets.identity.rules import ALONE
from whisky_assets.identity.source_traits import cut_lengths, number_spaces
from whisky_assets.identity.weak_words import WeakWords, weak_words
from whisky_assets.parsing.gtin import gtin14, read_gtin
from whisky_assets.parsing.measures import read_abv, read_volume
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Reference

REQUIRED_COLUMNS = ("rid", "source", "source_id", "name")
OPTIONAL_COLUMNS = (
    "abv_pct",
    "volume_ml",
    "price",
    "currency",
    "country",
    "category",
    "gtin",
    "producer",
    "seen",
)
ANSWER_COLUMNS = ("rid", "whisky_pk", "family_id", "confidence", "reason")

NOT_USED = "; not used: "
"""Stands in a reason before what could not be read of the row."""
REMEMBERED = 10_000
"""Texts of strengths and sizes kept in mind: a few of them stand on all rows."""
SHOWN = 40
"""So many characters of a text that could not be read are shown."""
MATCH_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""The time on events of a registry that nobody keeps, so that equal input gives equal events."""

Row = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class MatchRun:
    """One answer per row in the order of the rows, the registry as it now is, and what no rule decided."""

    answers: tuple[dict[str, str], ...]
    registry: Registry
    reviews: tuple[Review, ...]
    results: tuple[BlockResult, ...]
    subjects: Mapping[Key, Subject]
    key_of: Mapping[str, Key]

    @property
    def offered(self) -> dict[Key, Offered]:
        """What each listing told beside its name when it was last seen, those of earlier runs too."""
        return {key: offered(subject) for key, subject in self.subjects.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class EarlierRuns:
    """What is known of earlier runs beside their keys.

    `offered` is barcode, size and release of their listings (`MatchRun.offered`). `is_asked` says whether what they
    chose, knowing less, is asked about where all at once would lie otherwise; it clusters all a second time.
    """

    offered: Mapping[Key, Offered] = dataclasses.field(default_factory=dict)
    is_asked: bool = False


def match_rows(
    rows: Iterable[Row],
    reference: Reference,
    *,
    text_only: bool,
    registry: Registry | None = None,
    decisions: Decisions | None = None,
) -> list[dict[str, str]]:
    """Return for every row `rid, whisky_pk, family_id, confidence, reason`, in the order of the rows.

    Raises:
        UsageError: a required column is missing or a rid stands twice; the text names row and remedy.
    """
    run = run_match(rows, reference, text_only=text_only, registry=registry, decisions=decisions)
    return list(run.answers)


def run_match(
    rows: Iterable[Row],
    reference: Reference,
    *,
    text_only: bool,
    registry: Registry | None = None,
    decisions: Decisions | None = None,
    limits: AbvLimits | None = None,
    earlier: EarlierRuns | None = None,
    now: datetime = MATCH_TIME,
) -> MatchRun:
    """Return the answers with all that they rest on; of a repeated (source, source_id) the newest `seen` speaks.

    Args:
        rows: the file's rows, each a mapping of column to text.
        reference: the tables to read names with.
        text_only: use no barcode and no product number as evidence.
        registry: the keys of earlier runs; None begins with none.
        decisions: those in force; None for none.
        limits: the strengths that a whisky can have; None for the shipped ones.
        earlier: what is known of earlier runs beside their keys; None for nothing.
        now: when new events are recorded.

    Raises:
        UsageError: as `match_rows` says.
    """
    given = list(rows)
    key_of = _keys(given)
    present = _newest(given, key_of)
    registry = registry or Registry()
    decisions = decisions or Decisions()
    limits = limits or shipped_thresholds().abv
    earlier = earlier or EarlierRuns()
    absent = absent_subjects(registry, present, reference, earlier.offered)
    subjects = _subjects(present, absent, reference, decisions, limits)
    members = {key: member_of(subjects[key]) for key in present} | dict(absent_members(registry, absent))
    standing = registry.standing(members.values(), decisions)
    blocks: dict[str, list[Subject]] = defaultdict(list)
    for key, subject in subjects.items():
        abv = standing.matched_abv_pct.get(key)
        blocks[block_of(subject.parsed)].append(subject if abv is None else dataclasses.replace(subject, abv_pct=abv))
    trusted = {} if text_only else gtin_trust(subjects.values())
    weak = weak_words(reference)
    results = tuple(
        _clustered(
            block, blocks[block], standing, decisions, trusted, weak, text_only=text_only, ask_past=earlier.is_asked
        )
        for block in sorted(blocks)
    )
    delta = registry.apply(
        (group for result in results for group in groups_of(result, members)),
        decisions=decisions,
        live_members=set(present),
        build="match",
        now=now,
    )
    why = {key: _why(cluster, key) for result in results for cluster in result.clusters for key in cluster.members}
    for key, row in present.items():
        if unread := _unread(row, limits, text_only=text_only):
            confidence, reason = why[key]
            why[key] = confidence, f"{reason}{NOT_USED}{unread}"
    return MatchRun(
        answers=tuple(
            _answer(row["rid"], delta.assigned[key_of[row["rid"]]], why[key_of[row["rid"]]]) for row in given
        ),
        registry=registry.extended(delta.events),
        reviews=tuple(review for result in results for review in result.reviews),
        results=results,
        subjects=subjects,
        key_of=key_of,
    )


def _clustered(
    block: str,
    rows: Sequence[Subject],
    standing: Standing,
    decisions: Decisions,
    trusted: Mapping[str, bool],
    weak: WeakWords,
    *,
    text_only: bool,
    ask_past: bool,
) -> BlockResult:
    """Return a block's clusters; `ask_past` adds a question for each that only the order of the runs made so."""
    cluster = partial(
        cluster_block,
        block,
        rows,
        reread=standing.reread,
        decisions=decisions,
        trusted_gtins=trusted,
        weak_words=weak,
        text_only=text_only,
    )
    result = cluster(former=standing.former)
    if not ask_past or not any(subject.key in standing.former for subject in rows):
        return result
    questions = past_choices(result, cluster(former={}), {subject.key: subject for subject in rows})
    return dataclasses.replace(result, reviews=(*result.reviews, *questions))


def _keys(rows: Iterable[Row]) -> dict[str, Key]:
    """Return the listing of every row; a row without a product number is a listing of its own."""
    keys: dict[str, Key] = {}
    for line, row in enumerate(rows, start=2):
        missing = [column for column in REQUIRED_COLUMNS if row.get(column) is None]
        if missing:
            raise UsageError(
                f"line {line}: no column {', '.join(missing)}.",
                remedy=f"The first line must name {', '.join(REQUIRED_COLUMNS)}",
            )
        rid = row["rid"]
        if not rid.strip():
            raise UsageError(f"line {line}: rid is empty.", remedy="Give every row a name of its own in rid")
        if rid in keys:
            raise UsageError(f"line {line}: rid {rid!r} stands twice.", remedy="Give every row a rid of its own")
        source_id = row["source_id"].strip()
        keys[rid] = Key(row["source"].strip() or "unnamed", source_id or f"rid {rid}")
    return keys


def _newest(rows: Iterable[Row], key_of: Mapping[str, Key]) -> dict[Key, Row]:
    """Return the row that speaks for each listing: the newest `seen`, then the one that tells most, then by rid."""
    chosen: dict[Key, Row] = {}
    for row in rows:
        key = key_of[row["rid"]]
        if key not in chosen or _speaks_before(row) > _speaks_before(chosen[key]):
            chosen[key] = row
    return chosen


def _speaks_before(row: Row) -> tuple[str, int, str, str]:
    filled = sum(1 for column in OPTIONAL_COLUMNS if (row.get(column) or "").strip())
    return row.get("seen") or "", filled, row["name"], row["rid"]


def _subjects(
    rows: Mapping[Key, Row],
    absent: Mapping[Key, Subject],
    reference: Reference,
    decisions: Decisions,
    limits: AbvLimits,
) -> dict[Key, Subject]:
    cut = cut_lengths((key.id_space, row["name"]) for key, row in rows.items())
    subjects = {key: _subject(key, row, reference, limits, cut.get(key.id_space)) for key, row in sorted(rows.items())}
    subjects |= {key: dataclasses.replace(one, cut_at=cut.get(key.id_space)) for key, one in absent.items()}
    subjects = {key: _corrected(subject, decisions) for key, subject in subjects.items()}
    spaces = number_spaces(subjects.values())
    return {
        key: dataclasses.replace(subject, number_space=spaces[key.id_space]) if key.id_space in spaces else subject
        for key, subject in subjects.items()
    }


def _subject(key: Key, row: Row, reference: Reference, limits: AbvLimits, cut_at: int | None) -> Subject:
    parsed = parse_name(row["name"], reference, producer=told("producer", row.get("producer")))
    abv = _abv(row.get("abv_pct") or "", limits)
    return Subject(
        id_space=key.id_space,
        source_id=key.source_id,
        name=row["name"],
        parsed=parsed,
        abv_pct=parsed.abv_pct if abv is None else abv,
        volume_ml=_volume(row.get("volume_ml") or "") or parsed.volume_ml,
        gtin14=gtin14(row.get("gtin")),
        release=row.get("seen") or "",
        cut_at=cut_at,
    )


def _corrected(subject: Subject, decisions: Decisions) -> Subject:
    """Return a listing with what people said that its name tells, also where its columns tell nothing."""
    corrections = decisions.corrections(Listing(*subject.key))
    if not corrections:
        return subject
    parsed = corrected_name(subject.parsed, corrections)
    columns = {name: getattr(parsed, name) for name in ("abv_pct", "volume_ml") if name in corrections}
    return dataclasses.replace(subject, parsed=parsed, **columns)


@lru_cache(maxsize=REMEMBERED)
def _abv(text: str, limits: AbvLimits) -> float | None:
    if not text.strip():
        return None
    try:
        value = read_abv(text).abv_pct
    except InputRefusedError:
        return None
    return believable_abv(value, "whisky", limits)[0]


@lru_cache(maxsize=REMEMBERED)
def _volume(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return read_volume(text, "ml").volume_ml
    except InputRefusedError:
        return None


def _unread(row: Row, limits: AbvLimits, *, text_only: bool) -> str:
    """Return which words of a row could not be read, with each one's fault; nothing where all could."""
    faults = []
    name = row["name"].strip()
    if not any(sign.isalnum() for sign in name):
        faults.append(f"the name, {name[:SHOWN]!r} holds no word" if name else "the name, it is empty")
    if lost := [word for word in name.split() if "\ufffd" in word]:
        faults.append(f"letters of the name that are lost, {lost[0][:SHOWN]!r}")
    abv, volume, code = (row.get(column) or "" for column in ("abv_pct", "volume_ml", "gtin"))
    if _abv(abv, limits) is None and told("abv_pct", abv):
        faults.append(f"{abv.strip()[:SHOWN]!r} is no strength of a whisky")
    if _volume(volume) is None and told("volume_ml", volume):
        faults.append(f"{volume.strip()[:SHOWN]!r} is no size in ml")
    try:
        read_gtin(None if text_only else code[:SHOWN])
    except InputRefusedError as error:
        faults.append(error.message.rstrip("."))
    return "; ".join(faults)


def _why(cluster: Cluster, key: Key) -> tuple[float, str]:
    link = cluster.link_of(key)
    return (ALONE.confidence, ALONE.words) if link is None else (link.confidence, link.reason)


def _answer(rid: str, keys: tuple[str, str], why: tuple[float, str]) -> dict[str, str]:
    confidence, reason = why
    return {
        "rid": rid,
        "whisky_pk": keys[0],
        "family_id": keys[1],
        "confidence": f"{confidence:.2f}",
        "reason": reason,
    }
