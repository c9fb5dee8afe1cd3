"""A feed whose pages a script draws, from its TOML to its rows; and a machine that has no browser."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.fetching.browser.chromium import Programs, find_programs
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.pipeline import collecting, rendering
from whisky_assets.pipeline.feeds import due_feeds, feed_table, lacking_feeds
from whisky_assets.pipeline.rendering import page_transport, with_refusals
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.pipeline.house import House, sample_house

FEED = """
[feed]
name = "drawn"
world = "sample"
preset = "cards"
seller = "Drawn"
country = "GB"
language = "en"
currency = "GBP"

[licence]
checked = 2026-01-05
publish = false

[fetch]
start = ["http://drawn.sample/whisky"]
pace_seconds = 0
transport = "browser"
wait_for = "#list .whisky"

[cards]
region = "#list"
card = ".whisky"

[fields]
source_id = { from = ":scope", attr = "data-id" }
name = "h3"
price = ".price"

[kinds]
default = "whisky"
"""
PAGE = """<!doctype html><title>Whisky</title><div id=list></div>
<script src="http://elsewhere.sample/count.js"></script>
<script>
fetch("/api/list").then(answer => answer.json()).then(list => {
  for (const one of list) {
    const card = document.createElement("div");
    card.className = "whisky";
    card.dataset.id = one.id;
    card.innerHTML = `<h3>${one.name}</h3><span class=price>£${one.price}</span>`;
    document.getElementById("list").append(card);
  }
});
</script>"""
WHISKIES = [
    {"id": "1", "name": "Ardbeg 10 Year Old 46% 70cl", "price": "48.50"},
    {"id": "2", "name": "Lagavulin 16 Year Old 43% 70cl", "price": "75.00"},
]


@pytest.fixture
def shop() -> Iterator[Server]:
    """A shop whose list is drawn from what its API answers."""
    with running(Server()) as server:
        server.routes["/whisky"] = plain(PAGE.encode())
        server.routes["/api/list"] = plain(json.dumps(WHISKIES).encode(), headers={"Content-Type": "application/json"})
        yield server


@pytest.fixture
def house(tmp_path: Path, shop: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A home with that feed, whose crawls reach the shop."""

    @contextlib.contextmanager
    def transport(_workspace: Workspace, limits: TransportLimits) -> Iterator[GuardedTransport]:
        with GuardedTransport(resolve={"drawn.sample": shop.place}, limits=limits) as opened:
            yield opened

    monkeypatch.setattr(collecting, "open_transport", transport)
    with sample_house(tmp_path / "home", cut=True) as opened:
        (opened.workspace.home.sources / "drawn.toml").write_text(FEED, encoding="utf-8")
        with contextlib.closing(Workspace(opened.workspace.home)) as workspace:
            yield House(workspace)


@pytest.mark.usefixtures("requires_browser")
def test_a_shop_that_a_script_draws_is_read_like_any_other(house: House, shop: Server) -> None:
    outcome = house.ingest("drawn")["drawn"]
    rows = list(house.workspace.head_rows("drawn", "staged/listings"))
    assert {(row.source_id, row.name, row.price_text) for row in rows} == {
        (one["id"], one["name"], f"£{one['price']}") for one in WHISKIES
    }
    assert outcome.problems == ()
    assert shop.targets == ["/robots.txt", "/whisky", "/api/list"]


@pytest.mark.usefixtures("requires_browser")
def test_what_its_pages_asked_for_in_vain_stands_among_the_problems(house: House) -> None:
    (problem,) = collecting.collect(house.step("ingest"), "drawn", collecting.Limits()).problems
    assert (problem.code, problem.subject) == (ExitCode.DONE, "feed drawn")
    assert problem.message.startswith("drawn: http://elsewhere.sample is none of the declared origins; refused 1 times")
    assert "`origins` under [fetch]" in problem.remedy


def without_a_browser() -> Programs:
    """Stands for a machine without one."""
    return find_programs(lambda _name: None)


def test_a_machine_without_a_browser_stops_that_feed_alone_with_how_to_have_one(
    house: House, shop: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "find_programs", without_a_browser)
    with pytest.raises(UsageError) as refused:
        collecting.collect(house.step("ingest"), "drawn", collecting.Limits())
    assert refused.value.message.startswith("feed drawn: pages that a script draws need Chromium")
    assert refused.value.remedy.startswith("Install them")
    assert shop.connections == 0
    assert "drawn" not in due_feeds(house.workspace)
    assert "hanok" in due_feeds(house.workspace)
    (row,) = [row for row in feed_table(house.workspace) if row[0] == "drawn"]
    assert (row[3], row[-1]) == ("off", "no browser is installed")
    (problem,) = [one for one in lacking_feeds(house.workspace) if one.subject == "feed drawn"]
    assert problem.message.endswith("not here: Chromium, chromedriver, so it is off")
    assert problem.remedy == refused.value.remedy


def test_a_feed_without_scripts_has_the_guarded_transport_itself(house: House) -> None:
    source = house.workspace.source("hanok")
    assert source.fetch is not None
    with GuardedTransport() as guarded, page_transport(source, source.fetch, guarded) as transport:
        assert transport is guarded
        report = CrawlReport(feed="hanok", run="r")
        assert with_refusals(report, transport, Quiet()) == report
