"""Rows of one snapshot as the documents that the app reads, each whole, so that a screen is one query.

Whiskies: one document a bottling, one that only redirects for a merged key. Archive: one document an entry, with the
part of its whisky that a list shows. Users: one profile. What may not be published is told as `Held`, with its reason.
Not here: which of them a store lacks (`publishing.plan`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from whisky_assets.contracts.documents import Body, canonical_hash, encode
from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import ArchiveDocument, Entry, User, UserDocument, Whisky, WhiskyDocument
from whisky_assets.domain.records.shared import TERMS_FORBID
from whisky_assets.publishing.stores.port import check_path, check_size

WHISKY = "whisky"
ARCHIVE = "whisky_archive"
USER = "user"
COLLECTIONS = (WHISKY, ARCHIVE, USER)
"""In the order in which they are written: what others point at comes first."""

USER_FIELDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    WHISKY: (),
    ARCHIVE: (("note",), ("rating", "rating_scale")),
    USER: (("nickname",), ("region",)),
}
"""What people edit in the app, by collection; all other fields are ours. The fields of one group mean something
only together, so that either all of them are the person's word or none is."""

KEY_FIELDS: Mapping[str, tuple[str, ...]] = {
    WHISKY: ("whisky_pk",),
    ARCHIVE: ("user", "entry_id", "uid"),
    USER: ("user", "uid"),
}
"""What nobody but us writes into a document: one that carries these is ours, whatever its person changed in it."""

DocumentRow: TypeAlias = WhiskyDocument | ArchiveDocument | UserDocument
Projection: TypeAlias = Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as desired: the row it is, its body, its hash and size; `projection` is what diaries embed of it."""

    collection: str
    id: str
    person: str | None
    row: DocumentRow
    body: Body
    hash: str
    size_bytes: int
    projection: Projection | None = None

    @property
    def path(self) -> str:
        """`collection/id`, as the store has it; of a person's document it is not for a plan, log or error."""
        return f"{self.collection}/{self.id}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One document that may not be written now, and why; one that is published keeps its last good form.

    `whole_person`: not this document alone but all of the person's in the collection keep what they are. `withdraws`:
    a published one keeps no form at all, because the terms of all its sources now forbid it.
    """

    collection: str
    id: str
    person: str | None
    reason: str
    whole_person: bool = False
    withdraws: bool = False

    @property
    def path(self) -> str:
        """`collection/id`."""
        return f"{self.collection}/{self.id}"


Desired: TypeAlias = Document | Held


def whisky_documents(
    whiskies: Iterable[Whisky], attributions: Mapping[str, str], pictures: Mapping[str, str]
) -> Iterator[Desired]:
    """Yield each whisky's document, live and dormant ones, or why it is held.

    Args:
        whiskies: the rows of `core/whiskies`.
        attributions: licence key to the line that must stand beside its values; a licence without one needs none.
        pictures: feed whose terms name pictures, as they stand, to the line that must stand beside one; the picture of
            another feed stands in no document.
    """
    for whisky in whiskies:
        reason = _reason_to_hold(whisky)
        if reason:
            withdraws = TERMS_FORBID in whisky.reasons
            yield Held(collection=WHISKY, id=whisky.whisky_pk, person=None, reason=reason, withdraws=withdraws)
        else:
            yield _made(
                WHISKY, whisky.whisky_pk, None, _whisky_row(whisky, attributions, pictures), projection_of(whisky)
            )


def redirect_documents(
    redirects: Mapping[str, str], documented: Collection[str], published: Collection[str]
) -> Iterator[Desired]:
    """Yield a document for each merged key whose target has one; held while a published key's target has none.

    Args:
        redirects: merged key to the key that answers for it, one hop.
        documented: keys that have or get a whisky document.
        published: keys whose document stands in the store.
    """
    for old, target in sorted(redirects.items()):
        if target in documented:
            row = WhiskyDocument(whisky_pk=old, redirect_to=target, state="redirect")
            yield _made(WHISKY, old, None, row)
        elif old in published:
            yield Held(collection=WHISKY, id=old, person=None, reason=f"redirect: {target} is not published")


def archive_documents(
    entries: Iterable[Entry],
    uids: Mapping[str, str],
    redirects: Mapping[str, str],
    projections: Mapping[str, Projection],
) -> Iterator[Desired]:
    """Yield one document for each entry of a person with a uid, waiting ones too; without a uid it is held.

    An entry whose whisky has no document says `waiting`: the app can follow every key that it reads.

    Args:
        entries: the rows of `archives/entries`.
        uids: our key of a person to the app's id.
        redirects: merged key to the key that answers for it.
        projections: key to the part that a diary's list shows, for every key that has or gets a document.
    """
    for entry in entries:
        uid = uids.get(entry.user)
        if uid is None:
            yield _without_uid(ARCHIVE, f"{entry.user}_{entry.entry_id}", entry.user)
            continue
        row = _archive_row(entry, uid, redirects, projections)
        yield _made(ARCHIVE, f"{uid}_{entry.entry_id}", entry.user, row)


def user_documents(users: Iterable[User], uids: Mapping[str, str]) -> Iterator[Desired]:
    """Yield the profile of each person with a uid; without one it is held."""
    for user in users:
        uid = uids.get(user.user)
        if uid is None:
            yield _without_uid(USER, user.user, user.user)
            continue
        row = UserDocument(
            user=user.user,
            uid=uid,
            nickname=user.nickname,
            id=user.owner_id,
            age=user.age_years,
            region=user.region,
            entry_count=user.entry_count,
            resolved_count=user.resolved_count,
        )
        yield _made(USER, uid, user.user, row)


def _without_uid(collection: str, document_id: str, person: str) -> Held:
    reason = "uid: this person has none of their own"
    return Held(collection=collection, id=document_id, person=person, reason=reason, whole_person=True)


def projection_of(whisky: Whisky) -> Projection:
    """Return the part of a whisky that a diary's list shows; only a change of it touches diaries."""
    return {
        "name": whisky.name,
        "name_en": whisky.name_en,
        "name_ko": whisky.name_ko,
        "name_ja": whisky.name_ja,
        "abv_pct": whisky.abv_pct,
        "style": whisky.style,
    }


