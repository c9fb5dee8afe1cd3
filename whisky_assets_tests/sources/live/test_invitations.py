"""Where an operator invites programs past its robots.txt: only by its owner's word, there alone, and never silently."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, FetchError, UsageError
from whisky_assets.pipeline.homes import Settings, make_real_home
from whisky_assets.pipeline.switches import switch_feeds
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.sources.feeds_for_tests import JSON_TOML, source_of
from whisky_assets_tests.sources.live.conftest import OpenFeed
from whisky_assets_tests.sources.live.lab import HOST, LiveFeed

ADDRESS = f"http://{HOST}/sparql"
FORBIDDEN = "User-agent: *\nDisallow: /sparql\n"
PERMISSION = """
[permission.wikidata]
who = "Jo Doe, by the policy of Wikidata"
when = 2026-01-05
scope = "one query in four weeks"
robots = "{address}"
"""


def permitted(feed: LiveFeed, address: str = ADDRESS) -> LiveFeed:
    """Write the owner's word into the home's settings."""
    workspace = feed.house.workspace
    with workspace.home.config_path.open("a", encoding="utf-8") as config:
        config.write(PERMISSION.format(address=address))
    workspace.read_anew()
    return feed


def test_the_owner_s_word_sets_robots_aside_where_the_operator_invites_and_every_run_says_so(opened: OpenFeed) -> None:
    feed = permitted(opened("wikidata"))
    feed.robots = FORBIDDEN
    collected, _ = feed.ingest()

    assert len(feed.asked) == 1
    (problem,) = collected.problems
    assert problem.code is ExitCode.DONE
    assert "past robots.txt" in problem.message
    assert "Jo Doe, by the policy of Wikidata, 2026-01-05: one query in four weeks" in problem.message


def test_it_is_kept_with_every_row_from_the_page_to_the_offer(opened: OpenFeed) -> None:
    feed = permitted(opened("wikidata"))
    feed.robots = FORBIDDEN
    feed.ingest()
    told = (
        f"Jo Doe, by the policy of Wikidata, 2026-01-05: one query in four weeks; robots.txt is set aside for {ADDRESS}"
    )

    assert {row.permission for row in feed.listings().values()} == {told}
    assert {offer.permission for offer in feed.offers().values()} == {told}


def test_an_invitation_alone_changes_nothing(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    feed.robots = FORBIDDEN
    with pytest.raises(FetchError, match="robots"):
        feed.ingest()
    assert feed.asked == []


def test_what_robots_refused_is_asked_in_the_first_run_after_the_owner_s_word(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    feed.robots = FORBIDDEN
    with pytest.raises(FetchError, match="robots"):
        feed.ingest()
    permitted(feed).ingest()

    assert len(feed.asked) == 1
    assert len(feed.listings()) == 3


@pytest.mark.parametrize("rules", [FORBIDDEN + "Crawl-delay: 7\n", None])
def test_crawl_delay_counts_and_a_robots_file_that_cannot_be_read_is_a_no(rules: str | None, opened: OpenFeed) -> None:
    feed = permitted(opened("wikidata"))
    feed.robots = rules or "<!doctype html><title>Home</title>"
    if rules is None:
        with pytest.raises(FetchError, match=r"robots\.txt cannot be read"):
            feed.ingest()
        assert feed.asked == []
        return
    feed.ingest()
    feed.next_week()
    feed.ingest()
    first, second = feed.asked
    assert second.at - first.at >= 7


@pytest.mark.parametrize(
    "address", [f"http://{HOST}/", f"http://{HOST}/sparql/other", "https://elsewhere.sample/sparql"]
)
def test_another_address_than_the_feed_declares_is_refused_with_line_and_address(
    address: str, opened: OpenFeed
) -> None:
    feed = opened("wikidata")
    with pytest.raises(UsageError) as refused:
        permitted(feed, address).ingest()
    assert f"[permission.wikidata] robots sets robots.txt aside for {address}" in refused.value.message
    assert f"but may do so for {ADDRESS}" in refused.value.message
    assert feed.asked == []


def test_a_permission_for_no_feed_is_an_error_that_names_the_nearest(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    config = feed.house.workspace.home.config_path
    config.write_text(PERMISSION.format(address=ADDRESS).replace("wikidata]", "wikidatta]"), encoding="utf-8")
    feed.house.workspace.read_anew()
    with pytest.raises(UsageError, match="did you mean wikidata"):
        _ = feed.house.workspace.sources


START = 'start = ["http://shelf.sample/api?limit=2"]'


@pytest.mark.parametrize(
    ("address", "policy", "said"),
    [
        ("http://shelf.sample/", "https://shelf.sample/policy", "no whole host"),
        ("http://shelf.sample/api?x=1", "https://shelf.sample/policy", "without parameters"),
        ("http://shelf.sample/api/../", "https://shelf.sample/policy", "no whole host"),
        ("http://other.sample/api", "https://shelf.sample/policy", "lies outside of the feed's origins"),
        ("http://shelf.sample/api", "by word of mouth", "must be the https address of the page"),
    ],
)
def test_an_invitation_is_to_one_place_of_the_feed_by_a_page_that_says_so(
    address: str, policy: str, said: str, tmp_path: Path
) -> None:
    line = f'{START}\ninvited = {{ address = "{address}", policy = "{policy}" }}'
    with pytest.raises(UsageError, match=said):
        source_of(tmp_path, JSON_TOML, (START, line))


@pytest.fixture
def real_home(tmp_path: Path) -> Iterator[Workspace]:
    """A real home as `whisky init` makes it."""
    settings = Settings(contact="you@example.org")
    opened = Workspace(make_real_home(tmp_path / "real", settings, datetime(2026, 1, 5, tzinfo=UTC)))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ["wikidata", "open_food_facts_products"])
def test_switching_such_a_feed_on_prints_the_lines_to_paste_and_they_are_taken(name: str, real_home: Workspace) -> None:
    told = switch_feeds(real_home, [name], on=True).lines
    begin = told.index(f"    [permission.{name}]")
    pasted = "\n".join(told[begin : begin + 5])
    assert tomllib.loads(pasted)["permission"][name]["robots"].startswith("https://")
    config = real_home.home.config_path
    before = config.read_text(encoding="utf-8")
    for who, scope in (
        ("YOUR NAME", "one query"),
        ("Jo Doe", "WHAT IT ALLOWS, IN ONE SENTENCE"),
        ("Jo Doe", "one query"),
    ):
        mine = pasted.replace("YOUR NAME", who).replace("WHAT IT ALLOWS, IN ONE SENTENCE", scope)
        config.write_text(f"{before}\n{mine}\n", encoding="utf-8")
        real_home.read_anew()
        if who.isupper() or scope.isupper():
            with pytest.raises(UsageError, match="only a person can say that"):
                real_home.source(name)

    assert real_home.source(name).robots_set_aside.startswith("https://")
    again = switch_feeds(real_home, [name], on=True).lines
    assert f"    [permission.{name}]" not in again
    assert tomllib.loads(config.read_text(encoding="utf-8"))["permission"][name]["who"].startswith("Jo Doe")
