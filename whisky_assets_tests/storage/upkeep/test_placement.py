"""Plans of copies: every promise kept where it can be, every limit held, and as little moved as can be."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.storage.capacity import VolumeFacts
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan
from whisky_assets_tests.storage.upkeep.facts import GB, NOW, after, held, promised, volume

SKETCH = {"1": "1 3 7 4 5", "2": "2 4 5 3", "3": "5 6 1 2 7"}
"""The owner's drawing: seven partitions on three volumes, any one of which may die."""


def sketched() -> tuple[list[HeldSegment], list[VolumeFacts]]:
    places = {number: [name for name, held in SKETCH.items() if number in held.split()] for number in "1234567"}
    segments = [held(number, " ".join(names)) for number, names in places.items()]
    full = [volume(name, len(lies.split()) * GB, used_bytes=len(lies.split()) * GB) for name, lies in SKETCH.items()]
    return segments, full


def test_in_the_owners_sketch_partition_6_has_one_copy_and_5_has_three_and_that_is_mended_at_no_extra_space() -> None:
    segments, full = sketched()
    plan = plan_copies(segments, full, promised(2), NOW)
    (copy,) = plan.copies
    (drop,) = plan.drops
    assert (copy.segment, drop.segment) == ("6", "5")
    assert copy.volume == drop.volume
    assert plan.unplaced == ()
    places = after(segments, plan)
    assert {number: len(names) for number, names in places.items()} == dict.fromkeys("1234567", 2)
    assert sum(map(len, places.values())) == sum(len(lies.split()) for lies in SKETCH.values())


def test_where_there_is_room_the_sketchs_third_copy_stays_and_is_told() -> None:
    segments, _ = sketched()
    roomy = [volume(name, 9 * GB, used_bytes=len(lies.split()) * GB) for name, lies in SKETCH.items()]
    plan = plan_copies(segments, roomy, promised(2), NOW)
    assert [(copy.segment, copy.volume) for copy in plan.copies] == [("6", "2")]  # the emptiest of the two
    assert plan.drops == ()
    assert plan.spare == (("5", 1),)


def test_what_lies_as_promised_stays_where_it_is() -> None:
    plan = plan_copies(
        [held("a", "local drive")], [volume("drive"), volume("local", kind="directory")], promised(2, 1), NOW
    )
    assert plan == Plan(copies=(), drops=(), unplaced=(), spare=())


def test_a_copy_off_this_pc_goes_to_no_folder_of_this_pc() -> None:
    volumes = [volume("local", kind="directory"), volume("second", kind="directory"), volume("drive", 2 * GB)]
    plan = plan_copies([held("a", "local")], volumes, promised(2, 1), NOW)
    assert [copy.volume for copy in plan.copies] == ["drive"]


def test_the_largest_goes_first_to_the_largest_free_share() -> None:
    volumes = [volume("big", 10 * GB), volume("small", 4 * GB, used_bytes=GB), volume("local", kind="directory")]
    segments = [held("little", "local", size_bytes=GB), held("large", "local", size_bytes=6 * GB)]
    plan = plan_copies(segments, volumes, promised(2), NOW)
    assert {copy.segment: copy.volume for copy in plan.copies} == {"large": "big", "little": "small"}


def test_a_volume_of_which_nobody_says_how_much_it_holds_comes_last() -> None:
    volumes = [
        volume("cloud", None, kind="gcs"),
        volume("drive", 3 * GB, used_bytes=GB),
        volume("local", kind="directory"),
    ]
    segments = [held(name, "local") for name in "abc"]
    plan = plan_copies(segments, volumes, promised(2, 1), NOW)
    assert Counter(copy.volume for copy in plan.copies) == {"drive": 2, "cloud": 1}


def test_two_volumes_on_one_disk_count_once_and_share_its_room() -> None:
    twins = [volume("a", 4 * GB), volume("b", 4 * GB, same_disk_as="a"), volume("c", 4 * GB)]
    plan = plan_copies([held("1", "a b")], twins, promised(2), NOW)
    assert [copy.volume for copy in plan.copies] == ["c"]


