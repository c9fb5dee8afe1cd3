"""A feed's TOML: what stands in it becomes a Source, and every mistake is told with file, line and key."""

from datetime import date
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import Offer
from whisky_assets.sources.fetch_section import DEADLINE_SECONDS, MAX_PAGES, PACE_SECONDS, REQUESTS_PER_HOUR
from whisky_assets.sources.source import LICENSED_FIELDS
from whisky_assets_tests.sources.feeds_for_tests import (
    CARDS_TOML,
    CSV_TOML,
    HEAD,
    JSON_TOML,
    PAGES_TOML,
    SHOPIFY_TOML,
    XLSX_TOML,
    source_of,
)


def test_what_the_toml_says_stands_in_the_source(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)

    assert (source.name, source.feed.id_space, source.feed.witness, source.is_crawled) == (
        "shelf",
        "shelf",
        "column",
        False,
    )
    assert source.licence.checked == date(2026, 1, 1)
    assert source.licence.allows("price_minor")
    assert source.file is not None
    assert (source.file.delimiter, source.file.decimal, source.file.encoding) == (";", ",", "cp1252")
    assert source.fields["volume"].unit == "cl"
    assert source.kinds.of(" whisky ") == "whisky"
    assert source.kinds.of("Gin") is None
    assert source.kinds.of(None) is None
    assert (source.feed.id_space, source.seller_rules) == ("shelf", ())


def test_a_crawl_is_polite_where_the_toml_says_nothing(tmp_path: Path) -> None:
    fetch = source_of(tmp_path, SHOPIFY_TOML).fetch

    assert fetch is not None
    assert fetch.origins == ("http://shelf.sample",)
    assert (fetch.pace_seconds, fetch.per_hour) == (PACE_SECONDS, REQUESTS_PER_HOUR)
    assert (fetch.max_pages, fetch.deadline_seconds) == (MAX_PAGES, DEADLINE_SECONDS)
    assert (fetch.index_days, fetch.page_days, fetch.jitter_share) == (28.0, 7.0, 0.1)


def test_a_feeds_own_cadence_is_that_of_its_indexes_and_pages_unless_they_have_their_own(tmp_path: Path) -> None:
    def days(*changes: tuple[str, str]) -> tuple[float, float]:
        fetch = source_of(tmp_path, SHOPIFY_TOML, *changes).fetch
        assert fetch is not None
        return fetch.index_days, fetch.page_days

    cadence = ('currency = "GBP"', 'currency = "GBP"\ncadence_days = 3')
    assert days(cadence) == (3, 3)
    assert days(cadence, ("start = [", "index_days = 14\nstart = [")) == (14, 3)
    assert days(("start = [", "page_days = 0.5\nstart = [")) == (28, 0.5)


def test_a_licence_allows_only_what_it_names(tmp_path: Path) -> None:
    some = source_of(tmp_path, CSV_TOML, ("publish = true", 'publish = true\nallowed_fields = ["name"]')).licence
    none = source_of(tmp_path, CSV_TOML, ("publish = true", "publish = false")).licence

    assert (some.allows("name"), some.allows("price_minor"), none.allows("name")) == (True, False, False)
    assert set(some.withheld) == {*LICENSED_FIELDS} - {"name"}
    assert (set(none.withheld), source_of(tmp_path, CSV_TOML).licence.withheld) == (
        {*LICENSED_FIELDS},
        ("image_url",),
    )


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ("publish = true", None),
        ('publish = true\nallowed_fields = ["*"]', None),
        ('publish = true\nallowed_fields = ["name", "url"]', None),
        ('publish = false\nallowed_fields = ["*", "image_url"]', None),
        ('publish = true\nallowed_fields = ["*", "image_url"]', "Shelf, Written for tests"),
        (
            'publish = true\nallowed_fields = ["image_url"]\nattribution = "By Shelf"\nterms_url = "http://a.sample/t"',
            "Shelf, By Shelf, Written for tests, http://a.sample/t",
        ),
    ],
)
def test_terms_cover_pictures_only_where_they_name_them(tmp_path: Path, terms: str, line: str | None) -> None:
    source = source_of(tmp_path, CSV_TOML, ("publish = true", terms))

    assert source.licence.allows("image_url") is (line is not None)
    assert ("image_url" in source.licence.withheld) is (line is None)
    assert source.picture_line == line


