"""`whisky quality` names the worst feeds first and the most frequent reasons, each with an example and what to do."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from whisky_assets.cleaning.thresholds import HeldLimits
from whisky_assets.cleaning.verdicts import RULES
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Offer
from whisky_assets.pipeline.graph import VERDICTS_CHECK, table_facts
from whisky_assets.pipeline.quality import SHOWN, Quality, in_home, quality_of
from whisky_assets.pipeline.verdict_shares import verdicts_check
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import Product, commit, offer, read_feed, refusal

LIMITS = HeldLimits(largest_held_share=0.10, smallest_base=20)


def product(number: int, feed: str = "elbe") -> Product:
    return Product(source_id=str(number), word=f"glen_{feed}_{number}", feed=feed)


@pytest.fixture
def home(workspace: Workspace) -> Workspace:
    """Two feeds: elbe with one held offer of three and two things that were not read, hanok with a refused one."""
    shelf = [product(number) for number in range(3)]
    other = [product(number, "hanok") for number in range(4)]
    read_feed(
        workspace,
        "elbe",
        shelf,
        [
            refusal("elbe", 7),
            refusal(
                "elbe", 8, scope="value", field="abv_pct", reason="abv_is_date", evidence="9.202", message="a date."
            ),
        ],
    )
    read_feed(workspace, "hanok", other)
    told: dict[tuple[str, str], dict[str, Any]] = {
        ("elbe", "1"): {"verdict": "hold", "reasons": ("abv_implausible",)},
        ("hanok", "2"): {"verdict": "refuse", "reasons": ("spirit_drink", "abv_implausible"), "kind": "spirit_drink"},
    }
    offers = [offer(one, workspace, **told.get((one.feed, one.source_id), {})) for one in (*shelf, *other)]
    commit(workspace, "b1", [*shelf, *other], changed={"core/offers": offers})
    return workspace


def test_the_worst_feed_stands_first_and_refused_goods_are_no_fault(home: Workspace) -> None:
    elbe, hanok = quality_of(home).feeds
    assert (elbe.feed, elbe.offers, elbe.published, elbe.held, elbe.refused) == ("elbe", 3, 2, 1, 0)
    assert (elbe.rows_not_read, elbe.values_not_read, elbe.amiss_share) == (1, 1, 0.75)
    assert elbe.cells() == ("elbe", 3, 2, "1 (33.3 %)", "0 (0.0 %)", 1, 1, "75.0 %")
    assert (hanok.feed, hanok.refused, hanok.amiss_share) == ("hanok", 1, 0.0)


def test_each_reason_has_an_example_why_and_what_to_do_in_this_home(home: Workspace) -> None:
    held, refused = quality_of(home).reasons
    assert (held.reason, held.verdict, held.offers, held.example) == ("abv_implausible", "hold", 2, "elbe:1")
    assert (refused.reason, refused.verdict, refused.offers, refused.example) == (
        "spirit_drink",
        "refuse",
        1,
        "hanok:2",
    )
    assert held.because == RULES["abv_implausible"].because
    assert held.remedy.endswith(f": whisky run --home {home.home.root}")
    assert held.correct == f"whisky review --home {home.home.root} --decide correction elbe:1 abv_pct=VALUE"
    assert f"  or:  {held.correct}" in list(quality_of(home).lines())
    assert refused.correct == ""


def test_what_readers_did_not_take_is_counted_with_a_case(home: Workspace) -> None:
    row, value = quality_of(home).refusals
    assert (row.feed, row.scope, row.field, row.reason, row.count) == ("elbe", "row", "", "no_name", 1)
    assert (value.scope, value.field, value.reason, value.evidence) == ("value", "abv_pct", "abv_is_date", "9.202")
    assert value.message == "a date."


def test_one_feed_is_shown_alone(home: Workspace) -> None:
    told = quality_of(home, "hanok")
    assert [feed.feed for feed in told.feeds] == ["hanok"]
    assert {reason.reason: reason.offers for reason in told.reasons} == {"abv_implausible": 1, "spirit_drink": 1}
    assert told.refusals == ()


def test_a_feed_that_was_never_read_and_a_home_without_a_build_are_told(home: Workspace) -> None:
    with pytest.raises(UsageError, match="there are elbe, hanok") as refused:
        quality_of(home, "elba")
    assert "whisky sources list" in refused.value.remedy


def test_before_a_build_the_way_to_one_is_told(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="nothing was built"):
        quality_of(workspace)


def test_of_all_feeds_the_rarest_kinds_are_left_out_and_counted(home: Workspace) -> None:
    told = quality_of(home)
    many = dataclasses.replace(told, refusals=told.refusals[:1] * (SHOWN + 3))
    lines = list(many.lines())
    assert sum(line.startswith("not read") for line in lines) == SHOWN
    assert lines[-1].startswith("3 rarer kinds are left out")
    alone = dataclasses.replace(many, feed="elbe")
    assert sum(line.startswith("not read") for line in alone.lines()) == SHOWN + 3
    assert "left out" not in "\n".join(alone.lines())
    assert _names(many) == {"snapshot", "feeds", "reasons", "refusals"}


def _names(told: Quality) -> set[str]:
    return set(told.as_result())


def test_the_command_of_a_remedy_means_the_home() -> None:
    assert in_home("Mend it: whisky run", " --home /x") == "Mend it: whisky run --home /x"
    assert in_home("Try: whisky quality --try q.toml", " --home /x") == "Try: whisky quality --home /x --try q.toml"
    assert in_home("Mend it: whisky run", "") == "Mend it: whisky run"


def offers(workspace: Workspace, published: int, held: int, refused: int) -> list[Offer]:
    told: list[dict[str, Any]] = [
        *[{"verdict": "publish"}] * published,
        *[{"verdict": "hold", "reasons": ("name_damaged",)}] * held,
        *[{"verdict": "refuse", "reasons": ("bundle",)}] * refused,
    ]
    return [offer(product(number), workspace, **values) for number, values in enumerate(told)]


@pytest.mark.parametrize(
    ("published", "held", "refused", "passed"),
    [(90, 10, 0, True), (89, 11, 0, False), (90, 10, 99, True), (8, 11, 9, True)],
)
def test_the_check_warns_where_too_much_of_what_may_be_whisky_is_held(
    workspace: Workspace, published: int, held: int, refused: int, passed: bool
) -> None:
    check = verdicts_check(offers(workspace, published, held, refused), LIMITS)
    assert (check.name, check.passed, check.blocks) == (VERDICTS_CHECK, passed, False)
    assert check.count == (0 if passed else held)


def test_the_check_tells_the_share_of_each_verdict_and_counts_by_reason(workspace: Workspace) -> None:
    assert VERDICTS_CHECK in {check.name for check in table_facts("core/offers").checks if not check.blocking}
    check = verdicts_check(offers(workspace, 1, 2, 1), LIMITS)
    assert check.summary == "publish 25.0 %, hold 50.0 %, refuse 25.0 % of 4 offers"
    assert check.cases == ("hold, name_damaged: 2", "refuse, bundle: 1")
    assert verdicts_check([], LIMITS).passed
