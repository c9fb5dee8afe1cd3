"""Markup too deep for a tree is cut where browsers cut it; what no tree can be built of is refused."""

from __future__ import annotations

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import nesting
from whisky_assets.parsing.html import MOST_TAGS, parse_page
from whisky_assets.parsing.nesting import DEEPEST, MOST_TREE_TAGS, shallow


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tags",
        "<div><p>one<p>two<ul><li>a<li>b</ul></div>",
        "<br>" * 2_000,
        "<p>unclosed " * 2_000,
        "<tr><td>1<td>2" * 2_000,
        "<div></div>" * 2_000,
        "<svg/>" * 2_000,
        "a < b and c > d " * 1_000,
        "<div" * 2_000,
        "</div>" * 2_000,
        f"<{'a' * 1_000_000}",
    ],
)
def test_a_page_that_is_long_and_not_deep_is_unchanged(text: str) -> None:
    assert shallow(text) == text


def test_tags_below_the_deepest_are_left_out_with_their_ends_and_their_text_stays() -> None:
    deep = DEEPEST + 100
    text = "<div>" * deep + "peat" + "</div>" * deep + "<p>smoke</p>"
    assert shallow(text) == "<div>" * DEEPEST + "peat" + "</div>" * DEEPEST + "<p>smoke</p>"


def test_a_product_before_and_after_an_abyss_is_read() -> None:
    text = f"<body><h1>Ardbeg</h1>{'<div>' * 100_000}{'</div>' * 100_000}<h2>10</h2></body>"
    page = parse_page(text)
    assert [page.select(heading)[0].text() for heading in ("h1", "h2")] == ["Ardbeg", "10"]


def test_more_tags_than_a_tree_can_hold_are_refused() -> None:
    assert parse_page("<p>a</p>" * (MOST_TAGS // 2 + 1)).select("p")[-1].text() == "a"
    with pytest.raises(InputRefusedError) as refused:
        parse_page("<p>a</p>" * (MOST_TREE_TAGS // 2 + 1))
    assert refused.value.reason == "too_many_tags"


def test_unclosed_quotes_cost_no_more_than_their_length() -> None:
    text = '<a "' * MOST_TREE_TAGS
    assert shallow(text) == text


def test_markup_of_too_many_attributes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "MOST_SIGNS", 4)

    assert shallow("<p a=1 b=2 c=3 d=4>x</p>") == "<p a=1 b=2 c=3 d=4>x</p>"
    with pytest.raises(InputRefusedError, match="5 attributes, more than 4") as refused:
        shallow("<p a=1 b=2 c=3 d=4 e=5>x</p>")

    assert refused.value.reason == "too_many_tags"
