"""Documents are what a screen needs, point at nothing that is not there, and say why one is held."""

from __future__ import annotations

import json

import pytest

from whisky_assets.contracts.documents import decode
from whisky_assets.domain.records import ArchiveDocument, UserDocument, WhiskyDocument
from whisky_assets.publishing.desired import SnapshotTables, desired_documents, uids_of
from whisky_assets.publishing.documents import Document, Held, projection_text, tombstone_body
from whisky_assets.publishing.manifest import THERE, TOMBSTONE, ManifestRow
from whisky_assets_tests.publishing.rows import entry, tables, user, whisky


def published(path: str, **changes: object) -> ManifestRow:
    values: dict[str, object] = {
        "path": path,
        "collection": path.partition("/")[0],
        "person": None,
        "state": THERE,
        "hash": "0" * 64,
        "fields": {},
        "projection": '{"name":"Old name"}',
        "update_time": 1,
        "release": "r000001",
        **changes,
    }
    return ManifestRow(**values)  # type: ignore[arg-type]  # the values of one row by name


def desired(wanted: SnapshotTables, *rows: ManifestRow, only: str = "") -> dict[str, Document | Held]:
    return {item.path: item for item in desired_documents(wanted, {row.path: row for row in rows}, only=only)}


def document(items: dict[str, Document | Held], path: str) -> Document:
    item = items[path]
    assert isinstance(item, Document), item
    return item


def held(items: dict[str, Document | Held], path: str) -> Held:
    item = items[path]
    assert isinstance(item, Held)
    return item


def test_a_whisky_is_one_document_with_names_fields_tokens_and_attribution() -> None:
    items = desired(tables([whisky("ardbeg", licences=("alko_open", "quiet", "other"), bottled_year=2020)]))
    made = document(items, "whisky/ardbeg_pk")
    row = decode(WhiskyDocument, made.body)
    assert row == made.row
    assert (row.name, row.name_ko, row.age, row.abv_pct, row.bottled_year) == ("Ardbeg", "아드벡", 10, 46.0, 2020)
    assert row.attributions == ("Prices: Alko Oy", "other")
    assert row.search_tokens == ("ardbeg", "ar")
    assert made.person is None


@pytest.mark.parametrize(
    ("image", "feed", "shown"),
    [
        ("https://cdn.example/ten.jpg", "alko", ("https://cdn.example/ten.jpg", "Alko Oy, CC BY 4.0")),
        ("https://cdn.example/ten.jpg", "another", (None, None)),
        (None, None, (None, None)),
    ],
)
def test_a_picture_stands_with_its_line_and_only_where_the_terms_of_its_feed_name_pictures(
    image: str | None, feed: str | None, shown: tuple[str | None, str | None]
) -> None:
    made = document(desired(tables([whisky("ardbeg", image_url=image, image_feed=feed)])), "whisky/ardbeg_pk")
    assert (made.body["image_url"], made.body["image_attribution"]) == shown


def test_a_document_says_which_of_its_names_are_only_written_as_they_sound() -> None:
    made = document(
        desired(tables([whisky("ardbeg", name_ko_origin="known", name_ja_origin="transliterated")])), "whisky/ardbeg_pk"
    )
    origins = {name: made.body[name] for name in ("name_en_origin", "name_ko_origin", "name_ja_origin")}
    assert origins == {"name_en_origin": None, "name_ko_origin": "known", "name_ja_origin": "transliterated"}


def test_a_dormant_whisky_keeps_a_document() -> None:
    items = desired(tables([whisky("ardbeg", state="dormant", live_offer_count=0)]))
    assert document(items, "whisky/ardbeg_pk").body["state"] == "dormant"


def test_what_may_not_be_published_is_held_with_its_reason() -> None:
    items = desired(
        tables(
            [
                whisky("a", verdict="hold", reasons=("abv_odd", "no_size")),
                whisky("b", verdict="refuse"),
                whisky("c", kind="spirit_drink"),
            ]
        )
    )
    assert held(items, "whisky/a_pk").reason == "hold: abv_odd, no_size"
    assert held(items, "whisky/b_pk").reason == "refuse: no reason told"
    assert held(items, "whisky/c_pk").reason == "refuse: kind spirit_drink"


def test_a_merged_key_is_a_short_document_that_redirects() -> None:
    items = desired(tables([whisky("new")], redirects={"old_pk": "new_pk"}))
    made = document(items, "whisky/old_pk")
    assert made.body == {"whisky_pk": "old_pk", "redirect_to": "new_pk", "state": "redirect", "schema_version": 1}
    assert decode(WhiskyDocument, made.body) == made.row


def test_a_merged_key_redirects_to_nothing_that_is_not_published() -> None:
    wanted = tables([whisky("new", verdict="hold")], redirects={"old_pk": "new_pk", "never_pk": "new_pk"})
    items = desired(wanted, published("whisky/old_pk"))
    assert held(items, "whisky/old_pk").reason == "redirect: new_pk is not published"
    assert "whisky/never_pk" not in items
    published_target = desired(wanted, published("whisky/new_pk"))
    assert document(published_target, "whisky/old_pk").body["redirect_to"] == "new_pk"


