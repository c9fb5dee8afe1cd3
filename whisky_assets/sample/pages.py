"""Every page of the sample shops without a server: the answer to a host and a target in one week.

Not here: HTTP, validators and dead shops (`server.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache

from whisky_assets.sample import hanok, harbour
from whisky_assets.sample.answers import SampleAnswer, not_found
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.wording import SHOPS
from whisky_assets.sample.world import World

HOSTS = {shop.host: shop.name for shop in SHOPS.values() if shop.host is not None}
"""Host to feed of the shops that have pages."""


@lru_cache(maxsize=4096)
def answer(world: World, week: int, host: str, target: str) -> SampleAnswer:
    """Return what a shop answers to `GET target`; a host that is no sample shop has nothing but 404.

    Raises:
        UsageError: the week is below 1.
    """
    feed = HOSTS.get(host)
    if feed == "harbour":
        return harbour.answer(world.shelf(feed, week), _changed(world, week), target)
    if feed == "hanok":
        listings = tuple(listing for listing in world.listings(week) if listing.feed == feed)
        return hanok.answer(listings, _changed(world, week), target)
    return not_found("No such shop")


@cache
def _changed(world: World, week: int) -> Mapping[str, datetime]:
    return {listing.code: week_now(world.changed_week(listing, week)) for listing in world.listings(week)}
