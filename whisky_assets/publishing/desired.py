"""All documents that a target should hold, from one snapshot, one after the other in the order of their writing.

Nothing is kept in memory but keys and the small part of each whisky that diaries show; the same snapshot and manifest
give the same documents again, so that an interrupted release needs no stored bodies. Not here: one document's shape
(`publishing.documents`).
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping

from whisky_assets.domain.records import Entry, User, Whisky
from whisky_assets.publishing.documents import (
    ARCHIVE,
    COLLECTIONS,
    WHISKY,
    Desired,
    Document,
    Held,
    Projection,
    archive_documents,
    read_projection,
    redirect_documents,
    user_documents,
    whisky_documents,
)
from whisky_assets.publishing.manifest import THERE, ManifestRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTables:
    """What a release is made from; each callable reads its table from the pinned snapshot anew.

    `redirects`: merged key to the key that answers, one hop. `attributions`: licence key to the line that must stand
    beside its values. `pictures`: feed whose terms name pictures to the line that must stand beside one.
    """

    whiskies: Callable[[], Iterable[Whisky]]
    entries: Callable[[], Iterable[Entry]]
    users: Callable[[], Iterable[User]]
    redirects: Mapping[str, str]
    attributions: Mapping[str, str]
    pictures: Mapping[str, str]


def desired_documents(
    tables: SnapshotTables, manifest: Mapping[str, ManifestRow], *, only: str = ""
) -> Iterator[Desired]:
    """Yield every document that the target should hold, or why one is held: whiskies, redirects, archive, users.

    Args:
        tables: the snapshot's tables.
        manifest: what stands in the target: a published whisky that is now held still answers for its key.
        only: one collection, empty for all.
    """
    uids = uids_of(tables.users())
    projections: dict[str, Projection] = {}
    if only in ("", WHISKY, ARCHIVE):
        # Entries point at whiskies, so these are gone through also where the archive alone is asked for.
        for item in _whiskies(tables, manifest, projections):
            if only != ARCHIVE:
                yield item
    if only in ("", ARCHIVE):
        yield from archive_documents(tables.entries(), uids, tables.redirects, projections)
    if only in ("", *COLLECTIONS[2:]):
        yield from user_documents(tables.users(), uids)


def uids_of(users: Iterable[User]) -> dict[str, str]:
    """Return the app's id of each person; one that two people claim is nobody's, so that no diary reaches another."""
    claimed = {user.user: user.owner_id for user in users}
    times = collections.Counter(claimed.values())
    return {user: uid for user, uid in claimed.items() if uid and times[uid] == 1}


def _whiskies(
    tables: SnapshotTables, manifest: Mapping[str, ManifestRow], projections: dict[str, Projection]
) -> Iterator[Desired]:
    for item in whisky_documents(tables.whiskies(), tables.attributions, tables.pictures):
        _note_projection(item, manifest, projections)
        yield item
    published = _Published(manifest)
    yield from redirect_documents(tables.redirects, projections.keys(), published)


def _note_projection(item: Desired, manifest: Mapping[str, ManifestRow], projections: dict[str, Projection]) -> None:
    if isinstance(item, Document) and item.projection is not None:
        projections[item.id] = item.projection
    elif isinstance(item, Held) and not item.withdraws:
        row = manifest.get(item.path)
        if row is not None and row.state == THERE and row.projection is not None:
            projections[item.id] = read_projection(row.projection)


class _Published(collections.abc.Collection[str]):
    """The keys of whiskies whose document stands in the target, read from the manifest without a copy."""

    def __init__(self, manifest: Mapping[str, ManifestRow]) -> None:
        self._manifest = manifest

    def __contains__(self, key: object) -> bool:
        row = self._manifest.get(f"{WHISKY}/{key}")
        return row is not None and row.state == THERE

    def __iter__(self) -> Iterator[str]:
        return (row.id for row in self._manifest.values() if row.collection == WHISKY and row.state == THERE)

    def __len__(self) -> int:
        return sum(1 for _ in self)
