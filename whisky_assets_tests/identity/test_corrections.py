"""A correction in words names a field that its subject has and a value of that field's kind, or is refused."""

from __future__ import annotations

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Whisky
from whisky_assets.identity.corrections import WHISKY_FIELDS, read_correction
from whisky_assets.identity.decisions import Listing, Subject, Value

LISTING = Listing("elbe", "1")
KEY = "ardbeg_10_pk"


@pytest.mark.parametrize(
    ("subject", "words", "told"),
    [
        (LISTING, "abv_pct=59.9", ("abv_pct", 59.9)),
        (LISTING, " abv_pct = 59,9% ", ("abv_pct", 59.9)),
        (LISTING, "age_years=12", ("age_years", 12)),
        (LISTING, "gtin14=04006381333931", ("gtin14", "04006381333931")),
        (LISTING, "flavour=", ("flavour", None)),
        (KEY, "name_ko=아드벡 10년 = 좋다", ("name_ko", "아드벡 10년 = 좋다")),
        (KEY, "cask_strength=Yes", ("cask_strength", True)),
    ],
)
def test_words_become_a_field_and_its_value(subject: Subject, words: str, told: tuple[str, Value]) -> None:
    assert read_correction(subject, words) == told


@pytest.mark.parametrize(
    ("subject", "words", "fault"),
    [
        (LISTING, "46", "is no correction"),
        (LISTING, "abv=46", "did you mean abv_pct"),
        (LISTING, "name_ko=아드벡", "is no field of elbe:1"),
        (KEY, "whisky_pk=other_pk", "is no field of ardbeg_10_pk"),
        (LISTING, "age_years=twelve", "cannot be 'twelve'"),
        (LISTING, "abv_pct=nan", "cannot be 'nan'"),
        (LISTING, "abv_pct=460", "cannot be '460'"),
        (KEY, "cask_strength=maybe", "cannot be 'maybe'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(subject: Subject, words: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault) as refused:
        read_correction(subject, words)
    assert refused.value.remedy


def test_every_field_of_a_whisky_that_a_person_corrects_is_a_column() -> None:
    assert set(WHISKY_FIELDS) <= set(Whisky.__dataclass_fields__)
