"""A feed is drafted from a site as politely as a crawl asks, or from a file; what it may not ask it never asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli.console import Console
from whisky_assets.domain.errors import BlockedError, FetchError, InputRefusedError, UsageError
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.pipeline import drafting_fetch
from whisky_assets.pipeline.drafting_source import Drafted, draft_source, write_draft
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.drafting.site import Given
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.sources.drafting.pages_for_drafts import WHISKIES, cards, page

SITE = "http://kestrel.sample"
KNOWN = Given(country="GB", language="en", currency="GBP")
LIST = page(f"<ul>{cards()}</ul>")


class Shop:
    """A sample home, and the one shop that it can ask."""

    def __init__(self, workspace: Workspace, server: Server) -> None:
        self.workspace = workspace
        self.server = server

    def serve(self, path: str, body: bytes, media_type: str = "text/html") -> None:
        """Answer a path with a body."""
        self.server.routes[path] = plain(body, headers={"Content-Type": media_type})

    def draft(self, place: str, given: Given = KNOWN) -> Drafted:
        """Draft from a place."""
        return draft_source(self.workspace, place, given, Console(quiet=True))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An empty sample home whose only reachable site is a server of this test."""
    home = create_home(tmp_path / "home", "sample", datetime(2026, 1, 1, tzinfo=UTC))
    with running(Server()) as server:

        @contextmanager
        def transport(_workspace: Workspace, limits: TransportLimits) -> Iterator[GuardedTransport]:
            places = dict.fromkeys(("kestrel.sample", "www.kestrel.sample"), server.place)
            with GuardedTransport(resolve=places, limits=limits) as opened:
                yield opened

        monkeypatch.setattr(drafting_fetch, "open_transport", transport)
        workspace = Workspace(home)
        try:
            yield Shop(workspace, server)
        finally:
            workspace.close()


def test_a_page_of_a_site_becomes_a_feed_that_reads_it(shop: Shop) -> None:
    shop.serve("/whisky", LIST)

    drafted = shop.draft(f"{SITE}/whisky")

    assert shop.server.targets == ["/robots.txt", "/whisky"]
    assert (drafted.draft.preset, drafted.draft.name, drafted.is_whole) == ("cards", "kestrel", True)
    assert drafted.trial is not None
    assert [row.item.name for row in drafted.trial.rows] == [name for name, *_ in WHISKIES]
    assert drafted.trial.kinds() == {"whisky": len(WHISKIES)}


def test_robots_that_forbid_the_page_are_obeyed(shop: Shop) -> None:
    shop.serve("/robots.txt", b"User-agent: *\nDisallow: /\n", "text/plain")
    shop.serve("/whisky", LIST)

    with pytest.raises(BlockedError):
        shop.draft(f"{SITE}/whisky")
    assert shop.server.targets == ["/robots.txt"]


