"""The numbers of quality: shipped with reasons, replaced one by one, and every mistake told with file and line."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from whisky_assets.cleaning.thresholds import (
    QUALITY_FILE,
    SHIPPED_THRESHOLDS,
    Thresholds,
    load_thresholds,
    read_thresholds,
    shipped_thresholds,
)
from whisky_assets.domain.errors import UsageError


def written(folder: Path, text: str) -> Path:
    path = folder / QUALITY_FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_holds_every_number_and_each_table_says_why() -> None:
    tables = tomllib.loads(SHIPPED_THRESHOLDS.read_text("utf-8"))
    assert tables == dataclasses.asdict(shipped_thresholds())
    blocks = SHIPPED_THRESHOLDS.read_text("utf-8").split("\n\n")
    assert all("#" in block for block in blocks)


def test_without_a_file_of_the_owner_the_shipped_numbers_hold(tmp_path: Path) -> None:
    assert load_thresholds(tmp_path) == load_thresholds() == shipped_thresholds()


def test_a_file_replaces_the_numbers_that_it_tells_and_no_other(tmp_path: Path) -> None:
    written(tmp_path, "[abv]\nstrongest_pct = 80\n[price_minor.cheapest]\nEUR = 300\nINR = 5_000\n")
    changed, shipped = load_thresholds(tmp_path), shipped_thresholds()
    assert changed.abv == dataclasses.replace(shipped.abv, strongest_pct=80.0)
    assert changed.price_minor.cheapest == {**shipped.price_minor.cheapest, "EUR": 300, "INR": 5_000}
    assert changed.price_minor.dearest == shipped.price_minor.dearest
    rest = [field.name for field in dataclasses.fields(Thresholds) if field.name not in ("abv", "price_minor")]
    assert [getattr(changed, name) for name in rest] == [getattr(shipped, name) for name in rest]
    assert changed.version != shipped.version


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("[abv]\nstrongst_pct = 80", 2, "did you mean 'strongest_pct'?"),
        ("\n[abw]\nstrongest_pct = 80", 2, "did you mean 'abv'?"),
        ("[price_minor.cheepest]\nEUR = 9", 1, "did you mean 'cheapest'?"),
        ("[price_minor.cheapest]\nEUD = 9", 2, "EUD is no currency (did you mean 'USD'?)"),
        ("[price_minor.cheapest]\nEUR = 1.5", 2, "must be a whole number of at least 1"),
        ("[price_minor.cheapest]\nEUR = 900_000_000", 2, "contradicts: cheapest is 900,000,000"),
        ("abv = 3", 1, "must be a table"),
        ("[abv]\nstrongest_pct = 101", 2, "must be a number from 0 to 100"),
        ("[abv]\nstrongest_pct = inf", 2, "must be a number from 0 to 100"),
        ("[abv]\nstrongest_pct = 'much'", 2, "must be a number"),
        ("[abv]\n\nstrongest_pct = 35", 3, "contradicts: full_strength_pct is 40, strongest_pct is 35"),
        ("[abv]\nwhisky_cut_pct = 29", 2, "contradicts: weakest_pct is 30, whisky_cut_pct is 29"),
        ("[size_ml]\nsmallest = 30_000", 2, "contradicts: smallest is 30000, largest is 20000"),
        ("[shares]\nlargest_fall = 10", 2, "must be a number from 0 to 1, not 10"),
        ("[name]\nfewest_letters = 0", 2, "must be a whole number of at least 1"),
        ("[abv\n", 1, "is no TOML"),
    ],
)
def test_every_mistake_is_told_with_file_and_line_and_the_nearest_key(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        read_thresholds(path)
    assert refused.value.message.startswith(f"{path}:{line}: ")
    assert told in refused.value.message
    assert refused.value.remedy.endswith("whisky quality")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_thresholds(tmp_path / "nowhere.toml")
