"""Nothing is made twice: after each change exactly the rows that hang on it are made anew, and a full build agrees."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from whisky_assets.domain.records import Page
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.graph import gated_tables
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.registry import SHIPPED_FEEDS
from whisky_assets_tests.pipeline.full_builds import FEEDS, digests, fully_built
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

NONE_MADE = dict.fromkeys(gated_tables(), 0)


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world after its second week, closed: each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.run()
        first.workspace.set_week(2)
        first.run()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """The cut sample world in its second week, built."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    home = dataclasses.replace(built_home.workspace.home, root=tmp_path / "home")
    opened = House(Workspace(home), _number=built_home._number)
    yield opened
    opened.workspace.close()


def rows_by_key(house: House, dataset: str, *columns: str) -> dict[Any, Any]:
    """Return a current table's rows by some columns."""
    return {tuple(getattr(row, name) for name in columns): row for row in house.workspace.current_rows(dataset)}


def remade(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> set[Any]:
    """Return the keys whose rows are new or hang on other input."""
    return {key for key, row in after.items() if key not in before or before[key].input_digest != row.input_digest}


def offers(house: House) -> dict[Any, Any]:
    """Return offers by key."""
    return rows_by_key(house, "core/offers", "id_space", "source_id")


def matches(house: House) -> dict[Any, Any]:
    """Return matches by key."""
    return rows_by_key(house, "core/matches", "id_space", "source_id")


def whiskies(house: House) -> dict[Any, Any]:
    """Return whiskies by key."""
    return rows_by_key(house, "core/whiskies", "whisky_pk")


def change_page(house: House, source_id: str, old: bytes, new: bytes) -> None:
    """Keep one hanok page again, an hour later, with other words in it."""
    workspace = house.workspace
    segments = [segment.id for segment in workspace.store.segments("raw/pages", "hanok")]
    pages = workspace.store.read(segments, Page, where={"url": f"http://hanok.sample/product/{source_id}"})
    newest = max(pages, key=lambda page: page.fetched_at)
    body = newest.body.replace(old, new)
    assert body != newest.body
    page = dataclasses.replace(
        newest,
        body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        fetched_at=workspace.now() + timedelta(hours=1),
    )
    workspace.store.write(Page, [page], partition="hanok", now=workspace.now())


def a_plain_page(house: House) -> Any:
    """Return the offer of a hanok page that tells a whisky with a price."""
    return next(
        offer
        for key, offer in sorted(offers(house).items())
        if key[0] == "hanok" and offer.kind == "whisky" and offer.price_minor and offer.verdict == "publish"
    )


def test_with_nothing_new_nothing_is_read_made_or_written(house: House) -> None:
    before = digests(house)
    assert house.ingest() == {}
    read = house.ingest(*FEEDS)
    assert {feed: outcome.counts["documents_read"] for feed, outcome in read.items()} == dict.fromkeys(FEEDS, 0)
    for outcome in read.values():
        assert {dataset: table.made for dataset, table in outcome.tables.items()} == dict.fromkeys(outcome.tables, 0)
    house.build()
    assert house.made() == NONE_MADE
    release = house.publish()
    assert (release.counts["writes"], release.counts["deletes"]) == (0, 0)
    assert release.counts["unchanged"] > 0
    assert digests(house) == before


def test_a_later_day_alone_moves_only_when_things_were_seen(house: House) -> None:
    before, seen = digests(house), {key: row.last_seen for key, row in offers(house).items()}
    made = {key: row.input_digest for key, row in offers(house).items()}
    house.workspace.set_week(9)
    house.build()
    assert house.made() == NONE_MADE
    assert {key: row.input_digest for key, row in offers(house).items()} == made
    assert {key: row.last_seen for key, row in offers(house).items()} == seen
    assert digests(house) == before


def test_two_weeks_of_changes_are_what_a_full_build_makes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests(house)
    assert fully_built(house, monkeypatch) == before


def test_one_page_changed_makes_one_listing_and_what_hangs_on_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = a_plain_page(house)
    price = f"{page.price_minor:,}".encode()
    old_offers, old_matches, old_whiskies = offers(house), matches(house), whiskies(house)
    change_page(house, page.source_id, price, b"77,000")
    read = house.ingest("hanok")["hanok"]
    assert read.counts["documents_read"] == 1
    assert read.tables["staged/documents"].made == read.tables["staged/sightings"].made == 1
    assert read.tables["staged/listings"].made == 1
    house.build()
    key = (page.id_space, page.source_id)
    pk = old_matches[key].whisky_pk
    assert offers(house)[key].price_minor == 77_000
    assert remade(old_offers, offers(house)) == {key}
    assert remade(old_whiskies, whiskies(house)) == {(pk,)}
    block = {one for one, match in old_matches.items() if match.block == old_matches[key].block}
    assert remade(old_matches, matches(house)) <= block
    made = house.made()
    assert (made["core/offers"], made["core/whiskies"], made["core/registry"]) == (1, 1, 0)
    assert made["core/matches"] in (0, len(block))
    claims = [row for row in house.workspace.current_rows("core/claims") if row.whisky_pk == pk]
    assert made["core/claims"] == len(claims)
    assert digests(house) == fully_built(house, monkeypatch)


def test_one_name_changed_matches_its_blocks_anew_and_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = a_plain_page(house)
    old_matches = matches(house)
    change_page(house, page.source_id, page.name.encode(), f"{page.name} 셰리 캐스크".encode())
    house.ingest("hanok")
    house.build()
    key = (page.id_space, page.source_id)
    blocks = {old_matches[key].block, matches(house)[key].block}
    assert house.made()["core/offers"] == 1
    assert house.made()["core/matches"] == sum(row.block in blocks for row in matches(house).values())
    assert remade(old_matches, matches(house)) == {one for one, row in matches(house).items() if row.block in blocks}
    assert digests(house) == fully_built(house, monkeypatch)


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the shipped feeds, which tests may change."""
    folder = tmp_path / "feeds"
    shutil.copytree(SHIPPED_FEEDS, folder)
    monkeypatch.setattr("whisky_assets.pipeline.workspace.SHIPPED_FEEDS", folder)
    return folder


def set_value(folder: Path, feed: str, key: str, value: str) -> None:
    """Change one value of a feed's section [feed]."""
    path = folder / f"{feed}.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["feed"][key] = value
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def test_one_field_of_a_feed_that_cleaning_reads_makes_its_offers_alone(
    house: House, feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = offers(house)
    changed = reopened(house, lambda _: set_value(feeds, "elbe", "witness", "registry"))
    assert changed.workspace.source("elbe").feed.witness == "registry"
    read = changed.ingest("elbe")["elbe"]
    assert {dataset: table.made for dataset, table in read.tables.items()} == dict.fromkeys(read.tables, 0)
    changed.build()
    told = {key for key in old if key[0] == "elbe"}
    assert remade(old, offers(changed)) == told
    assert changed.made()["core/offers"] == len(told)
    assert {offer.witness for key, offer in offers(changed).items() if key in told} == {"registry"}
    members = {row.whisky_pk for key, row in matches(changed).items() if key in told}
    assert changed.made()["core/whiskies"] == len(members)
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


def test_one_field_of_a_feed_that_readers_read_makes_its_documents_alone(
    house: House, feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = offers(house)
    changed = reopened(house, lambda _: set_value(feeds, "elbe", "seller", "Elbe Spirituosen"))
    assert "elbe" in due_feeds(changed.workspace)
    read = changed.ingest()["elbe"]
    assert read.counts["documents_read"] == read.counts["documents"] > 1
    assert read.tables["staged/listings"].made == len(read.tables["staged/listings"].rows)
    changed.build()
    assert remade(old, offers(changed)) == {key for key in old if key[0] == "elbe"}
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


def test_a_field_that_nobody_reads_makes_nothing(house: House, feeds: Path) -> None:
    before = digests(house)
    changed = reopened(house, lambda _: set_value(feeds, "elbe", "title", "Elbe, renamed"))
    assert changed.ingest() == {}
    changed.build()
    assert changed.made() == NONE_MADE
    assert digests(changed) == before
    changed.workspace.close()


def curated(house: House, path: str, text: str) -> None:
    """Write a file below the home's curation folder."""
    file = house.workspace.home.curation / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_one_alias_makes_the_names_it_stands_in_and_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old = offers(house)
    spelling = _unlisted_word(old)
    alias = f"spelling,language,kind,key,origin\n{spelling},en,distillery,ardbeg,a test\n"
    changed = reopened(house, lambda one: curated(one, "reference/aliases.csv", alias))
    changed.build()
    touched = {
        key
        for key, offer in old.items()
        if offer.kind != "other" and spelling.casefold() in f"{offer.name} {offer.producer}".casefold()
    }
    assert touched
    assert remade(old, offers(changed)) == touched
    assert changed.made()["core/offers"] == len(touched)
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


def _unlisted_word(found: Mapping[Any, Any]) -> str:
    """Return a Latin word of a whisky's name that no table knows, and that no plural s makes another."""
    leftovers = (ParsedName.from_json(row.parsed).leftover_words for _, row in sorted(found.items()))
    unlisted = (word for words in leftovers for word in words if word.isascii() and word.isalpha() and len(word) > 4)
    return next(word for word in unlisted if not word.endswith("s"))


def test_an_alias_that_stands_in_no_name_makes_no_offer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    alias = "spelling,language,kind,key,origin\nQuixotl Zzyzx,en,distillery,ardbeg,a test\n"
    changed = reopened(house, lambda one: curated(one, "reference/aliases.csv", alias))
    changed.build()
    assert changed.made()["core/offers"] == changed.made()["core/matches"] == 0
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


@pytest.mark.parametrize("column", ["country", "region"])
def test_a_distillery_told_otherwise_makes_the_whiskies_that_hang_on_it_and_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    old = whiskies(house)
    row = {"country": "GB", "region": "Islay"} | {column: "IE" if column == "country" else "Elsewhere"}
    table = (
        "key,name,country,region,status,owner,en,ko,ja,zh,origin\n"
        f"laphroaig,Laphroaig,{row['country']},{row['region']},open,suntory,Laphroaig,라프로익,ラフロイグ,,a test\n"
    )
    changed = reopened(house, lambda one: curated(one, "reference/distilleries.csv", table))
    changed.build()
    hang_on_it = {key for key, whisky in old.items() if whisky.brand == "Laphroaig"}
    assert hang_on_it
    assert remade(old, whiskies(changed)) == hang_on_it
    assert changed.made()["core/whiskies"] == len(hang_on_it)
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


def decision(kind: str, subject: str, other: str) -> str:
    """Return a decision's TOML."""
    return tomlkit.dumps(
        {"kind": kind, "subject": subject, "object": other, "who": "tester", "when": date(2026, 1, 12), "why": "seen"}
    )


@pytest.mark.parametrize("kind", ["same", "different"])
def test_one_decision_matches_the_blocks_of_its_subjects_anew(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    old_matches, old_offers, old_whiskies = matches(house), offers(house), whiskies(house)
    one, other = _two_of(old_matches, together=kind == "different")
    text = decision(kind, ":".join(one), ":".join(other))
    changed = reopened(house, lambda built: curated(built, "decisions/first.toml", text))
    changed.build()
    now = matches(changed)
    assert (now[one].whisky_pk == now[other].whisky_pk) == (kind == "same")
    blocks = {old_matches[one].block, old_matches[other].block}
    assert remade(old_offers, offers(changed)) == set()
    assert {key for key, row in now.items() if row.block in blocks} >= remade(old_matches, now)
    assert changed.made()["core/matches"] == sum(row.block in blocks for row in now.values())
    moved = {row.whisky_pk for key, row in now.items() if row.whisky_pk != old_matches[key].whisky_pk}
    left = {old_matches[key].whisky_pk for key, row in now.items() if row.whisky_pk != old_matches[key].whisky_pk}
    assert {key for (key,) in remade(old_whiskies, whiskies(changed))} == (moved | left) & {
        key for (key,) in whiskies(changed)
    }
    assert digests(changed) == fully_built(changed, monkeypatch)
    changed.workspace.close()


def _two_of(found: Mapping[Any, Any], *, together: bool) -> tuple[Any, Any]:
    """Return two listings of one block under one key, or under two."""
    for one, left in sorted(found.items()):
        for other, right in sorted(found.items()):
            if one < other and left.block == right.block and (left.whisky_pk == right.whisky_pk) == together:
                return one, other
    raise AssertionError("the sample holds no such pair")


def test_a_decision_taken_back_is_as_if_it_had_never_been(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = _two_of(matches(house), together=True)
    text = decision("different", ":".join(one), ":".join(other))
    changed = reopened(house, lambda built: curated(built, "decisions/first.toml", text))
    changed.build()
    assert matches(changed)[one].whisky_pk != matches(changed)[other].whisky_pk
    back = reopened(
        changed, lambda built: (built.workspace.home.curation / "decisions" / "first.toml").unlink(missing_ok=False)
    )
    back.build()
    assert digests(back) == fully_built(back, monkeypatch)
    back.build()
    assert back.made() == NONE_MADE
    back.workspace.close()
    changed.workspace.close()
