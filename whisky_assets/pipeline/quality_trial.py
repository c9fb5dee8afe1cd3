"""What other thresholds would do to the current snapshot: which offers change their verdict, which whiskies go or come.

Nothing is committed. Only products that change sides of a threshold are cleaned, twice: by the home's numbers and by
the tried ones. Not here: matching, which is taken as it stands, and the checks on loss and shares.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from whisky_assets.cleaning.offers import sides
from whisky_assets.cleaning.thresholds import QUALITY_FILE, Thresholds, read_thresholds
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Listing, Offer
from whisky_assets.domain.records.shared import VERDICTS
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.offering import OFFERS, OfferMaker
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.snapshots import Snapshot

SHOWN = 10
"""Whiskies that are named of those that go, and of those that come."""

Key = tuple[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Offers that turn from one verdict to another by the same reasons; `example` is the first by key."""

    before: str
    after: str
    reasons_gone: tuple[str, ...]
    reasons_new: tuple[str, ...]
    offers: int
    example: str
    example_name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the tried numbers would do; `whiskies` are pk and name, in order of key."""

    path: str
    snapshot: str
    numbers: tuple[str, ...]
    offers_cleaned: int
    turns: tuple[Turn, ...]
    whiskies_gone: tuple[tuple[str, str], ...]
    whiskies_new: tuple[tuple[str, str], ...]
    home: str
    curation: str

    def lines(self) -> Iterator[str]:
        """Yield the answer as lines."""
        yield f"tried on {self.snapshot}, nothing was changed: {self.path}"
        yield from (f"  {number}" for number in self.numbers)
        if not self.numbers:
            yield "  it changes no number of this home"
        yield f"offers that change their verdict or reasons: {sum(turn.offers for turn in self.turns):,}"
        for turn in self.turns:
            why = [f"no longer {code}" for code in turn.reasons_gone] + [f"then {code}" for code in turn.reasons_new]
            yield (
                f"  {turn.before} → {turn.after} ({', '.join(why)}): {turn.offers:,}, "
                f"as {turn.example} {turn.example_name!r}"
            )
        yield from self._named("whiskies that would no longer be published", self.whiskies_gone)
        yield from self._named("whiskies that would be published", self.whiskies_new)
        if self.whiskies_gone:
            yield "a document that the app has stays as it is; a whisky without one would get none"
        if self.turns:
            yield f"to make it so, put the file's lines into {self.curation}, then: whisky run{self.home}"

    def _named(self, what: str, whiskies: tuple[tuple[str, str], ...]) -> Iterator[str]:
        yield f"{what}: {len(whiskies):,}"
        yield from (f"  {pk}  {name}" for pk, name in whiskies[:SHOWN])
        if len(whiskies) > SHOWN:
            yield f"  and {len(whiskies) - SHOWN:,} more"

    def as_result(self) -> dict[str, object]:
        """Return it as plain values; of whiskies the count and the first ten."""
        return {
            "snapshot": self.snapshot,
            "numbers": list(self.numbers),
            "offers_cleaned": self.offers_cleaned,
            "turns": [dataclasses.asdict(turn) for turn in self.turns],
            "whiskies_gone": _counted(self.whiskies_gone),
            "whiskies_new": _counted(self.whiskies_new),
        }


def try_thresholds(workspace: Workspace, path: Path) -> Trial:
    """Return what the home would publish otherwise if a file were its `curation/quality.toml`.

    Raises:
        UsageError: nothing was built yet, or the file is absent or cannot be meant.
    """
    tried = read_thresholds(path)
    snapshot = workspace.current_snapshot()
    if snapshot is None:
        raise UsageError("nothing was built in this home yet", remedy=f"Build: whisky run{home_words(workspace)}")
    changed, cleaned = _changed_offers(workspace, snapshot, tried)
    gone, new = _whiskies(workspace, snapshot, {key: after for key, (_, after) in changed.items()})
    return Trial(
        path=str(path),
        snapshot=snapshot.name,
        numbers=tuple(_numbers(workspace.thresholds, tried)),
        offers_cleaned=cleaned,
        turns=tuple(_turns(changed)),
        whiskies_gone=gone,
        whiskies_new=new,
        home=home_words(workspace),
        curation=str(workspace.home.curation / QUALITY_FILE),
    )


def _changed_offers(
    workspace: Workspace, snapshot: Snapshot, tried: Thresholds
) -> tuple[dict[Key, tuple[Offer, Offer]], int]:
    """Return the offers of a snapshot whose verdict or reasons change, before and after, and how many were cleaned."""
    maker = OfferMaker(workspace)
    told: dict[Key, list[Listing]] = defaultdict(list)
    for feed, tables in snapshot.heads.items():
        if feed in maker.sources and "staged/listings" in tables:
            for listing in workspace.rows(tables["staged/listings"]):
                told[(listing.id_space, listing.source_id)].append(listing)
    changed: dict[Key, tuple[Offer, Offer]] = {}
    cleaned = 0
    for key, group in sorted(told.items()):
        if sides(group, maker.sources, tried) == sides(group, maker.sources, workspace.thresholds):
            continue
        cleaned += 1
        before, after = (maker.clean(key, group, "", limits) for limits in (workspace.thresholds, tried))
        if (before.verdict, before.reasons) != (after.verdict, after.reasons):
            changed[key] = (before, after)
    return changed, cleaned


def _turns(changed: Mapping[Key, tuple[Offer, Offer]]) -> Iterator[Turn]:
    counts: Counter[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = Counter()
    first: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], Offer] = {}
    for before, after in changed.values():
        gone = tuple(code for code in before.reasons if code not in after.reasons)
        new = tuple(code for code in after.reasons if code not in before.reasons)
        kind = (before.verdict, after.verdict, gone, new)
        counts[kind] += 1
        first.setdefault(kind, before)
    for kind, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        verdict, then, gone, new = kind
        yield Turn(
            before=verdict,
            after=then,
            reasons_gone=gone,
            reasons_new=new,
            offers=count,
            example=f"{first[kind].id_space}:{first[kind].source_id}",
            example_name=first[kind].clean_name,
        )


def _whiskies(
    workspace: Workspace, snapshot: Snapshot, after: Mapping[Key, Offer]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Return the live whiskies whose best verdict stops to be publish, and those whose begins to."""
    verdicts = {(row.id_space, row.source_id): row.verdict for row in workspace.rows(snapshot.table(OFFERS))}
    then = {**verdicts, **{key: offer.verdict for key, offer in after.items() if key in verdicts}}
    members: dict[str, list[Key]] = defaultdict(list)
    for match in workspace.rows(snapshot.table("core/matches")):
        members[match.whisky_pk].append((match.id_space, match.source_id))
    gone: list[tuple[str, str]] = []
    new: list[tuple[str, str]] = []
    for whisky in workspace.rows(snapshot.table("core/whiskies")):
        keys = members.get(whisky.whisky_pk, [])
        if whisky.state != "live" or not any(key in after for key in keys):
            continue
        best = min((then[key] for key in keys), key=VERDICTS.index)
        if (whisky.verdict == "publish") != (best == "publish"):
            (gone if whisky.verdict == "publish" else new).append((whisky.whisky_pk, whisky.name))
    return tuple(gone), tuple(new)


def _numbers(before: Thresholds, after: Thresholds) -> Iterator[str]:
    """Yield each number that differs: `[abv] strongest_pct: 75 → 80`."""
    old, new = dict(_flat("", dataclasses.asdict(before))), dict(_flat("", dataclasses.asdict(after)))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name}: {_shown(old.get(name))} → {_shown(new.get(name))}"


def _flat(table: str, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{table}.{key}" if table else key, value)
        else:
            yield f"[{table}] {key}", value


def _shown(value: object) -> str:
    return "none" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def _counted(whiskies: tuple[tuple[str, str], ...]) -> dict[str, object]:
    return {"count": len(whiskies), "first": [{"pk": pk, "name": name} for pk, name in whiskies[:SHOWN]]}
