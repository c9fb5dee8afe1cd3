"""Makes one offer of what all feeds tell of a product, and reads each name once.

An offer is carried over while its listings, what cleaning reads of their TOMLs, the curated rows that its words hang
on, and the sides of the thresholds on which it lies stay equal. Not here: what cleaning decides (`cleaning`), which
offers are one whisky (`matching`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from whisky_assets.cleaning.offers import CLEANER_VERSION, clean_product, offer_digest, reads_name
from whisky_assets.cleaning.thresholds import Thresholds
from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, UsageError
from whisky_assets.domain.outcome import CheckResult, NewTable, Outcome, Problem
from whisky_assets.domain.records import Listing, Offer
from whisky_assets.identity.block import block_of
from whisky_assets.identity.decisions import Decision, load_decisions
from whisky_assets.identity.decisions import Listing as DecidedListing
from whisky_assets.parsing.names import PARSER_VERSION, parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.carry import Carrier
from whisky_assets.pipeline.checks import current_check, schema_check
from whisky_assets.pipeline.correcting import corrected
from whisky_assets.pipeline.feeds import broken_feeds
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.shares import COLUMNS, Fall, Told, fallen, shares_check
from whisky_assets.pipeline.standing_rows import (
    HANGS_ON,
    current_table,
    differing,
    hangs_on,
    merged_into,
    rows_of_keys,
    standing_snapshot,
)
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.touching import Touching
from whisky_assets.pipeline.verdict_shares import Verdicts, held_check
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.reference import Reference
from whisky_assets.sources.maker import CLEANER_PARTS
from whisky_assets.storage.snapshots import Snapshot

OFFERS = "core/offers"
LISTINGS = "staged/listings"
DECISIONS = "decisions"
"""Under which name the report of the first step of a build says what was decided when it began."""
Key = tuple[str, str]
Counted = TypeVar("Counted", Told, Verdicts)
MAKER = f"{CLEANER_VERSION}+parser-{PARSER_VERSION}"


def offers(step: Step, listings: Table, *, accept_loss: bool = False) -> Outcome:
    """Return `core/offers`: one row a product over all feeds that the build pinned.

    A feed whose TOML is broken is named; its products stay as the current snapshot holds them. `accept_loss` is a
    person's word that shops tell fewer values than before.

    Raises:
        UsageError: a TOML broke between the start of this build and a later try of it.
        BusyError: another run builds.
    """
    step.open_build()
    maker = _Maker(step, listings)
    told: dict[Key, list[Listing]] = {}
    for listing in maker.listings():
        told.setdefault((listing.id_space, listing.source_id), []).append(listing)
    step.progress.start("cleaning offers", len(told))
    for key, group in sorted(told.items()):
        maker.take(key, group)
        step.progress.advance()
    outcome = maker.outcome(accept_loss=accept_loss)
    keep_report(step, "offers", outcome)
    return outcome


def _counts(told: Verdicts) -> dict[str, int]:
    """Return how many offers there are, by kind, verdict and reason."""
    named = {"kind": told.kinds, "verdict": told.verdicts, "reason": told.reasons}
    by = {f"{name}_{value}": count for name, found in named.items() for value, count in sorted(found.items()) if count}
    return {"offers": told.offers, **by}


def _much_held(workspace: Workspace, check: CheckResult) -> list[Problem]:
    """Return what a person should know where more is held than the thresholds expect; it stops nothing."""
    if check.passed:
        return []
    return [
        Problem(
            code=ExitCode.DONE,
            subject=OFFERS,
            message=f"{check.count:,} offers are held until somebody looks: {check.summary}",
            remedy=f"Why, and what to do, is told by: whisky quality{home_words(workspace)}",
        )
    ]


def _lost_values(workspace: Workspace, falls: Sequence[Fall], *, accepted: bool) -> list[Problem]:
    """Return what a person should know of shares that fell, and the command that accepts it."""
    how = "accepted" if accepted else "many values that were known are told no longer"
    return [
        Problem(
            code=ExitCode.DONE,
            subject="core/offers",
            message=f"{how}: {fall}",
            remedy=""
            if accepted
            else "Mend the feed's TOML; if its shop tells them no longer, accept it: "
            f"whisky run{home_words(workspace)} --feed {fall.feed} --accept-loss",
        )
        for fall in falls
        if fall.is_judged
    ]


def parser_of(reference: Reference) -> _Parse:
    """Return what reads a name with these tables, each distinct one once."""
    return _Parse(reference)


class _Parse:
    """`parse_name` with the reference bound; remembers what it has read."""

    def __init__(self, reference: Reference) -> None:
        self._read = lru_cache(maxsize=None)(
            lambda text, producer, category, abv_pct, language: parse_name(
                text, reference, producer=producer, category=category, abv_pct=abv_pct, language=language
            )
        )

    def __call__(
        self, text: str, *, producer: str | None, category: str | None, abv_pct: float | None, language: str | None
    ) -> ParsedName:
        return self._read(text, producer, category, abv_pct, language)


class OfferMaker:
    """Cleans what the listings of one product tell, with the tables, decisions and thresholds of a home."""

    def __init__(self, workspace: Workspace) -> None:
        """Bind the home's feeds, tables and decisions."""
        self._workspace = workspace
        self.sources = workspace.sources.sources
        self._reference = workspace.reference
        self._touching = Touching(workspace.reference)
        self._parse = parser_of(workspace.reference)
        self.decisions = load_decisions(workspace.home.curation)

    def digest_of(self, key: tuple[str, str], group: Sequence[Listing]) -> str:
        """Return the digest of all that the offer of a product is made from."""
        decided = [decision.digest for _, decision in sorted(self._corrections(key).items())]
        listings = offer_digest(group, self.sources, self._workspace.thresholds)
        return digest([listings, self._touch(group), decided])

    def clean(
        self, key: tuple[str, str], group: Sequence[Listing], input_digest: str, limits: Thresholds | None = None
    ) -> Offer:
        """Return the offer of a product, judged by the home's thresholds or by others."""
        made = clean_product(
            group,
            self.sources,
            self._parse,
            block_of,
            self._reference.countries,
            limits=limits or self._workspace.thresholds,
            input_digest=input_digest,
            maker_version=MAKER,
        )
        return corrected(made, self._corrections(key))

    def _corrections(self, key: tuple[str, str]) -> Mapping[str, Decision]:
        return self.decisions.corrections(DecidedListing(*key))

    def _touch(self, group: Sequence[Listing]) -> list[str]:
        # Of goods whose name is not read, the country alone is looked up.
        columns = ("name", "producer", "category", "country") if reads_name(group, self.sources) else ("country",)
        texts = {" | ".join(filter(None, (getattr(listing, name) for name in columns))) for listing in group}
        return sorted(self._touching.digest_of(text) for text in texts)


