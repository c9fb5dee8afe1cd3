"""Sources whose terms forbid collection: refused by host, with the reason, unless a permission is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.sources.refusals import refusal_of, shipped_refusals
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import (
    CARDS_TOML,
    CSV_TOML,
    HEADER,
    PAGES_TOML,
    ROW,
    SHOPIFY_TOML,
    csv_body,
    document,
    source_of,
)

PERMISSION = '[permission]\nwho = "Jo Doe, Whiskybase B.V."\nwhen = 2026-01-05\nscope = "names and strengths"\n'
REFUSED = (
    "Whiskybase",
    "Distiller",
    "Whisky Magazine",
    "Breaking Bourbon",
    "The Whiskey Wash",
    "Malt",
    "Master of Malt",
)
OFF = ("Total Wine", "The Whisky Exchange", "Dailyshot")


def test_each_source_that_forbids_collection_stands_in_the_list_with_reason_and_way_out() -> None:
    by_state = {
        state: tuple(one.name for one in shipped_refusals() if one.state == state) for state in ("refused", "off")
    }
    assert by_state == {"refused": REFUSED, "off": OFF}
    assert all(one.hosts and one.reason and one.instead for one in shipped_refusals())


@pytest.mark.parametrize(
    "url",
    [
        "https://www.whiskybase.com/whiskies",
        "https://whiskybase.com",
        "http://WWW.Whiskybase.COM:8080/x",
        "https://shop.whiskybase.com./x",
        "https://user@api.v2.whiskybase.com/x",
        "https://whiskybase．com/x",
    ],
)
def test_a_host_is_known_with_all_its_subdomains_however_it_is_written(url: str) -> None:
    found = refusal_of(url)
    assert found is not None
    assert found.name == "Whiskybase"


@pytest.mark.parametrize(
    "url",
    [
        "https://notwhiskybase.com/",
        "https://whiskybase.com.example.org/",
        "https://bbr.com/?to=whiskybase.com",
        "",
        "x[",
    ],
)
def test_another_host_is_not_taken_for_it(url: str) -> None:
    assert refusal_of(url) is None


@pytest.mark.parametrize(
    ("toml", "old", "new", "key"),
    [
        (SHOPIFY_TOML, "http://shelf.sample", "https://www.masterofmalt.com", "[fetch] start"),
        (
            PAGES_TOML,
            "start = [",
            'origins = ["http://shelf.sample", "https://malt-review.com"]\nstart = [',
            "[fetch] origins",
        ),
        (CARDS_TOML, "http://shelf.sample", "https://www.totalwine.com", "[fetch] start"),
        (CSV_TOML, "checked =", 'terms_url = "https://www.whiskybase.com/terms"\nchecked =', "[licence] terms_url"),
    ],
)
def test_a_toml_that_leads_to_a_refused_host_is_refused_by_line_with_the_reason(
    tmp_path: Path, toml: str, old: str, new: str, key: str
) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, toml, (old, new))
    assert f"{key} leads to https://" in refused.value.message
    assert "Instead: " in refused.value.message
    assert "add [permission] that says who, when and scope." in refused.value.remedy
    assert source_of(tmp_path, toml, (old, new), ("[licence]", f"{PERMISSION}\n[licence]")).permission is not None


@pytest.mark.parametrize("host", [host for one in shipped_refusals() for host in one.hosts])
def test_no_feed_asks_any_of_them_switched_on_or_not(tmp_path: Path, host: str) -> None:
    for enabled in ("true", "false"):
        changes = (("http://shelf.sample", f"https://shop.{host}"), ("preset", f"enabled = {enabled}\npreset"))
        with pytest.raises(UsageError, match="leads to https://shop"):
            source_of(tmp_path, SHOPIFY_TOML, *changes)
    found = load_sources([SHIPPED_FEEDS, tmp_path], "real")
    assert ("shelf" in found.broken, found.refused) == (True, {"shelf": "own"})
    assert "own" in found.closed_licences
    with pytest.raises(UsageError, match="leads to"):
        found.switched(["shelf"], [], "config.toml").get("shelf")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('who = "Jo Doe, Whiskybase B.V."\n', "", "[permission] who is missing"),
        ("when = 2026-01-05\n", "", "[permission] when is missing"),
        ('scope = "names and strengths"', 'scope = ""', "[permission] scope must be a text that is not empty"),
        ("when = 2026-01-05", 'when = "lately"', "must be a date like 2026-01-31 without quotes"),
        ("scope =", 'scoop = "x"\nscope =', "scoop is an unknown key; did you mean 'scope'?"),
    ],
)
def test_a_permission_says_who_when_and_for_what(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, CSV_TOML, ("[licence]", f"{PERMISSION.replace(old, new)}\n[licence]"))
    assert says in refused.value.message


def test_the_page_about_sources_names_each_of_them(project_root: Path) -> None:
    page = (project_root / "docs" / "sources.md").read_text("utf-8")
    for one in shipped_refusals():
        assert f"| {one.name} | `{'`, `'.join(one.hosts)}` | {one.state} | {one.reason} | {one.instead} |" in page


def test_a_permission_is_kept_on_every_row_that_was_read_under_it(tmp_path: Path) -> None:
    from whisky_assets.sources.maker import READER_PARTS
    from whisky_assets.sources.reading import read_document

    plain = source_of(tmp_path, CSV_TOML)
    permitted = source_of(tmp_path, CSV_TOML, ("[licence]", f"{PERMISSION}\n[licence]"))
    body = document(csv_body(HEADER, ROW))
    assert [item.permission for item in read_document(plain, body).items] == [None]
    told = "Jo Doe, Whiskybase B.V., 2026-01-05: names and strengths"
    assert [item.permission for item in read_document(permitted, body).items] == [told]
    assert plain.digest_of(*READER_PARTS) != permitted.digest_of(*READER_PARTS)
