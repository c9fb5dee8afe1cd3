"""Who made it stands in the first words, or is told in full; houses, places and slips of the pen are seen through."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Brand, Distillery, load_reference
from whisky_assets_tests.parsing.small_tables import bottler, brand, distillery, tables, word
from whisky_assets_tests.parsing.told import told

REFERENCE = load_reference()
WITHOUT = [
    "abv_pct",
    "age_years",
    "bare_number",
    "batch",
    "cask",
    "pack",
    "peat",
    "region",
    "style",
    "vintage_year",
    "volume_ml",
    "year",
]

CASES: list[tuple[str, list[str], str]] = [
    (
        "heron moon kelp tide 12 Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide 12",
    ),
    (
        "heron moon kelp & tide Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide",
    ),
    (
        "heron moon kelp tide Arran 10 years",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide",
    ),
    ("heron moon kelp tide rock Arran 10 years", [], "heron moon kelp tide rock arran"),
    ("heron moon kelp tide Single Malt Scotch Whisky 12 2004 Arran", [], "heron moon kelp tide 12 arran"),
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
    ("heron moon kelp tide rock the Sovereign Arran", [], "heron moon kelp tide rock sovereign arran"),
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
        "Arran heron moon kelp tide rock Wemyss",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide rock wemyss",
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
    (
        "Arran heron moon kelp tide rock The Sovereign",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide rock sovereign",
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
        "Arran Arran 10",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "10",
    ),
    (
        "Arran Oban 10",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "oban 10",
    ),
    (
        "Arran Port Charlotte",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "port charlotte",
    ),
    (
        "Arran The Oban 10",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "oban 10",
    ),
    (
        "Arran Isle of Jura Port",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "jura",
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
    (
        "Nikka Yoichi",
        ["brand yoichi <Nikka Yoichi> brand in the tables", "distillery yoichi <Nikka Yoichi> distillery of the brand"],
        "original",
    ),
    (
        "Nikka Coffey Grain Yoichi",
        [
            "brand yoichi <Yoichi> brand of the place or house before it",
            "distillery yoichi <Yoichi> distillery of the brand",
        ],
        "coffey",
    ),
    (
        "Nikka Miyagikyo Yoichi",
        [
            "brand miyagikyo <Nikka Miyagikyo> brand in the tables",
            "distillery miyagikyo <Nikka Miyagikyo> distillery of the brand",
        ],
        "yoichi",
    ),
    (
        "Suntory Yamazaki 12",
        [
            "brand yamazaki <Yamazaki> brand of the place or house before it",
            "distillery yamazaki <Yamazaki> distillery of the brand",
        ],
        "12",
    ),
    (
        "Suntory Hakushu Yamazaki 12",
        [
            "brand hakushu <Hakushu> brand of the place or house before it",
            "distillery hakushu <Hakushu> distillery of the brand",
        ],
        "yamazaki 12",
    ),
    ("Suntory Whisky Toki", ["brand suntory_toki <Suntory Whisky Toki> brand in the tables"], "original"),
    (
        "Midleton Green Spot",
        [
            "brand green_spot <Green Spot> brand of the place or house before it",
            "distillery midleton <Green Spot> distillery of the brand",
        ],
        "original",
    ),
    (
        "Midleton Redbreast 12",
        [
            "brand redbreast <Redbreast> brand of the place or house before it",
            "distillery midleton <Redbreast> distillery of the brand",
        ],
        "12",
    ),
    (
        "Midleton Very Rare",
        [
            "brand midleton_very_rare <Midleton Very Rare> brand in the tables",
            "distillery midleton <Midleton Very Rare> distillery of the brand",
        ],
        "",
    ),
    (
        "Bruichladdich Octomore 10.1",
        [
            "brand octomore <Octomore> brand of the place or house before it",
            "distillery bruichladdich <Octomore> distillery of the brand",
        ],
        "10.1",
    ),
    (
        "Bruichladdich Port Charlotte 10",
        [
            "brand port_charlotte <Port Charlotte> brand of the place or house before it",
            "distillery bruichladdich <Port Charlotte> distillery of the brand",
        ],
        "10",
    ),
    (
        "Diageo Lagavulin 16",
        ["brand lagavulin <Lagavulin> brand in the tables", "distillery lagavulin <Lagavulin> distillery of the brand"],
        "16",
    ),
    (
        "Buffalo Trace Eagle Rare",
        [
            "brand eagle_rare <Eagle Rare> brand of the place or house before it",
            "distillery buffalo_trace <Eagle Rare> distillery of the brand",
        ],
        "",
    ),
    (
        "Buffalo Trace Weller 12",
        [
            "brand wl_weller <Weller> brand of the place or house before it",
            "distillery buffalo_trace <Weller> distillery of the brand",
        ],
        "12",
    ),
    (
        "Jack Daniel's Gentleman Jack",
        [
            "brand gentleman_jack <Jack Daniel's Gentleman Jack> brand in the tables",
            "distillery jack_daniels <Jack Daniel's Gentleman Jack> distillery of the brand",
        ],
        "original",
    ),
    (
        "Loch Lomond Inchmurrin 12",
        [
            "brand inchmurrin <Inchmurrin> brand of the place or house before it",
            "distillery loch_lomond <Inchmurrin> distillery of the brand",
        ],
        "12",
    ),
    (
        "Springbank Longrow Red",
        [
            "brand longrow <Longrow> brand of the place or house before it",
            "distillery springbank <Longrow> distillery of the brand",
        ],
        "red",
    ),
    ("Douglas Laing's Big Peat", ["brand big_peat <Big Peat> brand in the tables"], "original"),
    ("Compass Box Spice Tree", ["brand compass_box <Compass Box> brand in the tables"], "spice tree"),
    ("William Grant's Glenfiddich 12", ["brand grants <William Grant's> brand in the tables"], "glenfiddich 12"),
    (
        "라가블린 16년",
        ["brand lagavulin <라가블린> brand in the tables", "distillery lagavulin <라가블린> distillery of the brand"],
        "",
    ),
    (
        "글렌 리뱃 12년",
        ["brand glenlivet <글렌 리뱃> nearest brand", "distillery glenlivet <글렌 리뱃> distillery of the brand"],
        "",
    ),
    (
        "발배니 12년",
        ["brand balvenie <발배니> nearest brand", "distillery balvenie <발배니> distillery of the brand"],
        "",
    ),
    (
        "부나하벤 12년",
        [
            "brand bunnahabhain <부나하벤> brand in the tables",
            "distillery bunnahabhain <부나하벤> distillery of the brand",
        ],
        "",
    ),
    (
        "부나하벙 12년",
        ["brand bunnahabhain <부나하벙> nearest brand", "distillery bunnahabhain <부나하벙> distillery of the brand"],
        "",
    ),
    ("달모 헤론", [], "달모 헤론"),
    (
        "헤론 라가블린",
        ["brand lagavulin <라가블린> brand in the tables", "distillery lagavulin <라가블린> distillery of the brand"],
        "헤론",
    ),
    ("Cadenhead's Cadenhead's", ["brand cadenheads <Cadenhead's> bottler's own label"], ""),
    (
        "Arran bottled by Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "",
    ),
    (
        "Port Charlotte by Bruichladdich",
        [
            "brand port_charlotte <Port Charlotte> brand in the tables",
            "distillery bruichladdich <Port Charlotte> distillery of the brand",
        ],
        "",
    ),
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
        "아란 오반 10년",
        ["brand arran <아란> brand in the tables", "distillery lochranza <아란> distillery of the brand"],
        "oban",
    ),
    ("오반 오반 10년", ["brand oban <오반> brand in the tables", "distillery oban <오반> distillery of the brand"], ""),
    (
        "アラン ポートシャーロット",
        ["brand arran <アラン> brand in the tables", "distillery lochranza <アラン> distillery of the brand"],
        "port charlotte",
    ),
    (
        "アラン オーバン",
        ["brand arran <アラン> brand in the tables", "distillery lochranza <アラン> distillery of the brand"],
        "oban",
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
    ("heron moon kelp tide Single Malt Scotch Whisky & 12 Arran", [], "heron moon kelp tide 12 arran"),
    (
        "heron moon kelp tide Islay Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide",
    ),
    (
        "heron moon kelp tide 送料無料 Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide",
    ),
    (
        "heron moon kelp tide 1st Arran",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide 1st",
    ),
    (
        "heron moon kelp tide 싱글몰트 아란",
        ["brand arran <아란> brand in the tables", "distillery lochranza <아란> distillery of the brand"],
        "heron moon kelp tide",
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
        "글렌 엘긴 12년",
        [
            "brand glen_elgin <글렌 엘긴> brand in the tables",
            "distillery glen_elgin <글렌 엘긴> distillery of the brand",
        ],
        "",
    ),
    (
        "글렌엘긴헤론 12년",
        ["brand glen_elgin <글렌엘긴> brand in the tables", "distillery glen_elgin <글렌엘긴> distillery of the brand"],
        "헤론",
    ),
    ("로얄 로크나갈 12년", [], "royal 로크나갈"),
    (
        "글렌 모렌지 10년",
        [
            "brand glenmorangie <글렌 모렌지> brand in the tables",
            "distillery glenmorangie <글렌 모렌지> distillery of the brand",
        ],
        "",
    ),
    (
        "글렌모란지 10년",
        [
            "brand glenmorangie <글렌모란지> brand in the tables",
            "distillery glenmorangie <글렌모란지> distillery of the brand",
        ],
        "",
    ),
    (
        "오반 글렌모란지",
        ["brand oban <오반> brand in the tables", "distillery oban <오반> distillery of the brand"],
        "glenmorangie",
    ),
    (
        "Jura Arran Jura",
        ["brand jura <Jura> brand in the tables", "distillery jura <Jura> distillery of the brand"],
        "arran",
    ),
    (
        "Green Spot Midleton",
        [
            "brand green_spot <Green Spot> brand in the tables",
            "distillery midleton <Green Spot> distillery of the brand",
        ],
        "original",
    ),
    (
        "Nikka Yoichi Nikka",
        ["brand yoichi <Nikka Yoichi> brand in the tables", "distillery yoichi <Nikka Yoichi> distillery of the brand"],
        "original",
    ),
    (
        "Arran Islay Oban",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "oban",
    ),
    (
        "Arran The Macallan The Oban",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "macallan oban",
    ),
    (
        "Bowmore Port Charlotte Islay",
        ["brand bowmore <Bowmore> brand in the tables", "distillery bowmore <Bowmore> distillery of the brand"],
        "port charlotte",
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
    ("Duncan Taylor Black Bull", ["brand black_bull <Black Bull> brand in the tables"], ""),
    ("Douglas Laing Scallywag", ["brand scallywag <Scallywag> brand in the tables"], "original"),
    ("Compass Box Hedonism", ["brand compass_box <Compass Box> brand in the tables"], "hedonism"),
    ("Compass Box by Compass Box", ["brand compass_box <Compass Box> brand in the tables"], ""),
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
def test_brand_and_bottler_are_found_where_they_are_told(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=WITHOUT) == fields
    assert " ".join(parsed.leftover_words) == leftover


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
            "flavour ('honey',) <honey> flavour word",
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
    assert told(parsed, without=WITHOUT) == fields
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
    assert told(parsed, without=WITHOUT) == fields
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
