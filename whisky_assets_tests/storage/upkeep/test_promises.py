"""How promises stand: kept, waiting, late, or not to be kept and what would mend it."""

from datetime import timedelta

from whisky_assets.storage.capacity import VolumeFacts
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.plan import HeldSegment
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies
from whisky_assets.storage.upkeep.promises import BROKEN, KEPT, LATE, WAITING, PromiseState, promise_states
from whisky_assets_tests.storage.upkeep.facts import GB, NOW, held, promised, volume

LOCAL = volume("local", kind="directory")


def stand(
    segments: list[HeldSegment], volumes: list[VolumeFacts], policies: Policies, days: int = 0
) -> tuple[PromiseState, ...]:
    now = NOW + timedelta(days=days)
    return promise_states(segments, plan_copies(segments, volumes, policies, now), policies, now)


def test_a_promise_is_kept_where_every_copy_is_there() -> None:
    (state,) = stand([held("a", "local drive")], [LOCAL, volume("drive")], promised(2, 1))
    assert (state.state, state.kept, state.segments, state.mend) == (KEPT, 1, 1, "")
    assert state.line() == "everything else: 2 copies, 1 off this PC, within 7 days: kept (1 of 1 segments)"


def test_a_promise_waits_for_a_volume_and_says_how_much_by_when() -> None:
    segments = [held("a", "local"), held("b", "local drive")]
    (state,) = stand(segments, [LOCAL, volume("drive", is_here=False)], promised(2, 1), days=6)
    assert (state.state, state.kept) == (WAITING, 1)
    (awaited,) = state.awaited
    assert (awaited.volume, awaited.copies, awaited.size_bytes) == ("drive", 1, GB)
    assert "1 to copy to drive (1.02 GB) by 2026-01-12" in state.line()


def test_a_promise_is_late_after_its_time() -> None:
    (state,) = stand([held("a", "local")], [LOCAL, volume("drive", is_here=False)], promised(2, 1), days=8)
    assert state.state == LATE


def test_a_promise_that_cannot_be_kept_says_how_much_more_on_which_volume() -> None:
    segments = [held("a", "local", size_bytes=12 * GB)]
    (state,) = stand(segments, [LOCAL, volume("drive", 2 * GB)], promised(2, 1))
    assert (state.state, state.kept) == (BROKEN, 0)
    assert state.mend == "needs 12.3 GB more on drive, or on another volume off this PC"


def test_a_promise_without_enough_volumes_says_that_one_more_is_needed() -> None:
    (state,) = stand([held("a", "local")], [LOCAL], promised(2, 1))
    assert state.mend == "needs another volume off this PC with 1.02 GB free"
    (state,) = stand([held("a", "local drive")], [LOCAL, volume("drive")], promised(3, 1))
    assert state.mend == "needs another volume with 1.02 GB free"


def test_each_rule_stands_for_its_own_data_sets_in_the_order_of_the_rules() -> None:
    policies = Policies(
        promises=(
            CopyPromise(data=("raw/*",), copies=2),
            CopyPromise(data=("*",), copies=1),
            CopyPromise(data=("x/*",), copies=9),
        )
    )
    segments = [held("o", "local", dataset="core/offers"), held("p", "local")]
    states = stand(segments, [LOCAL, volume("drive")], policies)
    assert [(state.promise.data, state.state) for state in states] == [(("raw/*",), WAITING), (("*",), KEPT)]


def test_a_copy_that_moves_leaves_its_promise_kept() -> None:
    segments = [held(f"{number:02d}", "local a") for number in range(10)]
    volumes = [LOCAL, volume("a", 20 * GB, used_bytes=10 * GB), volume("b", 20 * GB)]
    plan = plan_copies(segments, volumes, promised(2, 1), NOW, even_out=True)
    assert plan.copies
    (state,) = promise_states(segments, plan, promised(2, 1), NOW)
    assert (state.state, state.kept) == (KEPT, 10)
