"""A quota lets the oldest go that only a rule keeps, no more than it needs, and says so where that is not enough."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import CheckFailedError
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies
from whisky_assets_tests.storage.upkeep.histories import SNAPSHOT_TABLE, Past
from whisky_assets_tests.storage.upkeep.letting_go import carry_out, keeping, quota, registered


def test_a_quota_lets_the_oldest_go_first_and_no_more_than_it_needs(past: Past) -> None:
    for word in "abcd":
        past.commit(word)
        past.wait(days=1)
    sizes = {one.id: one.size_bytes for one in past.world.store.segments(SNAPSHOT_TABLE)}
    limit = sum(sizes.values()) - 1
    plan = carry_out(past, keeping(9, "core/*", quotas=(quota(limit),)))
    assert [(judged.unit.item, judged.reasons) for judged in plan.dropped] == [
        ("s000001", ("quota whisky: the oldest goes first",))
    ]
    (use,) = plan.quotas
    assert (use.used_bytes, use.after_bytes <= limit) == (sum(sizes.values()), True)


def test_a_quota_touches_no_snapshot_for_tables_that_it_does_not_count(past: Past) -> None:
    past.crawl(1)
    past.commit("a")
    past.commit("b")
    plan = past.plan(keeping(9, "core/*", quotas=(quota(1, "raw/*"),)))
    assert plan.dropped == ()
    assert [one.quota.name for one in plan.contradictions] == ["whisky"]


def test_a_quota_that_what_must_stay_exceeds_fails_by_name_and_lets_nothing_go(past: Past) -> None:
    past.crawl(1)
    past.commit("a")
    past.commit("b")
    policies = keeping(1, "core/*", quotas=(quota(10),))
    (found,) = past.plan(policies).contradictions
    assert found.over_bytes == found.must_stay_bytes - 10
    before = registered(past)
    with pytest.raises(CheckFailedError) as told:
        carry_out(past, policies)
    assert "quota and promises contradict: what must stay of quota whisky takes" in told.value.message
    assert "raw/pages" in told.value.message
    assert "Raise its max in storage.toml" in told.value.remedy
    assert registered(past) == before


def test_what_waits_for_its_copy_is_no_contradiction(past: Past, tmp_path: Path) -> None:
    past.commit("a")
    past.wait(days=1)
    newest = past.commit("b").table(SNAPSHOT_TABLE).segments[0]
    second = tmp_path / "second"
    second.mkdir()
    past.world.store.volumes.add("second", "directory", str(second), past.now)
    copy_segment(past.world.store, newest, "second", past.now)
    size = next(one.size_bytes for one in past.world.store.segments(SNAPSHOT_TABLE) if one.id == newest)
    twice = CopyPromise(data=("*",), copies=2)
    rules = keeping(9, "core/*", quotas=(quota(size),))
    plan = past.plan(Policies(promises=(twice,), retention=rules.retention, quotas=rules.quotas))
    assert [judged.unit.item for judged in plan.waiting] == ["s000001"]
    assert (plan.dropped, plan.contradictions, plan.segments) == ((), (), ())
