"""Thirty seeded points at which a run dies: stages of the line, places in each, and how often each is passed.

The names here are the product's own functions; one that is renamed fails the tests that count its passes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from whisky_assets_tests.faults.injection import AFTER, BEFORE, COMMIT, Fault

FETCH, SEGMENT, STATE, STEPS, SNAPSHOT, PUBLISH = (
    "fetch",
    "segment write",
    "state commit",
    "between core steps",
    "snapshot commit",
    "publish commit",
)
_FETCHING = "whisky_assets.fetching"
_PIPELINE = "whisky_assets.pipeline"
_STORAGE = "whisky_assets.storage"
_PUBLISHING = "whisky_assets.publishing"

PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    FETCH: (
        (AFTER, f"{_FETCHING}.visitor:Visitor.visit"),
        (BEFORE, f"{_FETCHING}.batch:Batch.flush"),
        (BEFORE, f"{_FETCHING}.crawl:_Crawl._finish"),
        (AFTER, f"{_FETCHING}.crawl:_Crawl._finish"),
        (AFTER, f"{_PIPELINE}.collecting:keep_file"),
    ),
    SEGMENT: (
        (BEFORE, f"{_STORAGE}.durable:_seal"),
        (AFTER, f"{_STORAGE}.durable:_seal"),
        (AFTER, f"{_STORAGE}.durable:sync"),
        (AFTER, f"{_STORAGE}.directories:DirectoryVolume.publish"),
        (AFTER, f"{_STORAGE}.segments:SegmentStore.register"),
    ),
    STATE: (
        (BEFORE, COMMIT),
        (AFTER, COMMIT),
        (BEFORE, f"{_PIPELINE}.staging:advance_head"),
        (AFTER, f"{_STORAGE}.heads:set_heads"),
        (AFTER, f"{_PIPELINE}.tables:keep"),
    ),
    STEPS: (
        (BEFORE, f"{_PIPELINE}.offering:offers"),
        (BEFORE, f"{_PIPELINE}.matching:matches"),
        (BEFORE, f"{_PIPELINE}.describing:whiskies"),
        (BEFORE, f"{_PIPELINE}.resolving:entries"),
        (BEFORE, f"{_PIPELINE}.snapshotting:propose"),
    ),
    SNAPSHOT: (
        (BEFORE, f"{_PIPELINE}.snapshotting:commit"),
        (AFTER, f"{_STORAGE}.snapshots:_insert"),
        (AFTER, f"{_STORAGE}.snapshots:_insert_tables"),
        (AFTER, f"{_STORAGE}.snapshots:commit_snapshot"),
        (AFTER, f"{_PIPELINE}.snapshotting:commit"),
    ),
    PUBLISH: (
        (AFTER, f"{_PUBLISHING}.releases:begin_release"),
        (BEFORE, f"{_PUBLISHING}.writes:commit_writes"),
        (AFTER, f"{_PUBLISHING}.stores.sqlite:SqliteStore.commit"),
        (AFTER, f"{_PUBLISHING}.manifest:store_rows"),
        (BEFORE, f"{_PUBLISHING}.releases:finish_release"),
    ),
}
ALL = tuple(sorted({place for places in PLACES.values() for _, place in places}))
POINTS = tuple((stage, number) for stage, places in PLACES.items() for number in range(len(places)))
_SEED = 3


def point(stage: str, number: int, tally: Mapping[str, int]) -> Fault:
    """Returns the n-th point of a stage: a place, and one of the passes that an undisturbed run counted."""
    moment, place = PLACES[stage][number]
    passed = tally.get(f"{moment} {place}", 0)
    assert passed > 0, f"an undisturbed run never comes {moment} {place}"
    chance = random.Random(f"{_SEED} {stage} {number}")  # noqa: S311 - a seed, so that a failure comes again
    return Fault(place=place, moment=moment, number=chance.randint(1, passed))