def test_an_absent_volume_is_waited_for_until_the_promise_is_late() -> None:
    volumes = [volume("drive", is_here=False), volume("cloud", None, kind="gcs"), volume("local", kind="directory")]
    segments = [held("a", "local")]
    (waiting,) = plan_copies(segments, volumes, promised(2, 1), NOW + timedelta(days=6)).copies
    assert waiting.volume == "drive"
    assert waiting.due_at == NOW + timedelta(days=7)
    (late,) = plan_copies(segments, volumes, promised(2, 1), NOW + timedelta(days=8)).copies
    assert late.volume == "cloud"


def test_what_was_placed_earlier_stays_placed_there() -> None:
    volumes = [volume("emptier"), volume("fuller", used_bytes=50 * GB), volume("local", kind="directory")]
    plan = plan_copies([held("a", "local", placed="fuller")], volumes, promised(2, 1), NOW)
    assert [copy.volume for copy in plan.copies] == ["fuller"]


def test_a_volume_that_leaves_holds_no_copy_that_counts() -> None:
    volumes = [volume("old"), volume("new"), volume("local", kind="directory")]
    segments = [held("a", "local old"), held("b", "local new")]
    plan = plan_copies(segments, volumes, promised(2, 1), NOW, without={"old"})
    assert [(copy.segment, copy.volume) for copy in plan.copies] == [("a", "new")]


def test_the_most_urgent_copy_comes_first() -> None:
    volumes = [volume("drive"), volume("local", kind="directory")]
    older = HeldSegment(
        segment="old", dataset="raw/pages", size_bytes=GB, created_at=NOW - timedelta(days=3), copies=("local",)
    )
    plan = plan_copies([held("new", "local", size_bytes=5 * GB), older], volumes, promised(2, 1), NOW)
    assert [copy.segment for copy in plan.copies] == ["old", "new"]


def test_what_fits_nowhere_is_named_with_the_volumes_that_lack_room() -> None:
    volumes = [volume("drive", GB), volume("local", kind="directory")]
    segments = [held("a", "local", size_bytes=3 * GB), held("b", "local")]
    plan = plan_copies(segments, volumes, promised(2, 1), NOW)
    assert [copy.segment for copy in plan.copies] == ["b"]
    (unplaced,) = plan.unplaced
    assert (unplaced.segment, unplaced.size_bytes, unplaced.off_this_pc) == ("a", 3 * GB, True)
    assert unplaced.could_take == ("drive",)


def test_a_volume_that_may_hold_nothing_is_given_nothing() -> None:
    (unplaced,) = plan_copies([held("a", "local")], [volume("full", 0), volume("local")], promised(2), NOW).unplaced
    assert unplaced.could_take == ("full",)


def test_without_another_volume_no_volume_could_take_it() -> None:
    (unplaced,) = plan_copies([held("a", "local")], [volume("local", kind="directory")], promised(2, 1), NOW).unplaced
    assert unplaced.could_take == ()


def test_the_copy_on_local_is_never_given_up_for_room() -> None:
    volumes = [volume("local", 2 * GB, used_bytes=2 * GB, kind="directory"), volume("a"), volume("b")]
    segments = [held("spare", "local a b"), held("lonely", "a")]
    plan = plan_copies(segments, [*volumes[:2], volume("b", GB, used_bytes=GB)], promised(2), NOW)
    assert [(drop.segment, drop.volume) for drop in plan.drops] == [("spare", "b")]
    assert [(copy.segment, copy.volume) for copy in plan.copies] == [("lonely", "b")]


