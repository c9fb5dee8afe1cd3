"""Sizes and strengths: every way of writing them that was seen, and dates that only look like strengths."""

import contextlib
import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import measures
from whisky_assets.parsing.measures import Abv, Volume, find_abv, find_volume, read_abv, read_count, read_volume


@pytest.mark.parametrize(
    ("text", "volume_ml", "pack_count"),
    [
        ("0.7 l", 700, 1),
        ("0,7 l", 700, 1),
        ("700ML", 700, 1),
        ("70 CL", 700, 1),
        ("72.5cl", 725, 1),
        ("0.7 л", 700, 1),
        ("1.14 L", 1140, 1),
        ("1,140 ml", 1140, 1),
        ("750\u00a0mL\u00a0bottle", 750, 1),
        ("700 ミリリットル", 700, 1),
        ("500밀리리터", 500, 1),
        ("6x5cl", 50, 6),
        ("3 x 0,2 l", 200, 3),
        ("(3 × 200 ml)", 200, 3),
        ("70cl x 6", 700, 6),
        ("5cl Miniature", 50, 1),
        ("750ML-ND", 750, 1),
        ("0,5л.42%", 500, 1),
    ],
)
def test_a_size_is_read_in_ml(text: str, volume_ml: int, pack_count: int) -> None:
    assert read_volume(text) == Volume(volume_ml, pack_count)
    assert find_volume(f"A whisky {text}") == Volume(volume_ml, pack_count)


@pytest.mark.parametrize("text", ["bottle", "700ml and 50ml", "70", "0 ml", "101 l", "lady 5 lions", ""])
def test_no_size_or_several_are_refused(text: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_volume(text)

    assert refused.value.reason == "volume_unreadable"
    assert find_volume(text) is None


@pytest.mark.parametrize(("unit", "text", "volume_ml"), [("ml", "750", 750), ("cl", "70", 700), ("l", "0.375", 375)])
def test_a_bare_number_counts_what_the_feed_declares(unit: str, text: str, volume_ml: int) -> None:
    assert read_volume(text, unit).volume_ml == volume_ml


@given(volume_ml=st.integers(1, 99_999), pack_count=st.integers(1, 24), comma=st.booleans())
def test_litres_are_read_back_as_ml(volume_ml: int, pack_count: int, comma: bool) -> None:
    number = f"{Decimal(volume_ml) / 1000:.3f}"
    text = f"{pack_count} x {number.replace('.', ',') if comma else number} l"

    assert read_volume(text) == Volume(volume_ml, pack_count)


@pytest.mark.parametrize(
    ("text", "abv_pct"),
    [
        ("40,17", 40.17),
        ("39.83", 39.83),
        ("46,0 % vol", 46.0),
        ("46 vol%", 46.0),
        ("43.0%", 43.0),
        ("46도", 46.0),
        ("46度", 46.0),
        ("57.1% abv", 57.1),
        ("ABV: 46", 46.0),
        ("Alc. 46% vol.", 46.0),
        ("14.20", 14.2),
        ("12.19", 12.19),
    ],
)
def test_a_strength_is_read(text: str, abv_pct: float) -> None:
    assert read_abv(text).abv_pct == abv_pct


@pytest.mark.parametrize("text", ["5.2014", "9.202", "21.2021", "1.2018", "28.2015", "5.2014%", "10.2029"])
def test_a_date_that_was_read_as_a_number_is_no_strength(text: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_abv(text)

    assert refused.value.reason == "abv_is_date"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("450", "abv_out_of_range"),
        ("400%", "abv_out_of_range"),
        ("Avg 46.4", "abv_unreadable"),
        ("", "abv_unreadable"),
        ("46.3.1", "abv_unreadable"),
        ("strong", "abv_unreadable"),
        ("109 PROOF", "abv_unreadable"),
    ],
)
def test_other_texts_are_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_abv(text)

    assert refused.value.reason == reason


def test_proof_is_what_the_country_means_by_it() -> None:
    assert read_abv("109 PROOF", "US").abv_pct == 54.5
    assert read_abv("70 proof", "GB").abv_pct == 40.0