class _Maker:
    """Carries offers over or cleans them anew; those whose listings are as the last snapshot had them are not read."""

    def __init__(self, step: Step, listings: Table) -> None:
        self._step = step
        workspace = step.workspace
        self._workspace = workspace
        self._clean = OfferMaker(workspace)
        self._listings = listings
        self._hangs_on = hangs_on([OFFERS], self._facts())
        self._before = current_table(workspace, OFFERS)
        snapshot = standing_snapshot(step, "offers", self._hangs_on)
        self._touched = None if snapshot is None else self._told_otherwise(snapshot)
        self._old = list(self._previous())
        self.carrier = Carrier(Offer, self._old, MAKER)

    def listings(self) -> Iterator[Listing]:
        """Yield the listings of every product that has to be looked at, feed by feed."""
        if self._touched is None:
            yield from self._listings.rows()
            return
        numbers = {source_id for _, source_id in self._touched}
        for listing in self._listings.rows(where={"source_id": numbers}) if numbers else ():
            if (listing.id_space, listing.source_id) in self._touched:
                yield listing

    def outcome(self, *, accept_loss: bool) -> Outcome:
        """Return the table with its checks."""
        workspace, limits = self._workspace, self._workspace.thresholds
        before = list(self._before.slices("feed", "kind", "verdict", "reasons", *COLUMNS))
        falls = fallen(Told().count(before), self._after(Told().count(before)), limits.shares)
        told = self._after(Verdicts().count(before))
        held = held_check(told, limits.verdicts)
        table, beside = self._table()
        return Outcome(
            tables={
                OFFERS: dataclasses.replace(
                    table,
                    checks=(
                        schema_check(OFFERS, table.rows, beside=beside),
                        shares_check(falls, accepted=accept_loss),
                        held,
                        current_check(OFFERS, whole=self._step.whole),
                    ),
                )
            },
            counts=_counts(told),
            metadata={DECISIONS: self._clean.decisions.version, HANGS_ON: self._hangs_on},
            problems=(
                *broken_feeds(workspace),
                *_lost_values(workspace, falls, accepted=accept_loss),
                *_much_held(workspace, held),
            ),
        )

    def _table(self) -> tuple[NewTable, int]:
        """Return the table without its checks, and how many of its rows passed them before."""
        table = NewTable(
            dataset=OFFERS,
            rows=tuple(self.carrier.rows),
            made=self.carrier.made,
            carried_rows=self.carrier.carried,
            reasons=dict(self.carrier.reasons),
        )
        return (table, 0) if self._touched is None else merged_into(self._before, self._old, table)

    def _after(self, told: Counted) -> Counted:
        """Return what was counted of all offers before, with those that were looked at as they are now."""
        return told.count(self._old, -1).count(self.carrier.rows)

    def _previous(self) -> Iterator[Offer]:
        return self._before.rows() if self._touched is None else rows_of_keys(self._before, self._touched)

    def _facts(self) -> object:
        """Return what every offer hangs on beside its listings."""
        workspace = self._workspace
        return [
            MAKER,
            workspace.thresholds.version,
            workspace.reference.version,
            self._clean.decisions.version,
            {feed: source.digest_of(*CLEANER_PARTS) for feed, source in sorted(self._clean.sources.items())},
        ]

    def _told_otherwise(self, snapshot: Snapshot) -> set[Key] | None:
        """Return the products whose listings are others than those that the offers of a snapshot were made of.

        None where these cannot be read any more: the offers do not hang on them, so that every product is looked at.
        """
        parts = {feed: tables[LISTINGS].segments for feed, tables in snapshot.heads.items() if LISTINGS in tables}
        before = dataclasses.replace(self._listings, parts=parts)
        columns = ("input_digest", "maker_version", "first_seen", "last_seen")
        try:
            return {key[1:] for key in differing(before, self._listings, columns)}
        except (CorruptDataError, OutOfReachError) as error:
            self._step.progress.note(f"looking at every product, as the listings of before cannot be read: {error}")
            return None

    def take(self, key: tuple[str, str], group: Sequence[Listing]) -> None:
        usable = [listing for listing in group if listing.feed in self._clean.sources]
        old = self.carrier.previous(key)
        if len(usable) < len(group) and old is not None:
            # The TOML of a feed is broken: its last good word stays.
            self.carrier.keep(old)
            return
        if not usable:
            feeds = ", ".join(sorted({listing.feed for listing in group}))
            raise UsageError(
                f"the TOML of {feeds} broke or went after this build began, and no snapshot holds its products",
                remedy=f"Begin another build, which leaves them out: whisky run{home_words(self._workspace)} --rebuild",
            )
        input_digest = self._clean.digest_of(key, usable)
        seen = {
            "first_seen": min(listing.first_seen for listing in usable),
            "last_seen": max(listing.last_seen for listing in usable),
        }
        self.carrier.row(key, input_digest, lambda: self._clean.clean(key, usable, input_digest), seen)