def test_evening_out_moves_a_joined_volume_its_fair_share_and_no_more() -> None:
    segments = [held(f"{number:03d}", "a b", size_bytes=GB) for number in range(30)]
    volumes = [volume("a", 40 * GB, used_bytes=30 * GB), volume("b", 40 * GB, used_bytes=30 * GB), volume("c", 40 * GB)]
    plan = plan_copies(segments, volumes, promised(2), NOW, even_out=True)
    assert {copy.volume for copy in plan.copies} == {"c"}
    assert len(plan.copies) == len(plan.drops) == 20  # a third of all 60 copies
    assert Counter(name for names in after(segments, plan).values() for name in names) == {"a": 20, "b": 20, "c": 20}
    assert plan_copies(segments, volumes, promised(2), NOW).copies == ()  # unasked, nothing moves


NAMES = "abcde"
SIZES = st.integers(min_value=1, max_value=6).map(lambda count: count * 4096)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[HeldSegment], list[VolumeFacts], int, int]:
    """Segments, volumes with limits that what lies there keeps, and how many copies are promised, how many off."""
    names = NAMES[: draw(st.integers(min_value=1, max_value=5))]
    segments = [
        held(
            f"{number:02d}",
            " ".join(draw(st.sets(st.sampled_from(names), min_size=1))),
            size_bytes=draw(SIZES),
            placed=" ".join(draw(st.sets(st.sampled_from(names), max_size=1))),
        )
        for number in range(draw(st.integers(min_value=0, max_value=8)))
    ]
    volumes: list[VolumeFacts] = []
    for name in names:
        used = sum(one.size_bytes for one in segments if name in one.copies)
        blocks = draw(st.one_of(st.none(), st.integers(min_value=0, max_value=12)))
        limit = None if blocks is None else used + blocks * 4096
        kind = draw(st.sampled_from(["drive", "directory", "gcs"]))
        here = draw(st.booleans())
        disk = draw(st.sampled_from([None, *(facts.name for facts in volumes if facts.same_disk_as is None)]))
        volumes.append(volume(name, limit, used_bytes=used, kind=kind, is_here=here, same_disk_as=disk))
    copies = draw(st.integers(min_value=1, max_value=3))
    return segments, volumes, copies, draw(st.integers(min_value=0, max_value=copies))


def disks_of(names: set[str], volumes: list[VolumeFacts], *, off: bool = False) -> set[str]:
    disk = {one.name: one.same_disk_as or one.name for one in volumes}
    on_this_pc = {disk[one.name] for one in volumes if one.kind == "directory"} if off else set()
    return {disk[name] for name in names} - on_this_pc


def test_a_drive_on_the_disk_of_this_pc_is_no_place_off_this_pc() -> None:
    here = [volume("local", kind="directory"), volume("second", kind="directory"), volume("usb", same_disk_as="local")]
    plan = plan_copies([held("a", "local second usb")], here, promised(2, off_this_pc=1), NOW)
    (lacking,) = plan.unplaced
    assert lacking.off_this_pc
    assert lacking.could_take == ()


@given(worlds(), st.booleans())
def test_every_promise_is_kept_or_named_no_limit_is_broken_and_no_copy_is_given_up_that_was_needed(
    world: tuple[list[HeldSegment], list[VolumeFacts], int, int], even_out: bool
) -> None:
    segments, volumes, copies, off = world
    plan = plan_copies(segments, volumes, promised(copies, off), NOW, even_out=even_out)
    places = after(segments, plan)
    named = Counter(one.segment for one in plan.unplaced)
    for one in segments:
        kept = min(
            len(disks_of(places[one.segment], volumes)) - copies,
            len(disks_of(places[one.segment], volumes, off=True)) - off,
        )
        assert kept >= 0 or named[one.segment] >= 1
        assert kept < 0 or named[one.segment] == 0
        was = set(one.copies)
        if len(disks_of(was, volumes)) >= copies and len(disks_of(was, volumes, off=True)) >= off:
            assert kept >= 0  # what was kept stays so
        for lost in NAMES if kept >= 0 and copies > 1 else ():
            assert disks_of(places[one.segment], volumes) - {lost}
    for facts in volumes:
        if facts.capacity_bytes is not None:
            assert sum(one.size_bytes for one in segments if facts.name in places[one.segment]) <= facts.capacity_bytes
    assert len({(copy.segment, copy.volume) for copy in plan.copies}) == len(plan.copies)
    lay = {one.segment: one.copies for one in segments}
    assert all(copy.volume not in lay[copy.segment] for copy in plan.copies)


