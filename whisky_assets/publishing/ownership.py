"""A store is filled by one home: `meta/owner` says which, and a store of another home or of nobody is not touched.

`meta/current` says by which release it was filled last. Where the home never made that one (a copy of the home did, or
its state database is an older one), its manifest is wrong, and every document is looked at anew. Not here: what is
written into it (`publishing.apply`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from whisky_assets.domain.errors import NeedsDecisionError, StaleParentError, UsageError
from whisky_assets.publishing.documents import COLLECTIONS
from whisky_assets.publishing.plan import apply_command
from whisky_assets.publishing.stores.port import CREATE, ConflictError, DocumentStore, Operation
from whisky_assets.publishing.targets import Target

OWNER_PATH = "meta/owner"
CURRENT_PATH = "meta/current"

Knows = Callable[[str, str], bool]
"""Whether this home made a release: its name and plan hash go in."""


def is_emptied(store: DocumentStore) -> bool:
    """Return whether nobody owns a store: for one with a manifest this means that it was emptied or put away."""
    return not store.get([OWNER_PATH])


def is_ahead(store: DocumentStore, knows: Knows) -> bool:
    """Return whether a store was last filled by a release that this home never made."""
    found = store.get([CURRENT_PATH]).get(CURRENT_PATH)
    return found is not None and not knows(str(found.body.get("release")), str(found.body.get("plan_hash")))


def claim_store(
    store: DocumentStore,
    target: Target,
    home_id: str,
    *,
    now: datetime,
    has_manifest: bool,
    forget: Callable[[], None],
) -> None:
    """Return when a store is this home's; an empty one becomes it.

    Args:
        store: the target's store.
        target: the target.
        home_id: this home.
        now: what the store says of when it was claimed.
        has_manifest: whether this home believes that documents of its own stand there.
        forget: forgets what stands there.

    Raises:
        UsageError: another home fills it, or it holds documents that no home published.
        StaleParentError: a store that can be made again was emptied; it was forgotten and has to be planned anew.
        NeedsDecisionError: a real store was emptied.
    """
    owner = _owner(store)
    if owner is None and has_manifest:
        _refuse_emptied(target, forget)
    if owner is None:
        _refuse_filled(store, target)
        body: dict[str, object] = {"home": home_id, "since": now}
        try:
            store.commit([Operation(action=CREATE, path=OWNER_PATH, body=body)])
            owner = home_id
        except ConflictError:
            owner = _owner(store)
    if owner != home_id:
        raise UsageError(
            f"The store {target.name} is filled by another home ({owner}), not by this one ({home_id}).",
            remedy="Publish from that home, or name a target of your own.",
        )


def refuse_ahead(store: DocumentStore, target: Target, *, knows: Knows, forget: Callable[[], None]) -> None:
    """Return when the release that a store was last filled by is one of this home's, or there was none.

    Raises:
        StaleParentError: it is not; what this home believed to stand there was forgotten and has to be planned anew.
    """
    if is_ahead(store, knows):
        forget()
        raise StaleParentError(
            f"The store {target.name} was published to since, by a copy of this home or before its state was restored.",
            remedy=f"Publish from one copy alone. Every document is looked at anew by: {apply_command(target.name)}",
        )


def _owner(store: DocumentStore) -> str | None:
    found = store.get([OWNER_PATH]).get(OWNER_PATH)
    return None if found is None else str(found.body.get("home"))


def _refuse_emptied(target: Target, forget: Callable[[], None]) -> None:
    if target.is_real:
        raise NeedsDecisionError(
            f"The store {target.name} holds nothing of what this home published to it.",
            remedy="Is it the right project and database? Restore it from Firestore's own backup, or name another.",
        )
    forget()
    raise StaleParentError(
        f"The store {target.name} was emptied since the last release.",
        remedy=f"Every document is written anew by: {apply_command(target.name)}",
    )


def _refuse_filled(store: DocumentStore, target: Target) -> None:
    for collection in COLLECTIONS:
        if next(iter(store.list(collection)), None) is not None:
            raise UsageError(
                f"The store {target.name} holds documents in {collection} that no home published.",
                remedy="Name an empty database; people's notes that stand there are not overwritten.",
            )
