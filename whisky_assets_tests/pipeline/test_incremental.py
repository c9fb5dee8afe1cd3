"""After any changes a build that reads what changed alone makes, judges and counts what a full one does."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from whisky_assets.domain.outcome import NewTable
from whisky_assets.pipeline import describing, offering, standing_rows
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.collecting import keep_file
from whisky_assets.pipeline.graph import gated_tables
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.standing_rows import HANGS_ON
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.full_builds import digests, making_all_anew
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

HEADER = "Artikelnr;Bezeichnung;Hersteller;Warengruppe;Inhalt;Alkohol;Preis EUR;EAN;Bestand;Herkunft;Region"
NAMES = (
    "Ardbeg 10 Jahre",
    "Ardbeg Uigeadail",
    "Glenfarclas 15 Jahre",
    "Glenfarclas 105",
    "Lagavulin 16 Jahre",
    "Quixotl Single Malt",
    "Quixotl 12 Jahre",
    "아드벡 10년",
)
STEPS = ("offers", "matches", "whiskies", "entries", "snapshot")
EANS = ("", "", "5010019640161", "5000281005409")
Shelf = dict[str, tuple[str, str, str, str]]
"""Number to name, alcohol, price and barcode."""


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built and published; each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.run()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    with sample_house(tmp_path / "home") as opened:
        opened._number = built_home._number
        yield opened


def tell(house: House, day: int, shelf: Shelf, rum: Collection[str] = ()) -> None:
    """Send a whole price list, dated a day of January, and read it; numbers in `rum` are rum there."""
    rows = [
        f"{number};{name};;{'Rum' if number in rum else 'Single Malt Whisky'};0,7 l;{abv};{price};{ean};ja;Schottland;"
        for number, (name, abv, price, ean) in sorted(shelf.items())
    ]
    body = "\r\n".join([HEADER, *rows, ""]).encode("cp1252", "replace")
    keep_file(house.workspace, house.workspace.source("elbe"), f"Elbe_Preisliste_2026-01-{day:02d}.csv", body)
    house.ingest("elbe")


def change(draw: random.Random, shelf: Shelf, house: House) -> None:
    """Add, change and take away rows of a shelf, and sometimes decide or curate something."""
    for _ in range(draw.randrange(4)):
        number = str(90_000 + draw.randrange(12))
        abv, price = draw.choice(("40,0", "46,0", "54,2", "")), f"{draw.randrange(20, 90)},90"
        shelf[number] = (draw.choice(NAMES), abv, price, draw.choice(EANS))
    for number in draw.sample(sorted(shelf), min(max(len(shelf) - 1, 0), draw.randrange(2))):
        del shelf[number]
    curation = house.workspace.home.curation
    if draw.random() < 0.3:
        one, other = draw.sample(sorted(_matched(house)), 2)
        told: dict[str, Any] = {"kind": draw.choice(("same", "different")), "subject": one, "object": other}
        told |= {"who": "tester", "when": date(2026, 1, 12), "why": "seen"}
        (curation / "decisions").mkdir(parents=True, exist_ok=True)
        (curation / "decisions" / "one.toml").write_text(tomlkit.dumps(told), encoding="utf-8")
    elif draw.random() < 0.3:
        (curation / "reference").mkdir(parents=True, exist_ok=True)
        (curation / "reference" / "aliases.csv").write_text(
            f"spelling,language,kind,key,origin\nQuixotl,en,distillery,{draw.choice(('ardbeg', 'lagavulin'))},a test\n",
            encoding="utf-8",
        )


def _matched(house: House) -> set[str]:
    return {f"{row.id_space}:{row.source_id}" for row in house.workspace.current_rows("core/matches")}


def judged(house: House) -> Mapping[str, Any]:
    """Return all verdicts of the last build, and what its steps counted, but how much of it they matched."""
    snapshot = house.workspace.current_snapshot()
    assert snapshot is not None
    counts = {name: report_of_build(house.workspace, snapshot.build, name)["counts"] for name in STEPS}
    del counts["matches"]["blocks_matched"]
    return {
        "counts": counts,
        "checks": {
            dataset: [(one.name, one.passed, one.severity, one.summary, one.count, one.cases) for one in table.checks]
            for dataset, table in house.tables.items()
            if dataset in gated_tables()
        },
    }


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_any_changes_end_as_in_a_full_build_with_its_verdicts_its_balance_and_its_documents(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeatable changes, no secret
    shelf: Shelf = {}
    for day in range(12, 15):
        change(draw, shelf, house)
        shelf.setdefault("90099", ("Lagavulin 16 Jahre", "43,0", "69,90", ""))
        house = reopened(house)
        tell(house, day, shelf)
        twin = twin_of(house, tmp_path / f"twin-{day}")
        house.build()
        with making_all_anew(monkeypatch):
            twin.build(anew=True)
        assert twin.made()["core/offers"] == len(twin.tables["core/offers"].rows) > 0
        assert digests(house) == digests(twin)
        assert judged(house) == judged(twin)
        told, full = house.publish(), twin.publish()
        assert {**told.counts} == {**full.counts}
        assert digests(house) == digests(twin)
        twin.workspace.close()


def as_in_a_full_build(house: House, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Build a home, and its copy with every row made anew; assert that both end alike."""
    twin = twin_of(house, root)
    house.build()
    with making_all_anew(monkeypatch):
        twin.build(anew=True)
    assert digests(house) == digests(twin)
    assert judged(house) == judged(twin)
    twin.workspace.close()


