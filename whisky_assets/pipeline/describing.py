"""Describes each bottling from the words of its offers: the whisky table, every claim, every dispute.

A whisky is carried over while its offers, its key's standing, people's corrections of it and the curated rows that it
names stay equal. A key without any offer keeps its last description, dormant. Not here: which word wins (`identity`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import Claim, Conflict, Offer, RegistryEvent, Whisky
from whisky_assets.identity.decisions import Decision, Decisions, load_decisions
from whisky_assets.identity.survivorship import MAKER_VERSION, Description, describe, fall_asleep, whisky_digest
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.carry import Carrier, GroupCarrier
from whisky_assets.pipeline.checks import current_check, relations_check, schema_check
from whisky_assets.pipeline.registries import registry_of
from whisky_assets.pipeline.reports import keep_report
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
from whisky_assets.pipeline.workspace import Step
from whisky_assets.sources.source import NAMED_FIELDS
from whisky_assets.storage.snapshots import Snapshot

WHISKIES, CLAIMS, CONFLICTS = "core/whiskies", "core/claims", "core/conflicts"
OFFERS, MATCHES, REGISTRY = "core/offers", "core/matches", "core/registry"


def whiskies(step: Step, offers: Table, matches: Table, registry: Table) -> Outcome:
    """Return `core/whiskies`, `core/claims` and `core/conflicts` of every key that stands for itself.

    Raises:
        UsageError: two decisions contradict.
        BusyError: another run builds.
    """
    step.open_build()
    work = _Describing(step, offers, matches, registry)
    members = work.members()
    keys = work.standing_keys()
    step.progress.start("describing whiskies", len(keys))
    for pk in keys:
        family, told = members.get(pk, ("", []))
        work.take(pk, family or work.family_of(pk), told)
        step.progress.advance()
    outcome = work.outcome()
    keep_report(step, "whiskies", outcome)
    return outcome


class _Describing:
    """The three tables as they grow, key by key."""

    def __init__(self, step: Step, offers: Table, matches: Table, registry: Table) -> None:
        workspace = step.workspace
        self._step = step
        self._offers, self._matches = offers, matches
        self._registry = registry_of(registry)
        self._reference = workspace.reference
        self._redirects = self._registry.redirects()
        self._led: dict[str, list[str]] = defaultdict(list)
        for key, target in self._redirects.items():
            self._led[target].append(key)
        self._decisions: Decisions = load_decisions(workspace.home.curation)
        self._closed = workspace.sources.closed_licences
        licences = [source.licence for source in workspace.sources.sources.values()]
        narrow = {one.key for one in licences if not NAMED_FIELDS.issuperset(one.withheld)}
        self._open = frozenset(one.key for one in licences) - narrow - self._closed
        self._hangs_on = hangs_on(
            (WHISKIES, CLAIMS, CONFLICTS),
            [
                MAKER_VERSION,
                workspace.reference.version,
                self._decisions.version,
                sorted(self._closed),
                sorted(self._open),
            ],
        )
        self._read: dict[str, list[Any]] = {}
        self._before = {dataset: current_table(workspace, dataset) for dataset in (WHISKIES, CLAIMS, CONFLICTS)}
        self._told_before = list(
            self._before[WHISKIES].slices("whisky_pk", "family_pk", "state", "abv_pct", "age_years")
        )
        snapshot = standing_snapshot(step, "whiskies", self._hangs_on)
        self._touched = None if snapshot is None else self._told_otherwise(snapshot)
        self._whiskies = Carrier(Whisky, self._previous(WHISKIES), MAKER_VERSION)
        self._claims = GroupCarrier(_pk_of, self._previous(CLAIMS), MAKER_VERSION)
        self._conflicts = GroupCarrier(_pk_of, self._previous(CONFLICTS), MAKER_VERSION)

    def members(self) -> dict[str, tuple[str, list[Offer]]]:
        """Return of every key that has to be looked at its family as matched, and its offers."""
        told = [
            match
            for match in self._matches.slices("id_space", "source_id", "whisky_pk", "family_pk")
            if self._touched is None or match.whisky_pk in self._touched
        ]
        if self._touched is None:
            offers = self._offers.rows(where={"kind": set(MEMBER_KINDS)})
        else:
            offers = rows_of_keys(self._offers, {(match.id_space, match.source_id) for match in told})
        by_key = {(offer.id_space, offer.source_id): offer for offer in offers}
        found: dict[str, tuple[str, list[Offer]]] = {}
        for match in told:
            _, held = found.get(match.whisky_pk, ("", []))
            held.append(by_key[(match.id_space, match.source_id)])
            found[match.whisky_pk] = (match.family_pk, held)
        return found

    def standing_keys(self) -> list[str]:
        """Return every key that stands for itself, live or asleep, and has to be looked at."""
        standing = set(self._registry.keys()) - set(self._redirects)
        return sorted(standing if self._touched is None else standing & self._touched)

    def family_of(self, pk: str) -> str:
        """Return the family of a key."""
        return self._registry.family_of(pk)

    def take(self, pk: str, family_pk: str, offers: Sequence[Offer]) -> None:
        """Carry a whisky over or describe it anew; one without offers keeps its last description, dormant."""
        ordered = sorted(offers, key=lambda offer: (offer.id_space, offer.source_id))
        input_digest = self._digest(pk, family_pk, ordered)
        if self._whiskies.stands((pk,), input_digest):
            self._claims.take(pk, input_digest)
            self._conflicts.take(pk, input_digest)
            self._whiskies.row((pk,), input_digest, _never)
            return
        made = self._describe(pk, family_pk, ordered, input_digest)
        self._whiskies.row((pk,), input_digest, lambda: made.whisky)
        self._claims.put(pk, made.claims)
        self._conflicts.put(pk, made.conflicts)

    def outcome(self) -> Outcome:
        """Return the three tables with their checks."""
        untouched = [] if self._touched is None else [row for row in self._told_before if not self._looked_at(row)]
        keys: set[tuple[str]] = {(row.whisky_pk,) for row in (*untouched, *self._whiskies.rows)}
        known: Mapping[tuple[str, ...], set[tuple[str]]] = {("whisky_pk",): keys}
        live = [row for row in (*untouched, *self._whiskies.rows) if row.state == "live"]
        conflicts = self._table(CONFLICTS, self._conflicts, known)
        return Outcome(
            tables={
                WHISKIES: self._table(WHISKIES, self._whiskies, {}),
                CLAIMS: self._table(CLAIMS, self._claims, known),
                CONFLICTS: conflicts,
            },
            counts={
                "whiskies": len(live),
                "dormant": len(keys) - len(live),
                "with_abv": sum(row.abv_pct is not None for row in live),
                "with_age": sum(row.age_years is not None for row in live),
                "conflicts": conflicts.made + conflicts.carried_rows,
            },
            metadata={HANGS_ON: self._hangs_on},
        )

    def _table(
        self,
        dataset: str,
        carrier: Carrier[Whisky] | GroupCarrier[Claim] | GroupCarrier[Conflict],
        known: Mapping[tuple[str, ...], set[tuple[str]]],
    ) -> NewTable:
        table = NewTable(
            dataset=dataset,
            rows=tuple(carrier.rows),
            made=carrier.made,
            carried_rows=carrier.carried,
            reasons=dict(carrier.reasons),
        )
        beside = 0
        if self._touched is not None:
            table, beside = merged_into(self._before[dataset], self._previous(dataset), table)
        relations = (relations_check(dataset, table.rows, known),) if known else ()
        return dataclasses.replace(
            table,
            checks=(
                schema_check(dataset, table.rows, beside=beside),
                *relations,
                current_check(dataset, whole=self._step.whole),
            ),
        )

    def _previous(self, dataset: str) -> list[Any]:
        """Return the rows of the last snapshot that have to be looked at, read once."""
        if dataset not in self._read:
            rows = self._before[dataset].rows(where={} if self._touched is None else {"whisky_pk": self._touched})
            self._read[dataset] = [] if self._touched == set() else list(rows)
        return self._read[dataset]

    def _looked_at(self, row: Any) -> bool:
        return self._touched is None or row.whisky_pk in self._touched

    def _told_otherwise(self, snapshot: Snapshot) -> set[str]:
        """Return the keys that hang on what is other than a snapshot had it: offers, members, families, the registry.

        A key without members hangs on its family alone.
        """
        workspace = self._step.workspace
        offers, matches = (current_table(workspace, dataset) for dataset in (OFFERS, MATCHES))
        members = differing(matches, self._matches, ("whisky_pk", "family_pk"))
        members |= differing(offers, self._offers, ("input_digest", "maker_version", "page_state"))
        columns = ("id_space", "source_id", "whisky_pk")
        told = [match for table in (matches, self._matches) for match in table.slices(*columns)]
        touched = {match.whisky_pk for match in told if (match.id_space, match.source_id) in members}
        touched |= self._led_otherwise(snapshot)
        before = {row.whisky_pk: row for row in self._told_before}
        touched |= before.keys() ^ (set(self._registry.keys()) - set(self._redirects))
        return touched | {
            pk
            for pk, row in before.items()
            if row.state != "live" and pk not in self._redirects and self.family_of(pk) != row.family_pk
        }

    def _led_otherwise(self, snapshot: Snapshot) -> set[str]:
        """Return the keys of redirects that came or went since a snapshot, and where they lead and led."""
        version = snapshot.tables.get((REGISTRY, ""))
        since = 0 if version is None else version.rows
        moved = {event.pk for event in self._registry.events[since:] if event.event in ("redirect", "revive")}
        ends = {event.target for event in self._registry.events if event.event == "redirect" and event.pk in moved}
        return moved | ends

    def _corrections(self, pk: str) -> dict[str, Decision]:
        """Return what people corrected of a key and of those that lead to it; of two words on a field the newer."""
        told = [one for key in (pk, *self._led.get(pk, ())) for one in self._decisions.corrections(key).values()]
        return {one.field: one for one in sorted(told, key=lambda one: (one.when, one.subject == pk, one.digest))}

    def _digest(self, pk: str, family_pk: str, offers: Sequence[Offer]) -> str:
        if not offers:
            return digest([pk, family_pk, "no offer", self._is_closed(pk)])
        return whisky_digest(pk, family_pk, offers, self._corrections(pk), self._reference)

    def _describe(self, pk: str, family_pk: str, offers: Sequence[Offer], input_digest: str) -> Description:
        if offers:
            return describe(
                pk,
                family_pk,
                offers,
                corrections=self._corrections(pk),
                reference=self._reference,
                input_digest=input_digest,
            )
        before = self._whiskies.previous((pk,)) or _of_its_key(pk, family_pk, self._birth(pk))
        asleep = dataclasses.replace(
            fall_asleep(before, is_closed=self._is_closed(pk)),
            family_pk=family_pk,
            input_digest=input_digest,
            maker_version=MAKER_VERSION,
        )
        return Description(whisky=asleep, claims=(), conflicts=())

    def _birth(self, pk: str) -> RegistryEvent:
        return next(event for event in self._registry.events if event.event == "mint" and event.pk == pk)

    def _is_closed(self, pk: str) -> bool | None:
        """Say whether a licence under which a whisky was last described does not let its name be published.

        None where that is not sure: a refused whisky's values may be withheld, so it stays so until all its licences
        are known and let every value be published.
        """
        before = self._whiskies.previous((pk,))
        if before is None or self._open.issuperset(before.licences):
            return False
        return True if not self._closed.isdisjoint(before.licences) else None


def _of_its_key(pk: str, family_pk: str, event: RegistryEvent) -> Whisky:
    """Return what the registry alone knows of a key whose offers are gone and whose description is lost."""
    return Whisky(
        whisky_pk=pk,
        family_pk=family_pk,
        state="dormant",
        name=event.name or pk,
        kind="whisky",
        verdict="hold",
        reasons=("no_offer",),
        offer_count=0,
        live_offer_count=0,
        sources=(),
        licences=(),
        search_tokens=(),
        input_digest=digest([pk]),
        maker_version=MAKER_VERSION,
    )


def _pk_of(row: Claim | Conflict) -> str:
    return row.whisky_pk


def _never() -> Whisky:
    raise AssertionError("a whisky that stands is never made anew")
