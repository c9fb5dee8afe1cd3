"""Lists of products in a page's blocks: each product once, with what its group and its offers say of it."""

import json

import pytest

from whisky_assets.parsing import jsonld_lists
from whisky_assets.parsing.jsonld import MOST_NODES, texts_of
from whisky_assets.parsing.jsonld_lists import Listed, listed_products

TEN = {"@type": "Product", "name": "Glen Nowhere 10", "sku": "N-10", "offers": {"price": "40.00"}}
OLD = {"@type": "Product", "name": "Glen Nowhere 18", "sku": "N-18", "offers": {"price": "90.00"}}


def listed(*values: object) -> Listed:
    return listed_products(json.dumps(value) for value in values)


def told(found: Listed) -> list[tuple[str | None, str | None, str | None]]:
    texts = [texts_of(node) for node in found.products]
    return [(one.get("source_id"), one.get("name"), one.get("price")) for one in texts]


BOTH = [("N-10", "Glen Nowhere 10", "40.00"), ("N-18", "Glen Nowhere 18", "90.00")]


@pytest.mark.parametrize(
    "values",
    [
        (TEN, OLD),
        ([TEN, OLD],),
        ({"@graph": [{"@type": "WebSite"}, TEN, OLD]},),
        ({"@type": "ItemList", "itemListElement": [TEN, OLD]},),
        ({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": one} for one in (TEN, OLD)]},),
        ({"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": [TEN, OLD]}},),
        (
            {
                "@graph": [
                    {"@type": "ItemList", "itemListElement": [{"@id": "#10"}, {"item": {"@id": "#18"}}]},
                    {**TEN, "@id": "#10"},
                    {**OLD, "@id": "#18"},
                ]
            },
        ),
        ({"@type": "ItemList", "itemListElement": [{"item": {"@id": "#10"}}, OLD]}, {**TEN, "@id": "#10"}),
        (
            {
                "@type": "OfferCatalog",
                "itemListElement": [
                    {"@type": "Offer", "price": price, "itemOffered": {**one, "offers": []}}
                    for one, price in ((TEN, "40.00"), (OLD, "90.00"))
                ],
            },
        ),
    ],
)
def test_every_way_of_listing_two_products_gives_each_once(values: tuple[object, ...]) -> None:
    found = listed(*values)

    assert sorted(told(found), key=str) == BOTH
    assert (found.links, found.problems) == ((), ())


def test_similar_products_and_breadcrumbs_are_no_products_of_the_page() -> None:
    crumbs = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "item": "http://x.test/whisky"}]}
    page = listed({**TEN, "isSimilarTo": [OLD], "isRelatedTo": OLD}, crumbs)

    assert told(page) == BOTH[:1]
    assert page.links == ()


def test_a_list_of_addresses_gives_links_and_states_its_total() -> None:
    items = [
        {"@type": "ListItem", "position": 1, "url": "http://x.test/p/1"},
        {"@type": "ListItem", "position": 2, "item": "http://x.test/p/2"},
        {"@type": "ListItem", "position": 3, "item": {"@id": "http://x.test/p/3"}},
        {"@type": "ListItem", "position": 4, "item": {"@type": "Thing", "url": 4}},
        {"@type": "ListItem", "position": 5, "item": TEN, "url": "http://x.test/p/5"},
        {"@type": "ListItem", "position": 6, "url": "http://x.test/p/1"},
    ]
    found = listed({"@type": "ItemList", "numberOfItems": 164, "itemListElement": items})

    assert found.links == ("http://x.test/p/1", "http://x.test/p/2", "http://x.test/p/3")
    assert (told(found), found.total) == (BOTH[:1], 164)


@pytest.mark.parametrize("total", ["about 164", None, [164], {"value": 164}])
def test_a_total_that_is_no_number_is_none(total: object) -> None:
    assert listed({"@type": "ItemList", "numberOfItems": total, "itemListElement": [TEN]}).total is None


def test_a_variant_takes_from_its_group_what_it_does_not_say() -> None:
    group = {
        "@type": "ProductGroup",
        "productGroupID": "N",
        "name": "Glen Nowhere",
        "brand": {"@id": "#brand"},
        "hasVariant": [{"@type": "Product", "sku": "N-S", "size": "20 cl"}, {"@id": "#large"}],
    }
    found = listed(
        {
            "@graph": [
                group,
                {"@id": "#brand", "@type": "Brand", "name": "Nowhere"},
                {"@id": "#large", "@type": "Product", "sku": "N-L", "name": "Glen Nowhere 70 cl", "size": "70 cl"},
            ]
        }
    )

    small, large = (texts_of(node) for node in found.products)
    assert small == {"name": "Glen Nowhere", "source_id": "N-S", "producer": "Nowhere", "volume": "20 cl"}
    assert (large["name"], large["source_id"], large["producer"]) == ("Glen Nowhere 70 cl", "N-L", "Nowhere")


