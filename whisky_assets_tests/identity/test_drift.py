"""A listing's own text against what it said before: what parts it from its key, what is asked, what is remembered."""

from __future__ import annotations

import pytest

from whisky_assets.identity.drift import (
    Drift,
    HardFields,
    as_told,
    conflicts,
    drift,
    hard_fields,
    is_reread,
    known,
    remembered,
)
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

REFERENCE = load_reference()


def told(name: str, abv_pct: float | None = None) -> HardFields:
    return hard_fields(parse_name(name, REFERENCE), abv_pct=abv_pct)


def drifted(before: str, after: str, *abvs: float | None) -> Drift:
    former_abv, now_abv = abvs or (None, None)
    return drift(before, told(before, former_abv), after, told(after, now_abv))


def test_the_hard_fields_are_those_of_the_name_and_the_alcohol_of_the_column() -> None:
    found = told("Signatory Vintage Ardbeg 10 Year Old Batch 3 Sherry Cask Strength Peated 58%", 57.5)
    assert found["brand"] == "ardbeg"
    assert found["bottler"] == "signatory_vintage"
    assert (found["age_years"], found["batch"], found["strength"]) == (10, "batch 3", "cask_strength")
    assert (found["cask"], found["peat"], found["abv_pct"]) == (("sherry",), "peated", 57.5)
    assert told("Ardbeg 10 46%")["abv_pct"] == 46.0
    assert "abv_pct" not in told("Ardbeg 10")
    assert "cask" not in told("Ardbeg 10")


@pytest.mark.parametrize(
    ("left", "right", "fields"),
    [
        ("Ardbeg 10 Year Old", "Ardbeg 10 yo", ()),
        ("Ardbeg 10 Year Old", "Ardbeg 12 Year Old", ("age_years",)),
        ("Ardbeg 10 Year Old", "Ardbeg", ()),
        ("Ardbeg Batch 3", "Ardbeg Batch 4", ("batch",)),
        ("Ardbeg 10 Year Old", "Oban 10 Year Old", ("brand",)),
        ("Ardbeg 10 Year Old", "10 Year Old", ()),
        ("10 Year Old", "Ardbeg 10 Year Old", ()),
        ("Ardbeg 40%", "Ardbeg 46%", ("abv_pct",)),
        ("Ardbeg 40%", "Ardbeg 40.5%", ()),
    ],
)
def test_what_both_texts_tell_otherwise_is_a_conflict_and_what_one_leaves_out_is_none(
    left: str, right: str, fields: tuple[str, ...]
) -> None:
    assert conflicts(told(left), told(right)) == fields
    assert conflicts(told(right), told(left)) == fields


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ("Ardbeg 10 Year Old", "Ardbeg 12 Year Old", ("age_years",)),
        ("Ardbeg 10 Year Old", "Oban 10 Year Old", ("brand",)),
        ("Zandolin Reserve", "Quorum Choice", ("name",)),
    ],
)
def test_a_text_that_came_to_tell_another_whisky_leaves_its_key(
    before: str, after: str, fields: tuple[str, ...]
) -> None:
    assert drifted(before, after) == Drift(fields=fields, detach=True)
    assert not drifted(before, after).disputed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ardbeg 10 Year Old", "ARDBEG Ten Years"),
        ("Yamazaki 12 Year Old", "Suntory Yamazaki 12 Year Old"),
        ("Suntory Yamazaki 12 Year Old", "Yamazaki 12 Year Old"),
        ("Zandolin Reserve", "Zandolin Choice"),
        ("Zandolin Reserve", "ザンドリン"),
        ("ザンドリン", "Zandolin Reserve"),
        ("Zandolin of yo", "Zandolin of yo"),
    ],
)
def test_a_reworded_text_keeps_its_key(before: str, after: str) -> None:
    assert drifted(before, after) == Drift()


def test_short_words_that_stand_in_every_name_are_no_word_in_common() -> None:
    assert drifted("Zandolin of yo", "Quorum of yo").fields == ("name",)
    assert drifted("Zandolin for all", "Quorum for men") == Drift()


def test_a_name_that_stayed_the_same_says_the_same_however_it_is_read() -> None:
    name = "Ardbeg 10 Year Old"
    other_reading = {**told(name), "age_years": 12}
    assert drift(name, other_reading, name, told(name)) == Drift()


