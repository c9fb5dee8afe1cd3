"""What a listing is: its category first, then its name; an unknown category is never guessed."""

import re

import pytest

from whisky_assets.cleaning.kinds import Kind
from whisky_assets.cleaning.kinds import kind_of as kind_within
from whisky_assets.cleaning.thresholds import AbvLimits, shipped_thresholds
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import load_reference
from whisky_assets.sources.declared_kinds import Kinds
from whisky_assets_tests.cleaning.listings_for_tests import parse

KINDS = Kinds(
    default=None,
    by_category={"whisky": "whisky", "likör": "spirit_drink", "set": "bundle", "gin": "other", "gifts": "by_name"},
)
ABV = shipped_thresholds().abv


def kind_of(
    kinds: Kinds, category: str | None, name: str, parsed: ParsedName, abv_pct: float | None, volume_ml: int | None
) -> Kind:
    return kind_within(kinds, category, name, parsed, abv_pct, volume_ml, ABV)


@pytest.mark.parametrize(
    ("category", "name", "abv_pct", "kind", "doubts"),
    [
        ("Whisky", "Ardbeg 10", 46.0, "whisky", ()),
        ("WHISKY ", "Unlisted 10", None, "whisky", ()),
        ("Whisky", "Ardbeg set", 46.0, "bundle", ()),
        ("Whisky", "Ardbeg tin", 46.0, "whisky", ()),
        ("Whisky", "Ardbeg vodka", 37.5, "spirit_drink", ()),
        ("Whisky", "Ardbeg vodka", None, "spirit_drink", ()),
        ("Whisky", "Ardbeg vodka", 40.0, "whisky", ("name_doubt",)),
        ("Whisky", "Ardbeg honey", 35.0, "spirit_drink", ()),
        ("Whisky", "Ardbeg honey", None, "spirit_drink", ()),
        ("Whisky", "Ardbeg honey", 46.0, "whisky", ("name_doubt",)),
        ("Whisky", "Moonshine", 30.0, "spirit_drink", ()),
        ("Whisky", "Ardbeg", 39.4, "spirit_drink", ()),
        ("Whisky", "Ardbeg", 39.5, "whisky", ()),
        ("Whisky", "Ardbeg", 20.0, "whisky", ()),
        ("Likör", "Ardbeg", 46.0, "spirit_drink", ()),
        ("Set", "Ardbeg", 46.0, "bundle", ()),
        ("Gin", "Ardbeg", 46.0, "other", ()),
        ("Gifts", "Ardbeg tin", 46.0, "whisky", ()),
        ("Gifts", "Ardbeg set", 46.0, "bundle", ()),
        ("Gifts", "Skate canadian whisky", 40.0, "whisky", ()),
        ("Gifts", "아무개 위스키", 40.0, "whisky", ()),
        ("Gifts", "Finlandia", 40.0, "other", ()),
        ("Gifts", "Ardbeg vodka", 40.0, "other", ()),
        ("Tequila", "Ardbeg 10", 46.0, "other", ("category_unknown",)),
        (None, "Ardbeg 10", 46.0, "other", ("category_missing",)),
        ("n/a", "Ardbeg 10", 46.0, "other", ("category_missing",)),
    ],
)
def test_a_kind_follows_category_name_and_strength(
    category: str | None, name: str, abv_pct: float | None, kind: str, doubts: tuple[str, ...]
) -> None:
    assert kind_of(KINDS, category, name, parse(name), abv_pct, 700) == Kind(kind, doubts)


@pytest.mark.parametrize("name", ["Ardbeg T-shirt", "Glencairn glass", "Gutschein 50", "글라스 2개"])
def test_goods_without_size_and_strength_are_no_whisky_even_in_its_category(name: str) -> None:
    assert kind_of(KINDS, "Whisky", name, parse(name), None, None) == Kind("other")
    assert kind_of(KINDS, "Whisky", name, parse(name), 46.0, 700) == Kind("whisky")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Eagle Rare 10 Year with Glencairn Set Bundle", "whisky"),
        ("Buffalo Trace Bourbon with Glencairn Set Bundle", "whisky"),
        ("Blanton's with Glencairn Set Bundle", "whisky"),
        ("Ardbeg 10 Year Old gift set with 2 glasses", "whisky"),
        ("Ardbeg 10 gift set glass", "whisky"),
        ("Ardbeg 10 + Glencairn glass", "whisky"),
        ("Ardbeg Uigeadail & Glencairn glass", "whisky"),
        ("Ardbeg 10 mit 2 Gläsern", "whisky"),
        ("아드벡 10년 글라스 2개 포함", "whisky"),
        ("アードベッグ 10年 グラス付き", "whisky"),
        ("Little Book Chapter 6 Whiskey", "whisky"),
        ("Glencairn Set Bundle", "other"),
        ("Glencairn glass with Ardbeg logo", "other"),
        ("Ardbeg Glencairn Glass", "other"),
        ("Ardbeg & Glencairn glass", "other"),
        ("Ardbeg gift set glass", "other"),
        ("Ardbeg mug and tumbler", "other"),
        ("Whisky tumbler with whisky stones", "other"),
        ("Whisky glasses", "other"),
        ("아드벡 글라스 2개", "other"),
        ("Ardbeg discovery set with Glencairn glass", "bundle"),
        ("Ardbeg tasting set with glass", "bundle"),
    ],
)
def test_a_glass_alone_is_other_goods_and_one_beside_a_whisky_changes_nothing(name: str, kind: str) -> None:
    parsed = parse_name(name, load_reference(), category=None, language="en")

    assert kind_of(KINDS, "Whisky", name, parsed, None, None) == Kind(kind)


