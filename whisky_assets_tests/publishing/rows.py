"""A small snapshot for publishing tests: whiskies, people and their entries, and a publisher over any store."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from whisky_assets.domain.outcome import Progress, Quiet
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import Entry, User, Whisky
from whisky_assets.publishing.apply import Publisher
from whisky_assets.publishing.desired import SnapshotTables
from whisky_assets.publishing.documents import COLLECTIONS
from whisky_assets.publishing.manifest import MIGRATIONS, ManifestRow, load_manifest
from whisky_assets.publishing.stores.port import DocumentStore
from whisky_assets.publishing.targets import Target, parse_target
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.publishing.conftest import MONDAY

DIGEST = "0" * 64
KEY = b"k" * 32
HOME = "home-one"


def whisky(name: str, **changes: Any) -> Whisky:
    made = Whisky(
        whisky_pk=f"{name}_pk",
        family_pk=f"{name}_fk",
        state="live",
        name=name.title(),
        name_en=name.title(),
        name_ko="아드벡",
        abv_pct=46.0,
        age_years=10,
        style="malt",
        kind="whisky",
        verdict="publish",
        offer_count=1,
        live_offer_count=1,
        sources=("alko",),
        licences=("alko_open",),
        search_tokens=(name, name[:2]),
        input_digest=DIGEST,
        maker_version="1",
    )
    return dataclasses.replace(made, **changes)


def entry(user: str, number: int, pk: str | None = None, **changes: Any) -> Entry:
    made = Entry(
        user=user,
        entry_id=f"{number:016}",
        text="argbeg ten",
        note="lemon, sweet",
        rating=4.5,
        rating_scale="0-5",
        state="resolved" if pk else "waiting",
        whisky_pk=pk,
        reason="name",
        raw=Json("{}"),
        input_digest=DIGEST,
        maker_version="1",
    )
    return dataclasses.replace(made, **changes)


def user(name: str, **changes: Any) -> User:
    made = User(
        user=name,
        nickname=f"nick of {name}",
        owner_id=f"uid-{name}",
        age_years=30,
        region="서울",
        entry_count=1,
        resolved_count=1,
        input_digest=DIGEST,
        maker_version="1",
    )
    return dataclasses.replace(made, **changes)


def tables(
    whiskies: Sequence[Whisky] = (),
    entries: Sequence[Entry] = (),
    users: Sequence[User] = (),
    redirects: Mapping[str, str] | None = None,
) -> SnapshotTables:
    return SnapshotTables(
        whiskies=lambda: list(whiskies),
        entries=lambda: list(entries),
        users=lambda: list(users),
        redirects=redirects or {},
        attributions={"alko_open": "Prices: Alko Oy", "quiet": ""},
        pictures={"alko": "Alko Oy, CC BY 4.0"},
    )


@dataclasses.dataclass
class Bench:
    """A home's state database, one target and its store; publishes snapshots and shows what came of it."""

    db: StateDatabase
    store: DocumentStore
    target: Target
    home: str = HOME

    def publisher(self, *, store: DocumentStore | None = None, progress: Progress | None = None) -> Publisher:
        return Publisher(
            target=self.target,
            home_id=self.home,
            db=self.db,
            store=store or self.store,
            key=KEY,
            now=lambda: MONDAY,
            progress=progress or Quiet(),
        )

    def publish(self, snapshot: str, wanted: SnapshotTables, *, confirm: bool = False, **ports: Any) -> Any:
        publisher = self.publisher(**ports)
        plan = publisher.plan(snapshot, wanted)
        publisher.begin(plan, confirm=plan.hash if confirm else "")
        for collection in COLLECTIONS:
            publisher.apply(plan.rows, wanted, collection)
        return publisher.finish(plan.rows)

    def manifest(self) -> dict[str, ManifestRow]:
        with self.db.reading() as connection:
            return load_manifest(connection, self.target.name)

    def documents(self) -> dict[str, dict[str, object]]:
        collections: Iterable[str] = ("whisky", "whisky_archive", "user")
        return {one.path: one.body for name in collections for one in self.store.list(name)}

    def current(self) -> dict[str, object]:
        return self.store.get(["meta/current"])["meta/current"].body


def bench_of(folder: Path, store: DocumentStore, target: str = "emulator", home: str = HOME) -> Bench:
    db = StateDatabase.open(folder / f"{home}.sqlite", MIGRATIONS)
    return Bench(db=db, store=store, target=parse_target(target), home=home)
