"""Listings of one product become one offer: the newest word speaks, gaps are filled, nothing of origin counts."""

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.cleaning.offers import CLEANER_VERSION, clean_product, offer_digest
from whisky_assets.cleaning.thresholds import Thresholds, read_thresholds
from whisky_assets.domain.records.core import Offer
from whisky_assets.domain.records.staged import Listing
from whisky_assets.sources.source import Source
from whisky_assets_tests.cleaning.listings_for_tests import COUNTRIES, DAY, block, feeds, listing, parse

LATER = DAY + timedelta(days=30)


def clean(listings: list[Listing], sources: dict[str, Source]) -> Offer:
    return clean_product(listings, sources, parse, block, COUNTRIES)


def test_one_listing_becomes_an_offer_in_our_units(tmp_path: Path) -> None:
    told = listing(
        country="United Kingdom, Scotland",
        region="Region Not Specified",
        producer="N/A",
        gtin_text="5010494195286",
        price_minor=5290,
        currency="GBP",
        flags=("price_from",),
    )

    offer = clean([told], feeds(tmp_path))

    assert (offer.country, offer.region, offer.producer) == ("GB", None, None)
    assert (offer.gtin14, offer.abv_pct, offer.volume_ml) == ("05010494195286", 46.0, 700)
    assert (offer.price_minor, offer.currency) == (5290, "GBP")
    assert (offer.kind, offer.verdict, offer.reasons, offer.flags) == ("whisky", "publish", (), ("price_from",))
    assert (offer.block, offer.feed, offer.told_by, offer.witness) == ("ardbeg", "shelf", ("shelf",), "column")
    assert offer.maker_version == CLEANER_VERSION
    assert '"brand"' in offer.parsed


def test_the_newest_word_speaks_and_on_a_tie_the_first_feed(tmp_path: Path) -> None:
    sources = feeds(tmp_path, "alpha", "beta", "gamma")
    alpha = listing(feed="alpha", name="Ardbeg old", first_seen=DAY - timedelta(days=9))
    beta = listing(feed="beta", name="Ardbeg new", as_of=LATER, last_seen=LATER, page_state="gone")
    gamma = listing(feed="gamma", name="Ardbeg also new", as_of=LATER, page_state="missing")

    offer = clean([gamma, alpha, beta], sources)

    assert (offer.feed, offer.name, offer.as_of) == ("beta", "Ardbeg new", LATER)
    assert offer.told_by == ("alpha", "beta", "gamma")
    assert (offer.first_seen, offer.last_seen) == (DAY - timedelta(days=9), LATER)
    assert offer.page_state == "live"
    assert clean([alpha], sources).name == "Ardbeg old"


def test_an_older_word_fills_what_the_newest_does_not_say(tmp_path: Path) -> None:
    sources = feeds(tmp_path, "alpha", "beta")
    old = listing(
        feed="alpha", gtin_text="5010494195286", country="Scotland", abv_pct=46.0, price_minor=9, currency="GBP"
    )
    new = listing(feed="beta", as_of=LATER, gtin_text="123", country="Atlantis", abv_pct=None, abv_text="5.2014")

    offer = clean([old, new], sources)

    assert (offer.gtin14, offer.country, offer.abv_pct) == ("05010494195286", "GB", 46.0)
    assert offer.price_minor is None
    assert offer.flags == ("abv_told_elsewhere", "country_told_elsewhere", "gtin_told_elsewhere")


def test_a_word_that_may_not_be_published_fills_no_gap_of_one_that_may(tmp_path: Path) -> None:
    sources = feeds(tmp_path, "alpha", "beta")
    closed = dataclasses.replace(sources["alpha"], licence=dataclasses.replace(sources["alpha"].licence, publish=False))
    old = listing(feed="alpha", country="Scotland")
    new = listing(feed="beta", as_of=LATER)

    offer = clean([old, new], {**sources, "alpha": closed})

    assert (offer.country, offer.publishable, offer.verdict) == (None, True, "publish")
    alone = clean([old], {"alpha": closed})
    assert (alone.publishable, alone.verdict, alone.reasons) == (False, "refuse", ("terms_forbid",))


