"""Which field a column holds, by its header's words in the languages of price lists and by what stands below it.

Not here: where a list's header stands (`price_list`, `table_page`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence

from whisky_assets.parsing.gtin import gtin14
from whisky_assets.sources.drafting.amounts import NUMBER
from whisky_assets.sources.drafting.kinds import WHISKY_WORD

_PERCENT = r"[ .-]*(?:%|pct|percent|percentage|vol|%vol|by volume|\(%\)|度数)?[ .]*"
_IN_UNIT = r"[ ._-]*\(?(?:ml|cl|l)?\)?"
_WHICH_PRICE = r"(?:(?:current|retail|display|selling|unit|our|regular|incl\.?|total)[ ._-]*)*"
_IN_MONEY = r"(?: ?(?:incl\.?.*|inc.*|gbp|usd|eur|krw|jpy|\(.*\)|£|€|\$))?"
_WORDS: Mapping[str, tuple[str, ...]] = {
    "source_id": (
        r"sku(?: ?no)?|id|artikelnummer|varenummer|varenr|tuotenumero|numero|référence",
        r"(?:item|product|article|art|artikel|prod|stock)?[ .-]*(?:id|code|sku|no|nr|number|numero|num|#)[ .]*(?:no)?",
        r"상품코드|품번|제품번호|商品コード|品番|jan",
    ),
    "name": (
        r"(?:(?:product|item|bottle|whisk[e]?y|long|full|display)[ -]*)*(?:name|title|description)",
        r"product|item|bottle|whisk[e]?y|nimi|bezeichnung|artikel|navn|namn|varenavn|produit|désignation|nom|produkt",
        r"상품명|제품명|품명|이름|商品名|品名|商品名称",
    ),
    "producer": (
        r"brand|producer|maker|manufacturer|distillery|distiller|valmistaja|hersteller|brennerei|produsent|producteur",
        r"제조사|브랜드|증류소|メーカー|蒸溜所",
    ),
    "category": (
        r"(?:(?:spirit|drink|sub|minor|major|main)[ -])*(?:category|type|group|class|kind)(?: name)?",
        r"tyyppi|kategorie|kategori|varetype|catégorie",
        r"분류|종류|種類|カテゴリ",
    ),
    "country": (
        r"(?:producing ?)?country(?: (?:of )?origin)?|valmistusmaa|land|herkunft(?:sland)?|pays",
        r"원산지|국가|産地|国",
    ),
    "region": (r"(?:producing ?)?(?:sub ?)?region|alue|gebiet|område|région|지역|地域",),
    "abv": (
        rf"(?:abv|alc|alcohol|strength|alkohol|alkoholi|alk|alkoholgehalt|degré|vol|도수|알코올|度数|アルコール){_PERCENT}",
    ),
    "volume": (
        rf"(?:size|volume|bottle size|contents?|pullokoko|inhalt|flaschengröße|volum|contenance|용량|容量){_IN_UNIT}",
        rf"(?:unit )?vol(?:ume)?{_IN_UNIT}",
        r"(?:ml|cl|lit(?:re|er)s?)(?: per (?:container|bottle|unit))?",
    ),
    "price": (
        rf"{_WHICH_PRICE}(?:price|preis|prix|hinta|pris|rrp|srp|가격|판매가|소비자가|価格|税込価格|小売価格){_IN_MONEY}",
    ),
    "currency": (r"currency|währung|valuta|devise|통화|通貨",),
    "gtin": (
        r"ean(?:[ -]?13)?|gtin|upc(?: ?(?:no|number|code))?|barcode|(?:base )?upc(?: no)?|바코드|jan(?: ?コード)?",
    ),
    "available": (r"stock|available|availability|in stock|inventory|lager|saldo|bestand|재고|在庫",),
}
HEADERS: Mapping[str, str] = {field: "|".join(words) for field, words in _WORDS.items()}
"""Regular expressions that a whole header must match, case folded, `_` as a space."""

_PARTS = re.compile(r"[_\s]+")
_NEARLY_ALL = 0.9
_BOTTLES_ML = frozenset(
    {50, 100, 200, 350, 360, 375, 500, 640, 700, 720, 750, 1_000, 1_140, 1_500, 1_750, 1_800, 3_000}
)
_UNIT = re.compile(r"\b(ml|cl|l|lit(?:re|er)s?)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list: its header as written, its place from 0, and the texts below it."""

    header: str
    place: int
    texts: tuple[str, ...]

    @property
    def told(self) -> list[str]:
        """The texts that are not empty."""
        return [text for text in self.texts if text]


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """Return the columns that have a header."""
    return [
        Column(header=title, place=place, texts=tuple(row[place] if place < len(row) else "" for row in rows))
        for place, title in enumerate(header)
        if title
    ]


