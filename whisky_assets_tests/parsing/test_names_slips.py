"""A person's own words, slips of the pen, and a producer's column, where a name tells no listed maker."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets_tests.parsing.small_tables import brand, distillery, tables, word
from whisky_assets_tests.parsing.told import ALL_BUT_MAKERS, told

REFERENCE = load_reference()


FREE_TEXT: list[tuple[str, list[str], str]] = [
    (
        "Ardbag Uigeadail",
        ["brand ardbeg <Ardbag> nearest brand", "distillery ardbeg <Ardbag> distillery of the brand"],
        "uigeadail",
    ),
    ("the Ardbag", ["brand ardbeg <Ardbag> nearest brand", "distillery ardbeg <Ardbag> distillery of the brand"], ""),
    (
        "whisky ardbag ten",
        ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"],
        "",
    ),
    (
        "Lagavulon sixteen",
        ["brand lagavulin <Lagavulon> nearest brand", "distillery lagavulin <Lagavulon> distillery of the brand"],
        "",
    ),
    (
        "glen fidich 12",
        [
            "brand glenfiddich <glen fidich> nearest brand",
            "distillery glenfiddich <glen fidich> distillery of the brand",
        ],
        "12",
    ),
    ("johny walkr black", ["brand johnnie_walker <johny walkr> nearest brand"], "black label"),
    (
        "bunahabhain",
        [
            "brand bunnahabhain <bunahabhain> nearest brand",
            "distillery bunnahabhain <bunahabhain> distillery of the brand",
        ],
        "",
    ),
    ("obn", [], "obn"),
    ("oben 14", [], "oben 14"),
    (
        "laphroig quarter",
        ["brand laphroaig <laphroig> brand in the tables", "distillery laphroaig <laphroig> distillery of the brand"],
        "quarter",
    ),
    (
        "macalan 12",
        ["brand macallan <macalan> nearest brand", "distillery macallan <macalan> distillery of the brand"],
        "12",
    ),
    (
        "port elen",
        ["brand port_ellen <port elen> nearest brand", "distillery port_ellen <port elen> distillery of the brand"],
        "",
    ),
    ("heron lagavulim", [], "heron lagavulim"),
    (
        "glen grent",
        ["brand glen_grant <glen grent> nearest brand", "distillery glen_grant <glen grent> distillery of the brand"],
        "",
    ),
    (
        "royal lochnagor 12",
        [
            "brand royal_lochnagar <royal lochnagor> nearest brand",
            "distillery royal_lochnagar <royal lochnagor> distillery of the brand",
        ],
        "12",
    ),
    ("12 ardbag", ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"], "12"),
    ("the ardbag", ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"], ""),
    ("islay ardbag", ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"], ""),
    (
        "islay single malt lagavulim",
        ["brand lagavulin <lagavulim> nearest brand", "distillery lagavulin <lagavulim> distillery of the brand"],
        "",
    ),
    (
        "scotch ardbag",
        ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"],
        "",
    ),
    (
        "送料無料 ardbag",
        ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"],
        "",
    ),
    (
        "싱글몰트 ardbag",
        ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"],
        "",
    ),
    (
        "single malt ardbag",
        ["brand ardbeg <ardbag> nearest brand", "distillery ardbeg <ardbag> distillery of the brand"],
        "",
    ),
    ("ardbxx", [], "ardbxx"),
    (
        "glenfidich",
        [
            "brand glenfiddich <glenfidich> brand in the tables",
            "distillery glenfiddich <glenfidich> distillery of the brand",
        ],
        "",
    ),
    (
        "glenfidich 12",
        [
            "brand glenfiddich <glenfidich> brand in the tables",
            "distillery glenfiddich <glenfidich> distillery of the brand",
        ],
        "12",
    ),
    (
        "glen fidich moon",
        [
            "brand glenfiddich <glen fidich> nearest brand",
            "distillery glenfiddich <glen fidich> distillery of the brand",
        ],
        "moon",
    ),
    (
        "four rosses",
        ["brand four_roses <four rosses> nearest brand", "distillery four_roses <four rosses> distillery of the brand"],
        "",
    ),
    (
        "wild turky 101",
        ["brand wild_turkey <wild turky> nearest brand", "distillery wild_turkey <wild turky> distillery of the brand"],
        "101",
    ),
    (
        "jack danils honey",
        [
            "brand jack_daniels <jack danils> nearest brand",
            "distillery jack_daniels <jack danils> distillery of the brand",
        ],
        "honey",
    ),
    (
        "macalan macalan",
        ["brand macallan <macalan> nearest brand", "distillery macallan <macalan> distillery of the brand"],
        "macalan",
    ),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), FREE_TEXT, ids=[case[0] for case in FREE_TEXT])
def test_a_persons_own_words_are_read_more_freely(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE, free_text=True)
    assert told(parsed, without=ALL_BUT_MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover


PRODUCER: list[tuple[str, list[str], str, str]] = [
    (
        "Heron 12",
        ["brand arran <> producer column", "distillery lochranza <> distillery of the brand"],
        "heron 12",
        "Arran Distillers",
    ),
    ("Heron 12", [], "heron 12", "The Edrington Group"),
    ("Heron 12", ["brand johnnie_walker <> producer column"], "heron 12", "John Ewing & Co. Johnnie Walker"),
    (
        "Oban 12",
        ["brand oban <Oban> brand in the tables", "distillery oban <Oban> distillery of the brand"],
        "12",
        "Arran Distillers",
    ),
    (
        "Heron 12",
        ["brand arran <> producer column", "distillery lochranza <> distillery of the brand"],
        "heron 12",
        "Isle of Arran Distillers",
    ),
    ("Heron 12", ["brand johnnie_walker <> producer column"], "heron 12", "Johnnie Walker"),
    ("Heron 12", [], "heron 12", "Nobody"),
]


@pytest.mark.parametrize(("name", "fields", "leftover", "producer"), PRODUCER)
def test_the_producers_column_speaks_where_the_name_is_silent(
    name: str, fields: list[str], leftover: str, producer: str
) -> None:
    parsed = parse_name(name, REFERENCE, producer=producer)
    assert told(parsed, without=ALL_BUT_MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover


SMALL = tables(
    distillery("Moorland"),
    distillery("Moorlang"),
    distillery("Brora"),
    distillery("Glen Tide"),
    distillery("Aidewaterlo"),
    distillery("Tidewaterlo"),
    brand("Kelp"),
    word("single malt", "style", "malt"),
)


@pytest.mark.parametrize(
    ("typed", "brand", "words"),
    [
        ("moorlant", None, ""),
        ("moorlan", None, ""),
        ("mooriand", "moorland", "mooriand"),
        ("broru", "brora", "broru"),
        ("bruru", None, ""),
        ("kelb", None, ""),
        ("glen tyde", "glen_tide", "glen tyde"),
        ("glentyde", "glen_tide", "glentyde"),
        ("gl en tyde", "glen_tide", "gl en tyde"),
        ("g len t yde", None, ""),
        ("glen tyde moon", "glen_tide", "glen tyde"),
        ("single malt mooriand", "moorland", "mooriand"),
        ("12 mooriand", "moorland", "mooriand"),
        ("heron mooriand", None, ""),
        ("tidewaterla", "tidewaterlo", "tidewaterla"),
        ("aidewaterla", "aidewaterlo", "aidewaterla"),
    ],
)
def test_a_slip_of_the_pen_is_the_one_nearest_brand(typed: str, brand: str | None, words: str) -> None:
    parsed = parse_name(typed, SMALL, free_text=True)
    assert parsed.brand == brand
    assert brand is None or typed[slice(*parsed.fields["brand"].span)] == words
    assert parse_name(typed, SMALL).brand is None


def test_letters_behind_a_brand_with_a_slip_are_read_on_their_own() -> None:
    reference = tables(distillery("Moonlight", "달빛나루터"), word("블랙", "word", "black", "ko"))
    for name, left in [
        ("달빗 나루터섬", ["섬"]),
        ("달빗나루터블랙", ["black"]),
        ("달빗 나루 터섬 블랙", ["섬", "black"]),
    ]:
        parsed = parse_name(name, reference)
        assert (parsed.brand, list(parsed.leftover_words)) == ("moonlight", left), name
        assert name[slice(*parsed.fields["brand"].span)].replace(" ", "") == "달빗나루터"
