"""How a feed says that a script draws its pages, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML, source_of


def test_pages_come_as_their_server_sends_them_unless_a_feed_says_otherwise(tmp_path: Path) -> None:
    fetch = source_of(tmp_path, PAGES_TOML).fetch
    assert fetch is not None
    assert (fetch.transport, fetch.wait_for) == ("http", None)


@pytest.mark.parametrize(("more", "wait_for"), [("", None), ('wait_for = "#list > li"\n', "#list > li")])
def test_a_feed_whose_pages_a_script_draws_says_so_in_one_line(tmp_path: Path, more: str, wait_for: str | None) -> None:
    fetch = source_of(tmp_path, PAGES_TOML, ("start = [", f'transport = "browser"\n{more}start = [')).fetch
    assert fetch is not None
    assert (fetch.transport, fetch.wait_for) == ("browser", wait_for)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ('transport = "chrome"', "[fetch] transport must be one of http, browser, not 'chrome'"),
        ('wait_for = "#list"', "[fetch] wait_for is for transport"),
        ('transport = "browser"\nwait_for = "#list["', "[fetch] wait_for is no CSS selector"),
        ('transport = "browser"\nwait_for = ""', "[fetch] wait_for must be a text that is not empty"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_key(tmp_path: Path, told: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, PAGES_TOML, ("start = [", f"{told}\nstart = ["))
    assert says in refused.value.message
