"""What a cycle came to: every row accounted for, what was refused and why, what changed, and where to look next.

It is made from the snapshot that is current now and from what the steps of the cycle reported. Not here: how it looks
on a terminal (`cli.summary`).
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.domain.records import Offer, QuarantineRow, Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline import review
from whisky_assets.pipeline.balance import FeedBalance, WhiskyBalance, feed_balances, whisky_balance
from whisky_assets.pipeline.feeds import broken_feeds
from whisky_assets.pipeline.freshness import home_words, stale_feeds
from whisky_assets.pipeline.graph import TABLES
from whisky_assets.pipeline.history import diff
from whisky_assets.pipeline.reports import reports_of
from whisky_assets.pipeline.upkeep import absent_volumes
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.snapshots import Snapshot

TOP_WHISKIES = 10
CHANGES_A_KIND = 5
_LONGEST_EXAMPLE = 40

RefusedLine = tuple[str, str, str, int, str]
"""feed, what was refused, why, how often, for example."""
TopLine = tuple[str, str, str, int, str]
"""key, name, alcohol, offers, sources."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CycleSummary:
    """The end of a cycle; `parent` is the snapshot before it, `snapshot` the one that is current now.

    `refused` and `top` are rows for a table; nothing of a person stands in any of them.
    """

    cycle: str
    feeds: tuple[FeedBalance, ...]
    whiskies: WhiskyBalance
    snapshot: str | None
    parent: str | None
    changes: tuple[str, ...]
    refused: tuple[RefusedLine, ...]
    top: tuple[TopLine, ...]
    counts: Mapping[str, int]
    work: str
    next_steps: tuple[str, ...]
    problems: tuple[Problem, ...]

    def as_result(self) -> dict[str, object]:
        """Return the summary as plain values, without the problems: they stand beside it in every answer."""
        return {
            "cycle": self.cycle,
            "snapshot": self.snapshot,
            "parent": self.parent,
            "feeds": [dataclasses.asdict(feed) for feed in self.feeds],
            "whiskies": dataclasses.asdict(self.whiskies),
            "changes": list(self.changes),
            "refused": [
                dict(zip(("feed", "what", "why", "count", "example"), row, strict=True)) for row in self.refused
            ],
            "top": [dict(zip(("key", "name", "abv", "offers", "sources"), row, strict=True)) for row in self.top],
            "work": dict(self.counts),
        }


def cycle_summary(
    workspace: Workspace, cycle: str, before: Snapshot | None, feeds: Iterable[str], *, seconds: float | None = None
) -> CycleSummary:
    """Return what a cycle came to.

    Args:
        workspace: the home.
        cycle: the owner under which its steps reported.
        before: the snapshot that was current when it began.
        feeds: the feeds that were chosen or due.
        seconds: how long it took by the caller's watch, if it kept one.
    """
    snapshot = workspace.current_snapshot()
    read = _Read(workspace, snapshot)
    reports = reports_of(workspace, cycle)
    counts = _work_counts(reports)
    return CycleSummary(
        cycle=cycle,
        feeds=tuple(read.balances()),
        whiskies=whisky_balance(read.whiskies, len(Registry.from_events(read.rows("core/registry")).redirects())),
        snapshot=None if snapshot is None else snapshot.name,
        parent=None if before is None else before.name,
        changes=_changes(workspace, before, snapshot),
        refused=tuple(_refused(workspace, read.offers)),
        top=tuple(_top(read.whiskies)),
        counts=counts,
        work=_work_line(counts, seconds),
        next_steps=tuple(_next_steps(workspace, read)),
        problems=tuple(
            dict.fromkeys(
                (
                    *_reported(reports),
                    *broken_feeds(workspace),
                    *stale_feeds(workspace, feeds),
                    *absent_volumes(workspace),
                )
            )
        ),
    )


class _Read:
    """The rows of one snapshot, and of the feeds' tables that it was built from."""

    def __init__(self, workspace: Workspace, snapshot: Snapshot | None) -> None:
        self._workspace = workspace
        self._snapshot = snapshot
        self.offers: list[Offer] = self.rows("core/offers")
        self.whiskies: list[Whisky] = self.rows("core/whiskies")

    def rows(self, dataset: str) -> list[Any]:
        """Return the rows of a table of the snapshot."""
        version = None if self._snapshot is None else self._snapshot.tables.get((dataset, ""))
        return [] if version is None else list(self._workspace.rows(version))

    def balances(self) -> list[FeedBalance]:
        """Return the balance of every feed of the snapshot; without one, of every feed that was read."""
        heads = self._workspace.heads() if self._snapshot is None else self._snapshot.heads
        documents = {
            feed: list(self._workspace.rows(tables["staged/documents"]))
            for feed, tables in heads.items()
            if "staged/documents" in tables
        }
        listings = (
            row
            for tables in heads.values()
            if "staged/listings" in tables
            for row in self._workspace.rows(tables["staged/listings"])
        )
        return feed_balances(documents, listings, self.offers, self.rows("core/matches"))


