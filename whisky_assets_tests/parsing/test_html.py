"""Regions of pages: both parsers give the same answers, and no page is too hostile."""

import time

import pytest

from whisky_assets.parsing import html
from whisky_assets.parsing.html import (
    check_selector,
    fragment_text,
    is_hostile,
    labelled_text,
    looks_like_html,
    parse_page,
    priced_text,
)

PAGE = """<!doctype html><html><body><main id="p"><h1>Ardbeg <b>10</b></h1><script>var x = "no";</script>
<a class="more big" href="/next">next</a><p class="old">£50</p><p>£45</p>
<table><tr><th>Strength:</th><td>46 %</td></tr><tr><th>Empty</th><td></td></tr><tr><td>only one</td></tr></table>
<dl><dt>Size</dt><dd>70cl</dd></dl></main></body></html>"""


@pytest.fixture(params=["fast", "hostile"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)


@pytest.mark.usefixtures("_either_parser")
def test_both_parsers_give_the_same_answers() -> None:
    region = parse_page(PAGE).select("main#p")[0]
    region.cut("p.old")

    assert region.name() == "main"
    assert region.select("h1")[0].text() == "Ardbeg 10"
    assert [part.text() for part in region.select("p")] == ["£45"]
    assert region.select("a")[0].attribute("href") == "/next"
    assert region.select("a")[0].attribute("class") == "more big"
    assert region.select("a")[0].attribute("title") is None
    assert "var x" not in region.text()
    assert region.select("script")[0].raw_text() == 'var x = "no";'
    assert labelled_text(region, ("strength",)) == "46 %"
    assert labelled_text(region, ("Size",)) == "70cl"
    assert labelled_text(region, ("Empty", "Colour")) is None
    assert [part.name() for part in region.children()] == ["h1", "script", "a", "p", "table", "dl"]
    assert [part.text() for part in region.select("dl")[0].children()] == ["Size", "70cl"]
    assert region.soup().find("h1") is not None
    assert region.soup().name == "main"


@pytest.mark.usefixtures("_either_parser")
def test_a_list_item_that_begins_with_a_label_tells_the_rest_as_its_value() -> None:
    items = (
        "<li><label>UPC:</label> 87000001725</li>"
        '<li><div class="left"><span>Pays</span></div><div class="right">Canada</div></li>'
        "<li><div><strong>Innhold:</strong> <span>Alkohol 40%</span> <span>Sukker</span></div></li>"
        "<li>Maker</li><li><a>Rum</a></li><li>Sweden <b>Country:</b> none</li><li><b>Empty:</b></li>"
    )
    region = parse_page(f"<!doctype html><html><body><ul>{items}</ul></body></html>")

    assert labelled_text(region, ("UPC",)) == "87000001725"
    assert labelled_text(region, ("pays",)) == "Canada"
    assert labelled_text(region, ("Innhold",)) == "Alkohol 40% Sukker"
    assert labelled_text(region, ("Maker", "Rum", "Country", "Empty")) is None


@pytest.mark.usefixtures("_either_parser")
def test_only_a_list_item_without_a_list_in_it_has_a_label_and_near_its_beginning() -> None:
    late = "<i></i>" * html.MOST_PARTS_OF_ITEM + "<b>Late:</b> no"
    items = f"<li><b>Outer:</b> all <ul><li><b>Inner:</b> 46%</li></ul></li><li>{late}</li>"
    region = parse_page(f"<!doctype html><html><body><ul>{items}</ul></body></html>")

    assert labelled_text(region, ("Inner",)) == "46%"
    assert labelled_text(region, ("Outer", "Late")) is None


def test_pages_that_selectolax_cannot_bear_are_read_in_time() -> None:
    started = time.monotonic()
    nested = parse_page("<div>" * (html.MOST_TAGS + 1) + "x")
    wide = parse_page("<p " + " ".join(f"a{number}=1" for number in range(20_000)) + ">x</p>")

    assert nested.text() == "x"
    assert wide.select("p")[0].text() == "x"
    assert time.monotonic() - started < 10


def test_hostile_is_a_count_of_tags_or_of_attributes_in_one_tag() -> None:
    assert is_hostile("<" * (html.MOST_TAGS + 1))
    assert is_hostile("<p " + "a=1 " * (html.MOST_ATTRIBUTES + 1))
    assert not is_hostile(("<p>" + "a=1 " * 100 + "</p>") * 100)
    assert not is_hostile(PAGE)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("<p {signs}>x</p>", True),
        ("<p {signs}", True),
        ("<p {signs}<b>x</b>", True),
        ("<b>x</b><p a=1 {signs}>", True),
        ("{signs}<p>x</p>", False),
        ("<p>{signs}</p>", False),
        ("<p {half}><b {half}>", False),
    ],
)
def test_signs_count_in_one_tag_alone_closed_or_not(text: str, is_one: bool) -> None:
    signs = "=" * (html.MOST_ATTRIBUTES + 1)

    assert is_hostile(text.format(signs=signs, half=signs[: len(signs) // 2 + 1])) is is_one


@pytest.mark.usefixtures("_either_parser")
def test_a_part_with_a_script_in_it_tells_its_texts_apart_as_any_other() -> None:
    cells = "<td>Glen 12</td><td>70cl<script>var x</script></td>"
    dropped = "<p>12<s>1</s>34<!-- 56 --><i>a<noscript>b<b>c</b></noscript></i><style>d</style></p>"
    page = parse_page(f"<!doctype html><html><body><table><tr>{cells}</tr></table>{dropped}</body></html>")
    page.cut("s")

    assert page.text() == "Glen 12 70cl 12 34 a"
    assert page.select("tr")[0].text() == "Glen 12 70cl"
    assert [text for text, _ in page.select("p")[0].pieces()] == ["12", "34", "a"]
    assert page.select("script")[0].text() == ""
    assert page.select("noscript b")[0].text() == "c"


@pytest.mark.usefixtures("_either_parser")
def test_a_page_tells_what_it_says_and_not_what_a_browser_makes_of_it() -> None:
    page = parse_page("<select><button><selectedcontent></selectedcontent></button><option selected>70cl</option>")

    assert page.select("selectedcontent")[0].text() == ""
    assert page.text() == "70cl"


@pytest.mark.usefixtures("_either_parser")
def test_only_elements_are_children_and_attributes_are_known_in_any_case() -> None:
    part = parse_page("<div dataId='7' Title=''>a<!-- b --><p>c</p></div>").select("div")[0]

    assert [child.name() for child in part.children()] == ["p"]
    assert [part.attribute(name) for name in ("dataid", "dataId", "title", "id")] == ["7", "7", "", None]


@pytest.mark.usefixtures("_either_parser")
def test_a_page_in_utf_8_is_the_same_page() -> None:
    text = "<!doctype html><html><body><p>Té Bheag 아드벡</p></body></html>"

    assert parse_page(text, text.encode()).text() == parse_page(text).text() == "Té Bheag 아드벡"


@pytest.mark.parametrize(
    ("text", "is_html"), [(PAGE, True), ("  <?xml version='1.0'?>", True), ("%PDF-1.4", False), ("{}", False)]
)
def test_a_page_is_told_from_other_things(text: str, is_html: bool) -> None:
    assert looks_like_html(text) is is_html


@pytest.mark.parametrize("css", ["p[", "::", "a:nonsense(1)"])
def test_a_bad_selector_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="selector"):
        check_selector(css)


def test_a_shop_editors_fragment_becomes_text() -> None:
    assert fragment_text("<p>46% abv<br>70cl</p><style>p {}</style><ul><li>peated") == "46% abv 70cl peated"


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("$79<sup>99</sup>", "$79.99"),
        ("$2,299<sup>95</sup>", "$2,299.95"),
        ("<b>$338</b> <sup>99</sup>", "$338.99"),
        ("$79.99<sup>99</sup>", "$79.99 99"),
        ("$79<sup>1</sup>", "$79 1"),
        ("from<sup>99</sup>", "from 99"),
        ("$79", "$79"),
    ],
)
def test_raised_cents_are_cents_only_behind_a_whole_number(markup: str, text: str) -> None:
    region = parse_page(f"<!doctype html><html><body><p>{markup}</p></body></html>").select("p")[0]

    assert priced_text(region) == text
    assert len(region.select("sup")) == markup.count("<sup>")


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p><span>100</span><span>150</span></p>", "100 | 150"),
        ("<p><b>£1,100</b> <s>950</s></p>", "£1,100 | 950"),
        ("<p>kr <b>1 299</b></p>", "kr 1 299"),
        ("<p>1\u00a0299,90 kr</p>", "1 299,90 kr"),
        ("<p><span>70</span> <span>1000 ml</span></p>", "70 1000 ml"),
    ],
)
def test_numbers_of_two_elements_are_never_one_price(html: str, text: str) -> None:
    region = parse_page(f"<!doctype html><html><body>{html}</body></html>").select("p")[0]
    assert priced_text(region) == text


@pytest.mark.usefixtures("_either_parser")
def test_a_part_holds_the_parts_inside_it_and_not_itself() -> None:
    outer = parse_page("<div class='x' id='o'><div class='x' id='i'>Ardbeg</div></div>").select("#o")[0]
    assert [part.attribute("id") for part in outer.select("div.x")] == ["i"]
