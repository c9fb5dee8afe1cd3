"""How each sample shop words the same thing: names, sizes, strengths, prices, stock, kinds and places.

One table a question, a column a shop. Not here: documents (`harbour.py`, `hanok.py`, `elbe.py`, `minato.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from whisky_assets.sample.catalogue import TruthWhisky


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One sample shop; `letter` is its short name in the tables, `rate` what one pound buys of its currency."""

    letter: str
    name: str
    host: str | None
    currency: str
    rate: int
    minor_per_step: int
    """Prices are multiples of this many minor units: won by the thousand, yen by the hundred."""
    minor_digits: int
    tells_gtin: int
    """Of ten plain listings so many tell a barcode."""


SHOPS = {
    "h": Shop(
        letter="h",
        name="harbour",
        host="harbour.sample",
        currency="GBP",
        rate=100,
        minor_per_step=50,
        minor_digits=2,
        tells_gtin=6,
    ),
    "k": Shop(
        letter="k",
        name="hanok",
        host="hanok.sample",
        currency="KRW",
        rate=1900,
        minor_per_step=1000,
        minor_digits=0,
        tells_gtin=4,
    ),
    "e": Shop(
        letter="e",
        name="elbe",
        host=None,
        currency="EUR",
        rate=116,
        minor_per_step=10,
        minor_digits=2,
        tells_gtin=8,
    ),
    "m": Shop(
        letter="m",
        name="minato",
        host=None,
        currency="JPY",
        rate=195,
        minor_per_step=100,
        minor_digits=0,
        tells_gtin=6,
    ),
}
"""The four shops by letter."""

FEEDS = tuple(sorted(shop.name for shop in SHOPS.values()))

CATEGORIES = {
    "malt": ("Single Malt Whisky", "싱글몰트 위스키", "Single Malt Whisky", "シングルモルト"),
    "blended_malt": ("Blended Malt Whisky", "블렌디드 몰트 위스키", "Blended Malt Whisky", "ブレンデッドモルト"),
    "blend": ("Blended Whisky", "블렌디드 위스키", "Blended Whisky", "ブレンデッド"),
    "grain": ("Grain Whisky", "그레인 위스키", "Grain Whisky", "グレーン"),
    "bourbon": ("Bourbon", "버번 위스키", "Bourbon", "バーボン"),
    "rye": ("Rye Whiskey", "라이 위스키", "Rye Whiskey", "ライ"),
    "tennessee": ("Tennessee Whiskey", "테네시 위스키", "Tennessee Whiskey", "テネシー"),
    "irish": ("Irish Whiskey", "아이리시 위스키", "Irish Whiskey", "アイリッシュ"),
    "liqueur": ("Whisky Liqueur", "위스키 리큐르", "Whiskylikör", "リキュール"),
    "flavoured": ("Flavoured Whisky", "위스키 리큐르", "Whisky mit Aroma", "フレーバード"),
    "gift": ("Gifts", "선물", "Geschenke", "ギフト"),
    "set": ("Whisky Set", "위스키 세트", "Whisky-Set", "セット"),
    "gin": ("Gin", "진", "Gin", "ジン"),
    "rum": ("Rum", "럼", "Rum", "ラム"),
    "vodka": ("Vodka", "보드카", "Wodka", "ウォッカ"),
    "glass": ("Glassware", "잔/글라스", "Gläser", "グラス"),
    "gift_card": ("Gift Card", "상품권", "Gutschein", "ギフト券"),
    "book": ("Book", "도서", "Bücher", "書籍"),
    "traditional": ("Soju", "전통주", "Soju", "焼酎"),
    "other_spirit": ("Other Spirits", "기타 주류", "Spirituosen", "その他"),
}
"""What harbour, hanok, elbe and minato call a kind of good."""

COUNTRIES = {
    "GB": ("Scotland", "스코틀랜드", "Schottland", "スコットランド"),
    "IE": ("Ireland", "아일랜드", "Irland", "アイルランド"),
    "US": ("USA", "미국", "USA", "アメリカ"),
    "CA": ("Canada", "캐나다", "Kanada", "カナダ"),
    "JP": ("Japan", "일본", "Japan", "日本"),
    "KR": ("South Korea", "대한민국", "Südkorea", "韓国"),
    "TW": ("Taiwan", "대만", "Taiwan", "台湾"),
    "IN": ("India", "인도", "Indien", "インド"),
    "DE": ("Germany", "독일", "Deutschland", "ドイツ"),
    "BB": ("Barbados", "바베이도스", "Barbados", "バルバドス"),
    "PA": ("Panama", "파나마", "Panama", "パナマ"),
}