def test_a_whisky_with_a_glass_is_read_as_that_whisky() -> None:
    reference = load_reference()
    alone = parse_name("Eagle Rare 10 Year", reference, language="en")
    with_glass = parse_name("Eagle Rare 10 Year with Glencairn Set Bundle", reference, language="en")

    assert (with_glass.leftover, with_glass.pack) == (alone.leftover, "same")
    assert (with_glass.brand, with_glass.age_years) == (alone.brand, alone.age_years) == ("eagle_rare", 10)


@pytest.mark.parametrize(
    ("name", "abv_pct", "limits", "kind"),
    [
        (
            "Ardbeg",
            38.0,
            AbvLimits(weakest_pct=30, strongest_pct=75, whisky_cut_pct=37.5, full_strength_pct=40),
            "whisky",
        ),
        (
            "Ardbeg",
            32.0,
            AbvLimits(weakest_pct=35, strongest_pct=75, whisky_cut_pct=39.5, full_strength_pct=40),
            "whisky",
        ),
        (
            "Ardbeg honey",
            43.0,
            AbvLimits(weakest_pct=30, strongest_pct=75, whisky_cut_pct=39.5, full_strength_pct=45),
            "spirit_drink",
        ),
    ],
)
def test_other_limits_make_other_kinds(name: str, abv_pct: float, limits: AbvLimits, kind: str) -> None:
    assert kind_within(KINDS, "Whisky", name, parse(name), abv_pct, 700, limits).kind == kind


@pytest.mark.parametrize(("name", "abv_pct"), [("Ardbeg 10", 46.0), ("Ardbeg set", None), ("Montilla Oloroso", 16.9)])
def test_a_review_is_a_review_whatever_it_is_about(name: str, abv_pct: float | None) -> None:
    kinds = Kinds(default="review", by_category={})

    assert kind_of(kinds, None, name, parse(name), abv_pct, None) == Kind("review")


def test_a_default_speaks_only_for_rows_without_a_category() -> None:
    kinds = Kinds(default="whisky", by_category=KINDS.by_category)

    assert kind_of(kinds, None, "Ardbeg", parse("Ardbeg"), 46.0, 700) == Kind("whisky")
    assert kind_of(kinds, "Tequila", "Ardbeg", parse("Ardbeg"), 46.0, 700) == Kind("other", ("category_unknown",))


NAMED = Kinds(
    default="whisky",
    by_category={"whisky": "whisky", "*rum": "other", "single * whisky": "whisky", "rare rum": "bundle"},
    by_name=(
        (re.compile("gift set [0-9]+x", re.IGNORECASE), "bundle"),
        (re.compile("^buy [0-9]", re.IGNORECASE), "other"),
    ),
)


@pytest.mark.parametrize(
    ("category", "name", "declared"),
    [
        ("Whisky", "Ardbeg Gift Set 3x20cl", "bundle"),
        ("Whisky", "BUY 2, save 6", "other"),
        (None, "Ardbeg gift set 3x20cl", "bundle"),
        ("Whisky", "Ardbeg 10", "whisky"),
        (None, "Ardbeg 10", "whisky"),
        ("Jamaica  RUM", "Ardbeg 10", "other"),
        ("Rare rum", "Ardbeg 10", "bundle"),
        ("Single Malt Whisky", "Ardbeg 10", "whisky"),
        ("Single Malt Whisky Liqueur", "Ardbeg 10", None),
        ("Rum cake", "Ardbeg 10", None),
    ],
)
def test_a_feed_s_words_for_names_decide_before_its_categories(
    category: str | None, name: str, declared: str | None
) -> None:
    assert NAMED.of(category, name) == declared
    if declared in ("other", "bundle", "whisky"):
        assert kind_of(NAMED, category, name, parse(name), 46.0, 700).kind == declared