@given(worlds())
def test_what_is_named_as_fitting_nowhere_fits_on_no_volume_that_could_take_it(
    world: tuple[list[HeldSegment], list[VolumeFacts], int, int],
) -> None:
    segments, volumes, copies, off = world
    plan = plan_copies(segments, volumes, promised(copies, off), NOW)
    places = after(segments, plan)
    found = {facts.name: facts for facts in volumes}
    for one in plan.unplaced:
        for name in one.could_take:
            capacity = found[name].capacity_bytes
            used = sum(held.size_bytes for held in segments if name in places[held.segment])
            sharing = [
                other for other in volumes if (other.same_disk_as or other.name) == (found[name].same_disk_as or name)
            ]
            assert capacity is not None
            assert used + one.size_bytes > capacity or len(sharing) > 1


@given(worlds())
def test_the_same_facts_give_the_same_plan_in_any_order(
    world: tuple[list[HeldSegment], list[VolumeFacts], int, int],
) -> None:
    segments, volumes, copies, off = world
    forward = plan_copies(segments, volumes, promised(copies, off), NOW, even_out=True)
    assert forward == plan_copies(segments[::-1], volumes[::-1], promised(copies, off), NOW, even_out=True)


@given(worlds())
def test_a_carried_out_plan_leaves_nothing_to_do(world: tuple[list[HeldSegment], list[VolumeFacts], int, int]) -> None:
    segments, volumes, copies, off = world
    plan = plan_copies(segments, volumes, promised(copies, off), NOW)
    places = after(segments, plan)
    done = [held(one.segment, " ".join(sorted(places[one.segment])), size_bytes=one.size_bytes) for one in segments]
    filled = [
        volume(
            facts.name,
            facts.capacity_bytes,
            used_bytes=sum(one.size_bytes for one in done if facts.name in one.copies),
            kind=facts.kind,
            is_here=facts.is_here,
            same_disk_as=facts.same_disk_as,
        )
        for facts in volumes
    ]
    again = plan_copies(done, filled, promised(copies, off), NOW)
    assert again.copies == ()
    assert again.drops == ()


@given(worlds(), st.integers(min_value=1, max_value=40))
def test_a_volume_that_joins_is_given_at_most_its_fair_share(
    world: tuple[list[HeldSegment], list[VolumeFacts], int, int], blocks: int
) -> None:
    segments, volumes, _, _ = world
    sized = [facts for facts in volumes if facts.capacity_bytes is not None]
    joined = volume("joined", blocks * 4096)
    plan = plan_copies(segments, [*volumes, joined], promised(1), NOW, even_out=True)
    total = sum(facts.capacity_bytes or 0 for facts in sized) + blocks * 4096
    used = sum(facts.used_bytes for facts in sized)
    assert (
        sum(copy.size_bytes for copy in plan.copies if copy.volume == "joined") <= used * blocks * 4096 / total + 1e-6
    )


@pytest.mark.parametrize("leaving", ["a", "b", "c"])
def test_when_a_volume_leaves_only_what_it_held_is_copied(leaving: str) -> None:
    pairs = ["a b", "b c", "a c"]
    segments = [held(f"{number:03d}", pairs[number % 3]) for number in range(30)]
    volumes = [volume(name, 40 * GB, used_bytes=20 * GB) for name in "abc"] + [volume("d", 40 * GB)]
    plan = plan_copies(segments, volumes, promised(2), NOW, without={leaving})
    assert {copy.segment for copy in plan.copies} == {one.segment for one in segments if leaving in one.copies}
    assert plan.drops == ()