REGIONS = {
    "": ("", "", "", ""),
    "Islay": ("Islay", "아일라", "Islay", "アイラ"),
    "Islands": ("Islands", "아일랜즈", "Inseln", "アイランズ"),
    "Speyside": ("Speyside", "스페이사이드", "Speyside", "スペイサイド"),
    "Highland": ("Highland", "하이랜드", "Highlands", "ハイランド"),
    "Lowland": ("Lowland", "로우랜드", "Lowlands", "ローランド"),
    "Campbeltown": ("Campbeltown", "캠벨타운", "Campbeltown", "キャンベルタウン"),
    "Scotland": ("", "", "", ""),
    "Kentucky": ("Kentucky", "켄터키", "Kentucky", "ケンタッキー"),
    "Tennessee": ("Tennessee", "테네시", "Tennessee", "テネシー"),
}

STOCK = {
    "yes": ("yes", "판매중", "ja", "あり"),
    "no": ("no", "품절", "ausverkauft", "なし"),
}

_COLUMNS = {"h": 0, "k": 1, "e": 2, "m": 3}
_AGE = re.compile(r"(\d+) Year Old")
_ROUND_PARTS = re.compile(r"(?:(?P<count>\d+) x )?(?P<volume_ml>\d+)")


def in_shop(words: tuple[str, str, str, str], letter: str) -> str:
    """Return a shop's own word from a row of the tables above."""
    return words[_COLUMNS[letter]]


def plain_title(whisky: TruthWhisky, letter: str, size_ml: int) -> str:
    """Return the name under which a shop sells a plain bottle, in its language and habit.

    Habits vary by the whisky's number, so that one shop never writes all its names alike: harbour puts the size into
    the name of every fifth that it sells in one size, elbe writes every fourth in capitals, minato marks every third
    as officially imported.
    """
    if letter == "k":
        return f"{whisky.name_ko} {size_ml}ml" if whisky.number % 2 else whisky.name_ko
    if letter == "e":
        german = _AGE.sub(r"\1 Jahre", whisky.name_en)
        return german.upper() if whisky.number % 4 == 0 else german
    if letter == "m":
        name = whisky.name_ja or _AGE.sub(r"\1Y", whisky.name_en)
        return f"【正規品】{name}" if whisky.number % 3 == 0 else name
    one_size = [shop for shop, _ in whisky.sold].count(letter) == 1
    return f"{whisky.name_en} {size_ml // 10}cl" if one_size and whisky.number % 5 == 0 else whisky.name_en


def producer_name(producers: dict[str, tuple[str, str]], name_en: str, letter: str) -> str:
    """Return a producer's name in the language of a shop; the English one where no other is known."""
    korean, japanese = producers.get(name_en, (name_en, name_en))
    return {"k": korean, "m": japanese}.get(letter, name_en)


def size_text(size: str, letter: str) -> str:
    """Return a size (`700`, `3 x 50`, in ml; empty for none) as a shop prints it."""
    match = _ROUND_PARTS.fullmatch(size)
    if match is None:
        return ""
    volume_ml = int(match["volume_ml"])
    count = match["count"]
    one = {
        "h": f"{volume_ml // 10}cl",
        "k": f"{volume_ml}ml",
        "e": f"{_german(Decimal(volume_ml) / 1000)} l",
        "m": f"{volume_ml}ml",
    }[letter]
    if count is None:
        return one
    return {"h": f"{count} x {one}", "k": f"{one} x {count}", "e": f"{count} x {one}", "m": f"{count}x{one}"}[letter]


def abv_text(abv: str, letter: str, number: int) -> str:
    """Return a strength (`46.3`; empty for none) as a shop prints it; the habit varies by number."""
    if not abv:
        return ""
    if letter == "h":
        return abv if number % 2 else f"{abv}%"
    if letter == "k":
        return f"{abv}%" if number % 3 else f"{abv}도"
    if letter == "e":
        german = _german(Decimal(abv).quantize(Decimal("0.1")) if "." not in abv else Decimal(abv))
        return german if number % 4 else f"{german} % vol"
    return f"{abv}度" if number % 5 == 0 else abv


def price_text(price_minor: int, letter: str, number: int) -> str:
    """Return a price in minor units as a shop prints it; the habit varies by number."""
    if letter == "h":
        return f"{price_minor // 100}.{price_minor % 100:02d}"
    if letter == "k":
        return f"₩{price_minor:,}" if number % 3 else f"{price_minor:,}원"
    if letter == "e":
        return f"{price_minor // 100:,}".replace(",", ".") + f",{price_minor % 100:02d}"
    return f"￥{price_minor:,}" if number % 4 == 0 else str(price_minor)


def start_price(price_gbp: int, size_ml: int, letter: str) -> int:
    """Return a shop's first price in minor units of its currency for a size, from the price of 700 ml in pounds."""
    shop = SHOPS[letter]
    # Small bottles cost more by the litre: the share of a full bottle's price, in thousandths.
    share = {50: 120, 200: 350, 500: 760, 700: 1000, 750: 1050, 1000: 1340}[size_ml]
    return round_price(price_gbp * shop.rate * share // 1000, letter)


def round_price(price_minor: int, letter: str) -> int:
    """Return a price rounded down to what the shop would print, at least one step."""
    step = SHOPS[letter].minor_per_step
    return max(price_minor // step, 1) * step


def _german(number: Decimal) -> str:
    return str(number).replace(".", ",")
