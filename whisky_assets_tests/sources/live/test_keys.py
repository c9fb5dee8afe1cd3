"""Keys of APIs: sent to their origin alone, absent they switch off one feed, and no byte that is kept holds one."""

from __future__ import annotations

import dataclasses
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from whisky_assets.domain.errors import FetchError, UsageError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.keys import HIDDEN, Key
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.pipeline.feeds import FEED_HEADERS, due_feeds, feed_table, lacking_feeds
from whisky_assets.pipeline.switches import switch_feeds
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.servers import Server, plain, running
from whisky_assets_tests.fetching.test_transport import certificate_for
from whisky_assets_tests.sources.feeds_for_tests import JSON_TOML, source_of
from whisky_assets_tests.sources.live.conftest import OpenFeed
from whisky_assets_tests.sources.live.lab import LiveFeed, Reply, as_json
from whisky_assets_tests.sources.live.protocols import PROTOCOLS, SECRET

KEYED = tuple(name for name, protocol in PROTOCOLS.items() if protocol.key is not None)
SPELLINGS = tuple({SECRET, quote(SECRET, safe=""), quote(SECRET), SECRET.replace("/", "\\/")})
WRONG = "wr0ng-key-of-nobody"


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as opened:
        yield opened


def holders_of(folder: Path, *texts: str) -> list[str]:
    """Return the files below a folder in which one of the texts stands."""
    wanted = [text.encode() for text in texts]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(text in path.read_bytes() for text in wanted)]


def all_words(feed: LiveFeed) -> str:
    """Return every stored row of the feed as one text: pages with body and headers, rows, refusals, frontier."""
    workspace = feed.house.workspace
    store = workspace.store
    pages = store.read([segment.id for segment in store.segments("raw/pages", feed.name)], Page)
    with workspace.db.reading() as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        state = [
            tuple(row)
            for name in names
            for row in connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - names of our own tables
        ]
    return repr([*pages, *feed.listings().values(), *feed.quarantine(), *state])


