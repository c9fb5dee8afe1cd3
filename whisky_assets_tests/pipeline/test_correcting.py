"""A person's word on a listing stands in the place of what its source or its name said."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from whisky_assets.cleaning.verdicts import gravest
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Offer
from whisky_assets.identity.block import block_of
from whisky_assets.identity.corrections import RULE
from whisky_assets.identity.decisions import Decision, Listing, Value
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.correcting import corrected
from whisky_assets.reference import load_reference

DAY = datetime(2026, 1, 5, tzinfo=UTC)


def offer(name: str = "Ardbeg 10 Year Old") -> Offer:
    """Return an offer of a name."""
    parsed = parse_name(name, load_reference())
    return Offer(
        id_space="harbour", source_id="7", feed="harbour", told_by=("harbour",), seller="Harbour", witness="column",
        name=name, clean_name=name, language="en", abv_pct=40.0, page_state="live", kind="whisky", verdict="publish",
        parsed=parsed.to_json(), block=block_of(parsed), licence="sample", publishable=True, as_of=DAY, first_seen=DAY,
        last_seen=DAY, input_digest="a" * 64, maker_version="m",
    )  # fmt: skip


def decision(field: str, value: Value) -> dict[str, Decision]:
    """Return one correction of the listing."""
    made = Decision(
        kind="correction",
        subject=Listing("harbour", "7"),
        field=field,
        value=value,
        who="owner",
        when=date(2026, 1, 6),
        why="the label says so",
        file="curation/decisions/fix.toml",
    )
    return {field: made}


def test_an_offer_without_corrections_is_the_same_offer() -> None:
    assert corrected(offer(), {}) == offer()


def test_a_field_of_the_name_is_replaced_and_says_whose_word_it_is() -> None:
    parsed = ParsedName.from_json(corrected(offer(), decision("age_years", 12)).parsed)
    assert (parsed.age_years, parsed.fields["age_years"].rule) == (12, RULE)


def test_a_column_is_replaced_and_the_offer_is_marked() -> None:
    made = corrected(offer(), decision("abv_pct", 46.0))
    assert (made.abv_pct, made.flags) == (46.0, ("corrected_by_person",))


def held(*reasons: str) -> Offer:
    """Return an offer that is held or refused for these reasons."""
    return dataclasses.replace(offer(), verdict=gravest(reasons), reasons=reasons, abv_pct=None)


@pytest.mark.parametrize(
    ("reasons", "field", "value", "verdict", "left"),
    [
        (("abv_implausible",), "abv_pct", 46.0, "publish", ()),
        (("size_implausible",), "volume_ml", 700, "publish", ()),
        (("unidentified",), "brand", "ardbeg", "publish", ()),
        (("abv_implausible", "name_damaged"), "abv_pct", 46.0, "hold", ("name_damaged",)),
        (("bundle", "abv_implausible"), "abv_pct", 46.0, "refuse", ("bundle",)),
        (("abv_implausible",), "age_years", 12, "hold", ("abv_implausible",)),
        (("terms_forbid",), "abv_pct", 46.0, "refuse", ("terms_forbid",)),
    ],
)
def test_a_reason_that_hangs_on_a_corrected_field_is_answered_by_the_correction(
    reasons: tuple[str, ...], field: str, value: Value, verdict: str, left: tuple[str, ...]
) -> None:
    made = corrected(held(*reasons), decision(field, value))
    assert (made.verdict, made.reasons) == (verdict, left)


def test_another_brand_moves_the_offer_to_that_brands_block() -> None:
    made = corrected(offer(), decision("brand", "bowmore"))
    assert (offer().block, made.block) == ("ardbeg", "bowmore")


def test_a_correction_to_nothing_makes_the_field_unknown() -> None:
    assert ParsedName.from_json(corrected(offer(), decision("age_years", None)).parsed).age_years is None


def test_a_field_that_a_listing_does_not_have_is_refused_with_its_file() -> None:
    with pytest.raises(UsageError, match=r"curation/decisions/fix\.toml: name_ko is no field of a listing"):
        corrected(offer(), decision("name_ko", "아드벡"))