def allowing(source: Source, *fields: str) -> Source:
    return dataclasses.replace(source, licence=dataclasses.replace(source.licence, allowed_fields=fields))


def test_columns_that_terms_do_not_name_are_withheld_and_a_withheld_name_is_refused(tmp_path: Path) -> None:
    sources = feeds(tmp_path)
    assert clean([listing()], sources).withheld == ("image_url",)
    named = clean([listing()], {"shelf": allowing(sources["shelf"], "name", "country")})
    assert (named.publishable, named.verdict) == (True, "publish")
    assert {"abv_pct", "price_minor", "region"} <= set(named.withheld)
    assert not {"name", "country"} & set(named.withheld)
    facts = clean([listing()], {"shelf": allowing(sources["shelf"], "abv_pct")})
    assert (facts.publishable, facts.reasons, "abv_pct" in facts.withheld) == (False, ("terms_forbid",), False)


PICTURE = "https://cdn.example/ten.jpg"
OTHER = "https://cdn.example/other.jpg"


@pytest.mark.parametrize(
    ("changes", "allowed", "image", "feed", "withheld"),
    [
        ({}, ("alpha", "beta"), PICTURE, "beta", False),
        ({}, (), PICTURE, "beta", True),
        ({}, ("alpha",), OTHER, "alpha", False),
        ({"image_url": None}, ("alpha", "beta"), OTHER, "alpha", False),
        ({"image_url": None}, ("beta",), None, None, False),
        ({"page_state": "missing"}, ("alpha", "beta"), PICTURE, "beta", False),
        ({"page_state": "gone"}, ("alpha", "beta"), OTHER, "alpha", False),
        ({"page_state": "gone"}, ("beta",), None, None, False),
        ({"page_state": "gone"}, (), None, None, True),
    ],
)
def test_an_offer_has_the_picture_of_the_newest_page_that_stands_and_whose_terms_name_pictures(
    tmp_path: Path,
    *,
    changes: dict[str, Any],
    allowed: tuple[str, ...],
    image: str | None,
    feed: str | None,
    withheld: bool,
) -> None:
    sources = feeds(tmp_path, "alpha", "beta")
    sources |= {name: allowing(sources[name], "*", "image_url") for name in allowed}
    new = listing(**{"feed": "beta", "as_of": LATER, "image_url": PICTURE, "licence": "beta_terms", **changes})
    old = listing(feed="alpha", image_url=OTHER, licence="alpha_terms")

    offer = clean([old, new], sources)

    assert (offer.image_url, offer.image_feed, "image_url" in offer.withheld) == (image, feed, withheld)
    assert offer.filled_under == ('{"image_url":"alpha_terms"}' if feed == "alpha" else "{}")


def test_a_page_that_is_gone_takes_its_picture_out_of_the_offer(tmp_path: Path) -> None:
    sources = {"shelf": allowing(feeds(tmp_path)["shelf"], "*", "image_url")}
    assert clean([listing(image_url=PICTURE)], sources).image_url == PICTURE
    gone = clean([listing(image_url=PICTURE, page_state="gone")], sources)
    assert (gone.image_url, gone.image_feed) == (None, None)


def test_a_gap_is_filled_under_the_terms_and_licence_of_the_word_that_fills_it(tmp_path: Path) -> None:
    sources = feeds(tmp_path, "alpha", "beta")
    old = listing(feed="alpha", country="Scotland", region="Islay", licence="others")
    new = listing(feed="beta", as_of=LATER)
    wide = clean([old, new], {**sources, "beta": allowing(sources["beta"], "name")})
    assert (wide.country, wide.filled_under) == ("GB", '{"country":"others","region":"others"}')
    assert not {"country", "region"} & set(wide.withheld)
    assert "abv_pct" in wide.withheld
    narrow = clean([old, new], {**sources, "alpha": allowing(sources["alpha"], "name", "region")})
    assert (narrow.country, narrow.region) == (None, "Islay")
    both = {name: allowing(source, "name") for name, source in sources.items()}
    neither = clean([old, new], both)
    assert (neither.country, "country" in neither.withheld) == ("GB", True)


