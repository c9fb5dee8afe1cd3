"""Who a page's site is: its address, its name, its language, country and money as it says them itself, its terms.

Nothing is guessed: what no part of the page says is left untold. Not here: the products.
"""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import urljoin, urlsplit

from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.groups import is_link
from whisky_assets.sources.drafting.languages import language_of
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Finding, toml_list, toml_text

COUNTRY_DOMAINS = {
    "uk": "GB",
    "de": "DE",
    "at": "AT",
    "ch": "CH",
    "fr": "FR",
    "be": "BE",
    "nl": "NL",
    "dk": "DK",
    "no": "NO",
    "se": "SE",
    "fi": "FI",
    "ie": "IE",
    "it": "IT",
    "es": "ES",
    "pt": "PT",
    "pl": "PL",
    "cz": "CZ",
    "ua": "UA",
    "jp": "JP",
    "kr": "KR",
    "tw": "TW",
    "hk": "HK",
    "sg": "SG",
    "au": "AU",
    "nz": "NZ",
    "ca": "CA",
    "us": "US",
    "in": "IN",
    "za": "ZA",
}
"""Countries by the ending of a host; `.com`, `.io` and the like say nothing."""

COUNTRY_MONEY = {
    "GB": "GBP",
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "JP": "JPY",
    "KR": "KRW",
    "NO": "NOK",
    "SE": "SEK",
    "DK": "DKK",
    "CH": "CHF",
    "UA": "UAH",
    "PL": "PLN",
    "CZ": "CZK",
    "TW": "TWD",
    "HK": "HKD",
    "SG": "SGD",
    "IN": "INR",
    "ZA": "ZAR",
    **dict.fromkeys(("DE", "AT", "FR", "BE", "NL", "FI", "IE", "IT", "ES", "PT"), "EUR"),
}
MONEY_COUNTRY = {money: country for country, money in COUNTRY_MONEY.items() if money not in ("EUR", "USD")}
"""Countries by the money that they alone have; euros are of many, and dollars are asked for everywhere."""

_LANGUAGES = frozenset(
    [
        *("cs", "da", "de", "en", "es", "et", "fi", "fr", "hu", "it", "ja", "ko", "lt"),
        *("lv", "nb", "nl", "nn", "no", "pl", "pt", "ru", "sk", "sl", "sv", "tr", "uk", "zh"),
    ]
)
_TEXT_FOR_LANGUAGE = 50_000
_TERMS = re.compile(
    r"\bterms\b|conditions|\bagb\b|nutzungsbedingungen|\bvilkår|villkor|betingelser|käyttöehdot|mentions légales"
    r"|condizioni|condiciones|voorwaarden|이용약관|利用規約|умови",
    re.IGNORECASE,
)
_MONEY_IN_SCRIPT = re.compile(
    r"""(?:priceCurrency|currency_?code|currencyCode|currency|shopCurrency|active)["']?\s*[:=]\s*\\?["']([A-Z]{3})\\?["']"""
)
_COUNTRY_IN_SCRIPT = re.compile(r"""Shopify\.country\s*=\s*["']([A-Z]{2})["']""")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person said on the command line; empty where nothing."""

    name: str = ""
    url: str = ""
    country: str = ""
    language: str = ""
    currency: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as one page tells it: `findings` are the lines of [feed] about it."""

    url: str
    name: str
    seller: str
    country: Finding
    language: Finding
    currency: Finding
    terms: str


def page_url(elements: list[Element]) -> str:
    """Return the page's own address by its canonical link, og:url or base; empty where it tells none."""
    told = [
        *(one.attributes.get("href", "") for one in elements if one.tag == "link" and _rel(one) == "canonical"),
        *(_meta(elements, "og:url"),),
        *(one.attributes.get("href", "") for one in elements if one.tag == "base"),
    ]
    return next((url.strip() for url in told if is_whole(url)), "")


def is_whole(url: str) -> bool:
    """Whether a text is an address with scheme and host."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url.strip())
    except ValueError:
        return False


def site_of(elements: list[Element], page: str, url: str, money: frozenset[str], given: Given) -> Site:
    """Return who the site is by the person's words, the page's own, and its host."""
    host = urlsplit(url).hostname or ""
    language, lang_country = _language(elements, host, given)
    country = _country(host, lang_country, page, given)
    currency = _currency(elements, page, money, country.value.strip('"'), given)
    if not country.value:
        country = _country_of_money(country, currency)
    return Site(
        url=url,
        name=given.name or name_of_host(host),
        seller=_meta(elements, "og:site_name") or host.removeprefix("www."),
        country=country,
        language=language,
        currency=currency,
        terms=_terms(elements, url),
    )


def site_lines(site: Site) -> tuple[Finding, ...]:
    """Return the lines of [feed] and [fetch] that say who the site is."""
    seller = Finding(section="feed", key="seller", value=toml_text(site.seller), surety=LIKELY, why="the page's site")
    start = Finding(section="fetch", key="start", value=toml_list((site.url,)), surety=SURE, why="the page itself")
    return (seller, site.country, site.language, site.currency, start)


def name_of_host(host: str) -> str:
    """Return a feed's name from a host: its telling part in small letters, digits and `_`."""
    parts = [part for part in host.casefold().split(".") if part not in ("www", "shop", "store", "en", "m")]
    if len(parts) > 2 and parts[-2] in ("co", "com", "org", "net", "ac"):
        parts.pop()
    name = re.sub(r"[^a-z0-9]+", "_", parts[-2] if len(parts) > 1 else (parts or ["feed"])[0]).strip("_")
    return name if re.match("[a-z]", name) else f"shop_{name}"