def test_an_entry_is_one_document_with_the_part_of_its_whisky_that_a_list_shows() -> None:
    items = desired(tables([whisky("ardbeg")], [entry("kim", 1, "ardbeg_pk")], [user("kim")]))
    made = document(items, "whisky_archive/uid-kim_0000000000000001")
    row = decode(ArchiveDocument, made.body)
    assert (row.uid, row.whisky_pk, row.state, row.note) == ("uid-kim", "ardbeg_pk", "resolved", "lemon, sweet")
    assert made.body["whisky"] == {
        "name": "Ardbeg",
        "name_en": "Ardbeg",
        "name_ko": "아드벡",
        "name_ja": None,
        "abv_pct": 46.0,
        "style": "malt",
    }
    assert made.person == "kim"


def test_a_waiting_entry_is_in_the_archive_too() -> None:
    items = desired(tables([], [entry("kim", 1)], [user("kim")]))
    body = document(items, "whisky_archive/uid-kim_0000000000000001").body
    assert (body["state"], body["whisky_pk"], body["whisky"], body["text"]) == ("waiting", None, {}, "argbeg ten")


def test_an_entry_follows_a_merged_key() -> None:
    items = desired(tables([whisky("new")], [entry("kim", 1, "old_pk")], [user("kim")], redirects={"old_pk": "new_pk"}))
    assert document(items, "whisky_archive/uid-kim_0000000000000001").body["whisky_pk"] == "new_pk"


def test_an_entry_points_at_no_whisky_that_has_no_document() -> None:
    wanted = tables([whisky("a", verdict="hold")], [entry("kim", 1, "a_pk")], [user("kim")])
    body = document(desired(wanted), "whisky_archive/uid-kim_0000000000000001").body
    assert (body["state"], body["whisky_pk"], body["whisky"]) == ("waiting", None, {})
    withdrawn = published("whisky/a_pk", state=TOMBSTONE, projection=None)
    body = document(desired(wanted, withdrawn), "whisky_archive/uid-kim_0000000000000001").body
    assert body["whisky_pk"] is None


def test_an_entry_embeds_the_last_good_form_of_a_whisky_that_is_held_now() -> None:
    wanted = tables([whisky("a", verdict="hold")], [entry("kim", 1, "a_pk")], [user("kim")])
    body = document(desired(wanted, published("whisky/a_pk")), "whisky_archive/uid-kim_0000000000000001").body
    assert (body["whisky_pk"], body["whisky"]) == ("a_pk", {"name": "Old name"})


def test_a_person_has_one_profile() -> None:
    items = desired(tables(users=[user("kim", age_years=None)]))
    row = decode(UserDocument, document(items, "user/uid-kim").body)
    assert row == UserDocument(
        user="kim",
        uid="uid-kim",
        nickname="nick of kim",
        id="uid-kim",
        age=None,
        region="서울",
        entry_count=1,
        resolved_count=1,
    )


def test_an_id_that_two_people_claim_is_nobodys() -> None:
    people = [
        user("kim", owner_id="1"),
        user("lee", owner_id="1"),
        user("park", owner_id="2"),
        user("choi", owner_id=""),
    ]
    assert uids_of(people) == {"park": "2"}
    items = desired(tables([], [entry("kim", 1), entry("park", 1)], people))
    assert held(items, "user/kim").reason == "uid: this person has none of their own"
    assert held(items, "whisky_archive/kim_0000000000000001").whole_person
    assert document(items, "whisky_archive/2_0000000000000001").person == "park"


def test_what_no_store_can_hold_is_held_by_field_and_without_its_words() -> None:
    people = [user("kim", owner_id="a/b"), user("lee")]
    entries = [entry("lee", 1, note="lemony " * 200_000), entry("lee", 2, text="\ud800lemony")]
    items = desired(tables([], entries, people))
    assert "user: an id is" in held(items, "user/a/b").reason
    reason = held(items, "whisky_archive/uid-lee_0000000000000001").reason
    assert reason == "not_storable: firestore/whisky_archive.note is a text of 1400000 bytes, more than 1048487."
    assert "lemony" not in held(items, "whisky_archive/uid-lee_0000000000000002").reason


def test_one_collection_alone_is_the_same_part_of_all() -> None:
    wanted = tables(
        [whisky("a"), whisky("b", verdict="hold")], [entry("kim", 1, "a_pk")], [user("kim")], {"old_pk": "a_pk"}
    )
    whole = desired(wanted)
    for collection in ("whisky", "whisky_archive", "user"):
        part = desired(wanted, only=collection)
        assert part == {path: item for path, item in whole.items() if item.collection == collection}


def test_a_tombstone_holds_no_word_and_a_whiskys_still_answers() -> None:
    assert tombstone_body("user", "uid-kim") == {"withdrawn": True}
    assert tombstone_body("whisky_archive", "x") == {"withdrawn": True}
    body = tombstone_body("whisky", "a_pk")
    assert decode(WhiskyDocument, body) == WhiskyDocument(whisky_pk="a_pk", state="withdrawn")


def test_a_projection_is_kept_as_canonical_text() -> None:
    assert projection_text(None) is None
    assert json.loads(projection_text({"b": 1, "a": None}) or "") == {"a": None, "b": 1}
