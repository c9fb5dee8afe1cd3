"""A file of the inbox belongs to one feed that can read it, or to nobody, and then it says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.pipeline.inbox import claimed, inbox_files
from whisky_assets.pipeline.status import home_status
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.house import sample_house

PRICES = "Elbe_Preisliste_2026-01-12.csv"


def drop(home: Path, label: str) -> None:
    """Put a file into the inbox."""
    path = home / "inbox" / label
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"prices")


def own_feed(home: Path, *, enabled: bool) -> None:
    """Add a feed of files whose patterns fit the shipped feed's files too, and that comes first by name."""
    text = (Path(__file__).parents[2] / "whisky_assets/sources/feeds/elbe.toml").read_text(encoding="utf-8")
    text = text.replace("[feed]\n", f"[feed]\nenabled = {str(enabled).lower()}\n", 1)
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "another.toml").write_text(text.replace('"elbe"', '"another"'), encoding="utf-8")


@pytest.mark.parametrize(
    ("label", "feed", "why"),
    [
        (PRICES, "elbe", ""),
        (f"elbe/{PRICES}", "elbe", ""),
        ("elbe/any name at all.csv", "elbe", ""),
        (f"from Anna/{PRICES}", "elbe", ""),
        ("holiday.jpg", None, "no feed's patterns fit"),
        (f"hanok/{PRICES}", None, "feed hanok is crawled"),
        (f"torn/{PRICES}", None, "feed torn is broken"),
        (f"another/{PRICES}", None, "feed another is switched off"),
    ],
)
def test_a_file_belongs_to_an_enabled_feed_of_files_or_says_why_not(
    tmp_path: Path, label: str, feed: str | None, why: str
) -> None:
    with sample_house(tmp_path / "home") as house:
        root = house.workspace.home.root
        own_feed(root, enabled=False)
        (root / "sources" / "torn.toml").write_text('[feed]\nworld = "sample"\nnmae = "torn"\n')
        drop(root, label)
        (file,) = inbox_files(house.workspace)
        assert (file.feed, file.why) == (feed, why)
        if feed is None:
            (line,) = [line for line in home_status(house.workspace).waiting if "inbox" in line]
            assert line == f"files in the inbox that belong to no feed: 1, as {label} ({why})"


def test_a_feed_that_is_switched_off_takes_no_file_from_one_that_is_on(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home") as house:
        root = house.workspace.home.root
        drop(root, PRICES)
        own_feed(root, enabled=True)
        assert [file.label for file in claimed(house.workspace, "another")] == [PRICES]
        own_feed(root, enabled=False)
        again = Workspace(house.workspace.home)
        assert [file.label for file in claimed(again, "elbe")] == [PRICES]
        again.close()