def feed_line(key: str, value: str, surety: str, why: str, others: tuple[str, ...] = ()) -> Finding:
    """Return a line of [feed]; an empty value is one that nobody told."""
    return Finding(
        section="feed", key=key, value=toml_text(value) if value else "", surety=surety, why=why, others=others
    )


def _language(elements: list[Element], host: str, given: Given) -> tuple[Finding, str]:
    told = next((one.attributes.get("lang", "") for one in elements if one.tag == "html"), "")
    locale = told or _meta(elements, "og:locale")
    match = re.fullmatch(r"([a-z]{2})(?:[-_]([a-z]{2}))?", locale.strip().casefold())
    country = (match[2] or "").upper() if match else ""
    if given.language:
        return feed_line("language", given.language, SURE, "you said it"), country
    if match and match[1] in _LANGUAGES:
        return feed_line("language", match[1], SURE, f"the page says {locale!r}"), country
    if language := language_of(
        elements[0].text()[:_TEXT_FOR_LANGUAGE], COUNTRY_DOMAINS.get(host.rpartition(".")[2], "")
    ):
        return feed_line("language", language, LIKELY, "its words are of that language"), country
    why = f"the page says lang={locale!r}, which is no language" if locale else "the page does not say it"
    return feed_line("language", "", UNSURE, why), country


def _country(host: str, of_language: str, page: str, given: Given) -> Finding:
    if given.country:
        return feed_line("country", given.country, SURE, "you said it")
    ending = host.rpartition(".")[2]
    if ending in COUNTRY_DOMAINS:
        return feed_line("country", COUNTRY_DOMAINS[ending], SURE, f"its host ends with .{ending}")
    shopify = _COUNTRY_IN_SCRIPT.search(page)
    if shopify:
        return feed_line("country", shopify[1], LIKELY, "the shop's script says it")
    if of_language:
        return feed_line("country", of_language, LIKELY, "the page's language is that country's")
    return feed_line("country", "", UNSURE, "neither host nor page say it")


def _country_of_money(country: Finding, currency: Finding) -> Finding:
    """Return the country of a currency that one country alone has, where nothing else tells a country."""
    money = currency.value.strip('"')
    if money in MONEY_COUNTRY:
        return feed_line("country", MONEY_COUNTRY[money], LIKELY, f"its money is {money}; no other sign")
    return country


def _currency(elements: list[Element], page: str, money: frozenset[str], country: str, given: Given) -> Finding:
    if given.currency:
        return feed_line("currency", given.currency, SURE, "you said it")
    if len(money) == 1:
        return feed_line("currency", next(iter(money)), SURE, "the sign of its prices")
    told = {
        *(one.attributes.get("content", "") for one in elements if one.attributes.get("itemprop") == "priceCurrency"),
        _meta(elements, "og:price:currency"),
        _meta(elements, "product:price:currency"),
        *_MONEY_IN_SCRIPT.findall(page),
    }
    fit = {one for one in told if re.fullmatch("[A-Z]{3}", one) and (not money or one in money)}
    if len(fit) == 1:
        return feed_line("currency", fit.pop(), SURE, "the page says it beside its prices")
    own = COUNTRY_MONEY.get(country, "")
    if own and (not money or own in money):
        return feed_line("currency", own, LIKELY, f"the money of {country}, which the sign of its prices can mean")
    why = "the sign of its prices can mean several" if money else "no price on the page has a sign"
    return feed_line("currency", "", UNSURE, why, tuple(toml_text(one) for one in sorted(fit or money)))


def _terms(elements: list[Element], url: str) -> str:
    for element in elements:
        href = element.attributes.get("href", "")
        if element.tag == "a" and is_link(href) and _TERMS.search(f"{element.text()[:80]} {href}"):
            target = _joined(url, href)
            if is_whole(target) and _is_of_site(target, url):
                return target
    return ""


def _joined(url: str, href: str) -> str:
    try:
        return urljoin(url, href.strip())
    except ValueError:
        return ""


def _is_of_site(target: str, url: str) -> bool:
    """Whether an address is of the page's own site: terms of others are no terms of it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return f".{urlsplit(target).hostname}".endswith(f".{host}")


def _rel(element: Element) -> str:
    return element.attributes.get("rel", "").casefold()


def _meta(elements: list[Element], name: str) -> str:
    found = (
        one.attributes.get("content", "")
        for one in elements
        if one.tag == "meta" and name in (one.attributes.get("property"), one.attributes.get("name"))
    )
    return " ".join(next(found, "").split())
