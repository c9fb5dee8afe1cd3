"""Where in the cards of a list page a product's number, size, strength, barcode, stock and picture stand.

Not here: names and links (`names`), prices (`prices`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from whisky_assets.parsing.gtin import gtin14
from whisky_assets.parsing.measures import find_abv, find_volume
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Finding, Place
from whisky_assets.sources.drafting.places import Spot, words_of
from whisky_assets.sources.source import CARD_ITSELF

_ID_MARK = re.compile(r"data-(?:\w+-)*(?:id|pid|sku|code|number|compare|product|handle)\Z")
_BEST_MARK = re.compile(r"data-(?:product|item|article|master)?-?(?:id|pid|sku|code|number)\Z")
_OF_VARIANT = re.compile(r"variant|option|section|block|list|position|index|event|gtm|track|analytics")
_ID_TEXT = (
    r"(?i)(?:#|\b(?:sku|code|item|art|artikel|ref|no|nr|varenr|product)\b[^\d]{0,12})(\d{3,14})\b",
    r"\((\d{4,14})\)",
    r"^(\d{4,14})$",
)
_ID_LINK = (
    r"sku-(\w+)",
    r"[?&](?:id|pid|sku|itemNumber|item|product|productId)=([\w-]+)",
    r"/p(\d{4,})\b",
    r"(\d{4,})/?(?:\.html?)?$",
    r"/(?:products?|item)[/-](\d{4,})\b",
    r"/(?:products?|item)[/-]([^/?#]+)",
    r"/([^/?#]+?)(?:\.html?|/)?(?:[?#]|$)",
)
_SIZE_LINK = r"-(\d+(?:ml|cl))\b"
_NO_STRENGTH = re.compile(r"\b(?:promo|discount|sale|save|saving|savings|badge|rating|tag|label)\b")
_SOLD_OUT = re.compile(
    r"sold[ -]?out|out[ -]of[ -]stock|unavailable|discontinued|ausverkauft|nicht verfügbar|utsolgt|slutsåld|udsolgt"
    r"|épuisé|rupture|agotado|esaurito|uitverkocht|loppu|немає в наявності|нет в наличии|품절|売り切れ|在庫なし|售罄",
    re.IGNORECASE,
)
_SOLD_OUT_CLASS = re.compile(r"sold-?_?out|out-?_?of-?_?stock|unavailable|[-_]disabled\b")
_LEAST_SIZES = 0.1
"""Share of the cards in which a size or strength must stand, so that its place is no accident."""

_LEAST_BARCODES = 0.3
_LEAST_NUMBERED = 0.7
"""Share of the cards that must have a number: a card without a link is no product, or a damaged one."""


def number_of(cards: Sequence[Element], spots: Sequence[Spot], link: Spot | None) -> Finding:
    """Return where a number stands that no two products share: a mark, a number in a text, else a part of the link."""
    found = [*_marked(cards, spots), *_in_texts(spots), *_in_links(link)]
    if not found:
        return Finding(
            section="fields",
            key="source_id",
            value="",
            surety=UNSURE,
            why="no mark, text or link of the cards differs from product to product",
        )
    (_, place, surety, why), *others = sorted(found, key=lambda one: one[0])
    return Finding(
        section="fields",
        key="source_id",
        value=place.toml(),
        surety=surety,
        why=why,
        others=tuple(other[1].toml() for other in others[:2]) if surety != SURE else (),
    )


_Found = tuple[tuple[int, ...], Place, str, str]


def _marked(cards: Sequence[Element], spots: Sequence[Spot]) -> Iterator[_Found]:
    itself = Spot(CARD_ITSELF, 0, [[card] for card in cards])
    for spot in (itself, *spots):
        first = next((one[0] for one in spot.found if one), None)
        for name in first.attributes if first else ():
            if name != "content" and not _ID_MARK.match(name):
                continue
            if name == "content" and "sku" not in spot.css and "productID" not in spot.css:
                continue
            if _is_key(texts := spot.texts(name)) and all(len(text) <= 40 for text in texts):
                weight = (
                    int(bool(_OF_VARIANT.search(name))),
                    int(not _BEST_MARK.match(name)),
                    int(spot is not itself),
                    spot.rank,
                    len(spot.css),
                )
                sure = SURE if not weight[0] and all(re.search(r"\d", text) for text in texts if text) else LIKELY
                place = Place(css=(spot.css,), attribute=name)
                yield (_lack(texts), 0, *weight), place, sure, f"{name} differs in every card"


def _in_texts(spots: Sequence[Spot]) -> Iterator[_Found]:
    for spot in spots:
        if spot.share < 0.9:
            return
        texts = spot.texts()
        if max(map(len, texts)) > 120:
            continue
        for place, pattern in enumerate(_ID_TEXT):
            cuts = _cuts(pattern, texts)
            if _is_key(cuts):
                why = "a number of its own in the text of every card"
                whole = pattern == _ID_TEXT[2]
                rule = Place(css=(spot.css,), pattern=None if whole else pattern)
                weight = (_lack(cuts), 1, place, spot.rank, len(spot.css))
                yield weight, rule, SURE if "id" in words_of(spot) or place < 2 else LIKELY, why


def _in_links(link: Spot | None) -> Iterator[_Found]:
    if link is None:
        return
    texts = link.texts("href")
    for place, pattern in enumerate(_ID_LINK):
        cuts = _cuts(pattern, texts)
        if _is_key(cuts):
            is_slug = place >= len(_ID_LINK) - 2
            why = (
                "the name in the link: a product that is renamed becomes another" if is_slug else "a number in the link"
            )
            yield (_lack(cuts), 2, place), Place(css=(link.css,), attribute="href", pattern=pattern), LIKELY, why


def _cuts(pattern: str, texts: list[str]) -> list[str]:
    matches = (re.search(pattern, text) for text in texts)
    return [match[1] if match else "" for match in matches]


def _is_key(texts: list[str]) -> bool:
    """Whether most cards have one of these, and no two cards the same."""
    told = [text for text in texts if text]
    return len(told) >= max(2, _LEAST_NUMBERED * len(texts)) and len(set(told)) == len(told)


def _lack(texts: list[str]) -> int:
    """Return in how many tenths of the cards none stands: a place that tells all of them comes first."""
    return round(10 * sum(not text for text in texts) / len(texts))


def size_of(spots: Sequence[Spot], name: Spot, attribute: str | None, link: Spot | None) -> Finding | None:
    """Return where sizes stand; None where the name tells them, or nobody does."""

    def is_size(text: str) -> bool:
        return find_volume(text) is not None

    in_name = round(_share(name.texts(attribute), is_size), 2)
    best = _best(spots, is_size, re.compile(r"\b(?:size|volume|volym|vol|ml|cl|bottle|contents|inhalt)\b"))
    if best is None or best[0] <= in_name:
        in_link = (
            _share([re.sub(r"-", " ", text) for text in _cuts(_SIZE_LINK, link.texts("href"))], is_size) if link else 0
        )
        if link and in_link > max(in_name, _LEAST_SIZES):
            place = Place(css=(link.css,), attribute="href", pattern=_SIZE_LINK, search=True)
            return _measured("volume", place, LIKELY, in_link, len(name.found), "a size in the link")
        return None
    share, spot = best
    css = (spot.css,) if attribute or not in_name else (spot.css, name.css)
    surety = SURE if share > 0.9 else LIKELY
    return _measured("volume", Place(css=css, search=True), surety, share, len(name.found), "sizes with a unit")


def strength_of(spots: Sequence[Spot], name: Spot, attribute: str | None) -> Finding | None:
    """Return where strengths stand; None where the name tells them, or nobody does."""

    def is_strength(text: str) -> bool:
        found = find_abv(text)
        return found is not None and 15 <= found.abv_pct <= 80

    in_name = round(_share(name.texts(attribute), is_strength), 2)
    fit = [spot for spot in spots if not _NO_STRENGTH.search(words_of(spot))]
    best = _best(fit, is_strength, re.compile(r"\b(?:abv|alc|alcohol|strength|alk|vol)\b"))
    if best is None or best[0] <= in_name:
        return None
    share, spot = best
    css = (spot.css,) if attribute or not in_name else (spot.css, name.css)
    surety = SURE if share > 0.9 else LIKELY
    return _measured("abv", Place(css=css, search=True), surety, share, len(name.found), "percentages from 15 to 80")


def _measured(key: str, place: Place, surety: str, share: float, cards: int, what: str) -> Finding:
    why = f"{what} in {round(share * cards)} of {cards} cards"
    return Finding(section="fields", key=key, value=place.toml(), surety=surety, why=why)


def _share(texts: list[str], fits: Callable[[str], bool]) -> float:
    return sum(fits(text) for text in texts if text) / max(len(texts), 1)


def _best(spots: Sequence[Spot], fits: Callable[[str], bool], words: re.Pattern[str]) -> tuple[float, Spot] | None:
    best: tuple[tuple[float, ...], Spot] | None = None
    for spot in spots:
        if spot.share < _LEAST_SIZES or not any(len(text) < 200 for text in spot.texts() if text):
            continue
        texts = spot.texts()
        share = _share(texts, fits)
        if share < _LEAST_SIZES:
            continue
        length = sum(map(len, texts)) / len(texts)
        weight = (round(share, 2), -0.2 * spot.rank + (0.5 if words.search(words_of(spot)) else 0) - length / 100)
        if best is None or weight > best[0]:
            best = (weight, spot)
    return None if best is None else (best[0][0], best[1])


def barcode_of(spots: Sequence[Spot], name: Spot, attribute: str | None) -> Finding | None:
    """Return where barcodes with a right check digit stand, None where none does in most cards that tell a number."""
    for spot in spots:
        first = next((one[0] for one in spot.found if one), None)
        for mark in first.attributes if first else ():
            is_called = re.search(r"gtin|\bean\b|upc|barcode", mark) or (mark == "content" and "gtin" in spot.css)
            share = _share(spot.texts(mark), _is_barcode) if is_called else 0
            if share > _LEAST_BARCODES:
                place = Place(css=(spot.css,), attribute=mark)
                return _measured("gtin", place, SURE, share, len(spot.found), "barcodes")
    pattern = r"\b(\d{13}|\d{12})\b"
    share = _share(_cuts(pattern, name.texts(attribute)), _is_barcode)
    if share < _LEAST_BARCODES:
        return None
    place = Place(css=(name.css,), attribute=attribute, pattern=pattern, search=True)
    return _measured("gtin", place, LIKELY, share, len(name.found), "barcodes with a right check digit in the name")


def _is_barcode(text: str) -> bool:
    return gtin14(text) is not None


def stock_of(spots: Sequence[Spot]) -> Finding | None:
    """Return where cards say that a product is sold out, None where none says it."""
    best: tuple[tuple[int, int, int], Spot, str] | None = None
    for spot in spots:
        words = [match.group() for text in spot.texts() if len(text) < 60 and (match := _SOLD_OUT.search(text))]
        if not words or (best is not None and (-len(words), spot.rank, len(spot.css)) >= best[0]):
            continue
        best = ((-len(words), spot.rank, len(spot.css)), spot, max(set(words), key=words.count))
    if best is None:
        return _marked_sold_out(spots)
    (count, _, _), spot, word = best
    place = Place(css=(spot.css,), no=f"(?i){re.escape(word).replace(chr(92) + ' ', ' ')}")
    why = f"{-count} of {len(spot.found)} cards say {word!r}; what the others say is not known for sure"
    return Finding(section="fields", key="available", value=place.toml(), surety=LIKELY, why=why)


def _marked_sold_out(spots: Sequence[Spot]) -> Finding | None:
    """Return the class of some cards that says that they are sold out, None where none has one."""
    for spot in spots:
        if _SOLD_OUT_CLASS.search(spot.css) and spot.css.startswith(".") and " " not in spot.css and spot.share < 1:
            place = Place(css=(spot.css,), attribute="class", no=".")
            why = f"{sum(map(bool, spot.found))} of {len(spot.found)} cards have this class"
            return Finding(section="fields", key="available", value=place.toml(), surety=LIKELY, why=why)
    return None


def picture_of(spots: Sequence[Spot]) -> Finding | None:
    """Return where the address of a picture stands, None without pictures of their own."""
    spot = next((one for one in spots if one.css == "img"), None)
    if spot is None or spot.share < 0.5:
        return None
    for attribute in ("src", "data-src", "data-original", "srcset", "data-srcset"):
        told = [text for text in spot.texts(attribute) if text and not text.startswith("data:")]
        if len(told) >= 0.5 * len(spot.found) and len(set(told)) > 0.7 * len(told):
            why = f"{len(told)} of {len(spot.found)} cards; kept beside the row and shown to nobody"
            place = Place(css=("img",), attribute=attribute)
            return Finding(section="details", key="image", value=place.toml(), surety=LIKELY, why=why)
    return None
