"""`whisky why`: of the current snapshot and of a CSV, with the rule that decided and what keeps two apart."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Match, Offer
from whisky_assets.identity.block import block_of
from whisky_assets.identity.decisions import Decision, Listing, decisions_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.pipeline.explaining import why, why_rows
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.identity.decision_files import write_decision
from whisky_assets_tests.pipeline.homes import DIGEST, Product, build, offer, review

GLEN = Product(source_id="1", word="glen_ten", name="Ardbeg 10 Year Old")
SAME = Product(source_id="A", word="glen_ten", feed="minato", name="Ardbeg 10 Years")
OTHER = Product(source_id="2", word="mor", name="Ardbeg 17 Year Old")
GLASS = Product(source_id="7", word="mor", name="Glencairn glass")


def offers_of(workspace: Workspace, *products: Product) -> list[Offer]:
    rows = []
    for product in products:
        parsed = parse_name(product.title, workspace.reference)
        rows.append(offer(product, workspace, parsed=parsed.to_json(), block=block_of(parsed), abv_pct=46.0))
    return rows


def match(product: Product, pk: str, rule: str, reason: str) -> Match:
    return Match(
        id_space=product.feed,
        source_id=product.source_id,
        whisky_pk=pk,
        family_pk="glen_fk",
        block="ardbeg",
        confidence=0.9,
        rule=rule,
        reason=reason,
        evidence="{}",  # type: ignore[arg-type] # Json is a str
        input_digest=DIGEST,
        maker_version="1",
    )


@pytest.fixture
def home(workspace: Workspace) -> Workspace:
    """Two listings of one whisky and one of another, of one brand, and a glass that is none."""
    build(
        workspace,
        "b1",
        [GLEN, SAME, OTHER],
        reviews=[review("elbe:1", "elbe:2")],
        changed={
            "core/offers": [
                *offers_of(workspace, GLEN, SAME, OTHER),
                offer(
                    GLASS, workspace, kind="other", parsed=parse_name("Glencairn glass", workspace.reference).to_json()
                ),
            ],
            "core/matches": [
                match(GLEN, "glen_ten_pk", "equal_text", "brand; age=10; leftover equal"),
                match(SAME, "glen_ten_pk", "gtin", "brand; age=10; via gtin"),
                match(OTHER, "mor_pk", "alone", "no other listing is this whisky"),
            ],
        },
    )
    return workspace


def test_two_listings_of_one_whisky_are_told_with_the_weakest_rule_and_each_reason(home: Workspace) -> None:
    lines = why(home, "elbe:1", "minato:A")
    assert lines[0].endswith("Ardbeg 10 Year Old")
    assert any(line.startswith("One whisky: name reads equal, alcohol agrees") for line in lines)
    assert lines[-2:] == [
        "elbe:1 is glen_ten_pk by: brand; age=10; leftover equal",
        "minato:A is glen_ten_pk by: brand; age=10; via gtin",
    ]


def test_two_keys_are_told_by_their_closest_listings(home: Workspace) -> None:
    lines = why(home, "glen_ten_pk", "mor_pk")
    assert any("age: CONFLICT (A: 10, B: 17)" in line for line in lines)
    assert any(line.startswith("Two whiskies: age") for line in lines)


def test_an_open_question_about_the_pair_is_told(home: Workspace) -> None:
    assert why(home, "elbe:1", "elbe:2")[-1] == "It is an open question: no rule decides"
    assert not any("open question" in line for line in why(home, "minato:A", "elbe:2"))


def test_a_key_against_a_listing_and_a_thing_that_is_no_whisky(home: Workspace) -> None:
    assert any(line.startswith("Two whiskies") for line in why(home, "glen_ten_pk", "elbe:7"))
    assert why(home, "elbe:7", "elbe:7") == ["elbe:7 and elbe:7 are one: Glencairn glass"]
    assert why(home, "glen_ten_pk", "glen_ten_pk") == ["glen_ten_pk and glen_ten_pk are one: glen_ten_pk"]


def test_a_merged_key_is_told_with_its_day_and_cause(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, dataclasses.replace(SAME, word="mor")])
    workspace.set_week(2)
    merged = [GLEN, SAME]
    build(workspace, "b2", merged, changed={"core/offers": offers_of(workspace, *merged)})
    lines = why(workspace, "mor_pk", "glen_ten_pk")
    assert lines[0].startswith("mor_pk was merged into glen_ten_pk on 2026-01-12 (R")
    assert lines[1] == "mor_pk and glen_ten_pk are one: glen_ten_pk"


def test_what_a_person_joined_is_told_as_such(workspace: Workspace) -> None:
    said = Decision(
        kind="same",
        subject=Listing("elbe", "1"),
        object=Listing("elbe", "2"),
        who="mina",
        when=date(2026, 1, 5),
        why="one label, two languages",
    )
    pair = [GLEN, OTHER]
    build(workspace, "b1", pair)
    build(workspace, "b2", pair, decisions=decisions_of([said]), changed={"core/offers": offers_of(workspace, *pair)})
    assert any("a person said so" in line for line in why(workspace, "elbe:1", "elbe:2"))


def test_a_key_without_a_listing_sleeps(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, OTHER])
    build(workspace, "b2", [GLEN], changed={"core/offers": offers_of(workspace, GLEN)})
    assert why(workspace, "mor_pk", "glen_ten_pk") == ["mor_pk sleeps: no listing stands for it now, so none can speak"]


@pytest.mark.parametrize("text", ["nobody_pk", "elbe:99", "elbe"])
def test_an_unknown_side_is_named_with_how_to_write_one(home: Workspace, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        why(home, text, "glen_ten_pk")


def test_nothing_can_be_said_before_a_build(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="whisky run"):
        why(workspace, "a_pk", "b_pk")


ROWS = [
    {"rid": "1", "source": "a", "source_id": "10", "name": "Ardbeg 10 Year Old", "abv_pct": "46", "seen": "2026-01-05"},
    {"rid": "2", "source": "b", "source_id": "77", "name": "Ardbeg 10 years", "abv_pct": "46.0", "seen": "2026-01-05"},
    {"rid": "3", "source": "b", "source_id": "78", "name": "Lagavulin 16 Year Old", "abv_pct": "43"},
    {"rid": "4", "source": "a", "source_id": "10", "name": "Ardbeg 10 Year Old", "abv_pct": "46", "seen": "2026-01-12"},
    {
        "rid": "5",
        "source": "c",
        "source_id": "5",
        "name": "Ardbeg Ten Years Old",
        "abv_pct": "46",
        "seen": "2026-01-05",
    },
]


def test_two_rows_of_a_file_are_told_by_their_rule() -> None:
    lines = why_rows(ROWS, "1", "2")
    assert any(line.startswith("One whisky") for line in lines)
    apart = why_rows(ROWS, "1", "3")
    assert apart[-1].startswith("Two whiskies: ")


def test_rows_that_hang_together_over_others_are_told_hop_by_hop() -> None:
    lines = why_rows(ROWS, "2", "5")
    hops = [line for line in lines if line.startswith("One whisky:")]
    assert 1 <= len(hops) <= 2
    assert any("Ardbeg Ten" in line for line in lines)


def test_two_rows_of_one_listing_are_one() -> None:
    assert why_rows(ROWS, "1", "4")[0].startswith("1 and 4 are two rows of one listing, a:10")


def test_an_unknown_rid_is_named() -> None:
    with pytest.raises(UsageError, match="'99'"):
        why_rows(ROWS, "1", "99")


def test_rows_are_explained_as_the_same_options_match_them(tmp_path: Path) -> None:
    rows = [
        {**ROWS[0], "gtin": "4006381333931"},
        {**ROWS[1], "name": "Ardbeg heron tide wing 10", "gtin": "4006381333931"},
    ]
    assert why_rows(rows, "1", "2")[-1].startswith("One whisky")
    assert why_rows(rows, "1", "2", text_only=True)[-1].startswith("Two whiskies")
    said = Decision(
        kind="same",
        subject=Listing("a", "10"),
        object=Listing("b", "77"),
        who="mina",
        when=date(2026, 1, 5),
        why="one label",
    )
    write_decision(tmp_path, said)
    told = why_rows(rows, "1", "2", text_only=True, curation=tmp_path)[-1]
    assert told.startswith("One whisky: ")
    assert "a person" in told


def test_a_row_is_explained_by_the_name_that_was_matched() -> None:
    rows = [ROWS[0], {**ROWS[1], "name": "Ardbeg&#32;10 years"}]
    assert "Ardbeg 10 years" in why_rows(rows, "1", "2")[1]