def test_a_decision_about_a_listing_that_comes_later_brings_the_block_of_its_other_side(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = next(row for row in house.workspace.current_rows("core/matches") if row.block == "macallan")
    told: dict[str, Any] = {"kind": "same", "subject": f"{other.id_space}:{other.source_id}", "object": "elbe:90002"}
    told |= {"who": "tester", "when": date(2026, 1, 12), "why": "seen"}
    (house.workspace.home.curation / "decisions").mkdir(parents=True, exist_ok=True)
    (house.workspace.home.curation / "decisions" / "one.toml").write_text(tomlkit.dumps(told), encoding="utf-8")
    tell(house, 12, {"90003": ("Ardbeg Uigeadail", "54,2", "69,90", "")})
    house.build()
    tell(house, 13, dict.fromkeys(("90002", "90003"), ("Ardbeg Uigeadail", "54,2", "69,90", "")))
    as_in_a_full_build(house, monkeypatch, tmp_path / "twin")
    decided, beside = (match_of(house, number) for number in ("90002", "90003"))
    assert decided.whisky_pk == other.whisky_pk
    assert beside.family_pk != decided.family_pk


def test_a_listing_that_comes_back_in_another_block_is_weighed_against_those_who_hold_its_key(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aliases = house.workspace.home.curation / "reference" / "aliases.csv"
    aliases.parent.mkdir(parents=True, exist_ok=True)
    aliases.write_text("spelling,language,kind,key,origin\nQuixotl,en,distillery,ardbeg,a test\n", encoding="utf-8")
    house = reopened(house)
    shelf: Shelf = {
        "90001": ("Glenfarclas 105", "60,0", "69,90", ""),
        "90002": ("Quixotl 10 Jahre", "", "49,90", ""),
    }
    tell(house, 12, shelf)
    house.build()
    former = match_of(house, "90002")
    assert former.block == "ardbeg"
    aliases.unlink()
    house = reopened(house)
    tell(house, 13, shelf, rum=["90002"])
    house.build()
    assert match_of(house, "90002") is None
    tell(house, 14, {**shelf, "90002": ("Quixotl 10 Jahre", "54,2", "49,90", "")})
    as_in_a_full_build(house, monkeypatch, tmp_path / "twin")
    assert match_of(house, "90002").block != former.block
    assert match_of(house, "90002").whisky_pk != former.whisky_pk


def test_a_build_whose_former_listings_are_damaged_looks_at_every_product(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tell(house, 12, {"90001": ("Ardbeg 10 Jahre", "46,0", "49,90", "")})
    house.build()
    (segment,) = house.workspace.heads()["elbe"]["staged/listings"].segments
    tell(house, 13, {"90001": ("Ardbeg 10 Jahre", "46,0", "59,90", "")})
    (path,) = house.workspace.home.local_volume.glob(f"staged/listings/**/*{segment}*.parquet")
    path.unlink()
    as_in_a_full_build(house, monkeypatch, tmp_path / "twin")
    assert house.tables["core/offers"].base == ()


def test_the_registry_is_checked_whole_where_not_all_else_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[int] = []

    def watched(dataset: str, rows: Sequence[object], *, beside: int = 0) -> Any:
        if dataset == "core/registry":
            checked.append(len(rows))
        return schema_check(dataset, rows, beside=beside)

    monkeypatch.setattr("whisky_assets.pipeline.matching.schema_check", watched)
    house.build()
    monkeypatch.setattr(standing_rows, "CHECKS_VERSION", "another")
    house.build()
    events = len(list(house.workspace.current_rows("core/registry")))
    assert checked == [0, events]


def test_of_two_rows_of_one_key_none_hides_in_the_base(house: House) -> None:
    base = standing_rows.current_table(house.workspace, "core/matches")
    row = next(base.rows())
    twice = NewTable(dataset="core/matches", rows=(row, dataclasses.replace(row, reason="another")))
    merged, beside = standing_rows.merged_into(base, [row], twice)
    assert not schema_check("core/matches", merged.rows, beside=beside).passed


def match_of(house: House, number: str) -> Any:
    """Return the match of a row of the price list, None where it has none."""
    return next((row for row in house.workspace.current_rows("core/matches") if row.source_id == number), None)


def twin_of(house: House, root: Path) -> House:
    """Return a copy of a home as it stands, opened."""
    shutil.copytree(house.workspace.home.root, root)
    home = dataclasses.replace(house.workspace.home, root=root)
    return House(Workspace(home), _number=house._number)


def test_of_a_list_with_one_row_more_only_that_row_and_its_whisky_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, 12, {"90001": ("Ardbeg 10 Jahre", "46,0", "49,90", "")})
    house.build()
    tell(
        house,
        13,
        {"90001": ("Ardbeg 10 Jahre", "46,0", "49,90", ""), "90002": ("Lagavulin 16 Jahre", "43,0", "69,90", "")},
    )
    taken: list[Any] = []
    described: list[str] = []
    take_offer, take_whisky = offering._Maker.take, describing._Describing.take

    def watched_offer(self: offering._Maker, key: Any, rows: Any) -> None:
        taken.append(key)
        take_offer(self, key, rows)

    def watched_whisky(self: describing._Describing, pk: str, *rest: Any) -> None:
        described.append(pk)
        take_whisky(self, pk, *rest)

    monkeypatch.setattr(offering._Maker, "take", watched_offer)
    monkeypatch.setattr(describing._Describing, "take", watched_whisky)
    house.build()
    assert taken == [("elbe", "90001"), ("elbe", "90002")]
    of_them = {
        row.whisky_pk for row in house.workspace.current_rows("core/matches") if row.source_id in {"90001", "90002"}
    }
    assert set(described) <= of_them


def test_rows_that_hang_on_other_curation_are_all_asked(house: House) -> None:
    house.build()
    snapshot = house.workspace.current_snapshot()
    assert snapshot is not None
    before = report_of_build(house.workspace, snapshot.build, "offers")["metadata"][HANGS_ON]
    (house.workspace.home.curation / "quality.toml").write_text("[abv]\nstrongest_pct = 90\n", encoding="utf-8")
    changed = reopened(house)
    changed.build()
    snapshot = changed.workspace.current_snapshot()
    assert snapshot is not None
    assert report_of_build(changed.workspace, snapshot.build, "offers")["metadata"][HANGS_ON] != before
    table = changed.tables["core/offers"]
    assert (len(table.rows), table.base) == (table.made + table.carried_rows, ())