def test_offers_with_numbers_of_their_own_are_products_of_their_own() -> None:
    offers = [{"sku": "N-S", "gtin13": "1", "price": 15}, {"sku": "N-L", "price": "40"}]
    found = listed({**TEN, "gtin13": "2", "offers": offers})
    nameless = listed({**TEN, "offers": [{"price": 15}, {"price": 40}]})
    same = listed({**TEN, "offers": [{"sku": "N-10", "price": 15}, {"sku": "N-10", "price": 40}]})

    texts = [texts_of(node) for node in found.products]
    assert [(one["source_id"], one["price"], one.get("gtin")) for one in texts] == [
        ("N-S", "15", "1"),
        ("N-L", "40", None),
    ]
    assert [texts_of(node)["prices"] for node in (*nameless.products, *same.products)] == ["15 | 40", "15 | 40"]


def test_a_broken_block_costs_itself_alone_and_is_told() -> None:
    found = listed_products(['{"@type": "Product", "name": ', json.dumps(TEN), "", '{"price": NaN}'])

    assert told(found) == BOTH[:1]
    assert len(found.problems) == 3


def test_references_that_lead_in_a_circle_or_nowhere_end() -> None:
    circle = [
        {"@id": "#a", "@type": "ItemList", "itemListElement": [{"@id": "#b"}, {"@id": "#none"}]},
        {"@id": "#b", "@type": "ItemList", "itemListElement": [{"@id": "#a"}]},
        {**TEN, "offers": {"@id": "#none"}, "brand": {"@id": "#a"}},
    ]

    assert told(listed({"@graph": circle})) == [("N-10", "Glen Nowhere 10", None)]


def test_a_block_of_very_many_objects_is_looked_at_up_to_a_limit() -> None:
    found = listed([{**TEN, "sku": str(number)} for number in range(MOST_NODES + 10)])

    assert 0 < len(found.products) <= MOST_NODES


def test_an_offer_that_offers_itself_ends() -> None:
    found = listed(
        {"@id": "#own", "@type": "Product", "name": "Ouroboros", "sku": "O-1", "itemOffered": {"@id": "#own"}}
    )

    assert {one.get("sku") for one in found.products} == {"O-1"}
    assert len(found.products) <= 2


@pytest.mark.parametrize(
    ("stated", "total"), [(24, 24), ("25", 25), (0, 0), (True, None), ("many", None), (-1, None), (2.5, None)]
)
def test_a_list_s_total_is_a_number_or_its_digits(stated: object, total: int | None) -> None:
    assert listed({"@type": "ItemList", "numberOfItems": stated}).total == total


def test_what_a_group_says_for_all_is_not_repeated_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [{"name": f"Property {number}", "value": "peat"} for number in range(50)]
    group = {
        "@type": "ProductGroup",
        "additionalProperty": said,
        "hasVariant": [{"@type": "Product", "sku": f"N-{number}"} for number in range(50)],
    }
    offers = [{"sku": f"M-{number}", "price": number} for number in range(50)]
    many_offers = {"@type": "Product", "name": "Glen Many", "description": "peat " * 500, "offers": offers}
    monkeypatch.setattr(jsonld_lists, "MOST_REPEATED", 50_000)

    found = listed({"@graph": [group, many_offers, TEN]})

    assert found.oversized == (group, many_offers)
    assert found.products == (TEN,)


def test_a_reference_is_followed_as_long_as_that_repeats_little(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = {"@id": "#maker", "@type": "Brand", "name": "Nowhere " * 100}
    group = {"@type": "ProductGroup", "hasVariant": [{"sku": f"N-{n}", "brand": {"@id": "#maker"}} for n in range(50)]}
    assert len(listed({"@graph": [maker, group]}).products) == 50
    monkeypatch.setattr(jsonld_lists, "MOST_REPEATED", 30 * len(json.dumps(maker)))

    found = listed({"@graph": [maker, group]})

    assert (found.products, found.oversized) == ((), (group,))