def test_the_fields_that_a_licence_names_are_columns_of_an_offer() -> None:
    assert {column.name for column in spec_of(Offer).columns} >= set(LICENSED_FIELDS)


def test_an_unknown_key_is_told_with_file_line_key_and_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, CSV_TOML, ('delimiter = ";"', 'delimeter = ";"'))

    line = CSV_TOML[: CSV_TOML.index("delimiter")].count("\n") + 1
    assert f"shelf.toml:{line}: [file] delimeter is an unknown key; did you mean 'delimiter'?" in str(refused.value)
    assert "?." not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "line_of", "says"),
    [
        ("[kinds]", "[knds]", "[kinds]", "[knds] is an unknown key; did you mean 'kinds'?"),
        ('unit = "cl"', 'unti = "cl"', "volume =", "[fields.volume] unti is an unknown key; did you mean 'unit'?"),
        ('unit = "cl"', 'unit = "oz"', "volume =", "must be one of ml, cl, l, not 'oz'"),
        ('name = "Name"', 'nmae = "Name"', 'name = "Name"', "[fields] nmae is an unknown key; did you mean 'name'?"),
        ('name = "Name"\n', "", "[fields]", "must say where name stands"),
        ('world = "real"', 'world = "reel"', "world", "must be one of real, sample, not 'reel'; did you mean 'real'?"),
        ('name = "shelf"', 'name = "shop"', "name", "is 'shop', but the file is called shelf.toml"),
        ('name = "shelf"', 'name = "My Shelf"', "name", "must be a name of small letters"),
        ('currency = "GBP"', 'currency = "pounds"', "currency", "must be an ISO 4217 code like EUR, not 'pounds'"),
        ('seller = "Shelf"\n', "", "[feed]", "[feed] seller is missing"),
        ('title = "A shelf"', "title = 7", "title", "must be a text that is not empty, not 7"),
        ("publish = true", 'publish = "yes"', "publish", "must be true or false, not 'yes'"),
        (
            "publish = true",
            'publish = true\nallowed_fields = ["name", "abv"]',
            None,
            "[licence] allowed_fields holds 'abv'; did you mean 'abv_pct'? (known here: *, name, producer",
        ),
        ("checked = 2026-01-01", 'checked = "2026-01-01"', "checked", "must be a date like 2026-01-31 without quotes"),
        ('encoding = "cp1252"', 'encoding = "cp1251x"', "encoding", "is no encoding that Python knows"),
        ('encoding = "cp1252"', 'sheet = "List"', "encoding", "is for xlsx alone, the format is csv"),
        ("yes = '^ja$'", "yes = '^ja('", "available", "is no regular expression"),
        ("file_name = '(?P<year>", "file_name = '(?P<yer>", "as_of", "must name the group year"),
        ("as_of = { file_name", "as_of = { nothing", "as_of", "[file.as_of] nothing is an unknown key"),
        ('"Whisky" = "whisky"', '"Whisky" = "wisky"', '"Whisky"', "must be one of whisky, spirit_drink"),
        ('"Whisky" = "whisky"', '"Whisky" = "whisky"\n"WHISKY " = "other"', None, "stands there twice"),
        ("[file]", "[fetch]\nstart = []\n[file]", "[file]", "[fetch] cannot be used with the preset csv_xlsx"),
        ("[kinds]", "[functions]\nmodule = 'shelf'\n[kinds]", None, "only product_pages, sitemap and cards call"),
        (
            "[kinds]",
            "[[seller_rules]]\nfield = 'url'\nmatch = 'x'\nseller = 'X'\nid_space = 'x'\n[kinds]",
            "[kinds]",
            "looks at url, which [fields] does not declare",
        ),
        ('currency = "GBP"', 'currency = "GBP"\ncadence_days = 7', "[feed]", "cannot have cadence_days"),
        ('currency = "GBP"', 'currency = "GBP"\ncadence_days = 0', None, "whole number of at least 1, not 0"),
        ('name = "Name"', "name = { unit = 'ml' }", 'name = "Name"', "must say from or label"),
        ("[kinds]", '[kinds]\ndefault = "review"', "[fields]", "a review sells nothing"),
        ('name = "Name"', "name = [1]", 'name = "Name"', "must be a text or a list of texts"),
        ('name = "Name"', "name = { from = 'Name', yes = 'x' }", 'name = "Name"', "cannot use yes or no"),
        ('name = "Name"', "name = { from = 'Name', unit = 'ml' }", 'name = "Name"', "cannot use unit"),
        ("[kinds]", "[details]\nbox = { from = 'Box', no = 'x' }\n[kinds]", None, "[details] box cannot use yes or no"),
    ],
)
def test_every_mistake_names_its_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, line_of: str | None, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, CSV_TOML, (old, new))

    assert says in refused.value.message
    assert f"{tmp_path / 'shelf.toml'}:" in refused.value.message
    if line_of is not None:
        line = CSV_TOML[: CSV_TOML.index(f"\n{line_of}")].count("\n") + 2 if line_of != "[feed]" else 1
        assert f"shelf.toml:{line}:" in refused.value.message