def fields_of(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Return the columns that may hold each field, the likeliest first; a column stands for one field alone."""
    found: dict[str, list[Column]] = {}
    taken: set[int] = set()
    for field, pattern in HEADERS.items():
        fit = [
            one for one in columns if _is_called(one.header, pattern) and one.place not in taken and _holds(field, one)
        ]
        fit.sort(key=lambda one: (-_worth(field, one), one.place))
        if fit:
            found[field] = fit
            taken.add(fit[0].place)
    return found


def is_header(cells: Sequence[str]) -> int:
    """Return how many cells of a row are called like a field."""
    return sum(any(_is_called(cell, pattern) for pattern in HEADERS.values()) for cell in cells if cell)


def likely_unit(column: Column) -> str | None:
    """Return the one unit in which nearly all bare numbers of a size column are sizes of bottles, None for no such."""
    sizes = [float(text.replace(",", ".")) for text in column.told if re.fullmatch(r"\d{1,4}(?:[.,]\d{1,3})?", text)]
    if not sizes or len(sizes) < _NEARLY_ALL * len(column.told):
        return None
    fits = [
        unit
        for unit, millilitres in (("ml", 1), ("cl", 10), ("l", 1_000))
        if sum(round(size * millilitres) in _BOTTLES_ML for size in sizes) >= _NEARLY_ALL * len(sizes)
    ]
    return fits[0] if len(fits) == 1 else None


def unit_of(column: Column) -> str | None:
    """Return what bare numbers of a size column count, by its header; None where it or each text says no unit."""
    if any(_UNIT.search(text) for text in column.told):
        return None
    match = _UNIT.search(_PARTS.sub(" ", column.header)) or re.search("(litre|liter)s?", column.header, re.IGNORECASE)
    if match:
        return match[1].casefold() if match[1].casefold() in ("ml", "cl") else "l"
    return None


def is_key(column: Column) -> bool:
    """Whether every row has a text of its own in a column."""
    return len(column.told) == len(column.texts) and len(set(column.texts)) == len(column.texts)


def _is_called(header: str, pattern: str) -> bool:
    folded = _PARTS.sub(" ", header).casefold().strip(" :*")
    shorter = re.sub("^(?:product|prd|item) ?", "", folded)
    bare = re.sub(" (?:name|no|code|desc)$", "", shorter)
    return any(re.fullmatch(pattern, text) for text in (folded, shorter, bare) if text)


def _holds(field: str, column: Column) -> bool:
    """Whether most texts below a header are of its field's kind."""
    told = column.told
    if not told:
        return False
    tests = {
        "abv": lambda text: (
            re.fullmatch(r"\W*\d{1,3}(?:[.,]\d+)?\s*(?:%.*|vol.*|도|度)?", text, re.IGNORECASE) is not None
        ),
        "price": lambda text: NUMBER.search(text) is not None and len(text) < 30,
        "gtin": lambda text: gtin14(text) is not None,
        "volume": lambda text: re.search(r"\d", text) is not None,
        "name": lambda text: re.search(r"[^\W\d]{2}", text) is not None,
    }
    test = tests.get(field)
    return test is None or sum(map(test, told)) >= 0.6 * len(told)


def _worth(field: str, column: Column) -> float:
    told = column.told
    filled = len(told) / len(column.texts)
    if field == "source_id":
        return filled + 2 * is_key(column)
    if field == "name":
        return filled + len(set(told)) / len(told) + min(sum(map(len, told)) / len(told), 40) / 40
    if field == "category":
        return filled + 2 * any(WHISKY_WORD.search(text) for text in told) + min(len(set(told)), 50) / 100
    return filled
