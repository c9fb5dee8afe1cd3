"""What `whisky quality` answers: the worst feeds, and why offers are held or refused and values were not read.

Offers are those of the current snapshot, refused rows and values those of the feeds' last good tables. Not here: what a
change of thresholds would do (`quality_trial`), what each reason means (`cleaning.verdicts`, docs/criteria.md).
"""

from __future__ import annotations

import dataclasses
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from whisky_assets.cleaning.verdicts import HOLD, PUBLISH, REFUSE, RULES
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Offer, QuarantineRow
from whisky_assets.domain.records.shared import VERDICTS
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.verdict_shares import share
from whisky_assets.pipeline.workspace import Workspace

FEED_HEADERS = ("feed", "offers", "published", "held", "refused", "rows not read", "values not read", "amiss")
SHOWN = 8
"""Reasons and kinds of refusal that are shown of all feeds together; of one feed all are."""

_LONGEST_EXAMPLE = 70


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuality:
    """One feed: its offers by verdict (of those whose word counts), and the rows and values that no reader took."""

    feed: str
    offers: int
    published: int
    held: int
    refused: int
    rows_not_read: int
    values_not_read: int

    @property
    def amiss_share(self) -> float:
        """Held offers, rows and values not read, by rows; refused goods are no fault. May exceed 1."""
        rows = self.offers + self.rows_not_read
        return (self.held + self.rows_not_read + self.values_not_read) / rows if rows else 0.0

    def cells(self) -> tuple[object, ...]:
        """Return what `FEED_HEADERS` name, shares beside the counts."""
        return (
            self.feed,
            self.offers,
            self.published,
            f"{self.held:,} ({share(self.held, self.offers)})",
            f"{self.refused:,} ({share(self.refused, self.offers)})",
            self.rows_not_read,
            self.values_not_read,
            f"{100 * self.amiss_share:.1f} %",
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReasonQuality:
    """Why offers are not published: how many, the first of them by key as example, why that is right, what to do.

    `correct` is the command that answers it for the example, empty where no correction does.
    """

    reason: str
    verdict: str
    offers: int
    example: str
    example_name: str
    because: str
    remedy: str
    correct: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefusalQuality:
    """What readers did not take: feed, how much of a document, column and code, how often, and one case in words."""

    feed: str
    scope: str
    field: str
    reason: str
    count: int
    evidence: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The whole answer; feeds the worst first, reasons and refusals the most frequent first."""

    snapshot: str
    feeds: tuple[FeedQuality, ...]
    reasons: tuple[ReasonQuality, ...]
    refusals: tuple[RefusalQuality, ...]
    feed: str | None

    def lines(self) -> Iterator[str]:
        """Yield the answer below the table of feeds."""
        shown = None if self.feed else SHOWN
        for reason in self.reasons[:shown]:
            as_in = f"as {reason.example} {reason.example_name!r}"
            yield f"{reason.verdict} {reason.reason}, offers: {reason.offers:,}, {as_in}"
            yield f"  why: {reason.because}"
            yield f"  do:  {reason.remedy}"
            if reason.correct:
                yield f"  or:  {reason.correct}"
        for refusal in self.refusals[:shown]:
            what = f"value {refusal.field}" if refusal.scope == "value" else refusal.scope
            yield f"not read, {refusal.feed}: {what} {refusal.reason}: {refusal.count:,}, as {refusal.evidence!r}"
            yield f"  why: {refusal.message}"
        left = 0 if self.feed else sum(max(0, len(kind) - SHOWN) for kind in (self.reasons, self.refusals))
        if left:
            yield f"{left} rarer kinds are left out; of one feed all are shown: --feed F"

    def as_result(self) -> dict[str, object]:
        """Return it as plain values, nothing left out."""
        return {
            "snapshot": self.snapshot,
            "feeds": [{**dataclasses.asdict(feed), "amiss_share": round(feed.amiss_share, 4)} for feed in self.feeds],
            "reasons": [dataclasses.asdict(reason) for reason in self.reasons],
            "refusals": [dataclasses.asdict(refusal) for refusal in self.refusals],
        }


def quality_of(workspace: Workspace, feed: str | None = None) -> Quality:
    """Return how good what feeds tell is, of all or of one.

    Raises:
        UsageError: nothing was built yet, or no such feed was ever read.
    """
    snapshot = workspace.current_snapshot()
    if snapshot is None:
        raise UsageError("nothing was built in this home yet", remedy=f"Build: whisky run{home_words(workspace)}")
    offers = list(workspace.rows(snapshot.table("core/offers")))
    known = sorted({*workspace.heads(), *(offer.feed for offer in offers)})
    if feed is not None and feed not in known:
        raise UsageError(
            f"no feed {feed!r} was read in this home; there are {', '.join(known)}",
            remedy=f"They are shown by: whisky sources list{home_words(workspace)}",
        )
    chosen = known if feed is None else [feed]
    by_feed: dict[str, list[Offer]] = {name: [] for name in chosen}
    for offer in offers:
        if offer.feed in by_feed:
            by_feed[offer.feed].append(offer)
    refused = {name: list(workspace.head_rows(name, "staged/quarantine")) for name in chosen}
    told = [_feed_quality(name, by_feed[name], refused[name]) for name in chosen]
    return Quality(
        snapshot=snapshot.name,
        feeds=tuple(sorted(told, key=lambda one: (-one.amiss_share, one.feed))),
        reasons=tuple(_reasons([offer for name in chosen for offer in by_feed[name]], home_words(workspace))),
        refusals=tuple(_refusals(row for name in chosen for row in refused[name])),
        feed=feed,
    )


def _feed_quality(feed: str, offers: Sequence[Offer], refused: Sequence[QuarantineRow]) -> FeedQuality:
    verdicts = Counter(offer.verdict for offer in offers)
    return FeedQuality(
        feed=feed,
        offers=len(offers),
        published=verdicts[PUBLISH],
        held=verdicts[HOLD],
        refused=verdicts[REFUSE],
        rows_not_read=sum(row.scope != "value" for row in refused),
        values_not_read=sum(row.scope == "value" for row in refused),
    )


def _reasons(offers: Iterable[Offer], home: str) -> Iterator[ReasonQuality]:
    """Yield the reasons, held ones first (they wait for a person), then by number of offers."""
    told: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        for reason in offer.reasons:
            told[reason].append(offer)
    for code, those in sorted(told.items(), key=lambda one: (_gravity(one[0]), -len(one[1]), one[0])):
        example = min(those, key=lambda offer: (offer.id_space, offer.source_id))
        yield ReasonQuality(
            reason=code,
            verdict=RULES[code].verdict,
            offers=len(those),
            example=f"{example.id_space}:{example.source_id}",
            example_name=_short(example.clean_name),
            because=RULES[code].because,
            remedy=in_home(RULES[code].remedy, home),
            correct=_correction(code, example, home),
        )


def _correction(code: str, example: Offer, home: str) -> str:
    """Return the command by which a person answers a reason for its example; empty where no field answers it.

    Of several fields it is the one that the listing tells, whose word is the doubt.
    """
    fields = RULES[code].answered_by
    if not fields:
        return ""
    field = fields[0]
    if len(fields) > 1:
        told = ParsedName.from_json(example.parsed).fields
        field = next((name for name in fields if name in told), field)
    listing = shlex.quote(f"{example.id_space}:{example.source_id}")
    value = "" if code == "name_doubt" else "VALUE"
    return f"whisky review{home} --decide correction {listing} {field}={value}"


def _gravity(code: str) -> int:
    return VERDICTS.index(RULES[code].verdict)


def in_home(remedy: str, home: str) -> str:
    """Return a remedy whose last command means a home; `home` are the words of `home_words`."""
    before, command, rest = remedy.rpartition(": whisky ")
    name, space, options = rest.partition(" ")
    return f"{before}{command}{name}{home}{space}{options}"


def _refusals(rows: Iterable[QuarantineRow]) -> Iterator[RefusalQuality]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    first: dict[tuple[str, str, str, str], QuarantineRow] = {}
    for row in rows:
        kind = (row.feed, row.scope, row.field, row.reason)
        counts[kind] += 1
        first.setdefault(kind, row)
    for kind, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        feed, scope, field, reason = kind
        yield RefusalQuality(
            feed=feed,
            scope=scope,
            field=field,
            reason=reason,
            count=count,
            evidence=_short(first[kind].evidence or first[kind].document),
            message=first[kind].message,
        )


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _LONGEST_EXAMPLE else f"{folded[: _LONGEST_EXAMPLE - 1]}…"