@pytest.mark.parametrize("name", KEYED)
def test_no_file_of_the_home_no_row_and_no_word_holds_the_key(
    name: str, opened: OpenFeed, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    feed = opened(name, 5)
    said = [repr(feed.ingest())]
    feed.next_week()
    feed.answer = lambda asked: as_json({"error": f"no quota for {SECRET}", "detail": asked.path}, 200)
    said.append(repr(feed.ingest()))
    feed.next_week()
    feed.answer = lambda _asked: Reply(b"", 302, {"Location": f"http://api.sample/elsewhere/{SECRET}?k={SECRET}"})
    said.append(repr(feed.ingest()))
    words = all_words(feed)
    captured = capfd.readouterr()

    assert len(feed.asked) > 5
    assert len(feed.listings()) == 5
    for spelling in SPELLINGS:
        assert spelling not in words
        assert all(spelling not in told for told in (*said, captured.out, captured.err, caplog.text))
    assert "api.sample" in caplog.text
    assert holders_of(feed.house.workspace.home.root, *SPELLINGS) == []


@pytest.mark.parametrize("name", KEYED)
def test_a_wrong_key_is_told_by_the_api_s_own_word_and_never_shown(
    name: str, opened: OpenFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = opened(name)
    variable = PROTOCOLS[name].key
    assert variable is not None
    monkeypatch.setenv(variable, WRONG)
    with pytest.raises(FetchError) as refused:
        feed.ingest()

    assert "status 401" in refused.value.message or "INFO-100" in refused.value.message
    assert WRONG not in str(refused.value)
    assert len(feed.asked) == 1
    assert holders_of(feed.house.workspace.home.root, WRONG) == []


@pytest.mark.parametrize("told", ["", "  ", "short", "has a space in it"])
def test_without_a_key_that_feed_alone_is_off_and_names_the_variable(
    told: str, opened: OpenFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = opened("vinmonopolet_api")
    monkeypatch.setenv("VINMONOPOLET_KEY", told)
    workspace = feed.house.workspace

    assert "vinmonopolet_api" not in due_feeds(workspace)
    assert set(due_feeds(workspace)) == {"elbe", "hanok", "harbour", "minato"}
    (problem,) = [one for one in lacking_feeds(workspace) if one.subject == "feed vinmonopolet_api"]
    assert "VINMONOPOLET_KEY" in problem.message
    row = dict(zip(FEED_HEADERS, next(row for row in feed_table(workspace) if row[0] == feed.name), strict=True))
    assert (row["state"], row["health"]) == ("off", "no key: VINMONOPOLET_KEY is not set")
    with pytest.raises(UsageError, match="VINMONOPOLET_KEY") as refused:
        feed.ingest()
    assert feed.asked == []
    if told.strip():
        assert told not in str(refused.value)


def test_turning_a_keyed_feed_on_says_which_variable_its_key_is_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLACLOUD_API_KEY", raising=False)
    workspace = Workspace(create_home(tmp_path / "home", "real", datetime(2026, 1, 5, tzinfo=UTC)))
    try:
        switched = switch_feeds(workspace, ["cola_cloud"], on=True)
    finally:
        workspace.close()

    assert any("COLACLOUD_API_KEY is not set" in problem.message for problem in switched.problems)


KEYS = {
    place: Key(secret=SECRET, origins=("http://api.sample",), place=place, name=name)
    for place, name in (("header", "X-Key"), ("param", "key"), ("segment", "KEY"))
}


@pytest.mark.parametrize("place", KEYS)
def test_a_key_goes_to_its_origin_alone_and_not_with_robots(place: str, server: Server) -> None:
    server.routes["*"] = plain(b"good")
    places = {"api.sample": server.place, "other.sample": server.place}
    with GuardedTransport(resolve=places) as transport:
        transport.carry(KEYS[place])
        for url in (
            "http://api.sample/KEY/list?a=1",
            "http://other.sample/KEY/list?a=1",
            "http://api.sample/robots.txt",
        ):
            assert transport.get(url).url == url

    sent = [f"{request.target} {sorted(request.headers.items())}" for request in server.requests]
    holds = [any(spelling in one for spelling in SPELLINGS) for one in sent]
    assert holds == [True, False, False]


ECHO = '{{"self": "http:\\/\\/api.sample\\/?key={link}", "key": "{key}"}}'


def test_an_answer_that_repeats_the_key_comes_back_without_it_and_any_other_byte_for_byte(server: Server) -> None:
    encoded = quote(SECRET, safe="")
    server.routes["*"] = plain(
        b"\xff\x00" + ECHO.format(link=encoded, key=SECRET).encode(),
        headers={"Link": f"<http://api.sample/?key={SECRET}>"},
    )
    server.routes[f"/other?key={encoded}"] = plain(b"\xff\x00 as it is")
    with GuardedTransport(resolve={"api.sample": server.place}) as transport:
        transport.carry(KEYS["param"])
        told = transport.get("http://api.sample/")
        other = transport.get("http://api.sample/other")

    assert told.body == b"\xff\x00" + ECHO.format(link=HIDDEN, key=HIDDEN).encode()
    assert told.headers["link"] == f"<http://api.sample/?key={HIDDEN}>"
    assert other.body == b"\xff\x00 as it is"


def test_a_failure_on_the_way_tells_neither_key_nor_the_library_s_words(tmp_path: Path) -> None:
    key = dataclasses.replace(KEYS["segment"], origins=("https://api.sample",))
    _, context = certificate_for("api.sample", tmp_path)
    with running(Server(), tls=context) as server, GuardedTransport(resolve={"api.sample": server.place}) as transport:
        transport.carry(key)
        with pytest.raises(FetchError) as failed:
            transport.get("https://api.sample/KEY/list")

    shown = "".join(traceback.format_exception(failed.value))
    assert "https://api.sample/KEY/list" in failed.value.message
    assert not any(spelling in shown for spelling in SPELLINGS)
    assert SECRET not in repr(key)


KEY_LINE = ('start = ["http://shelf.sample/api?limit=2"]', 'start = ["{start}"]\nkey = {{ {key} }}')


@pytest.mark.parametrize(
    ("start", "key", "said"),
    [
        ("http://shelf.test/api", 'env = "SHELF_KEY", header = "X-Key"', "use https"),
        ("https://shelf.test/api", 'env = "SHELF_KEY"', "exactly one of them says where the key goes"),
        ("https://shelf.test/api", 'env = "SHELF_KEY", header = "X", param = "k"', "exactly one of them"),
        ("https://shelf.test/api?k=1", 'env = "SHELF_KEY", param = "k"', "leave it out there"),
        ("https://shelf.test/api", 'env = "SHELF_KEY", segment = "KEY"', "is no part of the path"),
        ("https://shelf.test/api", 'env = "shelf key", header = "X"', "the name of an environment variable"),
        ("https://shelf.test/api", 'env = "SHELF_KEY", header = "X", value = "abc"', "is an unknown key"),
    ],
)
def test_a_key_that_would_leak_or_stands_in_the_toml_breaks_that_toml(
    start: str, key: str, said: str, tmp_path: Path
) -> None:
    old, new = KEY_LINE
    with pytest.raises(UsageError, match=said):
        source_of(tmp_path, JSON_TOML, (old, new.format(start=start, key=key)))


def test_a_page_in_a_browser_carries_no_key(tmp_path: Path) -> None:
    old, _ = KEY_LINE
    new = 'start = ["https://shelf.test/api"]\ntransport = "browser"\nkey = { env = "SHELF_KEY", header = "X" }'
    with pytest.raises(UsageError, match="where scripts could read it"):
        source_of(tmp_path, JSON_TOML, (old, new))
