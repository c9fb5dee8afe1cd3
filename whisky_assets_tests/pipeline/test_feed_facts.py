"""`sources list` hides nothing that a feed declares: terms, permission, cadence, pace, origins, and its noise rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.pipeline.feed_facts import feed_facts, feed_lines
from whisky_assets.pipeline.homes import Settings, make_real_home
from whisky_assets.pipeline.workspace import Workspace, forget_workspaces
from whisky_assets_tests.sources.feeds_for_tests import SHOPIFY_TOML

NOISE = "[noise]\npatterns = ['nonce=\\w+', 'visitors: \\d+']\n\n"
PERMISSION = '[permission]\nwho = "Jo Doe, Shelf"\nwhen = 2026-01-05\nscope = "names"\n\n'


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    """A real home with one feed of its owner's that declares all there is to declare, and one that is broken."""
    made = make_real_home(tmp_path / "home", Settings(contact="you@example.org"), datetime(2026, 1, 5, tzinfo=UTC))
    toml = SHOPIFY_TOML.replace("[fetch]", f"{PERMISSION}{NOISE}[fetch]\npace_seconds = 7\nindex_days = 14")
    toml = toml.replace("publish = true", 'publish = true\nallowed_fields = ["name", "abv_pct"]')
    (made.sources / "shelf.toml").write_text(toml, encoding="utf-8")
    (made.sources / "torn.toml").write_text("[feed\n", encoding="utf-8")
    opened = Workspace(made)
    yield opened
    opened.close()
    forget_workspaces()


def test_every_declared_noise_rule_is_told(home: Workspace) -> None:
    facts = feed_facts(home, "shelf")
    assert facts["noise"] == [r"nonce=\w+", r"visitors: \d+"]
    assert r"noise           nonce=\w+, visitors: \d+" in feed_lines(facts)


def test_terms_permission_cadence_pace_and_origins_are_told(home: Workspace) -> None:
    facts = feed_facts(home, "shelf")
    assert (facts["licence"], facts["terms"], facts["published"]) == ("own", "Written for tests", True)
    assert isinstance(facts["withheld"], list)
    assert {"price_minor", "url"} <= {*facts["withheld"]}
    assert facts["permission"] == "Jo Doe, Shelf, 2026-01-05: names"
    assert facts["cadence"] == "an index every 14 days, a page every 7 days"
    assert facts["pace"] == ["7 s between two requests, 60 requests an hour at most"]
    assert facts["origins"] == ["http://shelf.sample"]
    assert (facts["state"], facts["health"], facts["listings"]) == ("due", "never read", 0)


def test_a_broken_feed_tells_its_state_alone_and_an_unknown_name_the_nearest(home: Workspace) -> None:
    assert feed_facts(home, "torn")["state"] == "broken"
    assert "licence" not in feed_facts(home, "torn")
    with pytest.raises(UsageError, match="'shelv'; did you mean shelf"):
        feed_facts(home, "shelv")


def test_the_command_tells_a_named_feed_whole_and_a_program_all_of_them(
    home: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(home.home.root)
    assert main(["--home", root, "sources", "list", "shelf", "rozetka"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "Jo Doe, Shelf" in told
    assert r"nonce=\w+" in told
    assert "https://rozetka.com.ua" in told
    assert "berry_bros" not in told
    main(["--home", root, "--json", "sources"])
    feeds = {row["feed"]: row for row in json.loads(capsys.readouterr().out)["result"]["feeds"]}
    assert feeds["shelf"]["noise"] == [r"nonce=\w+", r"visitors: \d+"]
    assert feeds["wikidata"]["licence"] == "wikidata"
    assert feeds["alko"]["cadence"] == "when a person puts in a file"


def test_a_price_list_that_nobody_has_put_in_yet_is_new_and_not_read(home: Workspace) -> None:
    assert (feed_facts(home, "alko")["state"], feed_facts(home, "alko")["health"]) == ("new", "never read")
