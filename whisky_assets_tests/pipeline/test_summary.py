"""The end of a cycle: every row accounted for, refusals by reason, and what the steps did."""

import json
from datetime import timedelta
from pathlib import Path

from whisky_assets.cli.answer import Call, answered, envelope
from whisky_assets.cli.summary import summary_lines
from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import NewTable, Outcome, Problem, Quiet
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.summary import CycleSummary, cycle_summary
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.snapshots import Snapshot
from whisky_assets_tests.pipeline.homes import Product, build, commit, offer, read_feed, refusal, review, whisky

GLEN = Product(source_id="1", word="glen_ten")
MOR = Product(source_id="2", word="mor_twelve")


def summed(workspace: Workspace, *feeds: str) -> CycleSummary:
    return cycle_summary(workspace, "c1", None, feeds)


def report(workspace: Workspace, step: str, outcome: Outcome, *, run: str = "r1") -> None:
    asked = Step(workspace=workspace, build=run, run=run, owner="c1", progress=Quiet())
    keep_report(asked, step, outcome)


def made(dataset: str, rows: int, carried: int) -> dict[str, NewTable]:
    return {dataset: NewTable(dataset=dataset, rows=(), made=rows, carried_rows=carried)}


def test_the_balance_is_right_to_the_row(workspace: Workspace) -> None:
    read_feed(workspace, "elbe", [GLEN, MOR], [refusal("elbe", 5), refusal("elbe", 6, scope="value", field="abv")])
    read_feed(workspace, "minato", [])
    commit(workspace, "b1", [GLEN, MOR])
    summary = summed(workspace)
    elbe, minato = summary.feeds
    assert (elbe.rows_read, elbe.sightings, elbe.refused_rows, elbe.refused_values) == (3, 2, 1, 1)
    assert (elbe.listings, elbe.offers, elbe.members) == (2, 2, 2)
    assert elbe.gaps == ()
    assert (minato.feed, minato.rows_read) == ("minato", 0)
    assert summary.whiskies.whiskies == 2


def test_dormant_keys_and_redirects_are_counted_apart(workspace: Workspace) -> None:
    loch = Product(source_id="3", word="loch_red")
    build(workspace, "b1", [GLEN, MOR, loch])
    build(workspace, "b2", [GLEN, Product(source_id="2", word="glen_ten", name="Mor Twelve")])
    whiskies = summed(workspace).whiskies
    assert (whiskies.whiskies, whiskies.dormant, whiskies.redirects) == (1, 1, 1)


def test_refusals_are_told_by_reason_with_an_example(workspace: Workspace) -> None:
    refused = [refusal("elbe", number) for number in range(3)]
    refused.append(refusal("elbe", 9, scope="value", field="abv_pct", reason="abv_is_date", evidence="5.2014"))
    read_feed(workspace, "elbe", [GLEN], refused)
    held = offer(MOR, workspace, verdict="hold", reasons=("price_missing",), name="Mor " * 30)
    commit(workspace, "b1", [GLEN], changed={"core/offers": [offer(GLEN, workspace), held]})
    rows = summed(workspace).refused
    assert [row[:4] for row in rows] == [
        ("elbe", "row", "no_name", 3),
        ("elbe", "offer held", "price_missing", 1),
        ("elbe", "value abv_pct", "abv_is_date", 1),
    ]
    assert rows[2][4] == "5.2014"
    assert len(rows[1][4]) == 40


def test_changes_are_told_against_the_snapshot_before_the_cycle(workspace: Workspace) -> None:
    before = build(workspace, "b1", [GLEN])
    build(workspace, "b2", [GLEN, MOR])
    summary = cycle_summary(workspace, "c1", before, ())
    assert (summary.parent, summary.snapshot) == ("s000001", "s000002")
    assert summary.changes[:2] == ("new whiskies: 1", "  mor_twelve_pk  Mor Twelve")
    again = cycle_summary(workspace, "c1", workspace.current_snapshot(), ())
    assert again.changes == ()


def changes_of(workspace: Workspace, before: Snapshot) -> list[str]:
    """The block of the summary that says what changed since a snapshot."""
    lines = summary_lines(cycle_summary(workspace, "c1", before, ()), full=False)
    start = next(place for place, line in enumerate(lines) if line.startswith("snapshot "))
    return lines[start : lines.index("", start)]


def test_values_alone_that_changed_are_no_run_in_which_nothing_changed(workspace: Workspace) -> None:
    before = build(workspace, "b1", [GLEN], changed={"core/whiskies": [whisky("glen_ten_pk", "Glen", abv_pct=46.0)]})
    build(workspace, "b2", [GLEN], changed={"core/whiskies": [whisky("glen_ten_pk", "Glen", abv_pct=45.2)]})
    assert changes_of(workspace, before) == [
        "snapshot s000002, compared with s000001:",
        "whiskies with other values: 1 (abv_pct 1)",
        "  glen_ten_pk  Glen: abv_pct 46.0 -> 45.2",
    ]


def test_a_run_after_which_only_other_tables_differ_names_them(workspace: Workspace) -> None:
    before = build(workspace, "b1", [GLEN, MOR])
    build(workspace, "b2", [GLEN, MOR], reviews=[review("elbe:1", "elbe:2")])
    assert changes_of(workspace, before)[1:] == [
        "no value of a whisky or an offer changed; tables that differ: core/review_queue"
    ]
    now = workspace.current_snapshot()
    assert now is not None
    assert changes_of(workspace, now) == ["snapshot s000002: nothing changed"]