def _changes(workspace: Workspace, before: Snapshot | None, now: Snapshot | None) -> tuple[str, ...]:
    if now is None or (before is not None and before.name == now.name):
        return ()
    told = diff(workspace, before, now)
    return told.changes(CHANGES_A_KIND) or told.other_tables()


def _refused(workspace: Workspace, offers: Sequence[Offer]) -> Iterator[RefusedLine]:
    """Yield what readers refused, feed by feed, then offers that cleaning holds or refuses, the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    for feed, tables in workspace.heads().items():
        version = tables.get("staged/quarantine")
        for row in () if version is None else workspace.rows(version):
            key = (feed, _what(row), row.reason)
            counts[key] += 1
            examples.setdefault(key, _short(row.evidence or row.document))
    for offer in offers:
        for reason in offer.reasons if offer.verdict != "publish" else ():
            key = (offer.feed, "offer held" if offer.verdict == "hold" else "offer refused", reason)
            counts[key] += 1
            examples.setdefault(key, _short(offer.name))
    for key, count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0])):
        yield (*key, count, examples[key])


def _what(row: QuarantineRow) -> str:
    return f"value {row.field}" if row.scope == "value" else row.scope


def _top(whiskies: Sequence[Whisky]) -> list[TopLine]:
    """Return the whiskies that most offers stand for."""
    live = [row for row in whiskies if row.state == "live"]
    best = sorted(live, key=lambda row: (-row.live_offer_count, row.whisky_pk))[:TOP_WHISKIES]
    return [
        (
            row.whisky_pk,
            row.name,
            "" if row.abv_pct is None else f"{row.abv_pct:g}%",
            row.live_offer_count,
            ", ".join(row.sources),
        )
        for row in best
    ]


def _work_counts(reports: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return what the cycle's steps did, added up over feeds and tables."""
    counts = Counter(
        {"pages_fetched": 0, "files_new": 0, "documents_parsed": 0, "rows_made": 0, "rows_carried": 0, "writes": 0}
    )
    for step, report in reports.items():
        told = report["counts"]
        if step.startswith("collect "):
            counts["pages_fetched"] += told.get("fetched", 0)
            counts["files_new"] += told.get("new_files", 0)
        elif step == "release":
            counts["writes"] += told.get("writes", 0)
        counts["documents_parsed"] += told.get("documents_read", 0)
        derived = [table for dataset, table in report["tables"].items() if dataset in _DERIVED]
        counts["rows_made"] += sum(table["made"] for table in derived)
        counts["rows_carried"] += sum(table["carried"] for table in derived)
    return dict(counts)


# A snapshot's row names versions and a published one a document: neither is a row that was derived.
_DERIVED = frozenset(
    facts.dataset for facts in TABLES if facts.gated or (facts.partitioned and facts.dataset != "raw/pages")
)


def _work_line(counts: Mapping[str, int], seconds: float | None) -> str:
    took = "" if seconds is None else f" in {seconds:,.1f} s"
    return (
        f"work: {counts['pages_fetched']:,} pages fetched, {counts['files_new']:,} files taken in, "
        f"{counts['documents_parsed']:,} documents parsed; {counts['rows_made']:,} rows made, "
        f"{counts['rows_carried']:,} carried over; {counts['writes']:,} documents written{took}"
    )


def _next_steps(workspace: Workspace, read: _Read) -> Iterator[str]:
    waiting = sum(entry.state == "waiting" for entry in read.rows("archives/entries"))
    home = home_words(workspace)
    # What is wrong with the curation is told by the build that it stopped.
    with contextlib.suppress(UsageError):
        asked = review.waiting(workspace)
        if asked.this_week:
            yield review.questions_line(asked, home)
    if waiting:
        yield f"notes of users that wait, because which whisky they mean is not sure: {waiting:,}"
    if read.whiskies:
        yield f'look a whisky up: whisky find{home} "ardbeg ten"'
        yield f"what changed: whisky diff{home}"
    yield f"the graph, every table and check: whisky ui{home}"


def _reported(reports: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield what the steps told as problems; a crawl that goes on next time is no failure."""
    for report in reports.values():
        for one in report["problems"]:
            yield Problem(
                code=ExitCode(one["code"]), subject=one["subject"], message=one["message"], remedy=one["remedy"]
            )


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _LONGEST_EXAMPLE else f"{folded[: _LONGEST_EXAMPLE - 1]}…"
