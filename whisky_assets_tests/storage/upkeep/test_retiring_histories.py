"""Whatever a home did, nothing that stays is lost: random pasts, random rules, every row and file looked at."""

import dataclasses
import random

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.storage.copies import unregistered, verify_segment
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.pins import pins
from whisky_assets.storage.snapshots import snapshot
from whisky_assets.storage.upkeep.holdings import Needed
from whisky_assets.storage.upkeep.policies import Policies, RetentionRule
from whisky_assets.storage.versions import version_by_id
from whisky_assets_tests.storage.upkeep.histories import Past, live, rows_of, versions_of
from whisky_assets_tests.storage.upkeep.letting_go import (
    carry_out,
    files,
    names,
    quota,
    registered,
    unlink_tomorrow,
)


def check_nothing_needed_is_lost(past: Past, chance: random.Random) -> int:
    """Retires by random rules and raises AssertionError if anything that stays cannot be read; returns what went."""
    daily, weekly, yearly = (chance.randrange(0, 3) for _ in range(3))
    rule = RetentionRule(data=("core/*", "staged/*"), keep_last=1, keep_daily=daily, keep_weekly=weekly)
    rules = [dataclasses.replace(rule, keep_yearly=yearly)]
    rules.append(RetentionRule(data=("storage/*",), keep_last=1))
    total = sum(
        one.size_bytes for data in ("core/snapshot", "staged/listings") for one in past.world.store.segments(data)
    )
    quotas = (quota(max(1, int(total * chance.choice([0.5, 0.8, 2]))), "core/*", "staged/*"),)
    policies = Policies(retention=tuple(rules), quotas=quotas)
    standing = names(past.plan(Policies()), "kept")
    needed = Needed(snapshots={chance.choice(standing): "a release"} if standing else {})
    if past.plan(policies, needed).contradictions:
        policies = Policies(retention=tuple(rules))
    digest = storage_digest(past.world.db)
    pages = {row.url for row in past.world.store.read([one.id for one in past.world.store.segments("raw/pages")], Page)}
    plan = carry_out(past, policies, needed)
    again = past.plan(policies, needed)
    assert (again.dropped, again.versions, again.segments) == ((), (), ())
    unlink_tomorrow(past)

    assert storage_digest(past.world.db) == digest
    assert past.world.db.check() == ()
    assert files(past) == registered(past)
    assert unregistered(past.world.store, "local") == ()
    for segment in registered(past):
        verify_segment(past.world.store, segment, "local", past.now)
    for version in versions_of(past):
        assert rows_of(past, version) == version.rows
    kept = {*names(plan, "kept"), *needed.snapshots, *(one.snapshot for one in pins(past.world.db))}
    for name in kept:
        found = snapshot(past.world.db, name)
        for version in [*found.tables.values(), *(one for of_feed in found.heads.values() for one in of_feed.values())]:
            assert rows_of(past, version) == version.rows
    with past.world.db.reading() as connection:
        open_builds = connection.execute(
            "SELECT version FROM candidates JOIN builds USING (build) WHERE state = 'open'"
        ).fetchall()
        for (version_id,) in open_builds:
            assert rows_of(past, version_by_id(connection, version_id))
    left = {row.url for row in past.world.store.read([one.id for one in past.world.store.segments("raw/pages")], Page)}
    assert left == pages
    return len(plan.segments)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_a_home_did_nothing_that_something_needs_is_lost(past: Past, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
    gone = 0
    for _ in range(2):
        live(past, chance, 25)
        gone += check_nothing_needed_is_lost(past, chance)
    assert gone > 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 200))
def test_whatever_a_hundred_homes_did_nothing_that_something_needs_is_lost(past: Past, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
    for _ in range(4):
        live(past, chance, 20)
        check_nothing_needed_is_lost(past, chance)
