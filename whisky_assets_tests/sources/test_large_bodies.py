"""A body of 10 MB is read, or refused by name, within 100 MB above the idle process, of whatever kind it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST_BYTES = 100_000_000
OUTCOMES = {
    "page of words": "1",
    "page of tags": "too_many_tags",
    "page of entities": "1",
    "page of no encoding": "1",
    "page of one tag": "too_many_tags",
    "page of JSON objects": "1",
    "products of a block": "broken_json",
    "table of a page": "10712",
    "JSON lists": "too_many_values",
    "JSON variants": "too_many_values",
    "JSON markup": "1",
    "JSON words": "1",
    "JSON ligatures": "1",
    "sitemap": "sitemap_too_large",
    "sitemap of comments": "sitemap_too_large",
    "CSV of lines": "list_too_large",
    "CSV of cells": "list_too_large",
    "CSV of one quote": "list_too_large",
    "workbook of zeros": "zip_bomb",
}


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", OUTCOMES)
def test_a_large_body_takes_little_memory_and_has_its_outcome(tmp_path: Path, name: str) -> None:
    words = [sys.executable, "-m", "whisky_assets_tests.sources.weighed_reading", str(tmp_path), name]
    ended = subprocess.run(words, check=True, capture_output=True, text=True, timeout=100)
    weighed = json.loads(ended.stdout)

    assert weighed["told"] == OUTCOMES[name]
    assert weighed["above"] < MOST_BYTES
