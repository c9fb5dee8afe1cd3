"""The one screen: what ran, what waits, what is at risk, and the one next command."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.records import Entry, ReviewItem
from whisky_assets.identity.decisions import Decision, Listing
from whisky_assets.pipeline import status
from whisky_assets.pipeline.status import home_status
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.source import Source
from whisky_assets.storage import builds, heads
from whisky_assets_tests.identity.decision_files import write_decision
from whisky_assets_tests.pipeline.homes import DIGEST, Product, build, read_feed, refusal, review
from whisky_assets_tests.pipeline.test_summary import write_feed

GLEN = Product(source_id="1", word="glen_ten", feed="shop")


@pytest.fixture(autouse=True)
def due(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The feeds that count as due: these tests are about what is shown, `feeds` is tested by itself."""
    names: set[str] = set()

    def is_due(_: Workspace, source: Source) -> bool:
        return source.feed.name in names

    monkeypatch.setattr(status, "is_due", is_due)
    return names


@pytest.fixture
def home(workspace: Workspace) -> Workspace:
    """A sample home with one feed more, `shop`."""
    write_feed(workspace, cadence_days=7)
    return workspace


def entry(number: int, state: str) -> Entry:
    return Entry(
        user="mina",
        entry_id=f"{number:016d}",
        text="secret words",
        state=state,
        reason="several fit",
        raw="{}",  # type: ignore[arg-type] # Json is a str
        input_digest=DIGEST,
        maker_version="1",
    )


def line_of(workspace: Workspace, feed: str) -> Sequence[object]:
    return next(row for row in home_status(workspace).feeds if row[0] == feed)


def test_an_empty_home_says_so_and_what_to_do(home: Workspace, due: set[str]) -> None:
    due.add("shop")
    told = home_status(home)
    assert told.snapshot_line == "no snapshot yet: nothing was built in this home"
    assert told.next_command == f"whisky run --home {home.home.root}"
    assert told.waiting == ()
    assert line_of(home, "shop") == ("shop", "new", "never", 0, "now")