@pytest.mark.parametrize(
    ("toml", "old", "new", "says"),
    [
        (PAGES_TOML, "[pages]\n", "[pagez]\n", "[pages] is missing; the preset product_pages needs it"),
        (PAGES_TOML, "[fetch]\n", "[fetsh]\n", "[fetch] is missing"),
        (PAGES_TOML, "start = [", "pace_seconds = -1\nstart = [", "must be a number of at least 0, not -1"),
        (PAGES_TOML, "start = [", "jitter_share = 1\nstart = [", "must be less than 1, not 1"),
        (PAGES_TOML, "start = [", "not_found = '('\nstart = [", "is no regular expression"),
        (PAGES_TOML, "[pages]", "[noise]\npatterns = ['x*']\n[pages]", "matches where nothing stands"),
        (PAGES_TOML, "[pages]", "[noise]\npatterns = ['(']\n[pages]", "'(', which is no regular expression"),
        (PAGES_TOML, "[pages]", "[pages]\ntotal = 'p['", "is no CSS selector"),
        (PAGES_TOML, "[pages]", "[pages]\ntotal = { label = 'All' }", "[pages] total cannot use label"),
        (JSON_TOML, "[json]", "[json]\nerror = 'a..b'", "[json] error is no path into JSON"),
        (JSON_TOML, "[json]", "[json]\nerror = { label = 'Error' }", "[json] error cannot use label or attr"),
        (JSON_TOML, '"data.bottles"', '"data[a=b].bottles"', "[json] items must be keys alone"),
        (JSON_TOML, 'page = "page"', 'next = "next"', "[json] size is for page and offset alone"),
        (CSV_TOML, "[file]", "[noise]\npatterns = ['x']\n[file]", "cannot be used with a feed of files"),
        (PAGES_TOML, '"http://shelf', '"ftp://shelf', "must hold http or https URLs"),
        (PAGES_TOML, "start = [", "origins = ['http://other.sample']\nstart = [", "http://shelf.sample is not there"),
        (PAGES_TOML, '"h1"', '"h1["', "[fields] name is no CSS selector"),
        (PAGES_TOML, '"article.product"', '"article["', "[pages] region is no CSS selector"),
        (PAGES_TOML, "[details]", "[functions]\nmodule = 'gone'\n[details]", "names gone.py, which cannot be read"),
        (HEAD.format(preset="csv_xlsx"), "[licence]", "[licence]", "[file] is missing"),
        (XLSX_TOML, 'sheet = "List"', 'delimiter = ";"', "is for csv alone, the format is xlsx"),
    ],
)
def test_sections_that_a_preset_needs_or_cannot_bear_are_told(
    tmp_path: Path, toml: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, toml, (old, new))

    assert says in refused.value.message


