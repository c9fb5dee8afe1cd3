"""The shipped rows: how many makers of which countries and languages, and each cell in its own script and order."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.parsing.fold import HANGUL, KANA, compact, fold
from whisky_assets.parsing.lexicon import lexicon_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Reference, load_reference
from whisky_assets.reference.loading import DATA, LANGUAGES

Row = dict[str, str]
MAKER_TABLES = ("distilleries", "brands", "bottlers")
HAN = "々\u3400-\u4dbf\u4e00-\u9fff"
SCOTTISH = {"Campbeltown", "Highland", "Islands", "Islay", "Lowland", "Speyside"}
BRITISH = SCOTTISH | {"England", "Northern Ireland", "Wales"}
MUST_HOLD = {"ko": f"[{HANGUL}A-Za-z0-9]", "ja": f"[{KANA}{HAN}]", "zh": f"[{HAN}]"}
MAY_NOT_HOLD = {"en": f"[{HANGUL}{KANA}{HAN}]", "ko": f"[{KANA}{HAN}]", "ja": f"[{HANGUL}]", "zh": f"[{HANGUL}{KANA}]"}
AGED_TEN = (
    "Ardbeg 10 years old",
    "Ardbeg 10 Jahre",
    "Ardbeg 10 ans d'âge",
    "Ardbeg 10 vuotta",
    "Ardbeg 10 år",
    "Ardbeg 10 år gammel",
    "Ardbeg 10 jaar oud",
    "Ardbeg 10 años",
    "Ardbeg 10 anni",
    "Ardbeg 10 lat",
    "Ardbeg 10 лет",
    "아드벡 10년산",
    "アードベッグ 10年熟成",
    "雅柏 10年陈酿",
)
IN_A_GIFT_BOX = (
    "Ardbeg 10 years old in gift box",
    "Ardbeg 10 Jahre in Geschenkverpackung",
    "Ardbeg 10 ans sous étui",
    "Ardbeg 10 vuotta lahjapakkauksessa",
    "Ardbeg 10 år presentförpackning",
    "Ardbeg 10 jaar in geschenkkoker",
    "Ardbeg 10 años con estuche",
    "Ardbeg 10 anni con astuccio",
    "Ardbeg 10 lat w kartonie",
    "Ardbeg 10 лет в подарочной упаковке",
    "아드벡 10년 선물세트",
    "アードベッグ 10年 専用箱入り",
    "雅柏 10年 禮盒",
)
FROM_A_SHERRY_CASK = (
    "Ardbeg sherry cask",
    "Ardbeg Sherryfass",
    "Ardbeg fût de xérès",
    "Ardbeg sherrytynnyri",
    "Ardbeg sherryfat",
    "Ardbeg sherryvat",
    "Ardbeg barrica de jerez",
    "Ardbeg botti di sherry",
    "Ardbeg beczka po sherry",
    "Ardbeg из-под хереса",
    "아드벡 셰리 캐스크",
    "アードベッグ シェリー樽",
    "雅柏 雪莉桶",
)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


def rows_of(table: str) -> list[Row]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def cells() -> Iterator[tuple[str, str, str, list[str]]]:
    """Table and key, the maker's name, the language and the spellings of every filled cell."""
    for table in MAKER_TABLES:
        for row in rows_of(table):
            for language in LANGUAGES:
                if row[language]:
                    yield f"{table}: {row['key']}", row["name"], language, row[language].split("|")


def test_the_worlds_makers_are_listed_in_the_languages_of_the_users(reference: Reference) -> None:
    makers = [row for kind, row in reference.makers() if kind != "bottler"]
    assert len(makers) >= 900
    assert sum(bool(row.spellings.get("ko") and row.spellings.get("ja")) for row in makers) >= 500
    assert sum("zh" in row.spellings for row in makers) >= 150
    bottlers = reference.bottlers.values()
    assert len(bottlers) >= 100
    assert sum("ja" in row.spellings for row in bottlers) >= 80
    assert sum("ko" in row.spellings for row in bottlers) >= 60


