"""An entry is resolved only where exactly one whisky is what it says; all else waits or is unknown."""

from __future__ import annotations

import pytest

from whisky_assets.domain.records.core import Whisky
from whisky_assets.identity.find import FindIndex
from whisky_assets.identity.resolve import Resolution, resolve_entry
from whisky_assets.reference import load_reference
from whisky_assets_tests.identity.offer_world import whisky

ARDBEG = whisky("ardbeg_10", "Ardbeg 10 Year Old", abv_pct=46.0)
UIGEADAIL = whisky("uigeadail", "Ardbeg Uigeadail", abv_pct=54.2)
LAGAVULIN = whisky("lagavulin_16", "Lagavulin 16 Year Old", abv_pct=43.0)


def resolved(text: str, *whiskies: Whisky, age: int | None = None, year: int | None = None) -> Resolution:
    index = FindIndex(whiskies or (ARDBEG, UIGEADAIL, LAGAVULIN), load_reference())
    return resolve_entry(text, index, age_years=age, vintage_year=year)


@pytest.mark.parametrize(
    ("text", "pk"),
    [
        ("argbeg ten", "ardbeg_10_pk"),
        ("Ardbeg 10", "ardbeg_10_pk"),
        ("아드벡 10년", "ardbeg_10_pk"),
        ("Ardbeg TEN 46%", "ardbeg_10_pk"),
        ("ardbeg uigedail", "uigeadail_pk"),
        ("Uigeadail by Ardbeg", "uigeadail_pk"),
        ("라가불린16", "lagavulin_16_pk"),
    ],
)
def test_one_whisky_that_is_exactly_that_is_the_answer(text: str, pk: str) -> None:
    found = resolved(text)
    assert (found.state, found.pk, found.candidates) == ("resolved", pk, ())


def test_an_age_beside_the_text_counts_as_if_it_stood_in_it() -> None:
    assert resolved("ardbeg", age=10).pk == "ardbeg_10_pk"
    assert resolved("ardbeg ten", age=10).pk == "ardbeg_10_pk"
    assert resolved("ardbeg 10", age=10).pk == "ardbeg_10_pk"


def test_an_age_that_contradicts_the_text_waits() -> None:
    found = resolved("ardbeg ten", age=12)
    assert (found.state, found.pk) == ("waiting", None)
    assert "ardbeg_10_pk" in found.candidates
    assert "contradicts" in found.reason


def test_a_year_beside_the_text_is_a_vintage() -> None:
    park = whisky("park_2010", "Highland Park 2010"), whisky("park_12", "Highland Park 12 Year Old")
    assert resolved("highland park", *park, year=2010).pk == "park_2010_pk"
    assert resolved("highland park", *park, year=2011).state == "waiting"


def test_bottlings_that_differ_in_alcohol_alone_wait_with_those_on_sale_first() -> None:
    variants = [
        whisky("at_40", "Ardbeg 10 Year Old", abv_pct=40.0, live_offer_count=1),
        whisky("at_46", "Ardbeg 10 Year Old", abv_pct=46.0, live_offer_count=7),
        whisky("at_43", "Ardbeg 10 Year Old", abv_pct=43.0, live_offer_count=9, state="dormant"),
    ]
    found = resolved("argbeg ten", *variants)
    assert (found.state, found.candidates) == ("waiting", ("at_46_pk", "at_40_pk", "at_43_pk"))
    assert found.reason == "3 bottlings of that very name fit"
    assert resolved("argbeg ten 46%", *variants).pk == "at_46_pk"
    assert resolved("argbeg ten 57%", *variants).state == "waiting"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ardbeg", "Ardbeg 10 Year Old"),
        ("ardbeg 12", "Ardbeg 10 Year Old"),
        ("ardbeg ten", "Ardbeg 10 Year Old Batch 3"),
        ("ardbeg ten", "Ardbeg 10 Year Old Vintage 2010"),
        ("ardbeg ten", "Ardbeg Uigeadail 10 Year Old"),
        ("ardbeg ten uigeadail", "Ardbeg 10 Year Old"),
        ("ardbeg ten batch 2", "Ardbeg 10 Year Old Batch 3"),
        ("ardbeg ten port cask", "Ardbeg 10 Year Old"),
        ("ardbeg ten cask strength", "Ardbeg 10 Year Old"),
        ("jim beam", "Jim Beam Honey"),
        ("ardmore", "Ardmore Peated"),
    ],
)
def test_whatever_sets_it_apart_makes_an_entry_wait(text: str, name: str) -> None:
    found = resolved(text, whisky("only", name))
    assert (found.state, found.pk, found.candidates) == ("waiting", None, ("only_pk",))


