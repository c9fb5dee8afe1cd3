"""Who bottled it: a house is told in full, behind a brand or before it, and its own label is a brand."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Brand, Distillery, load_reference
from whisky_assets_tests.parsing.small_tables import bottler, brand, distillery, tables
from whisky_assets_tests.parsing.told import ALL_BUT_MAKERS, told

REFERENCE = load_reference()

CASES: list[tuple[str, list[str], str]] = [
    (
        "heron moon kelp tide rock Signatory Vintage",
        ["brand signatory_vintage <Signatory Vintage> bottler's own label"],
        "heron moon kelp tide rock",
    ),
    (
        "heron moon kelp tide rock Signatory Vintage Arran",
        ["brand signatory_vintage <Signatory Vintage> bottler's own label"],
        "heron moon kelp tide rock arran",
    ),
    (
        "heron moon kelp tide rock Cadenhead's",
        ["brand cadenheads <Cadenhead's> bottler's own label"],
        "heron moon kelp tide rock",
    ),
    (
        "heron moon kelp tide rock Berry Bros & Rudd Arran",
        ["brand berry_bros_and_rudd <Berry Bros & Rudd> bottler's own label"],
        "heron moon kelp tide rock arran",
    ),
    (
        "Arran heron moon kelp tide rock by Sovereign",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler hunter_laing <Sovereign> bottler in the tables",
        ],
        "heron moon kelp tide rock",
    ),
    (
        "Arran heron moon kelp tide rock par Sovereign",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler hunter_laing <Sovereign> bottler in the tables",
        ],
        "heron moon kelp tide rock par",
    ),
    (
        "Arran heron moon kelp tide rock von Sovereign",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler hunter_laing <Sovereign> bottler in the tables",
        ],
        "heron moon kelp tide rock von",
    ),
    (
        "Arran heron moon kelp tide rock Duncan Taylor",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler duncan_taylor <Duncan Taylor> bottler in the tables",
        ],
        "heron moon kelp tide rock",
    ),
    (
        "Arran heron moon kelp tide rock The Whisky Agency",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler the_whisky_agency <The Whisky Agency> bottler in the tables",
        ],
        "heron moon kelp tide rock",
    ),
    ("Signatory Vintage heron moon", ["brand signatory_vintage <Signatory Vintage> bottler's own label"], "heron moon"),
    (
        "Signatory Vintage heron moon kelp tide rock wave Ben Nevis 1996",
        [
            "bottler signatory_vintage <Signatory Vintage> bottler in the tables",
            "brand ben_nevis <Ben Nevis> distillery beside a bottler",
            "distillery ben_nevis <Ben Nevis> distillery of the brand",
        ],
        "heron moon kelp tide rock wave",
    ),
    (
        "Signatory Vintage Johnnie Walker",
        [
            "bottler signatory_vintage <Signatory Vintage> bottler in the tables",
            "brand johnnie_walker <Johnnie Walker> brand in the tables",
        ],
        "",
    ),
    (
        "Gordon & MacPhail Connoisseurs Choice Caol Ila 2005",
        [
            "bottler gordon_and_macphail <Gordon & MacPhail> bottler in the tables",
            "brand caol_ila <Caol Ila> brand in the tables",
            "distillery caol_ila <Caol Ila> distillery of the brand",
        ],
        "",
    ),
    (
        "Gordon & MacPhail Speymalt Macallan 1998",
        [
            "bottler gordon_and_macphail <Gordon & MacPhail> bottler in the tables",
            "brand macallan <Macallan> brand in the tables",
            "distillery macallan <Macallan> distillery of the brand",
        ],
        "",
    ),
    (
        "Signatory Signatory Arran",
        [
            "bottler signatory_vintage <Signatory> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "",
    ),
    ("Cadenhead's Cadenhead's", ["brand cadenheads <Cadenhead's> bottler's own label"], ""),
    (
        "Berry Bros Own Selection Arran",
        [
            "bottler berry_bros_and_rudd <Berry Bros> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "own selection",
    ),
    (
        "고든앤맥페일 아란 10년",
        [
            "bottler gordon_and_macphail <고든앤맥페일> bottler in the tables",
            "brand arran <아란> brand in the tables",
            "distillery lochranza <아란> distillery of the brand",
        ],
        "",
    ),
    (
        "아란 고든앤맥페일 10년",
        [
            "bottler gordon_and_macphail <고든앤맥페일> bottler in the tables",
            "brand arran <아란> brand in the tables",
            "distillery lochranza <아란> distillery of the brand",
        ],
        "",
    ),
    (
        "시그나토리 아란",
        [
            "bottler signatory_vintage <시그나토리> bottler in the tables",
            "brand arran <아란> brand in the tables",
            "distillery lochranza <아란> distillery of the brand",
        ],
        "",
    ),
    (
        "Arran heron moon kelp tide rock by the Sovereign",
        [
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
            "bottler hunter_laing <the Sovereign> bottler in the tables",
        ],
        "heron moon kelp tide rock",
    ),
    (
        "Arran Sovereign",
        [
            "bottler hunter_laing <Sovereign> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "",
    ),
    (
        "Sovereign Arran",
        [
            "bottler hunter_laing <Sovereign> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "",
    ),
    (
        "Arran Signatory by Sovereign",
        [
            "bottler signatory_vintage <Signatory> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "sovereign",
    ),
    (
        "Arran by Duncan Taylor by Wemyss",
        [
            "bottler duncan_taylor <Duncan Taylor> bottler in the tables",
            "brand arran <Arran> brand in the tables",
            "distillery lochranza <Arran> distillery of the brand",
        ],
        "wemyss",
    ),
    (
        "Glen Scotia Duncan Taylor",
        [
            "bottler duncan_taylor <Duncan Taylor> bottler in the tables",
            "brand glen_scotia <Glen Scotia> brand in the tables",
            "distillery glen_scotia <Glen Scotia> distillery of the brand",
        ],
        "",
    ),
    (
        "Duncan Taylor Octave Glen Scotia",
        [
            "bottler duncan_taylor <Duncan Taylor Octave> bottler in the tables",
            "brand glen_scotia <Glen Scotia> brand in the tables",
            "distillery glen_scotia <Glen Scotia> distillery of the brand",
        ],
        "",
    ),
    (
        "아란 시그나토리 시그나토리",
        [
            "bottler signatory_vintage <시그나토리> bottler in the tables",
            "brand arran <아란> brand in the tables",
            "distillery lochranza <아란> distillery of the brand",
        ],
        "",
    ),
    (
        "시그나토리 아란 아란",
        [
            "bottler signatory_vintage <시그나토리> bottler in the tables",
            "brand arran <아란> brand in the tables",
            "distillery lochranza <아란> distillery of the brand",
        ],
        "",
    ),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] for case in CASES])
def test_a_bottler_is_found_where_it_is_told(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=ALL_BUT_MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover


@pytest.mark.parametrize(
    ("name", "bottler_key"),
    [
        ("Brora heron moon rock tide wave Moss", "moss"),
        ("Brora heron moon rock tide wave Sovereign Moss", "moss"),
        ("Brora heron moon rock tide wave Sovereign", None),
        ("Brora heron moon rock tide wave by Sovereign", "moss"),
        ("Brora heron moon rock tide wave The Kelp", None),
        ("Brora heron moon rock tide wave by The Kelp", "the_kelp"),
        ("Brora heron moon rock tide wave The Kelp House", "the_kelp"),
    ],
)
def test_a_house_behind_the_first_words_is_told_in_full(name: str, bottler_key: str | None) -> None:
    houses = tables(
        distillery("Brora"), bottler("Moss", "Sovereign", "Sovereign Moss"), bottler("The Kelp", "The Kelp House")
    )
    assert parse_name(name, houses).bottler == bottler_key


@pytest.mark.parametrize(
    ("own", "house"),
    [
        (brand("Tide", of="kelp"), distillery("Kelp")),
        (brand("Tide", owner="kelp"), brand("Kelp")),
        (brand("Tide", "Kelp Tide"), brand("Kelp")),
        (brand("Kelp Tide", "Tide"), brand("Kelp")),
        (distillery("Tide", owner="kelp"), brand("Kelp")),
    ],
)
@pytest.mark.parametrize("name", ["Kelp Moon Tide", "Tide Moon Kelp", "Kelp Moon Tide Kelp"])
def test_a_house_says_nothing_beside_what_comes_from_it(
    own: Brand | Distillery, house: Brand | Distillery, name: str
) -> None:
    parsed = parse_name(name, tables(own, house))
    assert (parsed.brand, parsed.leftover_words) == (own.key, ("moon",))


@pytest.mark.parametrize(
    ("own", "house"),
    [
        (brand("Tide"), distillery("Kelp")),
        (brand("Tide", owner="moss"), brand("Kelp")),
        (distillery("Tide", owner="kelp"), distillery("Kelp")),
    ],
)
def test_another_house_stays_a_word_of_the_name(own: Brand | Distillery, house: Brand | Distillery) -> None:
    parsed = parse_name("Kelp Moon Tide", tables(own, house))
    assert (parsed.brand, parsed.leftover_words) == ("kelp", ("moon", "tide"))
