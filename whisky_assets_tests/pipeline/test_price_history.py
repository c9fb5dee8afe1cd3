"""What a whisky cost is told by stretches of one price, from every day that any list told, and never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.pipeline.collecting import keep_file
from whisky_assets.pipeline.price_history import PriceStep, price_history
from whisky_assets.pipeline.rates import add_rates, known_rates, rates_file
from whisky_assets_tests.pipeline.house import House, sample_house
from whisky_assets_tests.pipeline.test_matching import HEADER
from whisky_assets_tests.pipeline.together import together

PRICES = ((5, "52,90", "ja"), (6, "52,90", "ja"), (9, "49,90", "ja"), (10, "49,90", "nein"), (12, "52,90", "ja"))
PK = "heron_tide_14_pk"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home whose elbe lists told one bottle on five days of January, and another size on one."""
    with sample_house(tmp_path_factory.mktemp("told") / "home", cut=True) as opened:
        for day, price, stock in PRICES:
            rows = [f"90001;Heron Tide 14 Jahre;;Single Malt Whisky;0,7 l;46,0;{price};;{stock};Schottland;Speyside"]
            if day == PRICES[0][0]:
                rows.append("90002;Heron Tide 14 Jahre;;Single Malt Whisky;0,05 l;46,0;5,90;;ja;Schottland;Speyside")
            body = "\r\n".join((HEADER, *rows, "")).encode("cp1252")
            keep_file(opened.workspace, opened.workspace.source("elbe"), f"Elbe_Preisliste_2026-01-{day:02d}.csv", body)
            opened.ingest("elbe")
        opened.build()
        yield opened


def stretches(steps: tuple[PriceStep, ...]) -> list[tuple[int, int, int | None, bool | None]]:
    return [
        (step.first_day.day, step.last_day.day, step.price_minor, step.available)
        for step in steps
        if step.source_id == "90001"
    ]


def test_each_stretch_of_one_price_and_state_is_one_line_in_order_of_day(house: House) -> None:
    steps = price_history(house.workspace, PK)
    assert stretches(steps) == [
        (5, 6, 52_90, True),
        (9, 9, 49_90, True),
        (10, 10, 49_90, False),
        (12, 12, 52_90, True),
    ]
    assert [step.price_minor for step in steps if step.source_id == "90002"] == [5_90]
    assert steps[-1].cells({})[0] == "Elbe"
    assert "sold out" in {step.cells({})[-1] for step in steps}


def test_a_price_in_another_currency_is_told_by_a_rate_of_its_own_day_or_not_at_all(
    house: House, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no rates") as told:
        price_history(house.workspace, PK, into="KRW")
    assert "whisky rates import" in str(told.value.remedy)
    source = tmp_path / "eurofxref-hist.csv"
    source.write_text("Date,KRW,\n2026-01-12,1600,\n2026-01-02,1500,\n", encoding="utf-8")
    try:
        assert add_rates(house.workspace.home.curation, source) == 2
        steps = price_history(house.workspace, PK, into="KRW")
        won = {step.first_day.day: step.converted_minor for step in steps if step.source_id == "90001"}
        assert won == {5: 79_350, 9: None, 10: None, 12: 84_640}
        assert {step.converted_currency for step in steps} == {"KRW"}
    finally:
        rates_file(house.workspace.home.curation).unlink(missing_ok=True)


def test_a_key_that_nobody_had_is_told_with_how_to_find_one(house: House) -> None:
    with pytest.raises(UsageError, match="no whisky ever had"):
        price_history(house.workspace, "nobody_pk")


def test_rates_are_added_once_and_a_contradiction_adds_nothing(tmp_path: Path) -> None:
    first = tmp_path / "first.csv"
    first.write_text("day,base,currency,rate,origin\n2026-01-05,EUR,KRW,1500,bank\n", encoding="utf-8")
    assert add_rates(tmp_path, first) == 1
    before = rates_file(tmp_path).read_bytes()
    assert add_rates(tmp_path, first) == 0
    assert rates_file(tmp_path).read_bytes() == before
    other = tmp_path / "other.csv"
    other.write_text(first.read_text() + "2026-01-06,EUR,KRW,1510,bank\n2026-01-05,EUR,KRW,1501,guess\n")
    with pytest.raises(UsageError, match=r"1501 in .*other\.csv, but 1500 by bank"):
        add_rates(tmp_path, other)
    assert rates_file(tmp_path).read_bytes() == before


def test_only_the_asked_currencies_are_added(tmp_path: Path) -> None:
    source = tmp_path / "eurofxref-hist.csv"
    source.write_text("Date,USD,KRW,GBP,\n2026-01-02,1.03,1500,0.83,\n", encoding="utf-8")
    assert add_rates(tmp_path, source, ["KRW"]) == 1
    [rate] = known_rates(tmp_path)
    assert (rate.day, rate.currency) == (date(2026, 1, 2), "KRW")


def test_two_rates_of_one_day_and_pair_in_the_owners_own_file_are_refused_by_name(tmp_path: Path) -> None:
    path = rates_file(tmp_path)
    path.parent.mkdir(parents=True)
    told = "2026-01-05,EUR,KRW,1500,bank\n"
    path.write_text(f"day,base,currency,rate,origin\n{told}{told}", encoding="utf-8")
    assert len(known_rates(tmp_path)) == 1
    path.write_text(f"day,base,currency,rate,origin\n{told}2026-01-05,EUR,KRW,1501,guess\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"2026-01-05 EUR KRW: 1501 in .*rates\.csv, but 1500 by bank"):
        known_rates(tmp_path)


ADDS = """
import sys
from pathlib import Path
from whisky_assets.pipeline.rates import add_rates

curation = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for source in sys.argv[2:]:
    add_rates(curation, Path(source))
"""


def test_two_processes_that_add_rates_at_once_lose_none(tmp_path: Path) -> None:
    files = []
    for day in range(1, 31):
        files.append(tmp_path / f"{day:02}.csv")
        line = f"2026-01-{day:02},EUR,KRW,{1500 + day},bank"
        files[-1].write_text(f"day,base,currency,rate,origin\n{line}\n", encoding="utf-8")
    curation = tmp_path / "curation"
    together(ADDS, [str(curation), *map(str, files[::2])], [str(curation), *map(str, files[1::2])])
    assert [rate.day.day for rate in known_rates(curation)] == list(range(1, 31))
