"""Pictures, from a TOML of the home to the document in the store: whose, under what terms, and none that is dead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.pipeline import lookup
from whisky_assets.pipeline.collecting import import_path
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
enabled = true
preset = "csv_xlsx"
seller = "{name} Ltd"
witness = "{witness}"
id_space = "{id_space}"
country = "GB"
language = "en"
currency = "GBP"
complete = true

[licence]
key = "{name}_terms"
title = "{title}"
terms_url = "https://{name}.example/terms"
checked = 2026-01-01
attribution = "By {name}"
publish = true
allowed_fields = {allowed}

[file]
patterns = ["{name}-*.csv"]
format = "csv"
as_of = {{ file_name = '(?P<year>\\d{{4}})-(?P<month>\\d{{2}})-(?P<day>\\d{{2}})' }}

[fields]
source_id = "id"
name = "name"
image = "picture"

[kinds]
default = "whisky"
"""
ALL = '["*"]'
NAMED = '["*", "image_url"]'
TEN = "ardbeg_10_pk"
LINKS = {name: f"https://cdn.{name}.example/ten.jpg" for name in ("maker", "shop")}
LINES = {name: f"{name} Ltd, By {name}, CC BY 4.0, https://{name}.example/terms" for name in LINKS}
SHOWN = {name: (LINKS[name], LINES[name]) for name in LINKS}
NONE = (None, None)


def write_feed(root: Path, name: str, allowed: str = NAMED, title: str = "CC BY 4.0", id_space: str = "") -> None:
    """Writes the TOML of a feed into a home's own sources."""
    witness = "producer" if name == "maker" else "column"
    text = TOML.format(name=name, allowed=allowed, title=title, witness=witness, id_space=id_space or name)
    (root / "sources").mkdir(parents=True, exist_ok=True)
    (root / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")


def told_by(house: House, name: str, day: str, *rows: str) -> None:
    """Imports a list of a day and reads it; a product that keeps every edition alive stands in each."""
    path = house.workspace.home.root / f"{name}-{day}.csv"
    always = f"{name}-always,Lagavulin 16 Year Old,"
    path.write_text("\n".join(("id,name,picture", always, *rows)), encoding="utf-8")
    import_path(house.workspace, path, name)
    house.ingest(name)


def ten(name: str) -> str:
    return f"{name}-10,Ardbeg 10 Year Old,{LINKS[name]}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A real home with a producer's and a shop's list, both of which name pictures; read and not yet built."""
    home = create_home(tmp_path / "home", "real", datetime(2026, 3, 2, tzinfo=UTC))
    for name in LINKS:
        write_feed(home.root, name)
    opened = House(Workspace(home))
    for name in LINKS:
        told_by(opened, name, "2026-01-05", ten(name))
    yield opened
    opened.workspace.close()


def under(house: House, name: str, allowed: str = NAMED, **terms: str) -> House:
    """Returns the home as the next process sees it, with other terms of one feed."""
    house.workspace.close()
    write_feed(house.workspace.home.root, name, allowed, **terms)
    again = reopened(house)
    # The same tables: reading them once more would be most of the test's time.
    again.workspace.__dict__["reference"] = house.workspace.reference
    return again


def released(house: House) -> House:
    """Builds and publishes, confirming whatever the plan asks."""
    house.build()
    house.publish(confirm=preview(house.workspace, target="local").plan.hash)
    return house


def body(house: House, pk: str = TEN) -> Mapping[str, Any]:
    """Returns the document of a whisky that stands in the local store."""
    with closing(SqliteStore(house.workspace.documents_path, house.workspace.now)) as store:
        return next(document.body for document in store.list("whisky") if document.path == f"whisky/{pk}")


def picture(house: House) -> tuple[str | None, str | None]:
    """Returns the picture of the published document and the line beside it."""
    told = body(house)
    return told["image_url"], told["image_attribution"]


def test_terms_that_name_pictures_bring_the_best_witnesss_to_the_document_with_whose_it_is(house: House) -> None:
    assert picture(released(house)) == SHOWN["maker"]
    told = {(row[0], row[1]): row[3] for row in lookup.show(house.workspace, TEN).claims}
    assert told["image_url", LINKS["maker"]] == f"yes, {LINES['maker']}"
    assert told["image_url", LINKS["shop"]] == ""


def test_terms_of_everything_name_no_pictures_so_the_next_witness_speaks_else_nobody(house: House) -> None:
    narrow = released(under(house, "maker", ALL))
    assert picture(narrow) == SHOWN["shop"]
    told = {(row[0], row[1]): row[3] for row in lookup.show(narrow.workspace, TEN).claims}
    assert told["image_url", LINKS["maker"]] == "withheld by the terms of maker"
    none = released(under(narrow, "shop", ALL))
    assert picture(none) == NONE
    assert body(none)["name"] == "Ardbeg 10 Year Old"


def test_terms_that_are_withdrawn_stop_the_release_until_a_build_takes_the_picture_out(house: House) -> None:
    released(house)
    narrow = under(house, "maker", ALL)
    with pytest.raises(UsageError, match="the terms of maker forbid more than when s000001 was built"):
        preview(narrow.workspace, target="local")
    assert not build_stands(narrow.workspace)
    narrow.build()
    (row,) = [row for row in preview(narrow.workspace, target="local").plan.rows if row.document == f"whisky/{TEN}"]
    assert (row.action, set(row.fields)) == ("update", {"image_url", "image_attribution"})
    assert picture(released(narrow)) == SHOWN["shop"]
    assert picture(released(under(narrow, "maker", '["*", "image_url"]'))) == SHOWN["maker"]


def test_other_terms_are_told_beside_the_picture_by_the_next_release(house: House) -> None:
    released(house)
    other = under(house, "maker", title="CC BY-SA 4.0")
    assert not build_stands(other.workspace)
    assert picture(released(other)) == (LINKS["maker"], LINES["maker"].replace("BY 4.0", "BY-SA 4.0"))
    assert set(other.made().values()) == {0}


def test_a_page_that_is_gone_lends_its_picture_no_longer_and_the_next_witness_then_nobody_does(house: House) -> None:
    released(house)
    for day in ("2026-01-12", "2026-01-19"):
        told_by(house, "maker", day)
    assert picture(released(house)) == SHOWN["maker"]
    told_by(house, "maker", "2026-01-26")
    assert picture(released(house)) == SHOWN["shop"]
    for day in ("2026-01-12", "2026-01-19", "2026-01-26"):
        told_by(house, "shop", day)
    assert picture(released(house)) == NONE
    assert body(house)["state"] == "dormant"
    told_by(house, "maker", "2026-02-02", ten("maker"))
    assert picture(released(house)) == SHOWN["maker"]


def test_a_feed_that_is_taken_away_takes_its_picture_along(house: House) -> None:
    released(house)
    house.workspace.close()
    (house.workspace.home.root / "sources" / "maker.toml").unlink()
    again = reopened(house)
    assert picture(released(again)) == SHOWN["shop"]


def test_the_picture_of_a_second_feed_of_one_shelf_stands_under_that_feeds_own_terms(house: House) -> None:
    narrow = under(house, "shop", ALL, id_space="maker")
    told_by(narrow, "shop", "2026-01-12", f"maker-10,Ardbeg 10 Year Old,{LINKS['shop']}")
    assert picture(released(narrow)) == SHOWN["maker"]
    closed = under(narrow, "maker", ALL)
    with pytest.raises(UsageError, match="the terms of maker forbid more than when"):
        preview(closed.workspace, target="local")
    assert picture(released(closed)) == NONE