def test_a_home_without_a_snapshot_shows_what_was_read(workspace: Workspace) -> None:
    read_feed(workspace, "elbe", [GLEN])
    summary = summed(workspace)
    assert summary.snapshot is None
    assert [(feed.feed, feed.rows_read, feed.offers) for feed in summary.feeds] == [("elbe", 1, 0)]
    assert summary.top == ()
    assert summary_lines(summary, full=True)


def test_the_work_of_the_steps_is_added_up(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN])
    report(workspace, "collect hanok", Outcome(counts={"fetched": 7, "unchanged": 2}))
    report(workspace, "collect elbe", Outcome(counts={"files": 2, "new_files": 1}))
    report(workspace, "stage hanok", Outcome(tables=made("staged/listings", 5, 3), counts={"documents_read": 6}))
    report(workspace, "offers", Outcome(tables=made("core/offers", 4, 100)))
    report(workspace, "snapshot", Outcome(tables=made("core/snapshot", 9, 0)))
    report(workspace, "publish whisky", Outcome(tables=made("firestore/whisky", 157, 0)))
    report(workspace, "release", Outcome(counts={"writes": 11}))
    summary = cycle_summary(workspace, "c1", None, (), seconds=2.04)
    assert dict(summary.counts) == {
        "pages_fetched": 7,
        "files_new": 1,
        "documents_parsed": 6,
        "rows_made": 9,
        "rows_carried": 103,
        "writes": 11,
    }
    assert summary.work == (
        "work: 7 pages fetched, 1 files taken in, 6 documents parsed; 9 rows made, 103 carried over; "
        "11 documents written in 2.0 s"
    )


def test_the_work_of_another_cycle_is_not_counted(workspace: Workspace) -> None:
    report(workspace, "collect hanok", Outcome(counts={"fetched": 7}))
    other = cycle_summary(workspace, "c2", None, ())
    assert set(other.counts.values()) == {0}


def test_what_steps_told_as_problems_is_told_again(workspace: Workspace) -> None:
    told = Problem(code=ExitCode.PARTLY, subject="inbox/a.csv", message="states no date", remedy="rename it")
    report(workspace, "collect elbe", Outcome(problems=(told,)))
    assert summed(workspace).problems == (told,)


def test_a_crawled_feed_past_twice_its_cadence_counts_as_stale(workspace: Workspace) -> None:
    write_feed(workspace, cadence_days=3)
    read_feed(workspace, "shop", [Product(source_id="1", word="glen_ten", feed="shop")])
    workspace.set_week(2)
    (problem,) = summed(workspace, "shop").problems
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, "feed shop")
    assert "2026-01-05" in problem.message
    assert problem.remedy.endswith(f"whisky run --home {workspace.home.root} --feed shop")
    assert summed(workspace).problems == ()


def test_exactly_twice_the_cadence_is_not_stale_yet(workspace: Workspace) -> None:
    write_feed(workspace, cadence_days=7)
    read_feed(workspace, "shop", [])
    workspace.set_week(3)
    assert workspace.now() - timedelta(days=14) == read_at(workspace)
    assert summed(workspace, "shop").problems == ()


def read_at(workspace: Workspace) -> object:
    return max(row.last_fetched_at for row in workspace.head_rows("shop", "staged/documents"))


def write_feed(workspace: Workspace, cadence_days: int) -> None:
    """Adds a crawled feed `shop` of the owner to a sample home."""
    workspace.home.sources.mkdir(parents=True, exist_ok=True)
    (workspace.home.sources / "shop.toml").write_text(
        f"""
[feed]
name = "shop"
title = "Shop"
world = "sample"
preset = "shopify"
seller = "Shop"
country = "GB"
language = "en"
currency = "GBP"
cadence_days = {cadence_days}
[licence]
key = "sample"
title = "Written for tests"
terms_url = "http://shop.sample/terms"
checked = 2026-01-01
publish = true
[fetch]
start = ["http://shop.sample/products.json"]
"""
    )


def test_an_absent_drive_is_a_line_to_know(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    workspace.volumes.add("drive", "directory", str(tmp_path / "drive"), workspace.now())
    (tmp_path / "drive").rename(tmp_path / "pulled")
    (problem,) = summed(workspace).problems
    assert (problem.code, problem.subject) == (ExitCode.DONE, "volume drive")


def test_the_best_sold_whiskies_stand_on_top(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR, Product(source_id="3", word="mor_twelve", feed="minato")])
    top = summed(workspace).top
    assert [(row[0], row[3]) for row in top] == [("mor_twelve_pk", 2), ("glen_ten_pk", 1)]


def test_the_next_step_invites_to_this_weeks_questions(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR], reviews=[review("elbe:1", "elbe:2")])
    steps = summed(workspace).next_steps
    assert steps[0] == f"questions for you this week: 1: whisky review --home {workspace.home.root}"


def test_curation_that_cannot_be_read_hides_no_summary(workspace: Workspace) -> None:
    (workspace.home.curation / "decisions").mkdir(parents=True)
    (workspace.home.curation / "decisions" / "torn.toml").write_text("kind = ")
    build(workspace, "b1", [GLEN, MOR], reviews=[review("elbe:1", "elbe:2")])
    assert not any("question" in step for step in summed(workspace).next_steps)


def test_a_summary_fits_the_terminal_and_the_envelope(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    summary = summed(workspace)
    lines = summary_lines(summary, full=True)
    assert any(line.startswith("elbe") for line in lines)
    assert any("2 whiskies with a live offer" in line for line in lines)
    body = json.loads(envelope(Call.begin("run"), answered(summary.as_result(), lines, summary.problems)))
    assert body["result"]["feeds"][0]["offers"] == 2
    assert body["result"]["top"][0]["key"] == "glen_ten_pk"
