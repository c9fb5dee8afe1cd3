"""All feeds of a world: a broken one disables itself alone, and nothing is lost by name."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text.replace('"shelf"', f'"{name}"'), encoding="utf-8")


def test_a_broken_toml_disables_itself_alone_and_says_why(tmp_path: Path) -> None:
    write(tmp_path, "good", CSV_TOML)
    write(tmp_path, "bad", CSV_TOML.replace("delimiter", "delimeter"))
    write(tmp_path, "worse", CSV_TOML.replace('title = "', "title = "))
    write(tmp_path, "off", CSV_TOML.replace("preset", "enabled = false\npreset"))

    found = load_sources([tmp_path], "real")

    assert list(found.sources) == ["good", "off"]
    assert list(found.enabled) == ["good"]
    assert list(found.broken) == ["bad", "worse"]
    assert found.names == ("bad", "good", "off", "worse")
    assert found.broken["bad"].code is ExitCode.USAGE
    assert "delimeter" in found.broken["bad"].message
    with pytest.raises(UsageError, match="delimeter"):
        found.get("bad")
    with pytest.raises(UsageError, match="bad, good, off, worse"):
        found.get("absent")
    assert found.get("good").name == "good"


def test_worlds_do_not_mix_and_a_feed_that_names_none_is_of_the_real_one(tmp_path: Path) -> None:
    write(tmp_path, "mine", CSV_TOML)
    write(tmp_path, "played", CSV_TOML.replace('"real"', '"sample"'))
    write(tmp_path, "worldless", CSV_TOML.replace('world = "real"\n', ""))
    write(tmp_path, "broken_sample", CSV_TOML.replace('"real"', '"sample"').replace('title = "', "title = "))

    assert load_sources([tmp_path], "real").names == ("mine", "worldless")
    assert load_sources([tmp_path], "sample").names == ("broken_sample", "played")


def test_an_owners_feed_with_a_shipped_ones_name_is_refused_for_both(tmp_path: Path) -> None:
    write(tmp_path / "one", "good", CSV_TOML)
    write(tmp_path / "two", "good", CSV_TOML)

    found = load_sources([tmp_path / "one", tmp_path / "two", tmp_path / "absent"], "real")

    assert list(found.sources) == []
    assert "has the name of" in found.broken["good"].message


CARD_FEEDS = (
    *("astor_wines", "berry_bros", "compass_box", "healthy_spirits", "lcbo_shop", "reserve_bar", "rozetka"),
    *("saq_shop", "vinmonopolet_shop", "wooden_cork"),
)
JSON_FEEDS = (
    *("bruichladdich", "cadenhead", "douglas_laing", "dramfool", "gordon_macphail", "mission_liquor", "ncnean"),
    *("north_star", "single_cask_nation", "smws", "thompson_bros"),
)
LIST_FEEDS = (*CARD_FEEDS, *JSON_FEEDS)
PAGE_FEEDS = ("bc_liquor_pages", "lcbo_pages", "saq_pages", "spiritrecord", "vinmonopolet_pages")
LIVE_FEEDS = (
    *("cola_cloud", "food_safety_kr", "open_food_facts", "open_food_facts_products", "vinmonopolet_api"),
    *("whiskyhunter", "whiskyhunter_auctions", "wikidata", "wikipedia"),
)
REAL_FEEDS = tuple(sorted((*LIST_FEEDS, *PAGE_FEEDS, *LIVE_FEEDS, "alko", "bc_liquor", "lcbo", "saq_lcbo_lists")))


@pytest.mark.parametrize(
    ("world", "names"),
    [
        ("real", REAL_FEEDS),
        ("sample", ("elbe", "hanok", "harbour", "minato")),
    ],
)
def test_every_shipped_feed_can_be_loaded(world: str, names: tuple[str, ...]) -> None:
    found = load_sources([SHIPPED_FEEDS], world)

    assert dict(found.broken) == {}
    assert found.names == names


def test_shops_whose_terms_nobody_has_read_are_off_and_publish_nothing() -> None:
    found = load_sources([SHIPPED_FEEDS], "real")

    for name in (*LIST_FEEDS, *PAGE_FEEDS):
        source = found.get(name)
        assert not source.feed.enabled
        assert not source.licence.allows("name")
        assert source.licence.terms_url.startswith("https://")
    assert not {*LIST_FEEDS, *PAGE_FEEDS} & set(found.enabled)


LONGEST_LIST_FEED = 30
"""Lines that the TOML of a shop on a common platform needs, blank ones apart."""


@pytest.mark.parametrize("name", LIST_FEEDS)
def test_a_shop_on_a_common_platform_needs_thirty_lines(name: str) -> None:
    lines = (SHIPPED_FEEDS / f"{name}.toml").read_text(encoding="utf-8").splitlines()

    assert sum(bool(line.strip()) for line in lines) <= LONGEST_LIST_FEED
    assert max(map(len, lines)) <= 160


LONGER_FEEDS = {
    "bc_liquor_pages": 36,
    "cola_cloud": 35,
    "food_safety_kr": 34,
    "lcbo_pages": 37,
    "open_food_facts": 35,
    "open_food_facts_products": 47,
    "saq_pages": 42,
    "vinmonopolet_api": 35,
    "vinmonopolet_pages": 38,
    "wikidata": 33,
    "wikipedia": 31,
}
"""Lines of the crawled feeds that need more than thirty: an API's key, paging and errors, or a place for each field."""


def test_of_all_crawled_feeds_only_those_that_the_docs_name_are_longer(project_root: Path) -> None:
    found = load_sources([SHIPPED_FEEDS], "real")
    lines = {
        name: sum(bool(line.strip()) for line in Path(source.path).read_text(encoding="utf-8").splitlines())
        for name, source in found.sources.items()
        if source.is_crawled
    }

    assert {name: count for name, count in lines.items() if count > LONGEST_LIST_FEED} == LONGER_FEEDS
    told = ", ".join(f"`{name}` {count}" for name, count in LONGER_FEEDS.items())
    assert told in " ".join((project_root / "docs" / "sources.md").read_text(encoding="utf-8").split())


SECTIONS = (
    *("feed", "licence", "fetch", "pages", "cards", "table", "json_ld", "json", "file", "fields", "details", "kinds"),
    *("seller_rules", "functions"),
)


@pytest.mark.parametrize("path", sorted(SHIPPED_FEEDS.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_tomls_keep_the_order_of_sections(path: Path) -> None:
    import tomllib

    sections = list(tomllib.loads(path.read_text(encoding="utf-8")))

    assert sections == [name for name in SECTIONS if name in sections]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("publish = true", "publish = false"),
        ("publish = true", 'publish = true\nallowed_fields = ["name", "abv_pct"]'),
    ],
)
def test_a_feed_whose_licence_has_the_key_of_another_with_other_terms_is_refused_by_name(
    old: str, new: str, tmp_path: Path
) -> None:
    write(tmp_path / "one", "older", CSV_TOML)
    write(tmp_path / "two", "newer", CSV_TOML.replace(old, new))
    write(tmp_path / "two", "same", CSV_TOML)
    write(tmp_path / "two", "other_key", CSV_TOML.replace(old, new).replace('key = "own"', 'key = "else"'))

    found = load_sources([tmp_path / "one", tmp_path / "two"], "real")

    assert list(found.sources) == ["older", "other_key", "same"]
    (problem,) = found.broken.values()
    assert "newer.toml: [licence] has the key 'own' of older.toml" in problem.message
    assert "price_minor" in problem.message
    assert "key of its own" in problem.remedy