def test_every_country_that_makes_whisky_for_the_world_has_distilleries(reference: Reference) -> None:
    counts = Counter(row.country for row in reference.distilleries.values())
    few = {"GB": 180, "US": 80, "JP": 40, "IE": 30, "AU": 30}
    some = dict.fromkeys(("CA", "DE", "FR"), 15) | dict.fromkeys(("AT", "CH", "DK", "FI", "IN", "NL", "NZ", "SE"), 5)
    single = dict.fromkeys(("AR", "BE", "BR", "CN", "CZ", "ES", "IL", "IS", "IT", "KR", "MX", "NO", "TW", "ZA"), 1)
    assert {
        country: counts[country] for country, least in (few | some | single).items() if counts[country] < least
    } == {}


def test_a_distillery_of_the_united_kingdom_has_its_region(reference: Reference) -> None:
    british = [row for row in reference.distilleries.values() if row.country == "GB"]
    assert {row.key: row.region for row in british if row.region not in BRITISH} == {}
    assert {row.region for row in british} == BRITISH
    assert sum(row.status == "closed" for row in british if row.region in SCOTTISH) >= 35


@pytest.mark.parametrize("table", MAKER_TABLES)
def test_rows_are_sorted_by_key(table: str) -> None:
    keys = [row["key"] for row in rows_of(table)]
    assert keys == sorted(keys)


def test_words_are_sorted_by_role_language_and_spelling() -> None:
    keys = [(row["role"], row["language"], row["spelling"]) for row in rows_of("words")]
    assert keys == sorted(keys)


def test_no_spelling_stands_twice_in_a_cell() -> None:
    twice: dict[str, list[str]] = {}
    for where, name, language, spellings in cells():
        same = fold if language == "en" else compact
        counts = Counter(map(same, [name, *spellings] if language == "en" else spellings))
        if max(counts.values()) > 1:
            twice[f"{where}, {language}"] = spellings
    assert twice == {}


def test_every_spelling_is_trimmed_and_in_its_languages_script() -> None:
    wrong = [
        f"{where}, {language}: {spelling}"
        for where, _, language, spellings in cells()
        for spelling in spellings
        if spelling != spelling.strip()
        or not re.search(MUST_HOLD.get(language, "."), spelling)
        or re.search(MAY_NOT_HOLD[language], spelling)
    ]
    assert wrong == []


def test_a_spelling_that_brand_and_bottler_share_reads_as_the_brand(reference: Reference) -> None:
    lexicon = lexicon_of(reference)
    for where, _, _, spellings in cells():
        if where.startswith("bottlers"):
            continue
        for spelling in spellings:
            read = lexicon.brands.longest(fold(spelling).split(), 0)
            if read is not None and len(read.words) == len(fold(spelling).split()):
                assert read.entry.value == where.split(": ")[1], spelling


@pytest.mark.parametrize("name", AGED_TEN)
def test_an_age_is_read_in_every_language_of_the_tables(reference: Reference, name: str) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.brand, parsed.value("age_years"), parsed.leftover) == ("ardbeg", 10, frozenset())


@pytest.mark.parametrize("name", IN_A_GIFT_BOX)
def test_a_gift_box_is_read_in_every_language_of_the_tables(reference: Reference, name: str) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.value("age_years"), parsed.value("pack"), parsed.leftover) == (10, "same", frozenset())


@pytest.mark.parametrize("name", FROM_A_SHERRY_CASK)
def test_a_sherry_cask_is_read_in_every_language_of_the_tables(reference: Reference, name: str) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.brand, parsed.value("cask"), parsed.leftover) == ("ardbeg", ("sherry",), frozenset())


def test_the_readers_check_names_rows_that_stand_in_the_tables(project_root: Path) -> None:
    page = (project_root / "docs" / "reference_check.md").read_text(encoding="utf-8")
    for title in ("First draw", "Second draw"):
        section = page.split(f"## {title}\n")[1].split("\n## ")[0]
        verdicts = re.findall(r"^\| (\w+): (\w+) \| .* \| (.*) \|$", section, re.MULTILINE)
        assert len(verdicts) == 50
        assert sum(verdict.startswith("right") for _, _, verdict in verdicts) >= 48
        listed = {(table, row["key"]) for table in MAKER_TABLES for row in rows_of(table)}
        assert {(table, key) for table, key, _ in verdicts} <= listed
