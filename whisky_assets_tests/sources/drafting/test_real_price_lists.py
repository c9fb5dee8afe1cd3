"""Drafts of the real price lists, as a new user makes them: what is right at once, and after how few lines.

Right is a row whose name, price, currency, size, strength, stock and kind are those that the shipped feed reads. The
table in docs/sources.md holds these numbers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.drafting.document_draft import draft_document
from whisky_assets.sources.drafting.model import Draft
from whisky_assets.sources.drafting.site import Given
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.drafting.pages_for_drafts import DAY, NOW
from whisky_assets_tests.sources.drafting.test_real_drafts import edited, told

LISTS = (
    ("alko", "alko/alkon-hinnasto-2025-07.xlsx", 11_117, 11_117),
    ("bc_liquor", "bc_liquor/price-list-2015.csv", 6_124, 6_144),
    ("lcbo", "lcbo/whisky-2019.csv", 664, 664),
)
"""Feed, price list, rows right without an edit, rows."""

EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "bc_liquor": (
        ("fields", 'category = "PRODUCT_SUB_CLASS_NAME"'),
        ("kinds", '"*WHISKY" = "whisky"'),
        ("kinds", '"SPIRIT - GIFT PACKS" = "by_name"'),
    ),
}
"""Lines that a person puts in until all rows are right."""


def drafted(path: Path, shipped: Source) -> tuple[Draft, RawDocument]:
    """Return the draft of a price list whose country, language and currency a person told, and the list."""
    given = Given(
        name="trial", country=shipped.feed.country, language=shipped.feed.language, currency=shipped.feed.currency
    )
    body = path.read_bytes()
    document = RawDocument(url=f"file:{path.name}", role="file", media_type="", charset=None, body=body, fetched_at=NOW)
    return draft_document(document, path.name, given), document


def rows_of(source: Source, document: RawDocument) -> dict[str, tuple[object, ...]]:
    """Return what a feed reads of each row, by its number."""
    return {item.source_id: told(source, item) for item in read_document(source, document).items}


@pytest.mark.parametrize(("feed", "path", "at_once", "rows"), LISTS)
def test_a_draft_of_a_real_price_list_is_right_as_often_as_the_docs_say(
    shared_data: Path, tmp_path: Path, feed: str, path: str, at_once: int, rows: int
) -> None:
    shipped = load_source(SHIPPED_FEEDS / f"{feed}.toml")
    draft, document = drafted(shared_data / "data" / "price_lists" / path, shipped)
    assert draft.missing == ()
    toml = tmp_path / "trial.toml"
    text = toml_of(draft, world="real", day=DAY)
    wanted = rows_of(shipped, document)
    assert len(wanted) == rows

    toml.write_text(text, encoding="utf-8")
    found = rows_of(load_source(toml), document)
    assert found.keys() == wanted.keys()
    assert sum(found[number] == one for number, one in wanted.items()) == at_once
    if feed in EDITS:
        toml.write_text(edited(text, EDITS[feed]), encoding="utf-8")
        found = rows_of(load_source(toml), document)
    assert found == wanted


def test_the_docs_tell_the_same_numbers_of_price_lists(project_root: Path) -> None:
    text = (project_root / "docs" / "sources.md").read_text(encoding="utf-8")
    for feed, _, at_once, rows in LISTS:
        row = f"| `{feed}` | {rows:,} | {at_once:,} | 3 | {len(EDITS.get(feed, ()))} |"
        assert row in text, row
