"""Verdicts: each rule of the table, and that nothing missing holds a good whisky back."""

import dataclasses
import re
from typing import Any

import pytest

from whisky_assets.cleaning.verdicts import RULES, Facts, verdict_of
from whisky_assets.domain.records.shared import VERDICTS

GOOD = Facts(clean_name="Ardbeg 10", kind="whisky", doubts=(), flags=(), brand="ardbeg", abv_pct=46.0, publishable=True)


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
        ({"kind": "spirit_drink"}, "refuse", ("spirit_drink",)),
        ({"clean_name": "10 x", "brand": None}, "refuse", ("name_unusable",)),
        ({"clean_name": "벳 69", "brand": None}, "publish", ()),
        ({"clean_name": "響", "brand": None}, "publish", ()),
        ({"clean_name": "1792"}, "publish", ()),
        ({"publishable": False}, "refuse", ("terms_forbid",)),
        ({"publishable": False, "flags": ("name_damaged",)}, "refuse", ("terms_forbid", "name_damaged")),
    ],
)
def test_each_rule_leads_to_its_verdict(changes: dict[str, Any], verdict: str, reasons: tuple[str, ...]) -> None:
    assert verdict_of(dataclasses.replace(GOOD, **changes)) == (verdict, reasons)


def test_every_rule_has_a_code_a_verdict_and_a_sentence_that_says_why() -> None:
    for code, rule in RULES.items():
        assert re.fullmatch(r"[a-z][a-z_]*", code)
        assert rule.verdict in VERDICTS[1:]
        assert len(rule.because) > 40
        assert rule.because.endswith(".")


def test_the_gravest_rules_stand_first() -> None:
    assert [rule.verdict for rule in RULES.values()] == sorted((rule.verdict for rule in RULES.values()), reverse=True)
