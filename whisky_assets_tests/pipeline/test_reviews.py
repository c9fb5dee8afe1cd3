"""Reviews, from a TOML of the home to the document in the store: counted, kept as rows, and never a whisky or a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.pipeline.balance import FeedBalance, feed_balances
from whisky_assets.pipeline.collecting import import_path
from whisky_assets.pipeline.publishing_steps import preview
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets.storage.home import create_home
from whisky_assets_tests.pipeline.house import House

TOML = """[feed]
name = "{name}"
title = "{name}"
world = "real"
preset = "csv_xlsx"
seller = "{name}"
country = "GB"
language = "en"
currency = "GBP"

[licence]
key = "{name}_terms"
title = "Written for tests"
checked = 2026-01-01
publish = {publish}

[file]
patterns = ["{name}-*.csv"]
format = "csv"

[fields]
source_id = "id"
name = "name"
abv = "abv"

[kinds]
default = "{kind}"
"""

ROWS = {
    "shop": ("S1,Ardbeg 10 Year Old,46",),
    "diarist": ("R1,Ardbeg 10 Year Old,46", "R2,Lagavulin 16 Year Old,43", "R3,Montilla Oloroso,16.9"),
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A home with a shop's list and a person's reviews; built and published."""
    home = create_home(tmp_path / "home", "real", datetime(2026, 1, 5, tzinfo=UTC))
    (home.root / "sources").mkdir(exist_ok=True)
    for name, kind, publish in (("shop", "whisky", "true"), ("diarist", "review", "true")):
        text = TOML.format(name=name, kind=kind, publish=publish)
        (home.root / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
    opened = House(Workspace(home))
    for name, rows in ROWS.items():
        path = home.root / f"{name}-1.csv"
        path.write_text("\n".join(("id,name,abv", *rows)), encoding="utf-8")
        import_path(opened.workspace, path, name)
        opened.ingest(name)
    opened.build()
    opened.publish(confirm=preview(opened.workspace, target="local").plan.hash)
    yield opened
    opened.workspace.close()


def balances(house: House) -> dict[str, FeedBalance]:
    """Returns the balance of each feed."""
    workspace = house.workspace
    found = feed_balances(
        {feed: list(workspace.head_rows(feed, "staged/documents")) for feed in ROWS},
        (row for feed in ROWS for row in workspace.head_rows(feed, "staged/listings")),
        workspace.current_rows("core/offers"),
        workspace.current_rows("core/matches"),
    )
    return {row.feed: row for row in found}


def test_reviews_are_counted_as_reviews_and_every_row_is_accounted_for(house: House) -> None:
    shop, diarist = (balances(house)[feed] for feed in ROWS)

    assert (shop.offers, shop.members, shop.reviews) == (1, 1, 0)
    assert (diarist.rows_read, diarist.offers, diarist.reviews) == (3, 3, 3)
    assert (diarist.members, diarist.bundles, diarist.other_goods) == (0, 0, 0)
    assert shop.gaps == diarist.gaps == ()


def test_a_review_stands_for_no_whisky_mints_no_key_and_is_no_open_question(house: House) -> None:
    rows = house.workspace.current_rows

    assert {match.source_id for match in rows("core/matches")} == {"S1"}
    assert [row.whisky_pk for row in rows("core/whiskies")] == ["ardbeg_10_pk"]
    assert {claim.id_space for claim in rows("core/claims")} <= {"shop", "reference"}
    assert list(rows("core/review_queue")) == []


def test_no_review_is_published_even_where_its_terms_would_allow_it(house: House) -> None:
    reviews = [offer for offer in house.workspace.current_rows("core/offers") if offer.feed == "diarist"]
    with closing(SqliteStore(house.workspace.documents_path, house.workspace.now)) as store:
        documents = [document.path for document in store.list("whisky")]

    assert {(offer.kind, offer.verdict, offer.reasons) for offer in reviews} == {("review", "refuse", ("review",))}
    assert documents == ["whisky/ardbeg_10_pk"]
