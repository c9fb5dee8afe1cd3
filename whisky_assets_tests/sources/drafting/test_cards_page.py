"""A page of repeated cards becomes a feed that reads every product of it, and says of what it is not sure."""

from pathlib import Path

import pytest

from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE
from whisky_assets.sources.drafting.site import Given
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets_tests.sources.drafting.pages_for_drafts import (
    DAY,
    WHISKIES,
    cards,
    draft_of,
    expected,
    page,
    prices,
    read_with,
    value_of,
)

FORMS = {
    "telling classes": """<li class="product-card" data-product-id="{number}"><a href="/p/{slug}">
<h3 class="product-title">{name}</h3></a><span class="price">£{price}</span></li>""",
    "schema.org attributes": """<div itemscope itemtype="https://schema.org/Product">
<meta itemprop="sku" content="K{number}"><a itemprop="url" href="/p/{slug}"><span itemprop="name">{name}</span></a>
<span itemprop="offers" itemscope><b itemprop="price">£{price}</b></span></div>""",
    "classes that a build makes": """<div class="css-1q2w3e4"><a class="sc-bdVaJa" href="/p/{slug}">
<p class="css-9z8y7x">{name}</p></a><div class="css-5t6r7e">£{price}</div></div>""",
    "modules": """<div class="Card_card__aB3x9"><a class="Card_link__x9Y2z" href="/p/{slug}">
<span class="Card_title__q1W2e">{name}</span></a><span class="Card_price__z0X9c">£{price}</span></div>""",
    "custom elements": """<shop-tile><shop-link><a href="/p/{slug}" class="tile-title">{name}</a></shop-link>
<shop-price>£{price}</shop-price></shop-tile>""",
    "layout classes alone": """<div class="col-md-4 p-2"><div class="d-flex">
<a class="text-dark" href="/p/{slug}">{name}</a><span class="mt-1">£{price}</span></div></div>""",
    "test marks": """<article data-testid="tile"><a data-testid="tile-link" href="/p/{slug}"></a>
<span data-testid="tile-name">{name}</span><span data-testid="tile-price">£{price}</span></article>""",
    "raised cents": """<li class="item"><a href="/p/{slug}" class="item-name">{name}</a>
<span class="item-price"><span class="visually-hidden">£{price}</span></span></li>""",
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_product_of_a_page_is_read_without_an_edit(tmp_path: Path, form: str) -> None:
    body = page(f'<ul class="listing">{cards(FORMS[form])}</ul>')

    draft = draft_of(body)
    reading = read_with(tmp_path, draft, body)

    assert draft.preset == "cards"
    assert prices(reading) == expected()
    assert not reading.refused
    assert [item.volume_ml for item in reading.items] == [700, 700, 700, 1000, 700, 500]
    assert [item.abv_pct for item in reading.items] == [46, 43, 45.8, 60, 46, 51.4]
    site = "https://www.kestrel-whisky.co.uk"
    assert [item.url for item in reading.items] == [f"{site}/p/{slug}" for *_, slug in WHISKIES]
    assert len({item.source_id for item in reading.items}) == len(WHISKIES)
    assert {item.currency for item in reading.items} == {"GBP"}


def test_marks_and_telling_classes_are_preferred_to_what_a_build_or_a_layout_names() -> None:
    form = """<div class="css-1q2w3e4 col-4 product-card" data-product-id="{number}">
<a class="css-8h7g6f" href="/p/{slug}"><p class="css-9z8y7x title" data-testid="name">{name}</p></a>
<div class="mt-2 price">£{price}</div></div>"""

    draft = draft_of(page(cards(form)))

    assert value_of(draft, "cards", "card") == '".product-card"'
    assert value_of(draft, "fields", "name") == '"[data-testid=name]"'
    assert value_of(draft, "fields", "price") == '".price"'
    assert value_of(draft, "fields", "source_id") == '{ from = ":scope", attr = "data-product-id" }'
    sure = [line.key for line in draft.findings if line.surety == SURE and line.section == "fields"]
    assert sure == ["source_id", "name", "price"]


def test_a_slug_as_number_is_said_to_be_no_lasting_one() -> None:
    form = '<li class="card"><a class="title" href="/p/{slug}">{name}</a><span class="price">£{price}</span></li>'

    line = draft_of(page(f"<ul>{cards(form)}</ul>")).of("fields", "source_id")

    assert line is not None
    assert line.surety == LIKELY
    assert "renamed" in line.why


@pytest.mark.parametrize(
    "old",
    [
        "<del>£99.00</del>",
        '<span class="was-price">£99.00</span>',
        '<span class="price-old">£99.00</span>',
        '<span class="rrp">RRP £99.00</span>',
        '<span class="case-price">£500.00 a case</span>',
    ],
)
def test_an_old_price_or_that_of_a_case_is_never_read(tmp_path: Path, old: str) -> None:
    form = f"""<li class="card"><a class="title" href="/p/{{slug}}">{{name}}</a>
<div class="price-box">{old} <span class="now">£{{price}}</span></div></li>"""
    body = page(f"<ul>{cards(form)}</ul>")

    assert prices(read_with(tmp_path, draft_of(body), body)) == expected()


def test_a_card_on_sale_among_others_is_read_at_its_new_price(tmp_path: Path) -> None:
    plain = """<li class="card"><a class="title" href="/p/{slug}">{name}</a>
<div class="price"><span>£{price}</span></div></li>"""
    sale = plain.replace("<span>", "<del>£99.00</del> <span>")
    body = page(f"<ul>{cards(plain, WHISKIES[:4])}{cards(sale, WHISKIES[4:])}</ul>")

    assert prices(read_with(tmp_path, draft_of(body), body)) == expected()


def test_litre_prices_beside_the_price_are_passed_over(tmp_path: Path) -> None:
    form = """<li class="card"><a class="title" href="/p/{slug}">{name}</a>
<p class="price">£{price} <small>(£75.00 per litre)</small></p></li>"""
    body = page(f"<ul>{cards(form)}</ul>")

    assert prices(read_with(tmp_path, draft_of(body), body)) == expected()


def test_a_price_range_is_left_out_and_said_instead_of_one_of_its_ends(tmp_path: Path) -> None:
    form = (
        """<li class="card"><a class="title" href="/p/{slug}">{name}</a><p class="price">£{price} - £199.00</p></li>"""
    )
    body = page(f"<ul>{cards(form)}</ul>")

    draft = draft_of(body)
    line = draft.of("fields", "price")

    assert line is not None
    assert (line.value, line.surety) == ("", UNSURE)
    assert '# price = ""  # unsure: ' in toml_of(draft, world="real", day=DAY)
    assert {price for _, price in prices(read_with(tmp_path, draft, body))} == {None}


def test_a_position_in_the_list_is_no_price(tmp_path: Path) -> None:
    numbered = "".join(
        f'<li class="card"><b class="place">{place}.</b><a class="title" href="/p/{slug}">{name}</a>'
        f'<i class="cost">£{price}</i></li>'
        for place, (name, price, slug) in enumerate(WHISKIES, start=1)
    )
    body = page(f"<ul>{numbered}</ul>")

    assert prices(read_with(tmp_path, draft_of(body), body)) == expected()


def test_the_same_cards_elsewhere_on_the_page_are_left_out_by_a_region(tmp_path: Path) -> None:
    others = tuple((f"Gin {name}", price, f"gin-{slug}") for name, price, slug in WHISKIES[:2])
    body = page(
        f'<div class="recent"><ul>{cards(whiskies=others)}</ul></div><section id="results"><ul>{cards()}</ul></section>'
    )

    draft = draft_of(body)

    assert prices(read_with(tmp_path, draft, body)) == expected()
    assert value_of(draft, "cards", "region") == '"#results"'


def test_of_two_groups_of_one_size_the_other_is_told_as_a_comment() -> None:
    second = (
        '<div class="offer"><a class="offer-name" href="/o/{slug}">{name}</a><em class="offer-cost">£{price}</em></div>'
    )
    body = page(f'<ul class="a">{cards()}</ul><div class="b">{cards(second)}</div>')

    draft = draft_of(body)
    line = draft.of("cards", "card")

    assert line is not None
    assert (line.value, line.surety, line.others) == ('".product-card"', UNSURE, ('".offer"',))
    assert '# card = ".offer"' in toml_of(draft, world="real", day=DAY)
    assert any(".offer" in note for note in draft.notes)


def test_cards_in_cards_are_counted_once(tmp_path: Path) -> None:
    form = """<div class="tile"><div class="tile"><a class="title" href="/p/{slug}">{name}</a></div>
<div class="cost">£{price}</div></div>"""
    body = page(f'<section class="grid">{cards(form)}</section>')

    reading = read_with(tmp_path, draft_of(body), body)

    assert prices(reading) == expected()


def test_rows_of_headers_and_menus_with_the_same_tag_are_left_out(tmp_path: Path) -> None:
    form = '<tr><td><b><a href="/p/{slug}">{name}</a></b></td><td><i>£{price}</i></td></tr>'
    head = "<tr><td>Bottle</td><td>What it costs</td></tr>"
    body = page(f'<table id="bottles">{head}{cards(form)}<tr><td>6 bottles</td><td>in all</td></tr></table>')

    reading = read_with(tmp_path, draft_of(body), body)

    assert prices(reading) == expected()
    assert not reading.refused


def test_a_full_name_in_an_attribute_is_preferred_to_one_that_is_cut(tmp_path: Path) -> None:
    form = """<li class="card"><a class="title" href="/p/{slug}" title="{name}">{name:.12}...</a>
<i class="price">£{price}</i></li>"""
    body = page(f"<ul>{cards(form)}</ul>")

    assert prices(read_with(tmp_path, draft_of(body), body)) == expected()


def test_size_and_strength_of_their_own_are_found_beside_the_name(tmp_path: Path) -> None:
    form = """<li class="card"><a class="title" href="/p/{slug}">Cask {number}</a><span class="meta-abv">46.3%</span>
<span class="meta-size">70 cl</span><span class="price">£{price}</span><span class="label">-20%</span></li>"""
    body = page(f"<ul>{cards(form)}</ul>")

    reading = read_with(tmp_path, draft_of(body), body)

    assert {(item.abv_pct, item.volume_ml) for item in reading.items} == {(46.3, 700)}


def test_what_is_sold_out_is_read_so_and_nothing_is_said_of_the_others(tmp_path: Path) -> None:
    sold = cards(whiskies=WHISKIES[:1]).replace("Add to basket", "Sold out")
    body = page(f"<ul>{sold}{cards(whiskies=WHISKIES[1:])}</ul>")

    reading = read_with(tmp_path, draft_of(body), body)

    assert [item.available for item in reading.items] == [False, *[None] * 5]


def test_the_next_page_and_the_stated_total_are_found(tmp_path: Path) -> None:
    body = page(
        f'<p class="count">1-6 of 48 products</p><ul>{cards()}</ul>'
        '<div class="pager"><a class="page" href="?page=1">1</a><a class="page-next" href="?page=2">Next</a></div>'
    )

    draft = draft_of(body)
    reading = read_with(tmp_path, draft, body)

    assert [link.url for link in reading.links] == ["https://www.kestrel-whisky.co.uk/whisky?page=2"]
    assert any("states 48" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("pager", "css"),
    [
        ('<link rel="next" href="?page=2">', "link[rel~=next]"),
        ('<a rel="next nofollow" href="?page=2">2</a>', "a[rel~=next]"),
        ('<ul class="pages"><li class="next"><a href="?page=2">»</a></li></ul>', ".next a"),
        (
            '<div class="pagination"><a href="?page=2"><i class="fa fa-angle-right"></i></a></div>',
            "a:has(> .fa-angle-right)",
        ),
    ],
)
def test_a_link_to_the_next_page_is_known_by_what_it_says(tmp_path: Path, pager: str, css: str) -> None:
    body = page(f"<ul>{cards()}</ul>{pager}")

    draft = draft_of(body)

    assert value_of(draft, "cards", "next") == f'"{css}"'
    (link,) = read_with(tmp_path, draft, body).links
    assert link.url == "https://www.kestrel-whisky.co.uk/whisky?page=2"


def test_a_link_back_is_no_next_page_whatever_its_class() -> None:
    back = '<a class="pager next" href="?page=1">Résultat de recherche Précédent</a>'

    assert value_of(draft_of(page(f"<ul>{cards()}</ul>{back}")), "cards", "next") == ""


def test_a_page_without_a_next_one_says_that_it_alone_is_read() -> None:
    carousel = '<div class="slick"><a class="slick-next" href="?slide=2">Next</a></div>'

    draft = draft_of(page(f"<ul>{cards()}</ul>{carousel}"))

    assert value_of(draft, "cards", "next") == ""
    assert '# next = ""  # unsure: ' in toml_of(draft, world="real", day=DAY)


def test_a_page_that_does_not_call_itself_whisky_lets_each_name_decide() -> None:
    assert value_of(draft_of(page(f"<ul>{cards()}</ul>")), "kinds", "default") == '"whisky"'
    everything = draft_of(page(f"<ul>{cards()}</ul>", title="All bottles"), url="https://kestrel.example/all")
    assert value_of(everything, "kinds", "default") == '"by_name"'


def test_what_the_page_does_not_tell_is_missing_and_never_invented() -> None:
    bare = f"<main><ul>{cards().replace('£', '$')}</ul></main>".encode()

    draft = draft_of(bare, given=Given(), url="https://kestrel.example/list")

    assert set(draft.missing) == {"country", "language", "currency"} - ({"language"} - set(draft.missing))
    assert "currency" in draft.missing
    money = draft.of("feed", "currency")
    assert money is not None
    assert '"USD"' in money.others
    assert '"GBP"' not in money.others


def test_terms_that_the_page_links_to_stand_in_the_licence_and_nothing_is_published() -> None:
    toml = toml_of(draft_of(page(f"<ul>{cards()}</ul>")), world="real", day=DAY)

    assert 'terms_url = "https://www.kestrel-whisky.co.uk/terms-and-conditions"' in toml
    assert "publish = false" in toml
    assert "enabled = false" in toml


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_draft_of_a_common_page_has_at_most_thirty_lines(form: str) -> None:
    toml = toml_of(draft_of(page(f"<ul>{cards(FORMS[form])}</ul>")), world="real", day=DAY)

    assert len([line for line in toml.splitlines() if line.strip()]) <= 30
