"""Where a list in pages ends: of a complete feed no product is missing because a server cuts its pages short."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets_tests.fetching.servers import plain
from whisky_assets_tests.pipeline.served import SITE, ServedShop, served_shop
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML

PRODUCTS = 5
CUT = 2
"""Products that the server puts on a page, whatever it is asked for."""

Answer = Callable[[list[dict[str, object]], int], object]


def shopify(products: list[dict[str, object]], _page: int) -> object:
    variants = [{**one, "title": one["name"], "variants": [{"id": one["id"], "price": "50.00"}]} for one in products]
    return {"products": variants}


def listed(products: list[dict[str, object]], _page: int) -> object:
    return products


def with_next(products: list[dict[str, object]], page: int) -> object:
    follows = page * CUT < PRODUCTS
    return {"bottles": products, "next": f"/list?page={page + 1}" if follows else None}


def by_page(page: int) -> str:
    return "page=1" if page == 1 else f"page={page}"


def by_offset(page: int) -> str:
    return f"skip={(page - 1) * CUT}"


FORMS: dict[str, tuple[str, str, Answer, Callable[[int], str]]] = {
    "shopify": ('preset = "shopify"', "", shopify, by_page),
    "woocommerce": ('preset = "woocommerce"', "", listed, by_page),
    "json_api by page": ('preset = "json_api"', '[json]\npage = "page"\nsize = 3\n', listed, by_page),
    "json_api by offset": ('preset = "json_api"', '[json]\noffset = "skip"\nsize = 3\n', listed, by_offset),
    "json_api by next": ('preset = "json_api"', '[json]\nitems = "bottles"\nnext = "next"\n', with_next, by_page),
}


def serve(shop: ServedShop, name: str, numbers: tuple[int, ...]) -> None:
    _, _, answer, address = FORMS[name]
    for page in range(1, 6):
        shown = numbers[(page - 1) * CUT : page * CUT]
        products: list[dict[str, object]] = [
            {"id": number, "name": f"Ardbeg {number}", "price": "50", "abv": "46%"} for number in shown
        ]
        body = json.dumps(answer(products, page)).encode()
        shop.server.routes[f"/list?{address(page)}"] = plain(body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("name", FORMS)
def test_a_complete_list_that_is_cut_into_short_pages_is_read_to_its_empty_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    preset, section, _, address = FORMS[name]
    rest = f'start = ["{SITE}/list?{address(1)}"]\n\n{section}\n[kinds]\ndefault = "whisky"\n'
    changes = (
        ('preset = "product_pages"', f"{preset}\ncomplete = true"),
        (PAGES_TOML[PAGES_TOML.index("start = [") :], rest),
    )
    with served_shop(tmp_path / "home", monkeypatch, *changes) as shop:
        serve(shop, name, tuple(range(1, PRODUCTS + 1)))
        shop.week(1)
        assert sorted(shop.listings()) == ["1", "2", "3", "4", "5"]
        assert len(shop.house.workspace.complete_crawls("shelf")) == 1

        serve(shop, name, (1, 2, 3, 5))
        shop.week(2)
        states = {number: row.page_state for number, row in shop.listings().items()}
        assert states == {"1": "live", "2": "live", "3": "live", "4": "missing", "5": "live"}