def test_wood_that_only_the_whisky_tells_may_go_unsaid_where_no_other_fits() -> None:
    sherry = whisky("sherry", "Ardbeg 10 Year Old Sherry Cask")
    assert resolved("ardbeg ten", sherry).pk == "sherry_pk"
    assert resolved("ardbeg ten", sherry, ARDBEG).pk == "ardbeg_10_pk"
    port = whisky("port", "Ardbeg 10 Year Old Port Cask")
    assert resolved("ardbeg ten", sherry, port).state == "waiting"
    assert resolved("ardbeg ten port cask", sherry, port).pk == "port_pk"


def test_a_whisky_of_an_unlisted_brand_is_found_by_its_words() -> None:
    others = whisky("copper", "Winding Road Copper Classic"), whisky("tin", "Winding Road Tin Classic"), ARDBEG
    assert resolved("winding road copper classic", *others).pk == "copper_pk"
    assert resolved("winding road", *others).state == "waiting"


def test_a_misspelt_brand_and_nothing_else_is_a_guess_and_waits() -> None:
    shoulder = whisky("shoulder", "Monkey Shoulder")
    assert resolved("monkey shoulder", shoulder).pk == "shoulder_pk"
    assert resolved("monky shouldr", shoulder).state == "waiting"


@pytest.mark.parametrize("text", ["", "lovely evening xyzzy", "!!", "\x00"])
def test_a_text_that_names_no_whisky_is_unknown(text: str) -> None:
    found = resolved(text)
    assert (found.state, found.pk, found.candidates) == ("unknown", None, ())


@pytest.mark.parametrize("text", ["Mina drank argbeg ten", "secretword", "ardbeg secretword", "argbeg ten"])
def test_no_word_of_the_person_stands_in_the_reason(text: str) -> None:
    reason = resolved(text).reason
    assert reason
    assert not {"mina", "secretword", "argbeg", "drank"} & set(reason.casefold().replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ardbeg 10", "one whisky fits: brand, age"),
        ("ardbeg uigedail", "one whisky fits: brand, label"),
        ("ardbeg secretword", "no whisky is exactly that"),
        ("uigedael", "no whisky is exactly that"),
        ("argbeg", "its text comes near a brand and says nothing else"),
        ("lovely xyzzy", "no whisky shares a word with its text"),
        ("", "its text names no whisky"),
    ],
)
def test_the_reason_says_which_kinds_of_facts_decided(text: str, reason: str) -> None:
    assert resolved(text).reason == reason


def test_a_year_and_no_brand_are_told_as_reasons_too() -> None:
    park = whisky("park_2010", "Highland Park 2010"), whisky("road", "Winding Road Copper 2010")
    assert resolved("highland park 2010", *park).reason == "one whisky fits: brand, year"
    assert resolved("winding road copper 2010", *park).reason == "one whisky fits: label, year"


def test_at_most_five_candidates_wait_and_their_number_is_told() -> None:
    seven = [whisky(f"at_{number}", "Ardbeg 10 Year Old", abv_pct=40.0 + number) for number in range(7)]
    found = resolved("ardbeg ten", *seven)
    assert (found.state, found.reason) == ("waiting", "7 bottlings of that very name fit")
    assert found.candidates == tuple(f"at_{number}_pk" for number in range(5))
    assert len(resolved("ardbeg ten secretword", *seven).candidates) == 5


