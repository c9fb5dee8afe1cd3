"""What a listing is: its category first, then its name; an unknown category is never guessed."""

import pytest

from whisky_assets.cleaning.kinds import Kind
from whisky_assets.cleaning.kinds import kind_of as kind_within
from whisky_assets.cleaning.thresholds import AbvLimits, shipped_thresholds
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.sources.source import Kinds
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


def test_a_default_speaks_only_for_rows_without_a_category() -> None:
    kinds = Kinds(default="whisky", by_category=KINDS.by_category)

    assert kind_of(kinds, None, "Ardbeg", parse("Ardbeg"), 46.0, 700) == Kind("whisky")
    assert kind_of(kinds, "Tequila", "Ardbeg", parse("Ardbeg"), 46.0, 700) == Kind("other", ("category_unknown",))
