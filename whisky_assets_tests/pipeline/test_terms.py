"""Terms, from a TOML of the home to the document in the store: what they forbid stays evidence and is shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Claim, Offer
from whisky_assets.pipeline import lookup
from whisky_assets.pipeline.collecting import import_path
from whisky_assets.pipeline.feeds import broken_feeds
from whisky_assets.pipeline.publishing_steps import preview
from whisky_assets.pipeline.standing import build_stands
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets.storage.home import create_home
from whisky_assets_tests.pipeline.house import House, reopened

TOML = """[feed]
name = "{name}"
title = "{name}"
world = "real"
enabled = {enabled}
preset = "csv_xlsx"
seller = "{name}"
witness = "{witness}"
country = "GB"
language = "{language}"
currency = "GBP"

[licence]
key = "{name}_terms"
title = "Written for tests"
checked = 2026-01-01
attribution = "{attribution}"
publish = {publish}
allowed_fields = {allowed}

[file]
patterns = ["{name}-*.csv"]
format = "csv"

[fields]
source_id = "id"
name = "name"
producer = "maker"
country = "country"
region = "region"
abv = "abv"

[kinds]
default = "whisky"
"""

ALL = '["*"]'
TEN, UIGEADAIL = "ardbeg_10_pk", "ardbeg_uigeadail_pk"
SHELVES = {
    "producer": ("P1,Ardbeg 10 Year Old,,Scotland,Heronshire,46.4", "P2,Ardbeg Uigeadail,,Scotland,Heronshire,54.2"),
    "shop": ("S1,Ardbeg 10 Year Old,,Scotland,Islay,46", "S3,Lagavulin 16 Year Old,,Scotland,Islay,43"),
}


def write_feed(root: Path, name: str, *, allowed: str = ALL, publish: bool = True, **changes: object) -> None:
    """Writes the TOML of a feed into a home's own sources."""
    told = {
        "attribution": f"Told by {name}",
        "enabled": "true",
        "witness": "producer" if name == "producer" else "column",
        "language": "en",
        **changes,
    }
    text = TOML.format(name=name, allowed=allowed, publish=str(publish).lower(), **told)
    (root / "sources").mkdir(parents=True, exist_ok=True)
    (root / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")


def told_by(house: House, name: str, *rows: str) -> None:
    """Imports a list and reads it."""
    path = house.workspace.home.root / f"{name}-{len(rows)}.csv"
    path.write_text("\n".join(("id,name,maker,country,region,abv", *rows)), encoding="utf-8")
    import_path(house.workspace, path, name)
    house.ingest(name)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A real home with a producer's and a shop's list, both free to publish; read and not yet built."""
    home = create_home(tmp_path / "home", "real", datetime(2026, 1, 5, tzinfo=UTC))
    for name in SHELVES:
        write_feed(home.root, name)
    opened = House(Workspace(home))
    for name, rows in SHELVES.items():
        told_by(opened, name, *rows)
    yield opened
    opened.workspace.close()


def under(house: House, name: str, **terms: Any) -> House:
    """Returns the home as the next process sees it, with other terms of one feed."""
    house.workspace.close()
    write_feed(house.workspace.home.root, name, **terms)
    again = reopened(house)
    # The same tables: reading them once more would be most of the test's time.
    again.workspace.__dict__["reference"] = house.workspace.reference
    return again


def released(house: House) -> House:
    """Builds and publishes, confirming whatever the plan asks."""
    house.build()
    house.publish(confirm=preview(house.workspace, target="local").plan.hash)
    return house


def documents(house: House) -> Mapping[str, Mapping[str, Any]]:
    """Returns the whisky documents that stand in the local store, by key."""
    with closing(SqliteStore(house.workspace.documents_path, house.workspace.now)) as store:
        return {document.path.partition("/")[2]: document.body for document in store.list("whisky")}


def claims(house: House, pk: str, field: str) -> dict[str, Claim]:
    """Returns the words on one field of a whisky by who says them."""
    found = house.workspace.current_rows("core/claims")
    return {row.id_space: row for row in found if (row.whisky_pk, row.field) == (pk, field)}


def offer(house: House, source_id: str) -> Offer:
    """Returns an offer of the current snapshot."""
    found: Offer = next(row for row in house.workspace.current_rows("core/offers") if row.source_id == source_id)
    return found


def test_what_terms_allow_reaches_the_document_with_its_attribution(house: House) -> None:
    body = documents(released(house))[TEN]
    assert (body["region"], body["abv_pct"]) == ("Heronshire", 46.4)
    assert body["attributions"] == ["Told by producer", "Told by shop"]


def test_a_field_that_terms_withhold_is_evidence_and_stands_in_no_document(house: House) -> None:
    narrow = released(under(house, "producer", allowed='["name", "country"]'))
    body = documents(narrow)[TEN]
    assert (body["region"], body["abv_pct"], body["country"]) == ("Islay", 46.0, "GB")
    alone = documents(narrow)[UIGEADAIL]
    assert (alone["name"], alone["abv_pct"], alone["region"]) == ("Ardbeg Uigeadail", None, "Islay")
    assert claims(narrow, UIGEADAIL, "region")["reference"].wins
    written = json.dumps(documents(narrow), default=str)
    assert "Heronshire" not in written
    assert "54.2" not in written
    assert offer(narrow, "P2").abv_pct == 54.2
    assert offer(narrow, "P1").withheld == (
        "abv_pct", "available", "category", "gtin14", "image_url", "pack_count", "price_minor", "producer", "region",
        "url", "volume_ml",
    )  # fmt: skip


def test_a_withheld_word_is_explained_by_the_feed_whose_terms_withhold_it(house: House) -> None:
    narrow = under(house, "producer", allowed='["name"]')
    narrow.build()
    word = claims(narrow, TEN, "abv_pct")["producer"]
    assert (json.loads(word.value), word.wins, word.withheld_by) == (46.4, False, "producer")
    told = {(row[0], row[2]): row[3] for row in lookup.show(narrow.workspace, TEN).claims}
    assert told["abv_pct", "producer:P1 (producer)"] == "withheld by the terms of producer"
    assert told["abv_pct", "shop:S1 (column)"] == "yes"
    assert not [row for row in narrow.workspace.current_rows("core/conflicts") if row.whisky_pk == TEN]


def test_a_list_that_may_not_be_published_lends_no_value_and_no_name_to_anothers_document(house: House) -> None:
    told_by(house, "shop", "S1,아드벡 10년,,Scotland,Islay,46")
    closed = released(under(house, "shop", publish=False, language="ko"))
    body = documents(closed)[TEN]
    assert (body["region"], body["attributions"]) == ("Heronshire", ["Told by producer"])
    assert (body["name_ko"], body["name_ko_origin"]) == ("아드벡 10년", "composed")
    row = next(row for row in closed.workspace.current_rows("core/whiskies") if row.whisky_pk == TEN)
    assert (row.licences, row.sources, row.offer_count) == (("producer_terms",), ("producer", "shop"), 2)


def test_a_whisky_that_no_terms_let_us_publish_is_known_to_its_owner_and_has_no_document(house: House) -> None:
    closed = released(under(house, "producer", publish=False))
    assert UIGEADAIL not in documents(closed)
    row = next(row for row in closed.workspace.current_rows("core/whiskies") if row.whisky_pk == UIGEADAIL)
    assert (row.name, row.abv_pct, row.verdict, row.reasons) == ("Ardbeg Uigeadail", 54.2, "refuse", ("terms_forbid",))
    assert [one.pk for one in lookup.find(closed.workspace, "ardbeg uigeadail", limit=1)] == [UIGEADAIL]


def test_another_attribution_reaches_the_document_by_the_next_run(house: House) -> None:
    released(house)
    other = under(house, "shop", attribution="By courtesy of the shop")
    assert not build_stands(other.workspace)
    released(other)
    assert set(other.made().values()) == {0}
    assert documents(other)[TEN]["attributions"] == ["By courtesy of the shop", "Told by producer"]


def test_a_permission_stays_with_the_data_from_the_toml_to_the_claim(house: House) -> None:
    permission = '[permission]\nwho = "Jo Doe"\nwhen = 2026-01-05\nscope = "names"\n\n[licence]'
    house.workspace.close()
    path = house.workspace.home.root / "sources" / "producer.toml"
    path.write_text(path.read_text("utf-8").replace("[licence]", permission), encoding="utf-8")
    permitted = reopened(house)
    permitted.ingest()
    permitted.build()
    told = "Jo Doe, 2026-01-05: names"
    assert {row.permission for row in permitted.workspace.head_rows("producer", "staged/sightings")} == {told}
    assert (offer(permitted, "P1").permission, offer(permitted, "S1").permission) == (told, None)
    words = claims(permitted, TEN, "abv_pct")
    assert (words["producer"].permission, words["shop"].permission) == (told, None)


def test_a_permission_that_is_taken_away_takes_all_that_was_read_under_it_out(house: House) -> None:
    root = house.workspace.home.root
    house.workspace.close()
    path = root / "sources" / "producer.toml"
    forbidden = path.read_text("utf-8").replace(
        "checked =", 'terms_url = "https://www.whiskybase.com/terms"\nchecked ='
    )
    permission = '[permission]\nwho = "Jo Doe"\nwhen = 2026-01-05\nscope = "names"\n\n[licence]'
    path.write_text(forbidden.replace("[licence]", permission), encoding="utf-8")
    permitted = released(reopened(house))
    assert UIGEADAIL in documents(permitted)
    permitted.workspace.close()
    path.write_text(forbidden, encoding="utf-8")
    refused = reopened(permitted)
    (problem,) = broken_feeds(refused.workspace)
    assert "nothing of it is read, built or published" in problem.message
    with pytest.raises(UsageError, match="Whiskybase is refused"):
        refused.workspace.source("producer")
    with pytest.raises(UsageError, match="the terms of producer forbid more"):
        preview(refused.workspace, target="local")
    assert not build_stands(refused.workspace)
    released(refused)
    assert documents(refused)[UIGEADAIL]["state"] == "withdrawn"
    assert documents(refused)[TEN]["region"] == "Islay"
    assert {row.feed for row in refused.workspace.current_rows("core/offers")} == {"shop"}


def test_terms_that_become_narrower_take_the_value_out_of_the_next_plan_and_wider_ones_bring_it_back(
    house: House,
) -> None:
    released(house)
    narrow = under(house, "producer", allowed='["name"]')
    with pytest.raises(UsageError, match="the terms of producer forbid more than when s000001 was built") as refused:
        preview(narrow.workspace, target="local")
    assert refused.value.remedy.endswith(f"whisky run --home {narrow.workspace.home.root} --rebuild")
    assert not build_stands(narrow.workspace)
    narrow.build()
    (row,) = [row for row in preview(narrow.workspace, target="local").plan.rows if row.document == f"whisky/{TEN}"]
    assert (row.action, set(row.fields)) == ("update", {"abv_pct", "region"})
    assert documents(released(narrow))[TEN]["region"] == "Islay"
    wide = under(narrow, "producer")
    assert documents(released(wide))[TEN]["region"] == "Heronshire"


def test_only_what_hangs_on_the_changed_terms_is_made_anew(house: House) -> None:
    released(house)
    narrow = under(house, "producer", allowed='["name"]')
    narrow.build()
    assert (narrow.made()["core/offers"], narrow.made()["core/whiskies"]) == (2, 2)
    narrow.build()
    assert set(narrow.made().values()) == {0}


def test_a_published_whisky_whose_terms_now_forbid_it_is_withdrawn_and_its_key_still_answers(house: House) -> None:
    released(house)
    closed = released(under(house, "producer", publish=False))
    assert documents(closed)[UIGEADAIL] == {"whisky_pk": UIGEADAIL, "state": "withdrawn", "schema_version": 1}
    assert documents(closed)[TEN]["abv_pct"] == 46.0
    back = released(under(closed, "producer"))
    assert documents(back)[UIGEADAIL]["abv_pct"] == 54.2


def test_a_feed_that_is_off_is_withdrawn_too_when_its_terms_forbid_its_names(house: House) -> None:
    released(house)
    off = released(under(house, "producer", enabled="false"))
    assert documents(off)[UIGEADAIL]["state"] == "dormant"
    closed = under(off, "producer", enabled="false", publish=False)
    assert not build_stands(closed.workspace)
    with pytest.raises(UsageError, match="the terms of producer forbid more"):
        preview(closed.workspace, target="local")
    assert documents(released(closed))[UIGEADAIL]["state"] == "withdrawn"
    again = under(closed, "producer", enabled="false")
    assert documents(released(again))[UIGEADAIL]["abv_pct"] == 54.2


@pytest.mark.parametrize("becomes", ["deleted", "narrow"])
def test_what_was_never_published_is_not_when_its_feed_is_gone_or_opens_in_part(house: House, becomes: str) -> None:
    closed = released(under(house, "producer", publish=False))
    assert UIGEADAIL not in documents(closed)
    after = under(closed, "producer", enabled="false", allowed='["name"]')
    if becomes == "deleted":
        after.workspace.close()
        (after.workspace.home.root / "sources" / "producer.toml").unlink()
        after = reopened(after)
    assert UIGEADAIL not in documents(released(after))
