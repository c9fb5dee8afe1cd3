"""Open questions stay open until somebody answers them, and a price that moved asks none anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.records import ReviewItem
from whisky_assets.identity.past_choices import JOINED
from whisky_assets.pipeline.collecting import keep_file
from whisky_assets_tests.pipeline.full_builds import digests, fully_built
from whisky_assets_tests.pipeline.house import House, sample_house

HEADER = "Artikelnr;Bezeichnung;Hersteller;Warengruppe;Inhalt;Alkohol;Preis EUR;EAN;Bestand;Herkunft;Region"


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built; each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.ingest()
        first.build()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    with sample_house(tmp_path / "home") as opened:
        opened._number = built_home._number
        yield opened


def tell(house: House, day: int, *, name: str = "Glenfarclas Tradition 15 Jahre", abv: str, price: str) -> None:
    """Send an elbe list of one row, dated a day of January, read it and build."""
    row = f"90001;{name};Glenfarclas;Single Malt Whisky;0,7 l;{abv};{price};;ja;Schottland;Speyside"
    body = f"{HEADER}\r\n{row}\r\n".encode("cp1252")
    keep_file(house.workspace, house.workspace.source("elbe"), f"Elbe_Preisliste_2026-01-{day:02d}.csv", body)
    house.ingest("elbe")
    house.build()


def drifts(house: House) -> list[ReviewItem]:
    """Return the open questions about listings whose own text changed."""
    return [row for row in house.workspace.current_rows("core/review_queue") if row.kind == "drift"]


def test_a_strength_that_moved_alone_is_asked_and_stays_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(house, 12, abv="46,0", price="52,90")
    assert drifts(house) == []
    (before,) = (row for row in house.workspace.current_rows("core/matches") if row.source_id == "90001")
    tell(house, 13, name="GLENFARCLAS TRADITION 15 JAHRE", abv="43,0", price="52,90")
    (asked,) = drifts(house)
    assert (asked.left, asked.left_pk) == ("elbe:90001", before.whisky_pk)
    assert (asked.left_name, asked.right_name) == (
        "Glenfarclas Tradition 15 Jahre",
        "GLENFARCLAS TRADITION 15 JAHRE",
    )
    assert "46.0 -> 43.0" in asked.reason
    house.build()
    assert drifts(house) == [asked]
    made = digests(house)
    assert fully_built(house, monkeypatch) == made
    assert drifts(house) == [asked]


def test_a_price_that_moved_asks_nothing_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(house, 12, abv="46,0", price="52,90")
    before = list(house.workspace.current_rows("core/review_queue"))
    matched = {row.source_id: row.reason for row in house.workspace.current_rows("core/matches")}
    tell(house, 13, abv="46,0", price="99,90")
    assert list(house.workspace.current_rows("core/review_queue")) == before
    assert {row.source_id: row.reason for row in house.workspace.current_rows("core/matches")} == matched
    assert digests(house) == fully_built(house, monkeypatch)


def test_what_a_build_joined_before_it_knew_of_a_rival_is_asked_in_the_queue(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alcohol of 43.0 and 43.8 are two bottlings, and 43.4 fits both: all three at once join nothing."""
    bottles = ("90001;Heron Tide 14 Jahre", "0,7 l;43,0"), ("90002;Heron Tide 14 Jahre", "1 l;43,4")
    rival = ("90003;Heron Tide 14 Jahre", "0,5 l;43,8")
    for day, told in ((12, bottles), (13, (*bottles, rival))):
        rows = [f"{name};;Single Malt Whisky;{bottle};52,90;;ja;Schottland;Speyside" for name, bottle in told]
        body = "\r\n".join((HEADER, *rows, "")).encode("cp1252")
        keep_file(house.workspace, house.workspace.source("elbe"), f"Elbe_Preisliste_2026-01-{day}.csv", body)
        house.ingest("elbe")
        house.build()
    pk_of = {row.source_id: row.whisky_pk for row in house.workspace.current_rows("core/matches")}
    assert pk_of["90001"] == pk_of["90002"] != pk_of["90003"]
    [asked] = [row for row in house.workspace.current_rows("core/review_queue") if row.kind == "split"]
    assert (asked.left, asked.right, asked.reason) == ("elbe:90001", "elbe:90002", JOINED)
    assert digests(house) == fully_built(house, monkeypatch)