def test_the_strength_that_terms_keep_from_filling_a_gap_lies_on_no_side(tmp_path: Path) -> None:
    sources, changed = feeds(tmp_path, "alpha", "beta"), limits(tmp_path, "[abv]\nstrongest_pct = 80")
    told = [listing(feed="alpha", abv_pct=76.0), listing(feed="beta", as_of=LATER, abv_pct=None)]
    closed = {**sources, "alpha": allowing(sources["alpha"], "name")}
    assert offer_digest(told, closed, changed) == offer_digest(told, closed)


@pytest.mark.parametrize(
    ("changes", "kind", "verdict", "reasons", "flag"),
    [
        ({"abv_pct": 20.0}, "whisky", "hold", ("abv_implausible",), "abv_implausible"),
        ({"abv_pct": None, "flags": ("abv_is_date",)}, "whisky", "publish", (), "abv_is_date"),
        ({"category": "Wine"}, "other", "hold", ("category_unknown",), None),
        ({"category": None}, "other", "hold", ("category_missing",), None),
        ({"name": "Ardbeg set"}, "bundle", "refuse", ("bundle",), None),
        ({"name": "Ardbeg honey", "abv_pct": 35.0}, "spirit_drink", "refuse", ("spirit_drink",), None),
        ({"name": "T\ufffd Ardbeg"}, "whisky", "hold", ("name_damaged",), "name_damaged"),
        ({"name": "Unlisted", "abv_pct": None}, "whisky", "hold", ("unidentified",), "abv_missing"),
        ({"gtin_text": "2000000000008"}, "whisky", "publish", (), "gtin_in_store"),
        ({"volume_ml": 50_000}, "whisky", "hold", ("size_implausible",), None),
        ({"price_minor": 5, "currency": "GBP"}, "whisky", "hold", ("price_implausible",), None),
        ({"name": "Ardbeg " + "very " * 60}, "whisky", "hold", ("name_too_long",), None),
    ],
)
def test_what_is_amiss_is_flagged_and_judged(
    tmp_path: Path, changes: dict[str, object], kind: str, verdict: str, reasons: tuple[str, ...], flag: str | None
) -> None:
    offer = clean([listing(**changes)], feeds(tmp_path))

    assert (offer.kind, offer.verdict, offer.reasons) == (kind, verdict, reasons)
    assert flag is None or flag in offer.flags
    assert offer.abv_pct is None or offer.abv_pct >= 30


def test_listings_of_two_products_or_none_are_a_mistake(tmp_path: Path) -> None:
    for wrong in ([], [listing(), listing(source_id="2")]):
        with pytest.raises(ValueError, match="exactly one product"):
            clean(wrong, feeds(tmp_path))


def test_the_digest_follows_words_and_kinds_and_not_where_they_stood(tmp_path: Path) -> None:
    sources = feeds(tmp_path)
    first = offer_digest([listing()], sources)

    moved = listing(document="file:b@000000000000", ordinal=7, repeats=3, last_seen=LATER, input_digest="1" * 64)
    assert offer_digest([moved], sources) == first
    assert offer_digest([listing(price_minor=1, currency="GBP")], sources) != first
    assert offer_digest([listing(as_of=LATER)], sources) != first
    other_kinds = feeds(tmp_path, changes=(('"Whisky" = "whisky"', '"Whisky" = "other"'),))
    assert offer_digest([listing()], other_kinds) != first
    other_title = feeds(tmp_path, changes=(("A shelf", "The shelf"),))
    assert offer_digest([listing()], other_title) == first


def limits(tmp_path: Path, text: str) -> Thresholds:
    path = tmp_path / "quality.toml"
    path.write_text(text, encoding="utf-8")
    return read_thresholds(path)