def test_a_read_feed_says_when_it_is_due_again(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    assert line_of(home, "shop") == ("shop", "read", "2026-01-05", 1, "2026-01-12")
    assert home_status(home).snapshot_line.startswith("snapshot s000001 of 2026-01-05 09:00 UTC: 1 whiskies")


def test_a_quiet_home_invites_to_look_something_up(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    assert home_status(home).next_command == f'whisky find --home {home.home.root} "ardbeg ten"'


def test_a_broken_feed_is_a_problem_and_the_next_command(home: Workspace, due: set[str]) -> None:
    due.add("shop")
    (home.home.sources / "torn.toml").write_text('[feed]\nworld = "sample"\nnmae = "torn"\n')
    told = home_status(home)
    assert line_of(home, "torn")[:2] == ("torn", "broken")
    problem = next(problem for problem in told.problems if problem.subject == "feed torn")
    assert problem.code == ExitCode.PARTLY
    assert told.next_command == f"whisky sources list --home {home.home.root}"


def test_a_feed_that_is_off_is_never_due(home: Workspace, due: set[str]) -> None:
    path = home.home.sources / "shop.toml"
    path.write_text(path.read_text().replace("preset =", "enabled = false\npreset ="))
    due.add("shop")
    told = home_status(home)
    assert (told.off, told.off_line) == (
        ("shop",),
        f"the feed shop is off: whisky sources list --home {home.home.root}",
    )
    assert "shop" not in {line[0] for line in told.feeds}
    assert told.next_command != f"whisky run --home {home.home.root}"


def asked(number: int) -> ReviewItem:
    return dataclasses.replace(review(f"shop:{number}", f"shop:{number + 100}"), review_id=f"{number:016d}")


def test_this_weeks_questions_wait_with_their_command(home: Workspace) -> None:
    build(home, "b1", [GLEN], reviews=[asked(number) for number in range(12)])
    told = home_status(home)
    command = f"whisky review --home {home.home.root}"
    assert f"questions for you this week: 10 (and 2 more wait unasked): {command}" in told.waiting
    assert told.next_command == command


def test_after_ten_answers_a_week_nobody_is_reminded_of_the_rest(home: Workspace) -> None:
    for number in range(10):
        decision = Decision(
            kind="different",
            subject=Listing("shop", str(number)),
            object=Listing("shop", str(number + 100)),
            who="mina",
            when=home.now().date(),
            why="two batches",
        )
        write_decision(home.home.curation, decision)
    build(home, "b1", [GLEN], reviews=[asked(number) for number in range(12)])
    told = home_status(home)
    assert not any("question" in line for line in told.waiting)
    assert "review" not in told.next_command


def test_curation_that_cannot_be_read_is_at_risk_and_the_screen_is_shown(home: Workspace) -> None:
    (home.home.curation / "decisions").mkdir(parents=True)
    (home.home.curation / "decisions" / "torn.toml").write_text("kind = ")
    build(home, "b1", [GLEN], reviews=[asked(1)])
    (problem,) = home_status(home).problems
    assert (problem.code, problem.subject) == (ExitCode.USAGE, "curation")
    assert "torn.toml" in problem.message


def test_notes_that_wait_are_counted_and_never_shown(home: Workspace) -> None:
    notes = [entry(1, "waiting"), entry(2, "waiting"), entry(3, "unknown")]
    build(home, "b1", [GLEN], changed={"archives/entries": notes})
    told = home_status(home)
    assert "notes of users that wait, because which whisky they mean is not sure: 2" in told.waiting
    assert "notes of users on a whisky that no feed tells: 1" in told.waiting
    assert "secret" not in str(told)


def test_refusals_are_counted_by_how_much_was_refused(home: Workspace) -> None:
    read_feed(home, "shop", [GLEN], [refusal("shop", 5), refusal("shop", 6), refusal("shop", 7, scope="value")])
    assert "refused by readers: rows 2, values 1" in home_status(home).waiting


def test_a_rejected_build_is_told_until_a_later_one_is_committed(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    builds.open_build(home.db, "run-that-failed", home.now(), {})
    builds.reject_build(home.db, "run-that-failed", "core/offers schema (3): a price is text", home.now())
    (problem,) = home_status(home).problems
    assert "a price is text" in problem.message
    assert "s000001 stays current" in problem.message
    build(home, "b2", [GLEN])
    assert home_status(home).problems == ()


def test_a_held_feed_is_named_until_a_run_names_it(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    with home.db.transaction() as connection:
        heads.set_heads(connection, "shop", home.heads()["shop"], maker="undo", now=home.now(), held=True)
    told = home_status(home)
    assert line_of(home, "shop")[1] == "held by undo"
    assert "held by undo until a run names them: shop" in told.waiting
    assert told.next_command == f"whisky run --home {home.home.root} --feed shop"


def test_a_stale_feed_is_named(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    home.set_week(4)
    (problem,) = home_status(home).problems
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, "feed shop")


def test_a_file_that_no_feed_claims_is_named(home: Workspace) -> None:
    home.home.inbox.mkdir(parents=True, exist_ok=True)
    (home.home.inbox / "holiday.jpg").write_bytes(b"x")
    told = "files in the inbox that belong to no feed: 1, as holiday.jpg (no feed's patterns fit)"
    assert told in home_status(home).waiting


def test_the_answer_is_plain(home: Workspace) -> None:
    build(home, "b1", [GLEN])
    result = home_status(home).as_result()
    assert result["feeds"][-1]["feed"] == "shop"  # type: ignore[index] # a list of rows
    assert set(result) == {"snapshot", "feeds", "off", "waiting", "at_risk", "next_command"}


def test_lacking_copies_are_one_line_and_a_broken_rule_is_a_problem_that_hides_nothing_else(
    home: Workspace, tmp_path: Path
) -> None:
    build(home, "b1", [GLEN])
    assert home_status(home).at_risk == ""
    (tmp_path / "drive").mkdir()
    home.volumes.add("external", "drive", str(tmp_path / "drive"), home.now())
    told = home_status(home)
    assert "lack a promised copy: whisky storage status" in told.at_risk
    assert told.as_result()["at_risk"] == told.at_risk
    (home.home.root / "storage.toml").write_text("[[copies]]\ncopies = 0\n")
    told = home_status(home)
    assert told.at_risk == ""
    assert [problem.code for problem in told.problems if problem.subject == "rules"] == [ExitCode.USAGE]
    assert told.snapshot_line.startswith("snapshot s000001")
