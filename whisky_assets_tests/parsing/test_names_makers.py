"""Who made it stands in the first words: brands, distilleries and places, whatever words stand before."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets_tests.parsing.told import ALL_BUT_MAKERS, told

REFERENCE = load_reference()

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
    ("heron moon kelp tide rock the Sovereign Arran", [], "heron moon kelp tide rock sovereign arran"),
    (
        "Arran heron moon kelp tide rock Wemyss",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide rock wemyss",
    ),
    (
        "Arran heron moon kelp tide rock The Sovereign",
        ["brand arran <Arran> brand in the tables", "distillery lochranza <Arran> distillery of the brand"],
        "heron moon kelp tide rock sovereign",
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
        "original",
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
    ("Duncan Taylor Black Bull", ["brand black_bull <Black Bull> brand in the tables"], ""),
    ("Douglas Laing Scallywag", ["brand scallywag <Scallywag> brand in the tables"], "original"),
    ("Compass Box Hedonism", ["brand compass_box <Compass Box> brand in the tables"], "hedonism"),
    ("Compass Box by Compass Box", ["brand compass_box <Compass Box> brand in the tables"], ""),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] for case in CASES])
def test_a_brand_is_found_where_it_is_told(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=ALL_BUT_MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover
