"""`whisky find`, `show` and `parse`: answers from one whole snapshot."""

import dataclasses
from typing import Any

import pytest

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import Claim
from whisky_assets.pipeline import lookup
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import DIGEST, NOW, Product, build, offer, whisky

TEN = Product(source_id="1", word="ardbeg_10", name="Ardbeg 10 Year Old")
LAGA = Product(source_id="3", word="lagavulin_16", name="Lagavulin 16 Year Old")
WHISKIES = (
    whisky("ardbeg_10_pk", "Ardbeg 10 Year Old", brand="Ardbeg", age_years=10, name_ko="아드벡 10년"),
    whisky("lagavulin_16_pk", "Lagavulin 16 Year Old", brand="Lagavulin", age_years=16),
)


def claim(field: str, value: object, source_id: str, *, wins: bool) -> Claim:
    return Claim(
        whisky_pk="ardbeg_10_pk",
        field=field,
        id_space="elbe",
        source_id=source_id,
        value=Json(canonical_json(value)),
        witness="column",
        wins=wins,
        as_of=NOW,
        licence="sample",
        input_digest=DIGEST,
        maker_version="1",
    )


@pytest.fixture
def home(workspace: Workspace) -> Workspace:
    """A home with two whiskies and the words of their sources."""
    claims = [
        claim("abv_pct", 46.0, "1", wins=True),
        claim("abv_pct", 40.0, "2", wins=False),
        claim("cask_type", ["px", "sherry"], "1", wins=True),
        dataclasses.replace(claim("age_years", 10, "1", wins=True), read_from="name"),
    ]
    rows: dict[str, Any] = {"core/whiskies": WHISKIES, "core/claims": claims}
    build(workspace, "b1", [TEN, LAGA], changed=rows)
    return workspace


@pytest.mark.parametrize("text", ["ardbeg ten", "아드벡 10", "argbeg ten", "Ardbeg"])
def test_a_person_finds_a_whisky_in_their_own_words(home: Workspace, text: str) -> None:
    assert lookup.find(home, text, limit=10)[0].pk == "ardbeg_10_pk"


def test_a_limit_is_kept_and_an_empty_question_refused(home: Workspace) -> None:
    assert len(lookup.find(home, "year old", limit=1)) <= 1
    with pytest.raises(UsageError, match="empty"):
        lookup.find(home, "  ", limit=10)
    with pytest.raises(UsageError, match="limit of 0"):
        lookup.find(home, "ardbeg", limit=0)


def test_nothing_close_is_nothing(home: Workspace) -> None:
    assert lookup.find(home, "xyzzy", limit=10) == []


def test_before_a_build_the_way_to_one_is_told(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="whisky run"):
        lookup.find(workspace, "ardbeg", limit=1)
    with pytest.raises(UsageError, match="whisky run"):
        lookup.show(workspace, "ardbeg_10_pk")


def test_a_whisky_is_shown_with_every_word_and_the_one_that_won(home: Workspace) -> None:
    shown = lookup.show(home, "ardbeg_10_pk")
    assert shown.whisky == WHISKIES[0]
    assert shown.claims == (
        ("abv_pct", "46.0", "elbe:1 (column)", "yes"),
        ("abv_pct", "40.0", "elbe:2 (column)", ""),
        ("age_years", "10", "elbe:1 (column, read in its name)", "yes"),
        ("cask_type", "px, sherry", "elbe:1 (column)", "yes"),
    )
    ((key, seller, name, *_, because),) = shown.offers
    assert (key, seller, name, because) == ("elbe:1", "Shop", "Ardbeg 10 Year Old", "alone")
    assert all(len(row) == len(shown.offer_headers) for row in shown.offers)


def test_a_merged_key_shows_the_whisky_that_answers_for_it(workspace: Workspace) -> None:
    build(workspace, "b1", [TEN, LAGA])
    build(workspace, "b2", [TEN, Product(source_id="3", word="ardbeg_10", name="Lagavulin 16 Year Old")])
    shown = lookup.show(workspace, "lagavulin_16_pk")
    assert (shown.asked, shown.whisky.whisky_pk) == ("lagavulin_16_pk", "ardbeg_10_pk")
    assert [row[0] for row in shown.offers] == ["elbe:1", "elbe:3"]


def test_a_dormant_whisky_is_shown_without_offers(workspace: Workspace) -> None:
    build(workspace, "b1", [TEN, LAGA])
    build(workspace, "b2", [TEN])
    shown = lookup.show(workspace, "lagavulin_16_pk")
    assert (shown.whisky.state, shown.offers) == ("dormant", ())


@pytest.mark.parametrize("pk", ["nobody_pk", "ardbeg_fk", ""])
def test_a_key_that_never_was_is_named(home: Workspace, pk: str) -> None:
    with pytest.raises(UsageError, match="no whisky ever had the key"):
        lookup.show(home, pk)


@pytest.mark.parametrize(
    ("told", "size", "state"),
    [
        ({"volume_ml": 700}, "700 ml", "live"),
        ({"volume_ml": 50, "pack_count": 3}, "3 x 50 ml", "live"),
        ({"pack_count": 2}, "2 x ?", "live"),
        ({"verdict": "hold", "reasons": ("price_missing",)}, "", "live, hold"),
        ({"page_state": "gone"}, "", "gone"),
    ],
)
def test_an_offer_says_size_pack_and_state(workspace: Workspace, told: dict[str, Any], size: str, state: str) -> None:
    build(workspace, "b1", [TEN], changed={"core/offers": [offer(TEN, workspace, **told)]})
    (row,) = lookup.show(workspace, "ardbeg_10_pk").offers
    assert dict(zip(lookup.OFFER_HEADERS, row, strict=True)) | {"size": size, "state": state} == dict(
        zip(lookup.OFFER_HEADERS, row, strict=True)
    )


def test_only_the_offers_of_the_whisky_are_shown_though_numbers_repeat(workspace: Workspace) -> None:
    twin = Product(source_id="1", word="lagavulin_16", feed="minato", name="Lagavulin 16 Year Old")
    other = Product(source_id="9", word="ardbeg_10", feed="minato", name="Ardbeg 10 Year Old")
    build(workspace, "b1", [TEN, twin, other])
    assert [row[0] for row in lookup.show(workspace, "ardbeg_10_pk").offers] == ["elbe:1", "minato:9"]


def test_a_name_is_told_field_by_field_with_its_words() -> None:
    parsed = lookup.parse("Lagavulin 16 Year Old 43% 70cl")
    assert (parsed.brand, parsed.age_years) == ("lagavulin", 16)
    start, end = parsed.fields["age_years"].span
    assert parsed.text[start:end] == "16 Year Old"