def test_a_file_that_is_no_toml_or_no_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"shelf\.toml:3: is no TOML"):
        source_of(tmp_path, CSV_TOML, ('title = "A shelf"', "title = A shelf"))
    path = tmp_path / "shelf.toml"
    path.write_bytes(b'[feed]\nname = "\xff"')
    with pytest.raises(UsageError, match="is no UTF-8 text"):
        source_of_file(path)
    with pytest.raises(UsageError, match="cannot be read"):
        source_of_file(tmp_path / "absent.toml")


def source_of_file(path: Path) -> object:
    from whisky_assets.sources.loading import load_source

    return load_source(path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "h3"\n', "", "must say where name stands"),
        ('name = "h3"', 'name = { from = "h3", form = "A {}" }', "[fields] name cannot use form with the preset cards"),
        ('card = "li.card"', 'card = "li.card["', "[cards] card is no CSS selector"),
        ('next = "a.next"', 'next = "a["', "[cards] next is no CSS selector"),
        ('name = "h3"', 'name = "h3["', "[fields] name is no CSS selector"),
        ('name = "h3"', 'name = { label = "Name" }', "cannot use label or attr with the preset cards"),
        ('currency = "GBP"', 'currency = "GBP"\ncomplete = true', "cannot be complete: a list page is a cut"),
        ("[cards]", "[pages]", "[pages] cannot be used with the preset cards"),
        ('preset = "cards"', 'preset = "shopify"', "[cards] cannot be used with the preset shopify"),
    ],
)
def test_a_mistake_in_a_list_page_s_feed_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, CARDS_TOML, (old, new))

    assert says in refused.value.message


def test_a_feed_need_say_only_what_is_its_own(tmp_path: Path) -> None:
    told = ('title = "A shelf"\nworld = "real"\n', "")
    licence = ('key = "own"\ntitle = "Written for tests"\n', "")
    source = source_of(tmp_path, CSV_TOML, told, licence, ("publish = true", "publish = false"))

    assert (source.feed.title, source.feed.world) == ("Shelf", "real")
    assert (source.licence.key, source.licence.title) == ("shelf", "No licence stated")
    assert source.licence.attribution == "Shelf"


def test_terms_that_allow_publishing_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[licence\] title is missing"):
        source_of(tmp_path, CSV_TOML, ('title = "Written for tests"\n', ""))


def test_a_card_s_link_is_its_address_and_its_name_is_searched_for_size_and_strength(tmp_path: Path) -> None:
    by_default = source_of(
        tmp_path,
        CARDS_TOML,
        ('url = { from = "h3 a", attr = "href" }\n', ""),
        ('abv = { from = "h3", search = true }\nvolume = { from = ".size", search = true }\n', ""),
    ).fields
    declared = source_of(tmp_path, CARDS_TOML).fields

    assert (by_default["url"].places, by_default["url"].attribute) == (("a[href]",), "href")
    assert (by_default["volume"].places, by_default["volume"].search) == (("h3",), True)
    assert (declared["url"].places, declared["volume"].places) == (("h3 a",), (".size",))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("names = { '(gift' = 'bundle' }", "is no regular expression"),
        ("names = { 'gift' = 'by_name' }", "must be one of whisky, spirit_drink, bundle"),
        ("names = 'gift'", "[kinds] names must be a table"),
    ],
)
def test_a_mistake_in_the_words_for_names_is_told(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, CSV_TOML, ("[kinds]", f"[kinds]\n{line}"))

    assert says in refused.value.message