@pytest.mark.parametrize(
    ("text", "abv_pct"),
    [
        ("Unpeated single malt / 57.1% abv / 70cl", 57.1),
        ("100% Rye 40%", 40.0),
        ("46%, now 20% off", 46.0),
        ("Canadian Club 100% Rye", None),
        ("51% corn, 45% vol", 45.0),
        ("43% rye whisky", 43.0),
        ("save 20% on 46%", 46.0),
        ("46% 20%할인중", 46.0),
        ("할인 20% 46%", 46.0),
        ("46% 20%オフ", 46.0),
        ("46% 30%OFF", 46.0),
        ("46% 30%引き", 46.0),
        ("46% or 43%", None),
        ("no strength", None),
    ],
)
def test_one_strength_is_found_in_running_text(text: str, abv_pct: float | None) -> None:
    found = find_abv(text)

    assert (found.abv_pct if found else None) == abv_pct


@given(text=st.text(alphabet="0123456789.,%x lmcдоvolabvproof도度", max_size=30))
def test_any_text_gives_a_possible_value_or_a_refusal(text: str) -> None:
    with contextlib.suppress(InputRefusedError):
        volume = read_volume(text)
        assert 1 <= volume.volume_ml <= 100_000
        assert 1 <= volume.pack_count <= 1_000
    with contextlib.suppress(InputRefusedError):
        assert 0 <= read_abv(text).abv_pct <= 100
    found = find_abv(text)
    assert found is None or 0 <= found.abv_pct < 100


@pytest.mark.parametrize(("text", "count"), [("6", 6), ("1.0", 1), ("12", 12)])
def test_a_count_is_whole(text: str, count: int) -> None:
    assert read_count(text) == count
    with pytest.raises(InputRefusedError):
        read_count(f"{text} bottles")


def test_all_27_date_strengths_of_the_gold_records_are_refused_and_no_other_is(shared_data: Path) -> None:
    with (shared_data / "gold" / "records.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["abv_pct"] for row in csv.DictReader(file) if row["abv_pct"]]
    reasons: list[str] = []
    for text in texts:
        try:
            read_abv(text)
        except InputRefusedError as error:
            reasons.append(error.reason)

    assert reasons == ["abv_is_date"] * 27


@pytest.mark.parametrize("read", [read_volume, read_abv, read_count])
def test_a_very_long_run_of_digits_is_refused_by_name(read: Callable[[str], object]) -> None:
    for text in ("9" * 10_000, f"{'9' * 10_000} ml", f"{'9' * 10_000}%"):
        with pytest.raises(InputRefusedError):
            read(text)
    assert find_abv(f"{'9' * 10_000}%") is None
    assert find_volume(f"{'9' * 10_000} ml") is None


def test_a_long_text_of_percents_and_sizes_is_left_at_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    as_before = measures._volume

    def counted(number: str, unit: str, count: str | None, text: str) -> Volume:
        read.append(number)
        return as_before(number, unit, count, text)

    monkeypatch.setattr(measures, "_volume", counted)

    assert find_volume(" ".join(f"{ml} ml" for ml in range(1, 500))) is None
    assert read == ["1", "2"]
    assert find_abv("100% rye " * 500 + "save 20% now " * 500 + "46% abv") == Abv(46.0)
    assert find_abv("46% 47% " * 500) is None


def test_nothing_is_looked_for_in_a_text_that_is_no_description(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "LONGEST_TEXT", 30)

    assert (find_abv("46% abv, 70cl".ljust(30)), find_volume("46% abv, 70cl".ljust(30))) == (Abv(46.0), Volume(700))
    assert (find_abv("46% abv, 70cl".ljust(31)), find_volume("46% abv, 70cl".ljust(31))) == (None, None)


@pytest.mark.parametrize("read", [read_volume, read_abv, read_count])
def test_a_text_that_is_too_long_for_a_field_is_refused_and_not_cut(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object]
) -> None:
    monkeypatch.setattr(measures, "LONGEST_TEXT", 4)

    with pytest.raises(InputRefusedError):
        read("  12 ml" if read is read_volume else "  120")
