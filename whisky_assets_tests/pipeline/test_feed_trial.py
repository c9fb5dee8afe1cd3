"""A trial of a TOML tells what it reads on saved pages, what it refuses and would lose, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline.collecting import import_path
from whisky_assets.pipeline.feed_trial import FeedTrial, lines_of, row_cells, try_files, try_kept
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

TOML = """\
[feed]
name = "corner"
title = "Corner shop"
world = "sample"
preset = "csv_xlsx"
seller = "Corner"
id_space = "corner"
country = "GB"
language = "en"
currency = "GBP"
enabled = false

[licence]
key = "mine"
title = "My own list"
terms_url = "http://corner.sample/terms"
checked = 2026-01-01
attribution = "Corner"
publish = true
allowed_fields = ["*"]

[file]
patterns = ["corner*.csv"]
format = "csv"

[fields]
source_id = "No"
name = "Name"
abv = "Alc"
price = "Price"
category = "Kind"

[kinds]
whisky = "whisky"
goods = "other"
"""
LIST = """\
No,Name,Alc,Price,Kind
1,Heron Tide 12 Years,46.0,45.50,whisky
2,Heron Tide Cask 9,58.1,90.00,whisky
3,Nosing glass,,9.00,goods
,No number,40,20.00,whisky
5,Heron Tide 18 Years,43.0,18.00 or 20.00,whisky
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A sample home with one list of an owner's feed, read once while the feed was on."""
    with sample_house(tmp_path / "home", cut=True) as opened:
        told = opened.workspace.home.root / "sources" / "corner.toml"
        told.parent.mkdir(exist_ok=True)
        told.write_text(TOML.replace("enabled = false", "enabled = true"), encoding="utf-8")
        prices = tmp_path / "corner_1.csv"
        prices.write_text(LIST, encoding="utf-8")
        import_path(opened.workspace, prices, "corner")
        opened.ingest("corner")
        told.write_text(TOML, encoding="utf-8")
        yield opened


def tried(house: House, old: str = "", new: str = "") -> FeedTrial:
    """Return the trial of the feed, off as it is, with one thing of its TOML changed."""

    def change(of: House) -> None:
        path = of.workspace.home.root / "sources" / "corner.toml"
        assert old in TOML
        path.write_text(TOML.replace(old, new) if old else TOML, encoding="utf-8")

    again = reopened(house, change)
    try:
        return try_kept(again.workspace, "corner", Quiet())
    finally:
        again.workspace.close()


def test_a_feed_that_is_off_is_read_and_nothing_differs(house: House) -> None:
    before = house.digest()
    trial = tried(house)
    assert dict(trial.kinds()) == {"whisky": 3, "other": 1}
    assert row_cells(trial.rows[0]) == (
        *("whisky", "Heron Tide 12 Years", "45.50 GBP", "", "46.0 %"),
        "corner:1",
    )
    assert [reason for reason, _, _ in trial.refused("row")] == ["no_id"]
    assert trial.differs() == "nothing"
    assert list(trial.problems()) == []
    assert house.digest() == before


def test_what_another_selector_reads_is_counted_by_field(house: House) -> None:
    trial = tried(house, 'abv = "Alc"', 'abv = "Price"')
    assert trial.changed()["abv_pct"] >= 2
    assert "abv_pct" in trial.differs()
    assert list(trial.problems()) == []


def test_products_that_would_be_lost_are_a_problem(house: House) -> None:
    trial = tried(house, 'source_id = "No"', 'source_id = { from = "No", pattern = "[12]" }')
    [problem] = trial.problems()
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, "feed corner")
    assert problem.message.startswith("2 products")


def test_a_page_that_nobody_understands_is_named_with_its_reason(house: House) -> None:
    trial = tried(house, 'name = "Name"', 'name = "Article"')
    assert trial.rows == []
    [page] = trial.pages
    assert page.unread
    problems = list(trial.problems())
    assert [page.unread in problem.message for problem in problems] == [True, False]
    assert "4 products" in problems[1].message


def test_saved_files_are_read_without_a_home_that_keeps_them(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(LIST.replace("Heron Tide 12 Years", "Heron Tide 14 Years"), encoding="utf-8")
    trial = try_files(house.workspace, "corner", [other])
    assert trial.rows[0].item.name == "Heron Tide 14 Years"
    assert [page.url for page in trial.pages] == [str(other)]
    assert trial.differs() == "not read before"
    with pytest.raises(UsageError, match="absent"):
        try_files(house.workspace, "corner", [tmp_path / "absent.csv"])
    with pytest.raises(UsageError, match="no feed 'nobody'"):
        try_files(house.workspace, "nobody", [other])


def test_each_refusal_is_told_once_by_reason_with_what_stands_there(house: House) -> None:
    lines = list(lines_of(tried(house)))
    assert lines[0] == "corner: 1 page, 4 rows"
    [row] = [line for line in lines if "refused rows, no_id: 1" in line]
    assert "No number" in lines[lines.index(row) + 1]
    assert any("refused values, price_ambiguous: 1" in line for line in lines)


def test_a_feed_without_pages_says_how_to_name_some(house: House) -> None:
    [line] = lines_of(try_kept(house.workspace, "harbour", Quiet()))
    assert line.endswith("whisky sources test harbour FILE")
