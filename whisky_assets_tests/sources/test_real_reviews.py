"""The saved pages of a review site, read by its shipped feed: 24 reviews, each with what stands on its page."""

import json
import re
from pathlib import Path

import pytest

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import load_reference
from whisky_assets.sources.document import ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import document

SITE = "https://spiritrecord.github.io"
FEED = load_sources([SHIPPED_FEEDS], "real").get("spiritrecord")


@pytest.fixture(scope="module")
def pages(shared_data: Path) -> list[Path]:
    """The saved pages, in order of name."""
    return sorted((shared_data / "data" / "pages" / "reviews" / "spiritrecord").glob("*.html"))


@pytest.fixture(scope="module")
def reviews(pages: list[Path]) -> dict[str, ReadItem]:
    """What is read on each page, by the page's name; a page that gives anything but one row fails."""
    found = {}
    for path in pages:
        reading = read_document(FEED, document(path.read_bytes(), f"{SITE}/{path.name}", "page"))
        assert (reading.rows_read, reading.refused, reading.notes) == (1, (), ())
        (found[path.stem],) = reading.items
    return found


def parsed(item: ReadItem) -> ParsedName:
    name, _ = clean_name(item.name)
    return parse_name(name, load_reference(), abv_pct=item.abv_pct, language=item.language)


def test_there_are_exactly_24_reviews_and_nothing_else(reviews: dict[str, ReadItem]) -> None:
    limits = shipped_thresholds().abv
    kinds = [
        kind_of(FEED.kinds, item.category, item.name, parsed(item), item.abv_pct, item.volume_ml, limits).kind
        for item in reviews.values()
    ]

    assert kinds == ["review"] * 24
    assert [item.source_id for item in reviews.values()] == list(reviews)
    assert [item.url for item in reviews.values()] == [f"{SITE}/{name}.html" for name in reviews]


def test_each_review_has_the_heading_the_strength_and_the_score_of_its_page(
    pages: list[Path], reviews: dict[str, ReadItem]
) -> None:
    """The pages are read again, by plain patterns on the text alone."""
    scores = 0
    for path in pages:
        text = path.read_text(encoding="utf-8")
        item, told = reviews[path.stem], json.loads(reviews[path.stem].details)
        (heading,) = re.findall(r"<h2>(.*?)</h2>", text)
        (strength,) = re.findall(r"([\d.]+)%", heading)
        marks = re.findall(r"(\d+)/100", text)
        (signed,) = re.findall(r"Posted by (\w+) on (\d+ \w+ \d{4})", text)
        assert (item.name, item.abv_pct) == (heading.replace("&amp;", "&"), float(strength))
        assert [told["score_of_100"]] == marks if marks else "score_of_100" not in told
        assert (told["reviewer"], told["reviewed_on"]) == signed
        scores += len(marks)

    assert scores == 23


def test_no_review_has_a_price_or_a_size_and_the_age_stands_in_the_name(reviews: dict[str, ReadItem]) -> None:
    items = list(reviews.values())

    assert {(item.price_minor, item.price_text, item.currency, item.volume_ml) for item in items} == {
        (None, None, None, None)
    }
    ages = {name: parsed(item).age_years for name, item in reviews.items()}
    assert ages["2021-04-28-linkwood-2007-hidden-spirits"] == 13
    assert ages["2021-05-03-caol-ila-18-unpeated-2017"] == 18
    assert sum(age is not None for age in ages.values()) == 20
    stated = {name: re.search(r"\b(\d+) years\b", item.name) for name, item in reviews.items()}
    assert ages == {name: int(match[1]) if match else None for name, match in stated.items()}


def test_the_feed_is_off_and_publishes_nothing() -> None:
    assert not FEED.feed.enabled
    assert not FEED.licence.publish