def test_several_that_tell_more_than_the_entry_wait() -> None:
    sherry, port = whisky("sherry", "Ardbeg 10 Year Old Sherry Cask"), whisky("port", "Ardbeg 10 Year Old Port Cask")
    found = resolved("ardbeg ten", sherry, port)
    assert (found.state, found.candidates) == ("waiting", ("port_pk", "sherry_pk"))
    assert found.reason == "2 bottlings that tell more than the entry fit"


@pytest.mark.parametrize(
    ("name", "has", "asked", "fits"),
    [
        ("Ardbeg 10 Year Old", 46.0, 46.5, True),
        ("Ardbeg 10 Year Old", 46.0, 45.5, True),
        ("Ardbeg 10 Year Old", 46.0, 46.6, False),
        ("Ardbeg 10 Year Old Cask Strength", 58.1, 58.25, True),
        ("Ardbeg 10 Year Old Cask Strength", 58.1, 58.3, False),
        ("Ardbeg 10 Year Old", None, 46.0, False),
    ],
)
def test_alcohol_that_an_entry_names_must_be_the_whiskys(name: str, has: float, asked: float, *, fits: bool) -> None:
    index = FindIndex([whisky("only", name, abv_pct=has)], load_reference())
    assert (resolve_entry(name, index, abv_pct=asked).state == "resolved") == fits
    assert resolve_entry(name, index).state == "resolved"


def test_the_alcohol_beside_the_text_counts_before_the_one_in_it() -> None:
    at = whisky("at_40", "Ardbeg 10 Year Old", abv_pct=40.0), whisky("at_46", "Ardbeg 10 Year Old", abv_pct=46.0)
    index = FindIndex(at, load_reference())
    assert resolve_entry("ardbeg ten 46%", index, abv_pct=40.0).pk == "at_40_pk"


def test_an_age_beside_the_text_takes_its_number_out_of_the_words() -> None:
    heron = whisky("heron", "Ardbeg Heron", age_years=16)
    assert resolved("ardbeg heron 16", heron, age=16).pk == "heron_pk"
    assert resolved("ardbeg heron", heron, age=17).state == "waiting"


def test_a_brand_is_not_resolved_by_words_of_a_whisky_that_has_one() -> None:
    assert resolved("uigeadail", whisky("only", "Ardbeg Uigeadail")).state == "waiting"
    assert resolved("ardbeg uigeadail", whisky("only", "Ardbeg Uigeadail")).state == "resolved"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jim beam rye", "Jim Beam Bourbon"),
        ("signatory vintage oban", "Oban"),
        ("oban", "Signatory Vintage Oban"),
        ("signatory vintage oban", "Gordon & MacPhail Oban"),
        ("oban cask no. 12", "Oban cask no. 13"),
        ("oban 1990", "Oban bottled 2005"),
        ("oban sherry cask", "Oban port cask"),
    ],
)
def test_a_style_bottler_cask_year_or_wood_of_another_kind_makes_an_entry_wait(text: str, name: str) -> None:
    assert resolved(text, whisky("only", name)).state == "waiting"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jim beam rye", "Jim Beam Rye"),
        ("jim beam", "Jim Beam Bourbon"),
        ("jim beam bourbon", "Jim Beam"),
        ("signatory vintage oban", "Signatory Vintage Oban"),
        ("oban cask no. 12", "Oban cask no. 12"),
        ("oban port cask", "Oban port & rum cask"),
        ("ardbeg cask strength 10 yo", "Ardbeg 10 Year Old Cask Strength"),
        ("ardbeg 10 yo", "Ardbeg 10 Year Old Cask Strength"),
        ("oban 1990", "Oban 1990"),
        ("arran peated", "Arran Peated"),
    ],
)
def test_what_agrees_or_may_go_unsaid_is_resolved(text: str, name: str) -> None:
    assert resolved(text, whisky("only", name)).pk == "only_pk"


def test_a_slip_is_mended_only_where_it_can_mean_one_word_of_the_brand() -> None:
    one = whisky("corry", "Ardbeg Corryvreckan")
    assert resolved("ardbeg corryvrekan", one).pk == "corry_pk"
    two = whisky("tiden", "Ardbeg Tidelan"), whisky("tidem", "Ardbeg Tidelam")
    assert resolved("ardbeg tidelax", *two).state == "waiting"
