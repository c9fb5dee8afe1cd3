"""Verdicts: each rule of the table, and that nothing missing holds a good whisky back."""

import dataclasses
import re
from typing import Any

import pytest

from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.cleaning.verdicts import RULES, Facts, gravest, verdict_of
from whisky_assets.domain.records.shared import VERDICTS
from whisky_assets.parsing.parsed import FIELDS

LIMITS = shipped_thresholds()
GOOD = Facts(
    clean_name="Ardbeg 10",
    kind="whisky",
    doubts=(),
    flags=(),
    brand="ardbeg",
    abv_pct=46.0,
    volume_ml=700,
    price_minor=5_000,
    currency="EUR",
    publishable=True,
)


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons"),
    [
        ({}, "publish", ()),
        ({"abv_pct": None}, "publish", ()),
        ({"brand": None}, "publish", ()),
        ({"flags": ("gtin_check_digit", "country_unknown", "price_zero")}, "publish", ()),
        ({"brand": None, "abv_pct": None}, "hold", ("unidentified",)),
        ({"flags": ("abv_implausible",), "abv_pct": None}, "hold", ("abv_implausible",)),
        ({"flags": ("name_damaged",)}, "hold", ("name_damaged",)),
        ({"doubts": ("name_doubt",)}, "hold", ("name_doubt",)),
        ({"kind": "other", "doubts": ("category_unknown",)}, "hold", ("category_unknown",)),
        ({"kind": "other", "doubts": ("category_missing",)}, "hold", ("category_missing",)),
        ({"kind": "other"}, "refuse", ("other_goods",)),
        ({"kind": "bundle"}, "refuse", ("bundle",)),
        ({"kind": "review"}, "refuse", ("review",)),
        ({"kind": "review", "abv_pct": 16.9, "brand": None}, "refuse", ("review",)),
        ({"kind": "spirit_drink"}, "refuse", ("spirit_drink",)),
        ({"clean_name": "10 x", "brand": None}, "refuse", ("name_unusable",)),
        ({"clean_name": "벳 69", "brand": None}, "publish", ()),
        ({"clean_name": "響", "brand": None}, "publish", ()),
        ({"clean_name": "1792"}, "publish", ()),
        ({"volume_ml": None, "price_minor": None, "currency": None}, "publish", ()),
        ({"volume_ml": 10}, "publish", ()),
        ({"volume_ml": 9}, "hold", ("size_implausible",)),
        ({"volume_ml": 20_000}, "publish", ()),
        ({"volume_ml": 20_001}, "hold", ("size_implausible",)),
        ({"volume_ml": 9, "kind": "spirit_drink"}, "refuse", ("spirit_drink",)),
        ({"price_minor": 100}, "publish", ()),
        ({"price_minor": 99}, "hold", ("price_implausible",)),
        ({"price_minor": 150_000_001}, "hold", ("price_implausible",)),
        ({"price_minor": 999, "currency": "KRW"}, "hold", ("price_implausible",)),
        ({"price_minor": 1, "currency": "INR"}, "publish", ()),
        ({"clean_name": "Ardbeg " + "x" * 243}, "publish", ()),
        ({"clean_name": "Ardbeg " + "x" * 244}, "hold", ("name_too_long",)),
        ({"publishable": False}, "refuse", ("terms_forbid",)),
        ({"publishable": False, "flags": ("name_damaged",)}, "refuse", ("terms_forbid", "name_damaged")),
    ],
)
def test_each_rule_leads_to_its_verdict(changes: dict[str, Any], verdict: str, reasons: tuple[str, ...]) -> None:
    assert verdict_of(dataclasses.replace(GOOD, **changes), LIMITS) == (verdict, reasons)


def test_other_limits_judge_otherwise() -> None:
    name = dataclasses.replace(LIMITS.name, fewest_letters=4, longest_characters=5)
    strict = dataclasses.replace(LIMITS, name=name)
    assert verdict_of(dataclasses.replace(GOOD, clean_name="Abc", brand=None), strict)[1] == ("name_unusable",)
    assert verdict_of(GOOD, strict)[1] == ("name_too_long",)


def test_the_gravest_of_many_reasons_decides() -> None:
    assert gravest(()) == "publish"
    assert gravest(("abv_implausible",)) == "hold"
    assert gravest(("abv_implausible", "bundle")) == "refuse"


def test_every_rule_tells_what_an_owner_can_do() -> None:
    for code, rule in RULES.items():
        assert re.search(r": whisky (run|quality --try quality\.toml)$", rule.remedy), code
        assert set(rule.answered_by) <= {*FIELDS, "volume_ml"}, code


def test_every_rule_has_a_code_a_verdict_and_a_sentence_that_says_why() -> None:
    for code, rule in RULES.items():
        assert re.fullmatch(r"[a-z][a-z_]*", code)
        assert rule.verdict in VERDICTS[1:]
        assert len(rule.because) > 40
        assert rule.because.endswith(".")


def test_the_gravest_rules_stand_first() -> None:
    assert [rule.verdict for rule in RULES.values()] == sorted((rule.verdict for rule in RULES.values()), reverse=True)
