"""Which language a page is written in, by its script and its commonest small words; none where two are alike.

Not here: what the page itself says of its language (`site`), which comes first.
"""

from __future__ import annotations

import re
from collections import Counter

LEAST_WORDS = 4
"""Small words of one language that must stand on a page, so that it can be told."""

LEAD = 3
"""How many times as many as of the next language."""

SMALL_WORDS = {
    "en": "the and of to for with add basket cart price all your from you sold out more view sort by our",
    "de": "und der die das mit für von den warenkorb preis zum ist nicht auf alle mehr inkl zzgl ausverkauft",
    "fr": "et les des le la du pour avec dans panier prix une vous nos sur votre ajouter plus par",
    "es": "y los las el del para con por en carrito precio una más todos añadir su",
    "it": "e il gli per con del della carrello prezzo una più tutti aggiungi di sono",
    "nl": "en het een van voor met de winkelwagen prijs op alle meer uw naar zijn",
    "no": "og er på til med for av som ikke handlekurv pris alle mer vår velg varer butikk kjøp utsolgt hvilke",
    "sv": "och är på till med för av som inte varukorg pris alla mer vår välj varor köp",
    "da": "og er på til med for af som ikke kurv pris alle mere vores vælg varer køb",
    "fi": "ja on ei hinta kaikki ostoskoriin lisää tai sekä tuotteet",
    "uk": "та і в на з для до купити ціна що у не від всі",
    "ru": "и в на с для до купить цена что не от все",
    "pl": "i w na z do dla koszyka cena nie się oraz dodaj",
}
_WORDS = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
_SCRIPTS = (("ko", re.compile("[가-힣]")), ("ja", re.compile("[ぁ-ヿ]")))
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_RUSSIAN = re.compile("[ыэъё]", re.IGNORECASE)


OF_COUNTRY = {
    "NO": "no",
    "SE": "sv",
    "DK": "da",
    "NL": "nl",
    "ES": "es",
    "IT": "it",
    "DE": "de",
    "AT": "de",
    "GB": "en",
}
"""Which of several languages that are alike a country's pages are written in."""


def language_of(text: str, country: str = "") -> str:
    """Return the language of a page's text (ISO 639-1), empty where it is not clear; `country` decides near ones."""
    letters = max(len(re.findall(r"[^\W\d]", text)), 1)
    for language, script in _SCRIPTS:
        if len(script.findall(text)) > 0.15 * letters:
            return language
    ukrainian, russian = len(_UKRAINIAN.findall(text)), len(_RUSSIAN.findall(text))
    if ukrainian + russian > 0.02 * letters:
        return "uk" if ukrainian > LEAD * russian else "ru" if russian > LEAD * ukrainian else ""
    words = Counter(re.findall(r"[^\W\d]+", text.casefold()))
    told = sorted(((sum(words[word] for word in small), language) for language, small in _WORDS.items()), reverse=True)
    (first, language), (second, _) = told[:2]
    own = OF_COUNTRY.get(country, "")
    if any(count >= LEAST_WORDS and 2 * count >= first for count, one in told if one == own):
        return own
    return language if first >= LEAST_WORDS and first >= LEAD * second else ""
