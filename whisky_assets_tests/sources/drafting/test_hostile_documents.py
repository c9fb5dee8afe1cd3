"""What is no list of products is refused by name, and what is huge or twisted is answered all the same."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.drafting.site import Given
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets_tests.sources.drafting.pages_for_drafts import (
    DAY,
    KNOWN,
    URL,
    WHISKIES,
    cards,
    draft_of,
    page,
    read_with,
    value_of,
)

ONE_PRODUCT = """<script type="application/ld+json">{"@type": "Product", "name": "Ardbeg 10", "sku": "A10",
"offers": {"@type": "Offer", "price": "52.95", "priceCurrency": "GBP"}}</script>
<h2>Ardbeg 10</h2><p class="price">£52.95</p><a href="/basket">Add</a>"""

WALL = """<!doctype html><html><head><title>Just a moment...</title></head><body>
<p>Checking your browser before accessing the shop.</p><div id="cf-chl-widget"></div></body></html>"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (b" \n\t ", "empty_file"),
        (page("<p>We sell whisky. Come in and see us, our prices are fair.</p>"), "no_product"),
        (
            page("<ul>" + "".join(f'<li><a href="/n/{n}">News of day {n}</a></li>' for n in range(30)) + "</ul>"),
            "no_product",
        ),
        (page(f"<ul>{cards(whiskies=WHISKIES[:1])}</ul>"), "no_product"),
        (page(ONE_PRODUCT), "one_product"),
        (WALL.encode(), "bot_wall"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_html"),
        (b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 50, "not_html"),
        (b"\x7fELF" + bytes(5_000), "not_html"),
        (b"Just some words that a person saved.", "not_html"),
        (b'{"error": "not found"}', "no_product"),
        (b'{"products": ', "broken_json"),
        (b"[" * 100_000, "broken_json"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_list_is_refused_by_name_with_a_way_out(body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        draft_of(body)

    assert refused.value.reason == reason
    assert refused.value.remedy


def test_the_page_of_one_product_names_it() -> None:
    with pytest.raises(InputRefusedError, match="one product \\(Ardbeg 10\\)"):
        draft_of(page(ONE_PRODUCT))


def test_a_saved_page_that_does_not_tell_its_address_is_asked_for_it() -> None:
    with pytest.raises(InputRefusedError) as refused:
        draft_of(page(f"<ul>{cards()}</ul>"), url="", file_name="saved.html")

    assert refused.value.reason == "no_url"
    assert "--url" in refused.value.remedy


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://kestrel.example/list">',
        '<meta property="og:url" content="https://kestrel.example/list">',
        '<base href="https://kestrel.example/list">',
    ],
)
def test_a_saved_page_that_tells_its_address_needs_no_more(head: str) -> None:
    draft = draft_of(page(f"<ul>{cards()}</ul>", head=head), url="", file_name="saved.html")

    assert value_of(draft, "fetch", "start") == '["https://kestrel.example/list"]'


def test_what_the_person_says_wins_over_the_page() -> None:
    given = Given(url="https://other.example/x", name="other", country="IE", language="ga", currency="EUR")

    draft = draft_of(page(f"<ul>{cards()}</ul>"), given=given)

    assert (draft.name, draft.url, draft.missing) == ("other", "https://other.example/x", ())
    assert [value_of(draft, "feed", key) for key in ("country", "language", "currency")] == ['"IE"', '"ga"', '"EUR"']


def test_a_page_of_ten_megabytes_of_script_costs_no_more_than_its_list() -> None:
    body = page(f"<script>{'var stock = 1;' * 750_000}</script><ul>{cards()}</ul>")

    assert len(body) > 10_000_000
    assert value_of(draft_of(body), "cards", "card") == '".product-card"'


@pytest.mark.parametrize(
    "twist",
    [
        "<div>" * 20_000,
        f"<div {' '.join(f'a{n}=1' for n in range(20_000))}>",
        "<table><tr><td>" * 2_000,
        "<p>£5 <a href=/x>" * 5_000,
    ],
    ids=["nested", "attributes", "nested tables", "unclosed links"],
)
def test_a_twisted_page_ends_in_a_draft_or_a_refusal(twist: str) -> None:
    body = page(f"<ul>{cards()}</ul>{twist}")

    assert outcome_of(body) in ("cards", "table", "no_product", "no_name")


def outcome_of(body: bytes) -> str:
    """Return the preset of a page's draft, or the reason of its refusal."""
    try:
        return draft_of(body).preset
    except InputRefusedError as error:
        return error.reason


@pytest.mark.slow
def test_a_page_of_ten_megabytes_of_cards_is_drafted() -> None:
    story = f"<p>{'It rests in oak and tells of the sea. ' * 18}</p></li>"
    many = [(f"Cask {place} 46% 70cl", f"{place % 90 + 10}.00", f"cask-{place}") for place in range(11_000)]
    body = page(f"<ul>{cards(whiskies=many).replace('</li>', story)}</ul>")

    assert len(body) > 10_000_000
    draft = draft_of(body)
    assert (draft.products, value_of(draft, "cards", "card")) == (11_000, '".product-card"')


def test_a_page_of_more_tags_than_any_parser_bears_is_refused() -> None:
    with pytest.raises(InputRefusedError) as refused:
        draft_of(page(f"<ul>{cards() * 9_000}</ul>"))

    assert refused.value.reason == "too_many_tags"


def test_a_page_in_another_encoding_is_read_by_the_same_ladder() -> None:
    names = [(f"Brûlée №{place} 46% 70cl".replace("№", "n"), "50.00", f"b-{place}") for place in range(4)]
    body = page(f"<ul>{cards(whiskies=names)}</ul>").decode().encode("cp1252")

    assert draft_of(body, KNOWN, URL).products == 4


@pytest.mark.parametrize(
    "address",
    ["https://kestrel.example/\nenabled = true\n#", "https://kestrel.example/ x", "https://kestrel.example/\x7f\x01"],
)
def test_a_page_cannot_write_into_the_toml(tmp_path: Path, address: str) -> None:
    """What stands on a page becomes values and remarks, never a line of its own."""
    evil = f"Cask \x1b[2J\x7f\x85\nenabled = true\n[licence]\npublish = true {chr(34)} ' 46% 70cl"
    many = [(f"{evil} {place}", "50.00", f"p-{place}'\"\n]") for place in range(4)]
    title = "Whisky\nenabled = true"
    body = page(
        f"<ul>{cards(whiskies=many)}</ul><a href='/terms\nx = 1'>Terms</a>",
        title=title,
        head=f'<meta property="og:site_name" content="Kestrel\nenabled = true&#10;publish = true">'
        f'<link rel="canonical" href="{address}">',
    )

    draft = draft_of(body, KNOWN, url="https://kestrel.example/x")
    told = tomllib.loads(toml_of(dataclasses.replace(draft, url=address), world="real", day=DAY))

    assert told["feed"]["enabled"] is False
    assert told["licence"]["publish"] is False
    assert read_with(tmp_path, draft, body).rows_read == 4


def test_a_page_that_is_cut_anywhere_ends_in_a_feed_that_loads_or_a_refusal(tmp_path: Path) -> None:
    whole = page(f'<p class="count">6 products</p><ul>{cards()}</ul>')
    outcomes = set()
    for end in range(0, len(whole), 37):
        outcome = outcome_of(whole[:end])
        outcomes.add(outcome)
        if outcome == "cards":
            draft = draft_of(whole[:end])
            assert {item.currency for item in read_with(tmp_path, draft, whole[:end]).items} <= {"GBP", None}

    assert outcomes == {"empty_file", "no_product", "cards"}


def test_terms_of_another_site_are_not_taken_for_those_of_this_one() -> None:
    body = page(f'<ul>{cards()}</ul><a href="https://www.whiskybase.com/terms">Terms</a>').replace(b"/terms-and", b"/x")

    assert "whiskybase" not in draft_of(body).terms
