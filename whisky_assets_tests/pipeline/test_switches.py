"""An owner switches feeds in config.toml: by hand or by command, by name, and with nothing else in the file changed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.pipeline.feeds import FEED_HEADERS, due_feeds, feed_table, lacking_feeds
from whisky_assets.pipeline.homes import Settings, make_real_home
from whisky_assets.pipeline.status import home_status
from whisky_assets.pipeline.switches import switch_feeds
from whisky_assets.pipeline.workspace import Workspace, forget_workspaces
from whisky_assets_tests.pipeline.together import together
from whisky_assets_tests.sources.feeds_for_tests import SHOPIFY_TOML

NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    """A real home as `whisky init` makes it."""
    opened = Workspace(make_real_home(tmp_path / "home", Settings(contact="you@example.org"), NOW))
    yield opened
    opened.close()


def config(home: Workspace, text: str) -> Workspace:
    """Writes the settings by hand and reads them anew."""
    home.home.config_path.write_text(text, encoding="utf-8")
    home.read_anew()
    return home


def health(home: Workspace, feed: str) -> dict[str, object]:
    return next(dict(zip(FEED_HEADERS, row, strict=True)) for row in feed_table(home) if row[0] == feed)


def test_a_shipped_feed_is_switched_by_the_homes_config_alone(home: Workspace) -> None:
    assert not home.sources.sources["berry_bros"].feed.enabled
    assert home.sources.sources["alko"].feed.enabled
    config(home, '[feeds]\non = ["berry_bros"]\noff = ["alko"]\n')
    assert home.source("berry_bros").feed.enabled
    with pytest.raises(UsageError, match="alko is switched off") as refused:
        home.source("alko")
    assert refused.value.remedy.endswith(f"whisky sources on --home {home.home.root} alko")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[feeds]\non = ["bery_bros"]\n', "names no feed by 'bery_bros'; did you mean berry_bros"),
        ('[feeds]\noff = ["zzz"]\n', "names no feed by 'zzz'; feeds: alko, "),
        ('[feeds]\non = ["alko"]\noff = ["alko"]\n', "has alko in on and in off"),
        ('[feeds]\non = "alko"\n', '[feeds] on = "alko" is no list of texts in quotes'),
        ("[feeds]\non = [1]\n", "[feeds] on = [1] is no list of texts in quotes"),
        ('[feeds]\nonn = ["alko"]\n', "onn means nothing"),
    ],
)
def test_a_switch_that_cannot_be_meant_is_an_error_that_names_it(home: Workspace, text: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        _ = config(home, text).sources
    assert says in refused.value.message
    assert str(home.home.config_path) in refused.value.message


def test_a_command_writes_the_switch_and_leaves_every_other_line(home: Workspace) -> None:
    mine = '# my notes\n[contact]\naddress = "me@example.org"  # of the team\n\n[publish]\ntarget = "local"\n'
    config(home, mine)
    switch_feeds(home, ["berry_bros", "astor_wines"], on=True)
    text = home.home.config_path.read_text("utf-8")
    assert text.startswith(mine)
    assert tomllib.loads(text)["feeds"] == {"on": ["astor_wines", "berry_bros"], "off": []}
    switch_feeds(home, ["berry_bros", "alko"], on=False)
    assert tomllib.loads(home.home.config_path.read_text("utf-8"))["feeds"] == {
        "on": ["astor_wines"],
        "off": ["alko", "berry_bros"],
    }
    assert (home.sources.enabled.keys() & {"astor_wines", "berry_bros", "alko"}) == {"astor_wines"}
    assert home.settings.contact == "me@example.org"


def test_the_config_that_init_writes_is_switched_with_its_comments_kept(home: Workspace) -> None:
    before = home.home.config_path.read_text("utf-8")
    switch_feeds(home, ["berry_bros"], on=True)
    after = home.home.config_path.read_text("utf-8")
    assert after == before.replace("on = []", 'on = ["berry_bros"]')
    again = make_real_home(home.home.root, Settings(contact="you@example.org", feeds_on=("berry_bros",)), NOW)
    assert again.config_path.read_text("utf-8") == after


def test_an_unknown_name_switches_nothing(home: Workspace) -> None:
    before = home.home.config_path.read_bytes()
    with pytest.raises(UsageError, match="there is no feed 'berry'; did you mean berry_bros"):
        switch_feeds(home, ["alko", "berry"], on=False)
    assert home.home.config_path.read_bytes() == before


@pytest.mark.parametrize("name", ["whiskybase", "whiskybase.com", "whisky_exchange", "Total-Wine"])
def test_a_refused_source_is_told_by_its_name_with_what_to_use_instead(home: Workspace, name: str) -> None:
    before = home.home.config_path.read_bytes()
    with pytest.raises(UsageError, match=r"no feed reads it: .* Instead: "):
        switch_feeds(home, [name], on=True)
    assert home.home.config_path.read_bytes() == before


def test_a_refused_feed_is_not_switched_on_and_may_be_switched_off(home: Workspace) -> None:
    path = home.home.sources / "base.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    toml = SHOPIFY_TOML.replace('"shelf"', '"base"').replace("http://shelf.sample", "https://www.whiskybase.com")
    path.write_text(toml, encoding="utf-8")
    home.read_anew()
    before = home.home.config_path.read_bytes()
    with pytest.raises(UsageError, match="Whiskybase is refused"):
        switch_feeds(home, ["alko", "base"], on=True)
    assert home.home.config_path.read_bytes() == before
    assert (health(home, "base")["state"], switch_feeds(home, ["base"], on=False).feeds) == ("refused", ("base",))


def test_a_feed_that_is_switched_on_tells_its_terms_and_the_next_command(home: Workspace) -> None:
    told = switch_feeds(home, ["berry_bros"], on=True)
    assert any(
        "https://www.bbr.com/terms-and-conditions (noted on 2026-11-29; read them first)" in line for line in told.lines
    )
    assert any("published nowhere" in line for line in told.lines)
    assert told.lines[-1] == f"next: whisky run --home {home.home.root} --feed berry_bros"
    assert told.problems == ()
    assert switch_feeds(home, ["alko"], on=True).lines[-1].endswith("FILE --feed alko")


def test_a_live_feed_without_a_contact_says_so_wherever_it_is_shown(home: Workspace) -> None:
    config(home, "")
    assert lacking_feeds(home) == ()
    (problem,) = switch_feeds(home, ["berry_bros", "alko"], on=True).problems
    assert (problem.code, problem.subject) == (ExitCode.DONE, "feed berry_bros")
    assert str(home.home.config_path) in problem.remedy
    assert health(home, "berry_bros")["health"] == "no contact is set"
    assert health(home, "alko")["health"] == "never read"
    assert lacking_feeds(home) == (problem,)
    assert problem in home_status(home).problems


def test_a_home_of_before_the_switches_is_switched_too(home: Workspace) -> None:
    home.home.config_path.unlink()
    home.read_anew()
    switch_feeds(home, ["alko"], on=False)
    assert not home.sources.sources["alko"].feed.enabled


def test_the_screen_has_one_line_for_all_feeds_that_are_off(home: Workspace) -> None:
    told = home_status(home)
    assert "berry_bros" in told.off
    assert not {line[0] for line in told.feeds} & set(told.off)
    assert told.off_line == f"{len(told.off)} feeds are off: whisky sources list --home {home.home.root}"
    switch_feeds(home, told.off, on=True)
    assert home_status(home).off_line == ""
    switch_feeds(home, ["alko"], on=False)
    assert home_status(home).off_line == f"the feed alko is off: whisky sources list --home {home.home.root}"


def test_the_list_names_what_is_refused_and_what_to_use_instead(
    home: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(home.home.root)
    try:
        main(["--home", root, "sources"])
        told = capsys.readouterr().out
        assert "Whiskybase" in told
        assert "whisky archive import" in told
        main(["--home", root, "--json", "sources", "list"])
        result = json.loads(capsys.readouterr().out)["result"]
        assert {row["source"] for row in result["refused"] if row["state"] == "off"} >= {"Total Wine", "Dailyshot"}
        assert next(row for row in result["feeds"] if row["feed"] == "berry_bros")["state"] == "off"
    finally:
        forget_workspaces()


def test_the_command_answers_a_program_and_a_person(home: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(home.home.root)
    try:
        assert main(["--home", root, "sources", "on", "berry_bros"]) == ExitCode.DONE
        assert "berry_bros is on" in capsys.readouterr().out
        assert main(["--home", root, "--json", "sources", "off", "berry_bros"]) == ExitCode.DONE
        envelope = json.loads(capsys.readouterr().out)
        assert (envelope["command"], envelope["result"]) == ("sources", {"feeds": ["berry_bros"], "on": False})
        assert main(["--home", root, "--json", "sources", "on", "bery_bros"]) == ExitCode.USAGE
        (problem,) = json.loads(capsys.readouterr().out)["problems"]
        assert "did you mean berry_bros" in problem["message"]
    finally:
        forget_workspaces()


SWITCHES = """
import sys
from pathlib import Path
from whisky_assets.pipeline.switches import switch_feeds
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import open_home