CHANGES: dict[str, dict[str, Any]] = {
    "[abv]\nweakest_pct = 20": {"abv_pct": 25.0},
    "[abv]\nstrongest_pct = 80": {"abv_pct": 76.0},
    "[abv]\nwhisky_cut_pct = 39": {"abv_pct": 39.2},
    "[abv]\nfull_strength_pct = 43": {"abv_pct": 41.0, "name": "Ardbeg honey"},
    "[name]\nlongest_characters = 30": {"name": "Ardbeg 10 in a tin that is green"},
    "[name]\nfewest_letters = 5": {"name": "Xyz"},
    "[size_ml]\nlargest = 5_000": {"volume_ml": 6_000},
    "[size_ml]\nsmallest = 40": {"volume_ml": 30},
    "[price_minor.cheapest]\nEUR = 300": {"price_minor": 200, "currency": "EUR"},
    "[price_minor.dearest]\nINR = 300": {"price_minor": 400, "currency": "INR"},
}
"""A changed threshold to a product that lies between the old number and the new one."""


@pytest.mark.parametrize("text", CHANGES)
def test_a_changed_threshold_judges_anew_what_changes_sides_and_nothing_else(tmp_path: Path, text: str) -> None:
    sources, changed = feeds(tmp_path), limits(tmp_path, text)
    for other, told in CHANGES.items():
        product = [listing(**told)]
        moved = offer_digest(product, sources, changed) != offer_digest(product, sources)
        assert moved == (other == text), other
        now = clean_product(product, sources, parse, block, COUNTRIES)
        then = clean_product(product, sources, parse, block, COUNTRIES, limits=changed)
        judged = (then.kind, then.verdict, then.reasons) != (now.kind, now.verdict, now.reasons)
        assert judged == (other == text), other


def test_the_strength_of_goods_that_are_no_whisky_hangs_on_no_threshold(tmp_path: Path) -> None:
    sources, changed = feeds(tmp_path), limits(tmp_path, "[abv]\nweakest_pct = 10")
    wine = [listing(category="Wine", abv_pct=13.0)]
    assert offer_digest(wine, sources, changed) == offer_digest(wine, sources)


def test_a_name_that_its_feed_calls_other_goods_is_told_and_never_read(tmp_path: Path) -> None:
    sources = feeds(tmp_path, changes=(("[kinds]", "[kinds]\nnames = { '^buy [0-9]' = 'other' }"),))

    offer = clean([listing(name="BUY 2 Ardbeg")], sources)

    assert (offer.name, offer.kind, offer.block) == ("BUY 2 Ardbeg", "other", "")
    assert clean([listing(name="Ardbeg 10")], sources).kind == "whisky"
    assert offer_digest([listing()], sources) != offer_digest([listing()], feeds(tmp_path))


def test_the_strength_that_an_older_word_fills_in_lies_on_a_side_too(tmp_path: Path) -> None:
    sources, changed = feeds(tmp_path, "alpha", "beta"), limits(tmp_path, "[abv]\nstrongest_pct = 80")
    told = [listing(feed="alpha", abv_pct=76.0), listing(feed="beta", as_of=LATER, abv_pct=None)]
    assert offer_digest(told, sources, changed) != offer_digest(told, sources)
    speaks = [told[0], listing(feed="beta", as_of=LATER, abv_pct=46.0)]
    assert offer_digest(speaks, sources, changed) == offer_digest(speaks, sources)


@given(order=st.permutations(["alpha", "beta", "gamma"]), days=st.lists(st.integers(0, 2), min_size=3, max_size=3))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_listings_changes_nothing(tmp_path: Path, order: list[str], days: list[int]) -> None:
    sources = feeds(tmp_path, "alpha", "beta", "gamma")
    told = {
        name: listing(feed=name, name=f"Ardbeg {name}", as_of=DAY + timedelta(days=day))
        for name, day in zip(("alpha", "beta", "gamma"), days, strict=True)
    }

    offer = clean([told[name] for name in order], sources)

    assert offer == clean([told[name] for name in sorted(order)], sources)
    assert offer.as_of == max(one.as_of for one in told.values())
