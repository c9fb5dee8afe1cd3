"""A crawl is told its limits and what is held; what it says goes up by its feed's name, with this home's commands."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Outcome, Problem
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets.fetching.transport import TransportLimits
from whisky_assets.pipeline import collecting
from whisky_assets.pipeline.collecting import Limits
from whisky_assets.pipeline.homes import opened_home
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import create_home
from whisky_assets_tests.pipeline.house import House, sample_house

FEED = "hanok"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A fresh home of 40 listings."""
    with sample_house(tmp_path / "home", cut=True) as opened:
        yield opened


def collect(house: House, limits: Limits) -> Outcome:
    """Fetch what is due, and free the feed."""
    step = house.step("ingest")
    outcome = collecting.collect(step, FEED, limits)
    house.workspace.free_owner(step.owner)
    return outcome


def reports(monkeypatch: pytest.MonkeyPatch, **told: Any) -> list[Any]:
    """Let the crawl end at once with this report; returns the limits that crawls were given."""
    given: list[Any] = []

    def crawl(*_: Any, **words: Any) -> CrawlReport:
        given.append(words["limits"])
        return CrawlReport(feed=FEED, run="r", **told)

    monkeypatch.setattr(collecting, "crawl", crawl)
    return given


def test_a_crawl_that_a_given_number_of_requests_ends_says_so(house: House) -> None:
    (problem,) = collect(house, Limits(max_requests=2)).problems
    assert (problem.code, problem.subject) == (ExitCode.BUDGET, f"feed {FEED}")
    assert re.fullmatch(r"stopped at --max-requests 2 with \d+ pages pending", problem.message)
    assert problem.remedy == f"Go on: whisky run --home {house.workspace.home.root} --feed {FEED}"


@pytest.mark.parametrize("stopped", ["max_minutes", "pace"])
@pytest.mark.parametrize(
    ("limits", "codes"), [(Limits(), []), (Limits(max_requests=9), []), (Limits(max_minutes=0.5), [ExitCode.BUDGET])]
)
def test_only_a_time_box_that_was_given_is_a_budget(
    house: House, monkeypatch: pytest.MonkeyPatch, stopped: str, limits: Limits, codes: list[ExitCode]
) -> None:
    reports(monkeypatch, stopped=stopped, pending=3)
    problems = collect(house, limits).problems
    assert [problem.code for problem in problems] == codes
    assert [problem.message for problem in problems] == ["stopped at --max-minutes 0.5 with 3 pages pending"] * len(
        codes
    )


def test_limits_that_are_not_given_are_the_default_time_box(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    given = reports(monkeypatch)
    collect(house, Limits())
    collect(house, Limits(max_requests=7, max_minutes=1.5, accept_loss=True))
    assert [(one.max_requests, one.max_minutes, one.accept_loss) for one in given] == [
        (None, 20.0, False),
        (7, 1.5, True),
    ]


def test_a_command_of_the_crawl_is_told_with_this_home(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Problem(
        code=ExitCode.PARTLY,
        subject="http://hanok.sample",
        message="lost 8 of 10 pages",
        remedy=f"Look, then:\nwhisky run --feed {FEED} --accept-loss",
    )
    house.ingest(FEED)
    reports(monkeypatch, problems=(told,))
    (problem,) = collect(house, Limits()).problems
    assert problem.subject == f"feed {FEED}"
    home = house.workspace.home.root
    assert problem.remedy == f"Look, then:\nwhisky run --home {home} --feed {FEED} --accept-loss"


def test_pages_whose_bodies_are_lost_are_fetched_whole_again(house: House) -> None:
    workspace = house.workspace
    collect(house, Limits())
    workspace.set_week(2)
    same = collect(house, Limits()).counts
    assert same["unchanged"] > 0
    with workspace.db.transaction() as connection:
        for segment in workspace.store.segments("raw/pages", FEED):
            connection.execute("DELETE FROM copies WHERE segment = ?", (segment.id,))
            connection.execute("DELETE FROM segments WHERE id = ?", (segment.id,))
    workspace.set_week(3)
    again = collect(house, Limits()).counts
    assert again["unchanged"] == 0
    assert again["fetched"] >= same["unchanged"]


def test_a_feeds_own_deadline_bounds_each_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def crawl(_plan: Any, ports: Any, **_: Any) -> CrawlReport:
        given.append(ports.transport.limits.deadline_seconds)
        return CrawlReport(feed=FEED, run="r")

    monkeypatch.setattr(collecting, "crawl", crawl)
    source = house.workspace.source(FEED)
    assert source.fetch is not None
    hurried = dataclasses.replace(source, fetch=dataclasses.replace(source.fetch, deadline_seconds=7.5))
    for chosen in (source, hurried):
        collecting._crawl(house.step("ingest"), chosen, Limits())
    assert given == [30.0, 7.5]


def test_no_live_source_runs_before_its_owner_has_set_a_contact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = create_home(tmp_path / "real", "real", datetime(2026, 1, 5, tzinfo=UTC))
    home.config_path.write_text('[contact]\naddress = " "\n', encoding="utf-8")
    monkeypatch.setattr(collecting, "GuardedTransport", None)  # nothing that could send is made
    with (
        closing(Workspace(opened_home(home.root))) as workspace,
        pytest.raises(UsageError, match="contact") as refused,
        collecting.open_transport(workspace, TransportLimits()),
    ):
        pytest.fail("a transport was made")
    assert refused.value.remedy.endswith(str(home.config_path))
