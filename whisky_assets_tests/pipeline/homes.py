"""Small homes with committed snapshots, made by storage's own functions: a test says only what it is about."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.records import (
    DocumentRead,
    Listing,
    Match,
    Offer,
    QuarantineRow,
    RegistryEvent,
    ReviewItem,
    Whisky,
)
from whisky_assets.identity.decisions import Decisions
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_model import Group, Member
from whisky_assets.pipeline.tables import keep
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sample.clock import week_now
from whisky_assets.storage import builds, heads
from whisky_assets.storage.home import create_home
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.snapshots import Snapshot, commit_snapshot

NOW = week_now(1)
DIGEST = "0" * 64


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product on a shelf; products with an equal `word` are one whisky, whose key is `<word>_pk`."""

    source_id: str
    word: str
    feed: str = "elbe"
    name: str = ""
    price_minor: int | None = 5000
    currency: str | None = "EUR"

    @property
    def title(self) -> str:
        """The name, or one made of the word."""
        return self.name or self.word.replace("_", " ").title()


def open_workspace(root: Path, world: str = "sample") -> Workspace:
    """Opens the home in a folder, making it the first time."""
    return Workspace(create_home(root, world, NOW))


def listing(product: Product, ordinal: int, workspace: Workspace) -> Listing:
    now = workspace.now()
    return Listing(
        feed=product.feed,
        id_space=product.feed,
        source_id=product.source_id,
        seller="Shop",
        name=product.title,
        as_of=now,
        document=f"file:{product.feed}.csv@0123456789ab",
        ordinal=ordinal,
        language="en",
        price_minor=product.price_minor,
        currency=product.currency,
        licence="sample",
        input_digest=DIGEST,
        maker_version="1",
        first_seen=NOW,
        last_seen=now,
    )


def offer(product: Product, workspace: Workspace, **told: Any) -> Offer:
    now = workspace.now()
    values: dict[str, Any] = {
        "id_space": product.feed,
        "source_id": product.source_id,
        "feed": product.feed,
        "told_by": (product.feed,),
        "seller": "Shop",
        "witness": "column",
        "name": product.title,
        "clean_name": product.title,
        "language": "en",
        "price_minor": product.price_minor,
        "currency": product.currency,
        "page_state": "live",
        "kind": "whisky",
        "verdict": "publish",
        "block": "glen",
        "licence": "sample",
        "publishable": True,
        "as_of": now,
        "first_seen": NOW,
        "last_seen": now,
        "input_digest": DIGEST,
        "maker_version": "1",
    }
    return Offer(**{**values, **told})


def whisky(pk: str, name: str, **told: Any) -> Whisky:
    values: dict[str, Any] = {
        "whisky_pk": pk,
        "family_pk": "glen_fk",
        "state": "live",
        "name": name,
        "kind": "whisky",
        "verdict": "publish",
        "offer_count": 1,
        "live_offer_count": 1,
        "sources": ("elbe",),
        "licences": ("sample",),
        "search_tokens": (),
        "input_digest": DIGEST,
        "maker_version": "1",
    }
    return Whisky(**{**values, **told})


def review(left: str, right: str) -> ReviewItem:
    return ReviewItem(
        review_id="0123456789abcdef",
        kind="same_whisky",
        left=left,
        right=right,
        left_pk="a_pk",
        right_pk="b_pk",
        left_name="A",
        right_name="B",
        reason="no rule decides",
        block="glen",
        input_digest=DIGEST,
        maker_version="1",
    )


def refusal(feed: str, ordinal: int, **told: Any) -> QuarantineRow:
    values: dict[str, Any] = {
        "feed": feed,
        "document": f"file:{feed}.csv@0123456789ab",
        "ordinal": ordinal,
        "field": "",
        "scope": "row",
        "reason": "no_name",
        "message": "a name was expected",
        "evidence": ";;12,50",
        "as_of": NOW,
        "input_digest": DIGEST,
        "maker_version": "1",
    }
    return QuarantineRow(**{**values, **told})


def read_feed(
    workspace: Workspace, feed: str, products: Sequence[Product], refused: Sequence[QuarantineRow] = ()
) -> None:
    """Makes a feed's head as if one file with these products had been read now."""
    rows = [listing(product, number, workspace) for number, product in enumerate(products)]
    document = DocumentRead(
        feed=feed,
        document=f"file:{feed}.csv@0123456789ab",
        url=f"file:{feed}.csv",
        role="file",
        as_of=workspace.now(),
        rows_read=len(rows) + sum(row.scope == "row" for row in refused),
        sightings=len(rows),
        refused_rows=sum(row.scope == "row" for row in refused),
        refused_values=sum(row.scope == "value" for row in refused),
        last_fetched_at=workspace.now(),
        input_digest=DIGEST,
        maker_version="1",
    )
    tables: Mapping[str, tuple[object, ...]] = {
        "staged/documents": (document,),
        "staged/listings": tuple(rows),
        "staged/quarantine": tuple(refused),
    }
    run = f"ingest-{feed}-{workspace.week}-{len(rows)}"
    versions = {
        dataset: keep(workspace, NewTable(dataset=dataset, partition=feed, rows=told), build=run, volume=LOCAL)
        for dataset, told in tables.items()
    }
    with workspace.db.transaction() as connection:
        heads.set_heads(connection, feed, versions, maker=run, now=workspace.now())