@pytest.mark.parametrize("url", ["https://www.whiskybase.com/whiskies", "http://forum.whiskybase.com/x"])
def test_a_refused_site_is_not_even_asked(shop: Shop, url: str, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_bytes(LIST)

    for place, given in ((url, KNOWN), (str(saved), Given(url=url))):
        with pytest.raises(UsageError, match="Whiskybase is refused"):
            shop.draft(place, given)
    assert shop.server.requests == []


def test_a_saved_page_whose_own_address_is_refused_is_refused(shop: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_bytes(page(f"<ul>{cards()}</ul>", head='<link rel="canonical" href="https://www.whiskybase.com/x">'))

    with pytest.raises(UsageError, match="Whiskybase is refused"):
        shop.draft(str(saved))


def test_the_products_of_a_shopify_page_are_taken_from_its_json(shop: Shop) -> None:
    products = [
        {"id": place, "title": name, "handle": slug, "variants": [{"id": place + 50, "price": price}]}
        for place, (name, price, slug) in enumerate(WHISKIES)
    ]
    shop.serve("/collections/whisky", page(f"<ul>{cards()}</ul>", head="<script>Shopify.theme = {};</script>"))
    address = "/collections/whisky/products.json?limit=250"
    shop.serve(address, json.dumps({"products": products}).encode(), "application/json")

    drafted = shop.draft(f"{SITE}/collections/whisky")

    assert drafted.draft.preset == "shopify"
    assert f'start = ["{SITE}{address}"]' in drafted.toml
    assert drafted.trial is not None
    assert len(drafted.trial.rows) == len(WHISKIES)


def test_a_shopify_page_whose_json_is_closed_is_read_itself(shop: Shop) -> None:
    shop.serve("/collections/whisky", page(f"<ul>{cards()}</ul>", head="<script>Shopify.theme = {};</script>"))

    assert shop.draft(f"{SITE}/collections/whisky").draft.preset == "cards"


def test_a_redirect_to_the_same_site_is_followed_and_to_another_is_not(shop: Shop) -> None:
    shop.serve("/whisky", LIST)
    shop.server.routes["/old"] = plain(status=301, headers={"Location": "http://www.kestrel.sample/whisky"})
    shop.server.routes["/gone"] = plain(status=301, headers={"Location": "http://elsewhere.sample/whisky"})

    assert shop.draft(f"{SITE}/old").draft.url == "http://www.kestrel.sample/whisky"
    with pytest.raises(FetchError):
        shop.draft(f"{SITE}/gone")


def test_an_error_of_the_site_is_told_with_what_to_do(shop: Shop) -> None:
    with pytest.raises(FetchError, match="status 404") as failed:
        shop.draft(f"{SITE}/nothing")
    assert "--url" in failed.value.remedy


def test_a_real_home_without_a_contact_asks_nobody(tmp_path: Path) -> None:
    workspace = Workspace(create_home(tmp_path / "real", "real", datetime(2026, 1, 1, tzinfo=UTC)))
    try:
        with pytest.raises(UsageError, match="contact"):
            draft_source(workspace, "https://kestrel.example/whisky", KNOWN, Console(quiet=True))
    finally:
        workspace.close()


def test_a_sample_home_asks_no_real_site(shop: Shop) -> None:
    with pytest.raises(UsageError, match="sample shops alone"):
        shop.draft("https://kestrel.example/whisky")


def test_an_address_that_is_none_is_said_so(shop: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_bytes(LIST)

    with pytest.raises(UsageError, match="no http or https address"):
        shop.draft(str(saved), Given(url="kestrel.example/whisky"))


def test_what_nobody_told_is_a_decision_with_the_whole_command(shop: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "a page.html"
    saved.write_bytes(f"<main><ul>{cards().replace('£', '$')}</ul></main>".encode())

    drafted = shop.draft(str(saved), Given(url="https://kestrel.example/whisky", language="en"))

    (problem,) = drafted.problems
    assert not drafted.is_whole
    assert drafted.draft.missing == ("country", "currency")
    assert f"'{saved}' --url https://kestrel.example/whisky" in problem.remedy
    assert problem.remedy.endswith(" --country GB --language en --currency AUD")
    assert drafted.trial is not None
    assert len(drafted.trial.rows) == len(WHISKIES)


def test_a_place_that_is_neither_address_nor_file_is_said_so(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        shop.draft(str(tmp_path / "nothing.html"))
    empty = tmp_path / "empty.html"
    empty.touch()
    with pytest.raises(InputRefusedError, match="empty"):
        shop.draft(str(empty))


@pytest.mark.parametrize("name", ["Kestrel", "9lives", "../x", "a b"])
def test_a_name_that_no_feed_can_have_is_refused(shop: Shop, name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a feed"):
        shop.draft(f"{SITE}/whisky", Given(name=name))
    assert shop.server.requests == []


def test_a_feed_that_stands_is_never_overwritten(shop: Shop) -> None:
    shop.serve("/whisky", LIST)
    drafted = shop.draft(f"{SITE}/whisky")
    write_draft(shop.workspace, drafted)
    before = drafted.path.read_bytes()

    with pytest.raises(UsageError, match="stands there already"):
        write_draft(shop.workspace, drafted)
    with pytest.raises(UsageError, match="is there already"):
        shop.draft(f"{SITE}/whisky")
    with pytest.raises(UsageError, match="a shipped one") as refused:
        shop.draft(f"{SITE}/whisky", Given(name="harbour", country="GB"))
    assert refused.value.remedy.endswith(f"{SITE}/whisky --name harbour_2 --country GB")
    assert drafted.path.read_bytes() == before


def test_a_site_that_a_feed_reads_already_is_said_so(shop: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_bytes(LIST)

    drafted = shop.draft(str(saved), Given(url="http://harbour.sample/whisky", name="second", country="GB"))

    assert any("the feed harbour reads this site already" in what for what in drafted.todo)
