"""Words that terms withhold: claims that say so, and no value, name, token, dispute or count of a whisky."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from whisky_assets.domain.record import Json
from whisky_assets.domain.records.core import Offer, Whisky
from whisky_assets.identity.survivorship import fall_asleep
from whisky_assets.identity.witnesses import FIELD_RULES
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets.sources.source import LICENSED_FIELDS
from whisky_assets_tests.identity.offer_world import described, offer

REFUSED: dict[str, Any] = {
    "publishable": False,
    "verdict": "refuse",
    "reasons": ("terms_forbid",),
    "withheld": LICENSED_FIELDS,
}
MADE = ("input_digest", "maker_version")
COUNTED = ("offer_count", "live_offer_count", "sources", "licences")
"""Of our own work: they count every offer of a whisky and give no word of any."""


def shown(whisky: Whisky) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(whisky).items() if name not in (*MADE, *COUNTED)}


def test_a_withheld_word_of_a_better_witness_loses_to_one_that_may_be_published() -> None:
    shop = offer("Ardbeg 10 Year Old", abv_pct=46.0, region="Islay")
    maker = offer("Ardbeg 10 Year Old", "2", "maker", abv_pct=40.0, witness="producer", withheld=("abv_pct", "region"))
    told = described(shop, maker)
    assert (told.whisky.abv_pct, told.conflicts) == (46.0, ())
    words = {(one.field, one.id_space): (one.wins, one.withheld_by) for one in told.claims}
    assert words["abv_pct", "maker"] == (False, "maker")
    assert words["abv_pct", "shop"] == (True, None)
    assert words["age_years", "maker"] == (True, None)


def test_a_withheld_word_does_not_win_where_another_tells_the_same() -> None:
    shop = offer("Ardbeg 10 Year Old", abv_pct=46.0)
    told = described(shop, offer("Ardbeg 10 Year Old", "2", "two", abv_pct=46.0, withheld=("abv_pct",)))
    assert {one.id_space: one.wins for one in told.claims if one.field == "abv_pct"} == {"shop": True, "two": False}


def test_a_strength_is_withheld_wherever_it_is_read() -> None:
    told = described(offer("Ardbeg 10 Year Old 46%", withheld=("abv_pct",)))
    assert (told.whisky.name, told.whisky.abv_pct) == ("Ardbeg 10 Year Old", None)
    assert {one.withheld_by for one in told.claims if one.field == "abv_pct"} == {"shop"}


def test_a_maker_that_only_a_withheld_column_tells_names_nothing() -> None:
    parsed = parse_name("Uigeadail", load_reference(), producer="Ardbeg")
    columns: dict[str, Any] = {"parsed": parsed.to_json(), "producer": "Ardbeg"}
    free = described(offer("Uigeadail", **columns)).whisky
    held = described(offer("Uigeadail", **columns, withheld=("producer",)))
    assert (free.brand, free.distillery, free.region, free.name_ko) == ("Ardbeg", "Ardbeg", "Islay", "아드벡 우가달")
    assert (held.whisky.brand, held.whisky.distillery, held.whisky.region) == (None, None, None)
    assert "아드벡" not in (held.whisky.name_ko or "")
    assert not {token for token in held.whisky.search_tokens if token.startswith("ardb")}
    assert {one.field for one in held.claims if one.withheld_by == "shop"} >= {"brand", "distillery"}


def test_a_word_that_another_feed_fills_in_stands_under_its_own_licence() -> None:
    told = described(offer("Ardbeg 10 Year Old", country="GB", filled_under=Json('{"country":"other_terms"}')))
    assert {one.field: one.licence for one in told.claims if one.id_space == "shop"}["country"] == "other_terms"
    assert told.whisky.licences == ("other_terms", "shop_terms")


def test_an_offer_whose_name_is_withheld_still_tells_what_its_terms_allow() -> None:
    shop = offer("Ardbeg 10 Year Old")
    facts = {**REFUSED, "withheld": tuple(name for name in LICENSED_FIELDS if name != "abv_pct")}
    told = described(shop, offer("アードベッグ 10年", "2", "lab", language="ja", abv_pct=46.1, **facts)).whisky
    assert (told.abv_pct, told.name_ja_origin, told.verdict, told.reasons) == (46.1, "composed", "publish", ())
    assert told.licences == ("lab_terms", "shop_terms")


def test_a_whisky_whose_every_name_is_withheld_is_described_for_its_owner_and_refused() -> None:
    told = described(offer("Ardbeg 10 Year Old", abv_pct=46.0, **REFUSED))
    assert (told.whisky.name, told.whisky.abv_pct) == ("Ardbeg 10 Year Old", 46.0)
    assert (told.whisky.verdict, told.whisky.reasons) == ("refuse", ("terms_forbid",))
    assert {(one.wins, one.withheld_by) for one in told.claims if one.field == "abv_pct"} == {(True, "shop")}


def test_a_refusal_of_one_that_may_be_published_is_not_told_as_a_matter_of_terms() -> None:
    liqueur = offer("Ardbeg 10 Year Old", verdict="refuse", reasons=("spirit_drink",), kind="spirit_drink")
    told = described(liqueur, offer("Ardbeg 10 Year Old", "2", "two", **REFUSED)).whisky
    assert (told.verdict, told.reasons) == ("refuse", ("spirit_drink",))


@pytest.mark.parametrize(
    ("is_closed", "reasons", "verdict", "after"),
    [
        (True, (), "refuse", ("terms_forbid",)),
        (False, ("terms_forbid",), "publish", ()),
        (None, ("terms_forbid",), "refuse", ("terms_forbid",)),
        (False, ("unidentified",), "hold", ("unidentified",)),
        (False, (), "publish", ()),
    ],
)
def test_a_sleeping_whisky_is_asked_for_its_terms_anew(
    *, is_closed: bool | None, reasons: tuple[str, ...], verdict: str, after: tuple[str, ...]
) -> None:
    told_as = {"terms_forbid": "refuse", "unidentified": "hold"}
    before = dataclasses.replace(
        described(offer("Ardbeg 10 Year Old")).whisky,
        reasons=reasons,
        verdict=told_as[reasons[0]] if reasons else "publish",
    )
    asleep = fall_asleep(before, is_closed=is_closed)
    assert (asleep.verdict, asleep.reasons) == (verdict, after)


PICTURE = "https://cdn.example/ten.jpg"


def pictured(space: str, **columns: Any) -> Offer:
    told = {"image_url": f"https://{space}.example/ten.jpg", "image_feed": space, **columns}
    return offer("Ardbeg 10 Year Old", "1", space, **told)


def test_the_picture_is_the_best_witnesss_whose_terms_name_pictures_and_says_whose_it_is() -> None:
    shop, maker = pictured("shop"), pictured("maker", witness="producer")
    told = described(shop, maker)
    assert (told.whisky.image_url, told.whisky.image_feed) == ("https://maker.example/ten.jpg", "maker")
    assert told.conflicts == ()
    closed = described(shop, dataclasses.replace(maker, withheld=("image_url",)))
    assert (closed.whisky.image_url, closed.whisky.image_feed) == ("https://shop.example/ten.jpg", "shop")
    words = {one.id_space: (one.wins, one.withheld_by) for one in closed.claims if one.field == "image_url"}
    assert words == {"shop": (True, None), "maker": (False, "maker")}
    none = described(dataclasses.replace(shop, withheld=("image_url",))).whisky
    assert (none.image_url, none.image_feed) == (None, None)


def test_a_picture_that_two_feeds_tell_is_the_better_witnesss_in_any_order() -> None:
    offers = [
        pictured("two", image_url=PICTURE),
        pictured("one", image_url=PICTURE),
        pictured("maker", image_url=PICTURE),
    ]
    offers[2] = dataclasses.replace(offers[2], witness="monopoly")
    assert {described(*told).whisky.image_feed for told in (offers, offers[::-1])} == {"maker"}
    assert {described(*told).whisky.image_feed for told in (offers[:2], offers[1::-1])} == {"one"}


def test_a_pack_lends_no_picture_and_a_whisky_that_may_not_be_published_shows_none_to_anybody() -> None:
    pack = pictured("shop", pack_count=6)
    assert described(pack).whisky.image_url is None
    closed = described(pictured("shop", **REFUSED))
    assert (closed.whisky.verdict, closed.whisky.image_url, closed.whisky.image_feed) == ("refuse", None, None)
    assert not any(one.wins for one in closed.claims if one.field == "image_url")


def test_a_whisky_that_falls_asleep_keeps_no_picture() -> None:
    asleep = fall_asleep(described(pictured("shop")).whisky)
    assert (asleep.image_url, asleep.image_feed, asleep.name) == (None, None, "Ardbeg 10 Year Old")


NAMES = ("Ardbeg 10 Year Old", "Ardbeg Ten 10 yo 46%", "아드벡 10년", "Ardbeg 10 Sherry Cask", "Ardbeg 10 Gift Pack")
VALUES = ("country", "region", "abv_pct", "image_url")
told_offers = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.fixed_dictionaries(
            {
                "country": st.sampled_from((None, "GB", "IE")),
                "region": st.sampled_from((None, "Islay", "Highland")),
                "abv_pct": st.sampled_from((None, 40.0, 46.0, 46.2)),
                "image_url": st.sampled_from((None, PICTURE, "https://cdn.example/10.jpg")),
                "witness": st.sampled_from(("producer", "column")),
                "language": st.sampled_from(("en", "ko")),
            }
        ),
        st.frozensets(st.sampled_from(("name", "country", "region", "abv_pct", "producer", "image_url"))),
    ),
    min_size=1,
    max_size=4,
)


def terms_of(withheld: frozenset[str]) -> dict[str, Any]:
    closed = {"publishable": False, "verdict": "refuse", "reasons": ("terms_forbid",)} if "name" in withheld else {}
    return {"withheld": tuple(sorted(withheld)), **closed}


def offers_of(drawn: list[tuple[str, dict[str, Any], frozenset[str]]]) -> list[Offer]:
    return [
        offer(name, str(number), f"s{number}", **columns, **terms_of(withheld))
        for number, (name, columns, withheld) in enumerate(drawn)
    ]


def silenced(one: Offer) -> Offer:
    """Returns an offer as if its source told none of the columns that are withheld."""
    nothing: dict[str, Any] = {field: None for field in VALUES if field in one.withheld}
    return dataclasses.replace(one, **nothing)


@given(told_offers)
@settings(max_examples=80, deadline=None)
def test_every_value_of_a_whisky_that_may_be_published_is_told_by_somebody_whose_terms_allow_it(
    drawn: list[tuple[str, dict[str, Any], frozenset[str]]],
) -> None:
    offers = offers_of(drawn)
    told = described(*offers)
    if not any(one.publishable for one in offers):
        assert (told.whisky.verdict, told.whisky.reasons) == ("refuse", ("terms_forbid",))
        return
    allowed = {(one.field, one.value) for one in told.claims if one.withheld_by is None}
    for field in FIELD_RULES.keys() - {"name", "name_en", "name_ko", "name_ja"}:
        value = getattr(told.whisky, field)
        assert value in (None, False) or (field, json.dumps(value)) in allowed, field
    assert not any(one.wins for one in told.claims if one.withheld_by is not None)


@given(told_offers)
@settings(max_examples=80, deadline=None)
def test_what_is_withheld_changes_nothing_of_what_is_shown(
    drawn: list[tuple[str, dict[str, Any], frozenset[str]]],
) -> None:
    told = [one if one.publishable else dataclasses.replace(one, withheld=LICENSED_FIELDS) for one in offers_of(drawn)]
    # A strength that stands in a name too stays marked: blanking its column alone would let the name tell it.
    silent = [silenced(one) for one in told if one.publishable]
    assume(silent)
    assert shown(described(*told).whisky) == shown(described(*silent).whisky)