def build(
    workspace: Workspace,
    name: str,
    products: Sequence[Product],
    *,
    reviews: Iterable[ReviewItem] = (),
    changed: Mapping[str, Sequence[object]] | None = None,
    decisions: Decisions | None = None,
) -> Snapshot:
    """Reads the products' feeds, and commits a snapshot of them; `changed` replaces whole tables."""
    by_feed: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        by_feed[product.feed].append(product)
    for feed, shelf in by_feed.items():
        read_feed(workspace, feed, shelf)
    return commit(workspace, name, products, reviews=reviews, changed=changed, decisions=decisions)


def commit(
    workspace: Workspace,
    name: str,
    products: Sequence[Product],
    *,
    reviews: Iterable[ReviewItem] = (),
    changed: Mapping[str, Sequence[object]] | None = None,
    decisions: Decisions | None = None,
) -> Snapshot:
    """Commits a snapshot of these products on the feeds' present heads."""
    past = Registry.from_events(workspace.current_rows("core/registry"))
    delta = past.apply(
        _groups(products),
        decisions=decisions or Decisions(),
        live_members={(product.feed, product.source_id) for product in products},
        build=name,
        now=workspace.now(),
    )
    registry = past.extended(delta.events)
    offers = [offer(product, workspace) for product in products]
    matches = [_match(one, *delta.assigned[(one.id_space, one.source_id)]) for one in offers]
    rows: dict[str, Sequence[object]] = {
        "core/offers": offers,
        "core/registry": registry.events,
        "core/matches": matches,
        "core/review_queue": tuple(reviews),
        "core/whiskies": _whiskies(registry, offers, matches),
        "core/claims": (),
        "core/conflicts": (),
        "archives/entries": (),
        "archives/users": (),
        **(changed or {}),
    }
    current = workspace.current_snapshot()
    pinned = workspace.heads()
    builds.open_build(workspace.db, name, workspace.now(), pinned)
    versions = {
        (dataset, ""): keep(workspace, NewTable(dataset=dataset, rows=tuple(told)), build=name, volume=LOCAL)
        for dataset, told in rows.items()
    }
    return commit_snapshot(
        workspace.db,
        build=name,
        parent=None if current is None else current.name,
        tables=versions,
        heads=pinned,
        now=workspace.now(),
    )


def _groups(products: Sequence[Product]) -> list[Group]:
    words: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        words[product.word].append(product)
    return [
        Group(
            block="glen",
            members=tuple(
                Member(
                    id_space=product.feed,
                    source_id=product.source_id,
                    name=product.title,
                    words=tuple(word.split("_")),
                    family="glen",
                    family_words=("glen",),
                    hard_fields={},
                )
                for product in shelf
            ),
        )
        for word, shelf in sorted(words.items())
    ]


def _match(one: Offer, pk: str, family: str) -> Match:
    return Match(
        id_space=one.id_space,
        source_id=one.source_id,
        whisky_pk=pk,
        family_pk=family,
        block="glen",
        confidence=1.0,
        rule="alone",
        reason="alone",
        evidence="{}",  # type: ignore[arg-type] # Json is a str
        input_digest=DIGEST,
        maker_version="1",
    )


def _whiskies(registry: Registry, offers: Sequence[Offer], matches: Sequence[Match]) -> list[Whisky]:
    named: dict[str, list[str]] = defaultdict(list)
    for one, match in zip(offers, matches, strict=True):
        named[match.whisky_pk].append(one.name)
    redirects = registry.redirects()
    return [
        whisky(
            pk,
            min(named.get(pk, ["Once Sold"])),
            family_pk=registry.family_of(pk),
            state="live" if pk in named else "dormant",
            offer_count=len(named.get(pk, ())),
            live_offer_count=len(named.get(pk, ())),
        )
        for pk in sorted(set(registry.keys()) - set(redirects))
    ]


def events_of(workspace: Workspace) -> list[RegistryEvent]:
    """Returns the events of the current registry."""
    return list(workspace.current_rows("core/registry"))
