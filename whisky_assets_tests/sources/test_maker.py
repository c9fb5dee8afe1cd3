"""What a maker reads of a TOML: its digest changes when that changes, and only then."""

from pathlib import Path

import pytest

from whisky_assets.sources.maker import CLEANER_PARTS, READER_PARTS
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML, JSON_TOML, PAGES_TOML, source_of


@pytest.mark.parametrize(
    ("toml", "old", "new", "reader", "cleaner"),
    [
        (CSV_TOML, 'title = "A shelf"', 'title = "The shelf"', False, False),
        (CSV_TOML, "checked = 2026-01-01", "checked = 2026-01-02", False, False),
        (CSV_TOML, 'patterns = ["shelf-*.csv"]', 'patterns = ["*.csv"]', False, False),
        (CSV_TOML, "[kinds]", "# a comment\n[kinds]", False, False),
        (CSV_TOML, 'currency = "GBP"', 'currency = "EUR"', True, False),
        (CSV_TOML, 'country = "GB"', 'country = "US"', True, False),
        (
            PAGES_TOML,
            "start = [",
            "origins = ['http://shelf.sample', 'http://cdn.sample']\nstart = [",
            True,
            False,
        ),
        (CSV_TOML, 'decimal = ","', 'decimal = "."', True, False),
        (CSV_TOML, 'unit = "cl"', 'unit = "ml"', True, False),
        (CSV_TOML, "yes = '^ja$'", "yes = '^Ja$'", True, False),
        (CSV_TOML, 'key = "own"', 'key = "other"', True, False),
        (CSV_TOML, '"Whisky" = "whisky"', '"Whisky" = "other"', False, True),
        (CSV_TOML, "[kinds]", '[kinds]\ndefault = "whisky"', False, True),
        (CSV_TOML, "[kinds]", "[kinds]\nnames = { 'gift set' = 'bundle' }", False, True),
        (JSON_TOML, 'items = "data.bottles"', 'items = "data"', True, False),
        (JSON_TOML, '"Shelf {} {}"', '"Shelf {}, {}"', True, False),
        (CSV_TOML, "publish = true", "publish = false", False, True),
        (CSV_TOML, "publish = true", 'publish = true\nallowed_fields = ["name"]', False, True),
        (CSV_TOML, 'preset = "csv_xlsx"', 'preset = "csv_xlsx"\nwitness = "registry"', False, True),
        (PAGES_TOML, 'drop = ["del"]', 'drop = ["del", "s"]', True, False),
        (PAGES_TOML, "start = [", "pace_seconds = 9\nstart = [", False, False),
        (PAGES_TOML, "[pages]", "[noise]\npatterns = ['x']\n[pages]", False, False),
    ],
)
def test_only_the_maker_that_reads_a_part_makes_its_rows_anew(
    tmp_path: Path, toml: str, old: str, new: str, *, reader: bool, cleaner: bool
) -> None:
    before = source_of(tmp_path, toml)
    after = source_of(tmp_path, toml, (old, new))

    assert (before.digest_of(*READER_PARTS) != after.digest_of(*READER_PARTS)) is reader
    assert (before.digest_of(*CLEANER_PARTS) != after.digest_of(*CLEANER_PARTS)) is cleaner


def test_a_feeds_own_code_counts_by_its_text(tmp_path: Path) -> None:
    module = tmp_path / "own.py"
    module.write_text("def accept(texts):\n    return None\n", encoding="utf-8")
    change = ("[details]", "[functions]\nmodule = 'own'\n[details]")
    before = source_of(tmp_path, PAGES_TOML, change)
    module.write_text("def accept(texts):\n    return 'no_bottle'\n", encoding="utf-8")
    after = source_of(tmp_path, PAGES_TOML, change)

    assert before.digest_of(*READER_PARTS) != after.digest_of(*READER_PARTS)
    assert before.digest_of(*CLEANER_PARTS) == after.digest_of(*CLEANER_PARTS)


@pytest.mark.parametrize("part", ["feeed", "feed.naem", "path.x"])
def test_a_part_that_does_not_exist_is_a_mistake_of_the_maker(tmp_path: Path, part: str) -> None:
    with pytest.raises(KeyError):
        source_of(tmp_path, CSV_TOML).digest_of(part)
