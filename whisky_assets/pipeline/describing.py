"""Describes each bottling from the words of its offers: the whisky table, every claim, every dispute.

A whisky is carried over while its offers, its key's standing, people's corrections of it and the curated rows that it
names stay equal. A key without any offer keeps its last description, dormant. Not here: which word wins (`identity`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import Claim, Conflict, Offer, RegistryEvent, Whisky
from whisky_assets.identity.decisions import Decision, Decisions, load_decisions
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.survivorship import MAKER_VERSION, Description, describe, fall_asleep, whisky_digest
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.carry import Carrier, GroupCarrier
from whisky_assets.pipeline.checks import current_check, relations_check, schema_check
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step
from whisky_assets.sources.source import NAMED_FIELDS

WHISKIES, CLAIMS, CONFLICTS = "core/whiskies", "core/claims", "core/conflicts"


def whiskies(step: Step, offers: Table, matches: Table, registry: Table) -> Outcome:
    """Return `core/whiskies`, `core/claims` and `core/conflicts` of every key that stands for itself.

    Raises:
        UsageError: two decisions contradict.
        BusyError: another run builds.
    """
    step.open_build()
    work = _Describing(step, Registry.from_events(registry.rows()))
    by_offer = {(offer.id_space, offer.source_id): offer for offer in offers.rows(where={"kind": set(MEMBER_KINDS)})}
    members: dict[str, list[Offer]] = defaultdict(list)
    families: dict[str, str] = {}
    for match in matches.rows():
        members[match.whisky_pk].append(by_offer[(match.id_space, match.source_id)])
        families[match.whisky_pk] = match.family_pk
    keys = work.standing_keys()
    step.progress.start("describing whiskies", len(keys))
    for pk in keys:
        work.take(pk, families.get(pk) or work.family_of(pk), members.get(pk, []))
        step.progress.advance()
    outcome = work.outcome()
    keep_report(step, "whiskies", outcome)
    return outcome


class _Describing:
    """The three tables as they grow, key by key."""

    def __init__(self, step: Step, registry: Registry) -> None:
        workspace = step.workspace
        self._step = step
        self._registry = registry
        self._reference = workspace.reference
        self._led: dict[str, list[str]] = defaultdict(list)
        for key, target in registry.redirects().items():
            self._led[target].append(key)
        self._minted = {event.pk: event for event in registry.events if event.event == "mint"}
        self._decisions: Decisions = load_decisions(workspace.home.curation)
        self._closed = workspace.sources.closed_licences
        licences = [source.licence for source in workspace.sources.sources.values()]
        narrow = {one.key for one in licences if not NAMED_FIELDS.issuperset(one.withheld)}
        self._open = frozenset(one.key for one in licences) - narrow - self._closed
        self._whiskies = Carrier(Whisky, workspace.current_rows(WHISKIES), MAKER_VERSION)
        self._claims = GroupCarrier(_pk_of, workspace.current_rows(CLAIMS), MAKER_VERSION)
        self._conflicts = GroupCarrier(_pk_of, workspace.current_rows(CONFLICTS), MAKER_VERSION)

    def standing_keys(self) -> list[str]:
        """Return every key that stands for itself, live or asleep."""
        return sorted(set(self._registry.keys()) - set(self._registry.redirects()))

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
        rows = tuple(self._whiskies.rows)
        claims = tuple(self._claims.rows)
        conflicts = tuple(self._conflicts.rows)
        keys = {(row.whisky_pk,) for row in rows}
        live = [row for row in rows if row.state == "live"]
        return Outcome(
            tables={
                WHISKIES: NewTable(
                    dataset=WHISKIES,
                    rows=rows,
                    made=self._whiskies.made,
                    carried_rows=self._whiskies.carried,
                    reasons=dict(self._whiskies.reasons),
                    checks=(
                        schema_check(WHISKIES, rows),
                        current_check(WHISKIES, whole=self._step.whole),
                    ),
                ),
                CLAIMS: self._group_table(CLAIMS, self._claims, claims, {("whisky_pk",): keys}),
                CONFLICTS: self._group_table(CONFLICTS, self._conflicts, conflicts, {("whisky_pk",): keys}),
            },
            counts={
                "whiskies": len(live),
                "dormant": len(rows) - len(live),
                "with_abv": sum(row.abv_pct is not None for row in live),
                "with_age": sum(row.age_years is not None for row in live),
                "conflicts": len(conflicts),
            },
        )

    def _group_table(
        self,
        dataset: str,
        carrier: GroupCarrier[Claim] | GroupCarrier[Conflict],
        rows: tuple[Claim, ...] | tuple[Conflict, ...],
        known: Mapping[tuple[str, ...], set[tuple[str]]],
    ) -> NewTable:
        return NewTable(
            dataset=dataset,
            rows=rows,
            made=carrier.made,
            carried_rows=carrier.carried,
            reasons=dict(carrier.reasons),
            checks=(
                schema_check(dataset, rows),
                relations_check(dataset, rows, known),
                current_check(dataset, whole=self._step.whole),
            ),
        )

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
        before = self._whiskies.previous((pk,)) or _of_its_key(pk, family_pk, self._minted[pk])
        asleep = dataclasses.replace(
            fall_asleep(before, is_closed=self._is_closed(pk)),
            family_pk=family_pk,
            input_digest=input_digest,
            maker_version=MAKER_VERSION,
        )
        return Description(whisky=asleep, claims=(), conflicts=())

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
