"""Whose word counts, field by field: the witness, then most independent sellers, then the newest; what is disputed."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import Claim, Offer, Whisky
from whisky_assets.identity.witnesses import FIELD_RULES, Said, Word, rule_on, words_of
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import load_reference
from whisky_assets_tests.identity.offer_world import DAY, offer

SOURCES = ("producer", "registry", "monopoly", "column", "person")

# Of each field: a value, one beyond tolerance of it (none where each source words it in its own way).
VALUES: dict[str, tuple[Word, Word | None]] = {
    "name": ("Ardbeg Ten", None),
    "brand": ("Ardbeg", "Oban"),
    "distillery": ("Ardbeg", "Oban"),
    "bottler": ("Signatory", "Cadenhead's"),
    "expression": ("uigeadail", None),
    "age_years": (10, 12),
    "vintage_year": (1999, 2000),
    "bottled_year": (2019, 2020),
    "cask_type": ("sherry", "rum"),
    "cask_number": ("17", "18"),
    "batch": ("batch 3", "batch 4"),
    "style": ("malt", "grain"),
    "country": ("GB", "IE"),
    "region": ("Islay", "Highland"),
    "abv_pct": (46.0, 47.0),
    "image_url": ("https://cdn.example/ten.jpg", None),
}
OTHER_LINK = "https://cdn.example/10.jpg"
LESSER = {**VALUES, "name": ("Ardbeg 10", None), "expression": ("ten", None), "image_url": (OTHER_LINK, None)}
PAIRS = [
    (field, better, worse)
    for field in sorted(VALUES)
    for better, worse in itertools.pairwise(SOURCES if field == "image_url" else ("decision", *SOURCES))
]


def said(
    field: str, value: Word, witness: str = "column", seller: str = "one", days: int = 0, read_from: str = "column"
) -> Said:
    return Said(
        field=field,
        value=value,
        witness=witness,
        read_from=read_from,
        teller=seller,
        id_space=seller,
        source_id="1",
        as_of=DAY + timedelta(days=days),
        licence="x",
    )


def two_values(field: str) -> tuple[Word, Word]:
    first, second = VALUES[field]
    return first, LESSER[field][0] if second is None else second


@pytest.mark.parametrize(("field", "better", "worse"), PAIRS)
def test_the_better_witness_wins_against_more_and_newer_ones(field: str, better: str, worse: str) -> None:
    right, wrong = two_values(field)
    words = [said(field, right, better), *(said(field, wrong, worse, seller, days=9) for seller in ("two", "three"))]
    ruling = rule_on(field, words)
    assert ruling.value == right
    assert ruling.reason == f"{better} speaks before {worse}"


@pytest.mark.parametrize("field", sorted(VALUES))
def test_of_equal_witnesses_most_sellers_win_then_the_newest(field: str) -> None:
    one, other = two_values(field)
    most = rule_on(field, [said(field, one, days=5), *(said(field, other, seller=name) for name in ("two", "three"))])
    assert (most.value, most.reason) == (other, "column: 2 of 3 say so")
    newest = rule_on(field, [said(field, one, days=2), said(field, other, seller="two", days=1)])
    assert (newest.value, newest.reason) == (one, "column: the newest word, of 2026-01-07")


@pytest.mark.parametrize("field", sorted(VALUES))
def test_a_word_beyond_tolerance_is_a_dispute_and_none_where_each_words_it_in_its_own_way(field: str) -> None:
    value, beyond = VALUES[field]
    _, other = two_values(field)
    ruling = rule_on(field, [said(field, value, days=1), said(field, other, seller="two")])
    assert ruling.others == (() if beyond is None else ((beyond, 1),))


def test_one_seller_with_two_numbers_is_one_voice() -> None:
    words = [said("country", "GB"), dataclasses.replace(said("country", "GB"), id_space="other", source_id="2")]
    newer = said("country", "IE", seller="two", days=1)
    assert rule_on("country", [*words, newer]).value == "IE"


def test_a_single_word_is_told_as_undisputed_and_an_equal_date_by_its_text() -> None:
    assert rule_on("country", [said("country", "GB")]).reason == "column: nobody says otherwise"
    equal = [said("country", "IE"), said("country", "GB", seller="two")]
    assert rule_on("country", equal).value == rule_on("country", equal[::-1]).value == "GB"


def test_a_column_speaks_before_the_name_of_the_same_kind_of_source_and_not_of_a_better_one() -> None:
    column, name = said("abv_pct", 46.0), said("abv_pct", 43.0, seller="two", days=9, read_from="name")
    assert rule_on("abv_pct", [column, name]).value == 46.0
    assert rule_on("abv_pct", [column, name]).reason == "column: its column before its name"
    assert rule_on("abv_pct", [column, dataclasses.replace(name, witness="producer")]).value == 43.0


def test_the_tables_speak_last_of_country_and_region() -> None:
    words = [said("country", "JP", "person"), said("country", "GB", "reference", "reference", 9, "reference")]
    ruling = rule_on("country", words)
    assert (ruling.value, ruling.others) == ("JP", (("GB", 1),))


@pytest.mark.parametrize(
    ("values", "strong", "disputed"),
    [
        ((46.0, 46.5), False, False),
        ((46.0, 46.6), False, True),
        ((58.1, 58.25), True, False),
        ((58.1, 58.3), True, True),
    ],
)
def test_alcohol_is_disputed_beyond_tolerance_and_never_averaged(
    values: tuple[float, float], strong: bool, disputed: bool
) -> None:
    words = [said("abv_pct", values[0], days=1), said("abv_pct", values[1], seller="two")]
    ruling = rule_on("abv_pct", words, cask_strength=strong)
    assert ruling.value == values[0]
    assert ruling.others == (((values[1], 1),) if disputed else ())


@pytest.mark.parametrize(
    ("field", "one", "other", "disputed"),
    [
        ("cask_type", "sherry", "rum, sherry", False),
        ("cask_type", "port, sherry", "rum, sherry", True),
        ("region", "Islay", "Islay, Scotland", False),
        ("region", "Islay", "ISLAY", False),
        ("region", "Islay", "Speyside", True),
    ],
)
def test_a_word_that_holds_all_of_another_is_more_exact_and_no_dispute(
    field: str, one: str, other: str, disputed: bool
) -> None:
    words = [said(field, one, days=1), said(field, other, seller="two")]
    assert bool(rule_on(field, words).others) is disputed


def test_disputes_stand_by_their_sellers_the_most_told_first() -> None:
    words = [
        said("age_years", 10, "producer"),
        said("age_years", 11, seller="two"),
        *(said("age_years", 12, seller=seller) for seller in ("three", "four")),
    ]
    assert rule_on("age_years", words).others == ((12, 2), (11, 1))
    equal = [said("age_years", 10, "producer"), *(said("age_years", age, seller=str(age)) for age in (13, 12, 11))]
    assert rule_on("age_years", equal).others == ((11, 1), (12, 1), (13, 1))


def told_by(one: Offer) -> dict[str, tuple[Word, str]]:
    reference = load_reference()
    return {
        word.field: (word.value, word.read_from) for word in words_of(one, ParsedName.from_json(one.parsed), reference)
    }


def test_an_offer_speaks_by_its_columns_and_its_name() -> None:
    told = told_by(
        offer(
            "Signatory Vintage Ardbeg 1999 Cask No. 17 Batch 3 Cask Strength Sherry 58%",
            country="GB",
            region="Islay",
            abv_pct=58.2,
        )
    )
    assert told["abv_pct"] == (58.2, "column")
    assert told["region"] == ("Islay", "column")
    assert told["distillery"] == ("Ardbeg", "name")
    assert told["bottler"] == (load_reference().brand_name("signatory_vintage"), "name")
    assert told["cask_type"] == ("sherry", "name")
    assert told["cask_number"] == ("17", "name")
    assert told["cask_strength"] == (True, "name")
    assert told_by(offer("Ardbeg 10 Year Old 46%"))["abv_pct"] == (46.0, "name")
    assert told_by(offer("Zandolin Rye Grain Port and Sherry Cask"))["style"] == ("grain, rye", "name")
    assert told_by(offer("Zandolin Rye Grain Port and Sherry Cask"))["cask_type"] == ("port, sherry", "name")
    assert not {"style", "cask_type", "cask_strength"} & set(told_by(offer("Zandolin 10 Year Old")))


@pytest.mark.parametrize(
    "pack",
    [offer("Ardbeg Ten 10 Year Old Gift Pack with 2 Glasses", abv_pct=46.0), offer("Ardbeg Ten 10", pack_count=2)],
)
def test_a_pack_speaks_neither_for_name_nor_for_alcohol_but_for_its_whisky(pack: Offer) -> None:
    told = told_by(pack)
    assert not {"name", "expression", "abv_pct"} & set(told)
    assert told["brand"] == ("Ardbeg", "name")


def test_every_rule_names_a_column_of_the_whisky_and_only_witnesses_that_a_claim_can_have() -> None:
    columns = {column.name for column in spec_of(Whisky).columns}
    witnesses = set(spec_of(Claim).column("witness").choices)
    assert set(FIELD_RULES) <= columns
    assert {witness for rule in FIELD_RULES.values() for witness in rule.order} == witnesses
    assert set(VALUES) | {"cask_strength", "name_en", "name_ko", "name_ja"} == set(FIELD_RULES)


def test_the_page_tells_the_rule_of_every_field() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/internals/survivorship.md").read_text(encoding="utf-8")
    told = [line.split(" | ") for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 4]
    assert {cells[0].strip("| `"): [cell.strip(" |") for cell in cells[1:]] for cells in told} == {
        field: [", ".join(rule.order), ", ".join(rule.read_from), rule.differs, "yes" if rule.by_packs else "no"]
        for field, rule in FIELD_RULES.items()
    }


def test_every_field_has_the_declared_order_a_decision_first() -> None:
    for field in VALUES.keys() - {"image_url"}:
        assert FIELD_RULES[field].order[:6] == ("decision", *SOURCES)
    assert FIELD_RULES["image_url"].order == SOURCES


def test_alcohol_is_that_of_a_drawn_whisky_unless_cask_strength_is_told() -> None:
    words = [said("abv_pct", 46.0, days=1), said("abv_pct", 46.5, seller="two")]
    assert rule_on("abv_pct", words).others == ()
