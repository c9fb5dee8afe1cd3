"""A plan says what a release will do, the same for the same inputs, and asks before it does much."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whisky_assets.contracts.schemas import check_rows
from whisky_assets.domain.errors import CheckFailedError, NeedsDecisionError
from whisky_assets.domain.records import PlanRow, User, Whisky
from whisky_assets.publishing.desired import SnapshotTables, desired_documents
from whisky_assets.publishing.documents import Document
from whisky_assets.publishing.manifest import DROPPED, FOREIGN, THERE, TOMBSTONE, ManifestRow
from whisky_assets.publishing.plan import Plan, make_plan, require_confirmation
from whisky_assets.publishing.writes import withdrawal_of, write_of
from whisky_assets_tests.publishing.rows import KEY, entry, tables, user, whisky

Manifest = dict[str, ManifestRow]


def plan_of(wanted: SnapshotTables, manifest: Manifest | None = None, **changes: Any) -> Plan:
    known = manifest or {}
    arguments: dict[str, Any] = {"target": "local", "snapshot": "s000001", "key": KEY, **changes}
    return make_plan(desired=desired_documents(wanted, known), manifest=known, **arguments)


def manifest_of(wanted: SnapshotTables) -> Manifest:
    """What a store acknowledged when it holds all that is desired."""
    rows = [
        write.row
        for item in desired_documents(wanted, {})
        if isinstance(item, Document) and (write := write_of(item, None, "r000001")) is not None
    ]
    return {row.path: row for row in rows}


def actions(plan: Plan) -> dict[str, str]:
    return {row.document: row.action for row in plan.rows}


def test_an_empty_target_gets_a_create_for_each_document() -> None:
    plan = plan_of(tables([whisky("a"), whisky("b", verdict="hold", reasons=("abv_odd",))], redirects={"c_pk": "a_pk"}))
    assert actions(plan) == {"whisky/a_pk": "create", "whisky/c_pk": "create", "whisky/b_pk": "held"}
    assert plan.counts == {"whisky": {"create": 2, "held": 1}}
    assert plan.operations == 2
    created = plan.rows[0]
    assert (created.before, created.bytes > 200, "name" in created.fields) == (None, True, True)
    assert next(row.reason for row in plan.rows if row.action == "held") == "hold: abv_odd"
    assert plan.alarms == ()


def test_what_is_there_already_is_unchanged_and_no_row() -> None:
    wanted = tables([whisky("a")], [entry("kim", 1, "a_pk")], [user("kim")])
    plan = plan_of(wanted, manifest_of(wanted))
    assert (plan.rows, plan.operations) == ((), 0)
    assert plan.counts == {"whisky": {"unchanged": 1}, "whisky_archive": {"unchanged": 1}, "user": {"unchanged": 1}}
    assert "  nothing to do: 0 operations" in plan.lines()
    assert "  the target is up to date" in plan.lines()


def test_an_update_names_the_fields_that_change() -> None:
    before = manifest_of(tables([whisky("a")]))
    plan = plan_of(tables([whisky("a", abv_pct=46.5, name_ja="アードベッグ")]), before)
    assert plan.rows[0].action == "update"
    assert plan.rows[0].fields == ("abv_pct", "name_ja")
    assert plan.rows[0].before == before["whisky/a_pk"].hash != plan.rows[0].after


def test_a_change_that_diaries_do_not_show_touches_no_diary() -> None:
    def wanted(**changes: Any) -> SnapshotTables:
        return tables([whisky("a", **changes)], [entry("kim", 1, "a_pk")], [user("kim")])

    before = manifest_of(wanted())
    assert set(actions(plan_of(wanted(search_tokens=("x",)), before))) == {"whisky/a_pk"}
    changed = plan_of(wanted(name_ko="다른"), before)
    assert [row.collection for row in changed.rows] == ["whisky", "whisky_archive"]
    assert changed.rows[1].fields == ("whisky",)


def test_a_held_document_that_is_published_keeps_its_last_good_form() -> None:
    before = manifest_of(tables([whisky("a")]))
    plan = plan_of(tables([whisky("a", verdict="hold", reasons=("abv_odd",))]), before)
    assert actions(plan) == {"whisky/a_pk": "unchanged"}
    assert plan.rows[0].reason == "keeps its last good form: hold: abv_odd"
    assert plan.operations == 0


def test_a_published_whisky_that_terms_now_forbid_is_withdrawn_and_comes_back_with_them() -> None:
    wanted = tables([whisky("a"), whisky("b")], [entry("kim", 1, "a_pk")], [user("kim")])
    before = manifest_of(wanted)
    closed = tables(
        [whisky("a", verdict="refuse", reasons=("terms_forbid",)), whisky("b")],
        [entry("kim", 1, "a_pk")],
        [user("kim")],
    )
    plan = plan_of(closed, before)
    assert [(row.collection, row.action) for row in plan.rows] == [
        ("whisky", "tombstone"),
        ("whisky_archive", "update"),
    ]
    assert plan.rows[0].reason == "refuse: terms_forbid"
    assert {"state", "whisky", "whisky_pk"} == set(plan.rows[1].fields)
    gone = withdrawal_of(before["whisky/a_pk"], "r000002")
    assert gone is not None
    after = {**before, "whisky/a_pk": gone.row}
    assert actions(plan_of(closed, after))["whisky/a_pk"] == "held"
    assert actions(plan_of(wanted, after)) == {"whisky/a_pk": "update"}
    assert plan_of(closed).counts["whisky"] == {"create": 1, "held": 1}


def test_what_is_no_longer_desired_is_a_tombstone_first_and_deleted_a_release_later() -> None:
    wanted = tables([whisky("a")], [], [user("kim"), user("lee")])
    before = manifest_of(wanted)
    less = tables([whisky("a")], [], [user("lee")])
    plan = plan_of(less, before)
    assert [(row.collection, row.action) for row in plan.rows] == [("user", "tombstone")]

    gone = withdrawal_of(before["user/uid-kim"], "r000002")
    assert gone is not None
    after = {**before, "user/uid-kim": gone.row}
    assert plan_of(less, after, earlier=["r000002"]).operations == 0, "not for the same snapshot"
    assert [row.action for row in plan_of(less, after).rows] == ["delete"]
    back = plan_of(wanted, after)
    assert [(row.action, "nickname" in row.fields) for row in back.rows] == [("update", True)]


def test_a_whisky_that_is_withdrawn_is_never_deleted() -> None:
    before = manifest_of(tables([whisky("a"), whisky("b")]))
    gone = withdrawal_of(before["whisky/a_pk"], "r000002")
    assert gone is not None
    plan = plan_of(tables([whisky("b")]), {**before, "whisky/a_pk": gone.row})
    assert plan.operations == 0


@pytest.mark.parametrize(("state", "action"), [(DROPPED, None), (FOREIGN, "held")])
def test_what_a_person_deleted_or_made_is_left_alone(state: str, action: str | None) -> None:
    before = manifest_of(tables([], [], [user("kim")]))
    before["user/uid-kim"] = dataclasses.replace(before["user/uid-kim"], state=state)
    plan = plan_of(tables([], [], [user("kim", nickname="other")]), before)
    assert plan.operations == 0
    assert [row.action for row in plan.rows] == ([action] if action else [])
    assert plan_of(tables(), before).operations == 0


def test_documents_of_a_person_who_lost_their_uid_stay_as_they_are() -> None:
    before = manifest_of(tables([], [entry("kim", 1)], [user("kim")]))
    plan = plan_of(tables([], [entry("kim", 1)], [user("kim"), user("lee", owner_id="uid-kim")]), before)
    assert plan.operations == 0


def test_a_plan_shows_no_person() -> None:
    person = user("kim", owner_id="uid-lemony", nickname="lemony")
    before = manifest_of(tables([], [entry("kim", 1, note="lemony"), entry("kim", 2)], [person]))
    wanted = tables([], [entry("kim", 1, note="other lemony"), entry("kim", 3, text="\ud800lemony")], [person])
    plan = plan_of(wanted, before)
    text = repr(plan) + " ".join(plan.lines())
    for word in ("lemony", "0000000000000001", "uid-"):
        assert word not in text
    row = next(row for row in plan.rows if row.action == "update")
    assert row.document.startswith("whisky_archive/#")
    plain = {one.hash for one in before.values()}
    assert row.before not in plain, "a plain hash of a short note could be tried"
    assert plan_of(wanted, before, key=b"x" * 32).rows[0].document != plan.rows[0].document


def test_every_row_of_a_plan_fits_its_record() -> None:
    before = manifest_of(tables([whisky("a"), whisky("b")], [entry("kim", 1)], [user("kim")]))
    plan = plan_of(tables([whisky("a", abv_pct=1.5), whisky("c", verdict="hold")], [], [user("lee")]), before)
    assert {row.action for row in plan.rows} == {"create", "update", "tombstone", "held"}
    assert check_rows(PlanRow, plan.rows).passed


def people(count: int, changed: int = 0) -> list[User]:
    return [user(f"u{number:03}", nickname="new" if number < changed else "old") for number in range(count)]


def bottles(count: int, changed: int = 0) -> list[Whisky]:
    return [whisky(f"w{number:03}", abv_pct=50.0 if number < changed else 40.0) for number in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "alarm"),
    [
        ((19, 0), (19, 19), ""),
        ((20, 0), (20, 4), ""),
        ((20, 0), (20, 5), "changes 5 of 20 documents of whisky (25.0%; 20% need no question)"),
        ((20, 0), (19, 0), "withdraws 1 of 20 documents of whisky (5.0%; 1% need no question)"),
        ((100, 0), (99, 0), ""),
        ((100, 0), (98, 0), "withdraws 2 of 100 documents of whisky (2.0%; 1% need no question)"),
        ((3, 0), (0, 0), "withdraws all 3 documents of whisky, because none is desired any more"),
        ((3, 0), (1, 0), ""),
        ((0, 0), (50, 0), ""),
    ],
    ids=["small", "at-limit", "changes", "withdraws", "one-percent", "two-percent", "empty", "small-cut", "first"],
)
def test_a_plan_that_does_much_raises_an_alarm(before: tuple[int, int], after: tuple[int, int], alarm: str) -> None:
    plan = plan_of(tables(bottles(*after)), manifest_of(tables(bottles(*before))))
    assert plan.alarms == ((alarm,) if alarm else ())


def test_each_collection_has_limits_of_its_own() -> None:
    before = manifest_of(tables(bottles(100), [], people(20)))
    plan = plan_of(tables(bottles(100), [], people(20, changed=5)), before)
    assert plan.alarms == ("changes 5 of 20 documents of user (25.0%; 20% need no question)",)


def test_diaries_that_only_show_a_changed_whisky_are_no_change_of_their_own() -> None:
    entries = [entry("kim", number, "w000_pk") for number in range(20)]
    before = manifest_of(tables(bottles(100), entries, [user("kim")]))
    plan = plan_of(tables(bottles(100, changed=1), entries, [user("kim")]), before)
    assert plan.counts["whisky_archive"] == {"update": 20}
    assert plan.alarms == ()
    noted = [dataclasses.replace(one, note=f"other {number}") for number, one in enumerate(entries)]
    assert plan_of(tables(bottles(100), noted, [user("kim")]), before).alarms == (
        "changes 20 of 20 documents of whisky_archive (100.0%; 20% need no question)",
    )


def test_an_alarm_needs_the_hash_of_exactly_this_plan_and_prints_the_whole_command() -> None:
    before = manifest_of(tables(bottles(20)))
    plan = plan_of(tables(bottles(20, changed=6)), before, target="firestore:my-app-1/(default)")
    command = f"whisky publish --apply --target 'firestore:my-app-1/(default)' --confirm {plan.hash}"
    for confirm in ("", "0" * 64, plan.hash[:10]):
        with pytest.raises(NeedsDecisionError) as refused:
            require_confirmation(plan, confirm)
        assert str(refused.value).endswith(f"If that is meant: {command}")
        assert "changes 6 of 20 documents of whisky" in str(refused.value)
    require_confirmation(plan, plan.hash)
    require_confirmation(plan_of(tables(bottles(20)), before), "")
    assert f"  apply it: {command}" in plan.lines()


def test_the_hash_is_of_target_and_operations_alone() -> None:
    wanted, other = tables(bottles(3)), tables(bottles(3, changed=1))
    plan = plan_of(wanted)
    assert plan.hash == plan_of(wanted, snapshot="s000009").hash
    assert plan.hash == plan_of(tables([*bottles(3), whisky("x", verdict="hold")])).hash
    assert plan.hash != plan_of(wanted, target="emulator").hash
    assert plan.hash != plan_of(other).hash
    assert plan.hash != plan_of(wanted, manifest_of(other)).hash


def test_the_lines_say_counts_fields_reasons_and_cost() -> None:
    before = manifest_of(tables(bottles(3)))
    wanted = tables([*bottles(3, changed=2), whisky("x", verdict="hold", reasons=("abv_odd",)), whisky("y")])
    text = "\n".join(plan_of(wanted, before).lines())
    assert "whisky: 1 create, 2 update, 1 unchanged, 1 held" in text
    assert "fields that change: abv_pct 2" in text
    assert "held back: 1 for hold: abv_odd" in text
    assert "cost: 3 operations in 1 commits" in text
    assert "apply it: whisky publish --apply --target local" in text


def test_two_documents_never_want_the_same_place() -> None:
    with pytest.raises(CheckFailedError, match="Two documents want the place whisky/a_pk"):
        plan_of(tables([whisky("a"), whisky("b")], redirects={"a_pk": "b_pk"}))
    with pytest.raises(CheckFailedError, match=r"Two documents want the place whisky_archive/#[0-9a-f]{16}\."):
        plan_of(tables([], [entry("kim", 1), entry("kim", 1)], [user("kim")]))


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.sets(st.sampled_from("abcdef")),
)
def test_a_plan_that_was_done_leaves_nothing_to_do(first: Sequence[str], second: Sequence[str], held: set[str]) -> None:
    before = manifest_of(tables([whisky(name) for name in first]))
    wanted = tables([whisky(name, abv_pct=50.0, verdict="hold" if name in held else "publish") for name in second])
    plan = plan_of(wanted, before)
    done = dict(before)
    for item in desired_documents(wanted, before):
        write = write_of(item, before.get(item.path), "r000002") if isinstance(item, Document) else None
        if write is not None:
            done[item.path] = write.row
    for row in plan.rows:
        gone = withdrawal_of(before[row.document], "r000002") if row.action == "tombstone" else None
        if gone is not None:
            done[row.document] = gone.row
    assert plan_of(wanted, done).operations == 0
    assert {path for path, row in done.items() if row.state in (THERE, TOMBSTONE)} >= set(before)