home = Workspace(open_home(Path(sys.argv[1])))
_ = home.settings
print("ready", flush=True)
sys.stdin.readline()
for name in sys.argv[2:]:
    switch_feeds(home, [name], on=True)
"""


def test_two_processes_that_switch_at_once_lose_no_switch(home: Workspace) -> None:
    names = sorted(name for name, source in home.sources.sources.items() if not source.feed.enabled)
    together(SWITCHES, [str(home.home.root), *names[::2]], [str(home.home.root), *names[1::2]])
    home.read_anew()
    assert sorted(home.settings.feeds_on) == names


def test_feeds_without_a_contact_are_told_once_and_tried_by_no_run(home: Workspace) -> None:
    config(home, '[feeds]\non = ["astor_wines", "berry_bros"]\n')
    assert not {"astor_wines", "berry_bros"} & set(due_feeds(home))
    (problem,) = lacking_feeds(home)
    assert (problem.code, problem.subject) == (ExitCode.DONE, "feeds astor_wines, berry_bros")
    assert str(home.home.config_path) in problem.remedy
    assert health(home, "berry_bros")["state"] == "waiting"
    told = home_status(home)
    assert {line[0]: line[4] for line in told.feeds}["berry_bros"] == "when it can ask"
    assert "whisky run" not in told.next_command
    config(home, '[contact]\naddress = "you@example.org"\n\n[feeds]\non = ["astor_wines", "berry_bros"]\n')
    assert {"astor_wines", "berry_bros"} <= set(due_feeds(home))
    assert lacking_feeds(home) == ()


def test_a_run_of_feeds_that_wait_for_a_contact_asks_nobody_and_is_no_failure(
    home: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    config(home, '[feeds]\non = ["berry_bros"]\noff = ["alko", "bc_liquor", "lcbo", "saq_lcbo_lists"]\n')
    try:
        assert main(["--home", str(home.home.root), "--json", "run", "--no-publish"]) == ExitCode.DONE
        envelope = json.loads(capsys.readouterr().out)
        (problem,) = [one for one in envelope["problems"] if "contact" in one["message"]]
        assert problem["subject"] == "feed berry_bros"
    finally:
        forget_workspaces()