def tombstone_body(collection: str, document_id: str) -> Body:
    """Return what stands where a document was withdrawn: no word of it, and for a whisky an answer for its key."""
    if collection == WHISKY:
        return _short_body(WhiskyDocument(whisky_pk=document_id, state="withdrawn"))
    return {"withdrawn": True}


def _reason_to_hold(whisky: Whisky) -> str:
    if whisky.kind != "whisky":
        return f"refuse: kind {whisky.kind}"
    if whisky.verdict != "publish":
        return f"{whisky.verdict}: {', '.join(whisky.reasons) or 'no reason told'}"
    return ""


def _made(
    collection: str, document_id: str, person: str | None, row: DocumentRow, projection: Projection | None = None
) -> Desired:
    try:
        body = _short_body(row) if isinstance(row, WhiskyDocument) and row.redirect_to else encode(row)
        path = f"{collection}/{document_id}"
        check_path(path)
        size = check_size(path, body)
    except InputRefusedError as error:
        return Held(collection=collection, id=document_id, person=person, reason=f"{error.reason}: {error.message}")
    return Document(
        collection=collection,
        id=document_id,
        person=person,
        row=row,
        body=body,
        hash=canonical_hash(body, is_checked=True),
        size_bytes=size,
        projection=projection,
    )


def _short_body(row: WhiskyDocument) -> Body:
    # A key that only redirects has no names and no tokens: empty fields would cost an index entry each.
    return {name: value for name, value in encode(row).items() if value not in (None, "", [])}


def _whisky_row(whisky: Whisky, attributions: Mapping[str, str], pictures: Mapping[str, str]) -> WhiskyDocument:
    picture_line = pictures.get(whisky.image_feed or "")
    lines = {attributions.get(licence, licence) for licence in whisky.licences}
    return WhiskyDocument(
        whisky_pk=whisky.whisky_pk,
        family_pk=whisky.family_pk,
        state=whisky.state,
        name=whisky.name,
        name_en=whisky.name_en,
        name_ko=whisky.name_ko,
        name_ja=whisky.name_ja,
        name_en_origin=whisky.name_en_origin,
        name_ko_origin=whisky.name_ko_origin,
        name_ja_origin=whisky.name_ja_origin,
        brand=whisky.brand,
        distillery=whisky.distillery,
        bottler=whisky.bottler,
        expression=whisky.expression,
        age=whisky.age_years,
        vintage_year=whisky.vintage_year,
        bottled_year=whisky.bottled_year,
        cask_type=whisky.cask_type,
        cask_number=whisky.cask_number,
        batch=whisky.batch,
        style=whisky.style,
        country=whisky.country,
        region=whisky.region,
        abv_pct=whisky.abv_pct,
        image_url=None if picture_line is None else whisky.image_url,
        image_attribution=None if whisky.image_url is None else picture_line,
        attributions=tuple(sorted(line for line in lines if line)),
        search_tokens=whisky.search_tokens,
    )


def _archive_row(
    entry: Entry, uid: str, redirects: Mapping[str, str], projections: Mapping[str, Projection]
) -> ArchiveDocument:
    pk = None if entry.whisky_pk is None else redirects.get(entry.whisky_pk, entry.whisky_pk)
    projection = None if pk is None else projections.get(pk)
    return ArchiveDocument(
        user=entry.user,
        entry_id=entry.entry_id,
        uid=uid,
        state="waiting" if entry.state == "resolved" and projection is None else entry.state,
        whisky_pk=None if projection is None else pk,
        whisky=Json("{}") if projection is None else Json(canonical_json(projection)),
        text=entry.text,
        note=entry.note,
        rating=entry.rating,
        rating_scale=entry.rating_scale,
        age_text=entry.age_text,
        tasted_on=entry.tasted_on,
    )


def projection_text(projection: Projection | None) -> str | None:
    """Return a projection as the canonical text that a manifest keeps, None for none."""
    return None if projection is None else canonical_json(projection)


def read_projection(text: str) -> Projection:
    """Return a projection from the text that a manifest keeps."""
    loaded: Projection = json.loads(text)
    return loaded
