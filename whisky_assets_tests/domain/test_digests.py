"""One text and one digest per meaning, on every machine."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
import unicodedata
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.digests import canonical_json, digest, utc_text
from whisky_assets_tests.strategies import moments, plain_values, texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [None, True, 0.5]}, '{"a":[null,true,0.5],"b":1}'),
        (("x", b"\x00\xff"), '["x","00ff"]'),
        (-0.0, "0.0"),
        (unicodedata.normalize("NFD", "é가"), '"é가"'),
        # An escaped line feed ends in a letter, which must not take the mark that follows it.
        ({"e\u0301": "\n\u0303"}, '{"é":"\\n\u0303"}'),
        (datetime(2026, 1, 5, 18, tzinfo=timezone(timedelta(hours=9))), '"2026-01-05T09:00:00.000000Z"'),
        (date(2026, 1, 5), '"2026-01-05"'),
        (MappingProxyType({"a": {}}), '{"a":{}}'),
    ],
    ids=["keys", "bytes", "zero", "unicode", "escape", "time", "date", "mapping"],
)
def test_a_value_has_one_canonical_text(value: object, text: str) -> None:
    assert canonical_json(value) == text
    assert digest(value) == hashlib.sha256(text.encode()).hexdigest()


@given(plain_values)
def test_the_text_of_a_value_does_not_depend_on_the_order_of_its_keys(value: object) -> None:
    assert canonical_json(_reversed(value)) == canonical_json(value)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(item) for name, item in reversed(value.items())}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


@given(texts, texts)
def test_two_texts_are_one_only_when_unicode_says_so(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (canonical_json(one) == canonical_json(other)) == same


@given(moments, st.integers(-12, 14))
def test_a_moment_is_one_text_in_every_zone(moment: datetime, hours: int) -> None:
    assert utc_text(moment.astimezone(timezone(timedelta(hours=hours)))) == utc_text(moment)


@given(moments, moments)
def test_texts_of_moments_sort_like_the_moments(one: datetime, other: datetime) -> None:
    assert (utc_text(one) < utc_text(other)) == (one < other)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ({"a": [{1}]}, TypeError, r"\$.a\[0\]: set has no canonical form"),
        ({"a": {1: 2}}, TypeError, r"\$.a: key 1 is no text"),
        ([math.nan], ValueError, r"\$\[0\]: nan has no canonical form"),
        ({"a": math.inf}, ValueError, r"\$.a: inf has no canonical form"),
        (datetime(2026, 1, 5), ValueError, "naive datetime"),  # noqa: DTZ001 - the naive time is the case
        (object(), TypeError, r"\$: object has no canonical form"),
    ],
    ids=["set", "key", "nan", "inf", "naive", "object"],
)
def test_a_value_without_a_canonical_form_is_named_by_its_path(
    value: object, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        canonical_json(value)


def test_the_domain_loads_nothing_beyond_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import whisky_assets.domain.records, whisky_assets.domain.outcome\n"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(loaded - sys.stdlib_module_names - {'whisky_assets'}))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"
