"""The APIs of the live feeds as their documentation has them: paging, empty pages, errors. The products are invented.

Each is a function `(rows) -> (asked -> reply)`; `PROTOCOLS` says of each feed how to ask it for pages of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whisky_assets_tests.sources.live.lab import Asked, Reply, as_json

SECRET = "s3cret/Key+of-0wner="  # noqa: S105 - invented, so that tests can look for it
Answer = Callable[[Asked], Reply]


def whiskyhunter(rows: Sequence[object]) -> Answer:
    """The whole list in one answer, without pages."""
    return lambda _asked: as_json(list(rows))


def open_food_facts(rows: Sequence[object]) -> Answer:
    """Pages from 1; an impossible page is told with status 422."""

    def answer(asked: Asked) -> Reply:
        page, size = int(asked.query["page"]), int(asked.query["page_size"])
        if page * size > 10_000:
            return as_json({"detail": [{"loc": ["query"], "msg": "Maximum number of returned results is 10 000"}]}, 422)
        hits = list(rows)[(page - 1) * size : page * size]
        counts: dict[str, object] = {
            "page": page,
            "page_size": size,
            "page_count": -(-len(rows) // size),
            "count": len(rows),
        }
        counts |= {"is_count_exact": True, "timed_out": False, "took": 3}
        return as_json({"hits": hits, "errors": [], **counts})

    return answer


def wikidata(rows: Sequence[object]) -> Answer:
    """SPARQL results in JSON, W3C's form, whole."""

    def answer(asked: Asked) -> Reply:
        assert asked.query["format"] == "json"
        assert asked.query["query"].startswith("SELECT ")
        head = {"vars": ["item", "name", "ko", "ja", "country", "founded"]}
        return as_json({"head": head, "results": {"bindings": list(rows)}})

    return answer