def test_alcohol_alone_is_asked_about_and_detaches_where_bottlings_differ_by_it() -> None:
    plain = drifted("Ardbeg 10 Year Old", "Ardbeg 10 Year Old", 46.0, 43.0)
    assert (plain.fields, plain.detach, plain.disputed) == (("abv_pct",), False, True)
    for words in ("Batch 3", "Cask Strength", "Cask No. 17"):
        name = f"Ardbeg 10 Year Old {words}"
        assert drifted(name, name, 56.0, 58.0) == Drift(fields=("abv_pct",), detach=True)


def test_a_batch_that_only_one_of_both_texts_tells_makes_alcohol_count() -> None:
    assert drifted("Ardbeg 10 Batch 3", "Ardbeg 10", 46.0, 43.0).detach
    assert drifted("Ardbeg 10", "Ardbeg 10 Batch 3", 46.0, 43.0).detach


def test_a_field_once_told_is_remembered_through_a_poorer_text() -> None:
    kept = remembered("Ardbeg 10 Year Old", told("Ardbeg 10 Year Old", 46.0), "Ardbeg", told("Ardbeg"))
    assert (kept["was_age_years"], kept["was_abv_pct"]) == (10, 46.0)
    assert "age_years" not in kept
    assert known(kept)["age_years"] == 10
    assert "was_age_years" not in as_told(kept)
    assert drift("Ardbeg", kept, "Ardbeg 12 Year Old", told("Ardbeg 12 Year Old")).detach
    twice = remembered("Ardbeg", kept, "Ardbeg", told("Ardbeg"))
    assert twice["was_age_years"] == 10
    told_again = remembered("Ardbeg", kept, "Ardbeg 12 Year Old", told("Ardbeg 12 Year Old"))
    assert (told_again["age_years"], "was_age_years" in told_again) == (12, False)


def test_the_first_alcohol_is_remembered_so_that_small_steps_do_not_add_up() -> None:
    name = "Ardbeg 10 Year Old"
    kept = remembered(name, told(name, 46.0), name, told(name, 46.4))
    assert kept["abv_pct"] == 46.0
    assert drift(name, kept, name, told(name, 46.8)).disputed
    assert "abv_pct" not in remembered(name, told(name, 46.0), name, told(name))


def test_a_name_that_stayed_is_read_anew_and_forgets_its_former_reading() -> None:
    name = "Ardbeg 10 Year Old"
    assert "was_vintage_year" not in remembered(name, {**told(name), "vintage_year": 2010}, name, told(name))


def test_a_text_is_reread_only_where_name_and_alcohol_are_the_same_and_the_fields_are_not() -> None:
    name = "Ardbeg 10 Year Old"
    former = {**told(name, 46.0), "age_years": 12}
    assert is_reread(name, former, name, told(name, 46.0))
    assert not is_reread(name, told(name, 46.0), name, told(name, 46.0))
    assert not is_reread(name, former, name, told(name, 43.0))
    assert not is_reread(name, former, "Ardbeg 10", told(name, 46.0))
    assert not is_reread(name, {**told(name, 46.0), "was_batch": "batch 3"}, name, told(name, 46.0))


@pytest.mark.parametrize("field", ["age_years", "vintage_year", "bottled_year", "year"])
def test_a_number_that_changes_in_the_own_text_is_told_by_its_field(field: str) -> None:
    found = drift("Oban one", {"brand": "oban", field: 2001}, "Oban two", {"brand": "oban", field: 2002})
    assert found.detach
    assert found.fields
    assert not drift("Oban one", {"brand": "oban", field: 2001}, "Oban two", {"brand": "oban", field: 2001}).fields


def test_a_name_that_was_replaced_whole_is_another_text_unless_both_tell_the_brand() -> None:
    assert drift("Copper Fox Rye", {}, "Winding Road Classic", {}).fields == ("name",)
    assert drift("Copper Fox Rye", {"brand": "oban"}, "Winding Road Classic", {}).fields == ("name",)
    assert drift("Copper Fox Rye", {}, "Winding Road Classic", {"brand": "oban"}).fields == ("name",)
    assert not drift("Copper Fox Rye", {"brand": "oban"}, "Winding Road Classic", {"brand": "oban"}).fields
    assert not drift("Copper Fox Rye", {}, "Copper Road Classic", {}).fields


def test_a_brand_did_not_change_where_one_of_the_texts_names_both() -> None:
    maker, house = {"brand": "suntory"}, {"brand": "yamazaki"}
    assert not drift("Suntory Yamazaki", maker, "Yamazaki Single Malt", house).fields
    assert not drift("Suntory Malt", maker, "Suntory Yamazaki Malt", house).fields
    assert drift("Suntory Malt", maker, "Yamazaki Malt", house).fields == ("brand",)