def vinmonopolet(rows: Sequence[object]) -> Answer:
    """Offsets, behind a gateway that wants its key in a header."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("ocp-apim-subscription-key") != SECRET:
            told = "Access denied due to invalid subscription key. Make sure to provide a valid key."
            return as_json({"statusCode": 401, "message": told}, 401)
        start, most = int(asked.query["start"]), int(asked.query["maxResults"])
        return as_json(list(rows)[start : start + most])

    return answer


def food_safety_kr(rows: Sequence[object]) -> Answer:
    """First and last number and the key in the path; every error with status 200."""

    def answer(asked: Asked) -> Reply:
        parts = asked.path.removeprefix("/api/").removesuffix("/PRDLST_DCNM=위스키").rsplit("/", 4)
        key, service, form, first, last = parts
        assert (service, form) == ("I1250", "json")
        if key != SECRET:
            return as_json({"RESULT": {"MSG": "인증키가 유효하지 않습니다.", "CODE": "INFO-100"}})
        told = list(rows)[int(first) - 1 : int(last)]
        if not told:
            result = {"MSG": "해당하는 데이터가 없습니다.", "CODE": "INFO-200"}
            return as_json({"I1250": {"total_count": "0", "RESULT": result}})
        result = {"MSG": "정상처리되었습니다.", "CODE": "INFO-000"}
        return as_json({"I1250": {"total_count": str(len(rows)), "row": told, "RESULT": result}})

    return answer


def cola_cloud(rows: Sequence[object]) -> Answer:
    """Pages from 1, behind a key in a header; errors in an object of their own."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("x-api-key") != SECRET:
            return as_json({"error": {"code": "unauthorized", "message": "Invalid API key"}}, 401)
        page, size = int(asked.query["page"]), int(asked.query["per_page"])
        shown = list(rows)[(page - 1) * size : page * size]
        pages: dict[str, object] = {"page": page, "per_page": size, "total": len(rows)}
        pages |= {"pages": -(-len(rows) // size), "has_more": page * size < len(rows)}
        return as_json({"data": shown, "pagination": pages})

    return answer


def _distillery(number: int) -> dict[str, Any]:
    told = {"whiskybase_whiskies": "3", "whiskybase_votes": "9", "whiskybase_rating": "80.1"}
    return {"name": f"Glen Nowhere {number}", "slug": f"glen_nowhere_{number}", "country": "Scotland", **told}


def _month(number: int) -> dict[str, Any]:
    bids = {"winning_bid_max": 5167.3, "winning_bid_min": 11.9, "winning_bid_mean": 204.82}
    lots = {"auction_trading_volume": 259096.9, "auction_lots_count": 1265, "all_auctions_lots_count": 47132}
    return {"dt": f"2026-0{number}-01", **bids, **lots, "auction_name": "Nowhere Bids", "auction_slug": "nowhere-bids"}


def _scanned(number: int) -> dict[str, Any]:
    return {
        "code": f"50104942{number:05d}" if number != 1 else "5010494195286",
        "product_name": f"Ardbeg {number + 9} Years Old",
        "brands": ["Ardbeg"],
        "quantity": "70 cl",
        "nutriments": {"alcohol": 46, "alcohol_unit": "% vol", "alcohol_100g": 46},
    }


def _binding(number: int) -> dict[str, Any]:
    def literal(text: str, language: str) -> dict[str, str]:
        return {"xml:lang": language, "type": "literal", "value": text}

    return {
        "item": {"type": "uri", "value": f"http://www.wikidata.org/entity/Q90000{number}"},
        "name": literal(f"Glen Nowhere {number}", "en"),
        "ko": literal("글렌 노웨어", "ko"),
        "ja": literal("グレン・ノーウェア", "ja"),
        "country": literal("United Kingdom", "en"),
        "founded": {
            "datatype": "http://www.w3.org/2001/XMLSchema#dateTime",
            "type": "literal",
            "value": "1815-01-01T00:00:00Z",
        },
    }


def _product_no(number: int) -> dict[str, Any]:
    name = f"Ardbeg {number + 9} Years Old"
    return {
        "basic": {
            "productId": f"12{number}00",
            "productShortName": name,
            "productLongName": name,
            "volume": 0.700,
            "alcoholContent": 46.00,
            "vintage": 0,
        },
        "logistics": {
            "manufacturerName": "Ardbeg Distillery Ltd",
            "barcodes": [
                {"gtin": "7045342001233", "isMainGtin": False},
                {"gtin": "5010494195286", "isMainGtin": True},
            ],
        },
        "origins": {"origin": {"countryId": "gb", "country": "Skottland", "region": "Islay"}},
        "classification": {"mainProductTypeName": "Brennevin", "subProductTypeName": "Whisky"},
        "prices": [{"priceValidFrom": "2026-01-01", "salesPrice": 699.90, "salesPricePrLiter": 999.86}],
    }


def _reported(number: int) -> dict[str, Any]:
    return {
        "PRDLST_REPORT_NO": f"2026001{number}",
        "PRDLST_NM": f"노웨어 싱글몰트 위스키 {number}호 46% 700ml",
        "BSSH_NM": "노웨어 증류소",
        "PRDLST_DCNM": "위스키",
        "PRMS_DT": "20260105",
        "LCNS_NO": "20260001",
    }


def _approved(number: int) -> dict[str, Any]:
    return {
        "ttb_id": f"2600100100000{number}",
        "brand_name": "NOWHERE CREEK",
        "product_name": f"BATCH {number} KENTUCKY STRAIGHT BOURBON WHISKEY",
        "product_type": "DISTILLED SPIRITS",
        "class_name": "STRAIGHT BOURBON WHISKY",
        "origin_name": "KENTUCKY",
        "permit_number": "DSP-KY-99999",
        "approval_date": "2026-01-05",
        "image_count": 2,
        "has_barcode": True,
    }


@dataclass(frozen=True)
class Protocol:
    """One feed's API, an invented row by number, the changes of its TOML for pages of two, and the key's variable."""

    api: Callable[[Sequence[object]], Answer]
    row: Callable[[int], dict[str, Any]]
    name_place: tuple[str, ...]
    pages_of_two: tuple[tuple[str, str], ...] = ()
    key: str | None = None

    def rows(self, count: int) -> list[dict[str, Any]]:
        """Return so many invented rows, from number 1."""
        return [self.row(number) for number in range(1, count + 1)]

    def without_name(self, number: int) -> dict[str, Any]:
        """Return a row that lacks its name."""
        row = self.row(number)
        inner: Any = row
        for step in self.name_place[:-1]:
            inner = inner[step]
        inner[self.name_place[-1]] = None
        inner.pop("productShortName", None)
        return row


PROTOCOLS: Mapping[str, Protocol] = {
    "whiskyhunter": Protocol(whiskyhunter, _distillery, ("name",)),
    "whiskyhunter_auctions": Protocol(whiskyhunter, _month, ("auction_name",)),
    "open_food_facts": Protocol(
        open_food_facts,
        _scanned,
        ("product_name",),
        (("page_size=100", "page_size=2"), ("size = 100", "size = 2")),
    ),
    "wikidata": Protocol(wikidata, _binding, ("name",)),
    "vinmonopolet_api": Protocol(
        vinmonopolet,
        _product_no,
        ("basic", "productLongName"),
        (("maxResults=1000", "maxResults=2"), ("size = 1000", "size = 2")),
        "VINMONOPOLET_KEY",
    ),
    "food_safety_kr": Protocol(
        food_safety_kr, _reported, ("PRDLST_NM",), (("/1/1000/", "/1/2/"),), "FOODSAFETYKOREA_KEY"
    ),
    "cola_cloud": Protocol(
        cola_cloud,
        _approved,
        ("product_name",),
        (("per_page=100", "per_page=2"), ("size = 100", "size = 2")),
        "COLACLOUD_API_KEY",
    ),
}
