"""The shipped tables hold together, and an owner's rows are added or refused by file and line."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.lexicon import cjk_key, lexicon_of
from whisky_assets.reference import Reference, changed_spellings, load_reference

ISO_COUNTRY = re.compile(r"[A-Z]{2}")
KEY = re.compile(r"[a-z0-9][a-z0-9_]*")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


def spellings_of(reference: Reference) -> dict[tuple[str, str], set[str]]:
    """Every folded spelling of a kind of maker, with the keys that have it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for maker_kind, row in reference.makers():
        kind = "bottler" if maker_kind == "bottler" else "brand"
        for spelling in (row.name, *(each for group in row.spellings.values() for each in group)):
            found[kind, fold(spelling)].add(row.key)
            found[kind, f"cjk {cjk_key(spelling)}"].add(row.key)
    for alias in reference.aliases:
        found["bottler" if alias.kind == "bottler" else "brand", fold(alias.spelling)].add(alias.key)
    return found


def test_no_spelling_names_two_brands(reference: Reference) -> None:
    twice = {
        spelling: sorted(keys)
        for (kind, spelling), keys in spellings_of(reference).items()
        if len(keys) > 1 and spelling != "cjk "
    }
    assert twice == {}


def test_every_maker_has_a_country_a_key_and_an_origin(reference: Reference) -> None:
    for _, row in reference.makers():
        assert KEY.fullmatch(row.key), row.key
        assert ISO_COUNTRY.fullmatch(row.country), row.key
        assert row.origin, row.key


def test_every_parent_is_a_distillery_of_the_brands_own_country(reference: Reference) -> None:
    for key, brand in reference.brands.items():
        if brand.distillery:
            assert reference.distilleries[brand.distillery].country == brand.country, key


def test_every_word_and_alias_tells_where_it_is_from(reference: Reference) -> None:
    assert all(word.origin for word in reference.words)
    assert all(alias.origin for alias in reference.aliases)


def test_a_spelling_that_is_a_brand_and_a_word_reads_as_the_brand(reference: Reference) -> None:
    for key, entries in lexicon_of(reference).cjk.items():
        kinds = [entry.kind for entry in entries]
        assert kinds == sorted(kinds, key=["brand", "bottler", "word"].index), key


def test_an_owners_row_is_added_and_replaces_a_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    header = "key,name,country,distillery,owner,en,ko,ja,zh,origin\n"
    (folder / "brands.csv").write_text(
        f"{header}moonbeam,Moonbeam,IE,,,Moon Beam,문빔,,,my own shelf\nkamiki,Kamiki,JP,,,,,,,my own shelf\n",
        encoding="utf-8",
    )
    mine = load_reference(tmp_path)
    assert mine.brands["moonbeam"].spellings == {"en": ("Moon Beam",), "ko": ("문빔",)}
    assert mine.brands["kamiki"].spellings == {}
    assert changed_spellings(load_reference().rows(), mine.rows()) == {
        "Moonbeam",
        "Moon Beam",
        "문빔",
        "Kamiki",
        *(spelling for group in load_reference().brands["kamiki"].spellings.values() for spelling in group),
    }
    assert mine != load_reference()


def test_loading_twice_gives_equal_tables(tmp_path: Path) -> None:
    assert load_reference(tmp_path) == load_reference()
    assert changed_spellings(load_reference(tmp_path).rows(), load_reference().rows()) == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("brands", "key,name\nx,X\n", r"brands.csv, line 1: the columns are key, name"),
        ("bottlers", "key,name,country,en,ko,ja,zh,origin\nx,,GB,,,,,me\n", r"bottlers.csv, line 2: name is empty"),
        ("aliases", "spelling,language,kind,key,origin\nX,en,brand,nowhere,me\n", r"line 2: brand nowhere is in no"),
        ("words", "spelling,language,role,meaning,origin\nx,en,colour,,me\n", r"line 2: role is 'colour'"),
        (
            "brands",
            "key,name,country,distillery,owner,en,ko,ja,zh,origin\nx,X,GB,atlantis,,,,,,me\n",
            r"line 2: distillery atlantis is in no distilleries.csv",
        ),
        (
            "brands",
            "key,name,country,distillery,owner,en,ko,ja,zh,origin\nardbeg,Ardbeg,GB,,,,,,,me\n",
            r"line 2: ardbeg is a distillery",
        ),
        ("currencies", "code,minor_digits,origin\nEUR,two,me\n", r"line 2: minor_digits is 'two'"),
        (
            "words",
            "spelling,language,role,meaning,origin\nx,en,wording,,me\nx,en,wording,,me\n",
            r"line 3: x, en stands already at .*line 2",
        ),
        ("words", "spelling,language,role,meaning,origin\nx,en,wording,,me,more\n", r"line 2: more than 5 values"),
        (
            "brands",
            "key,name,country,distillery,owner,en,ko,ja,zh,origin\nmine,Mine,GB,,,Árd-Beg,,,,me\n",
            r"line 2: Árd-Beg names mine, and ardbeg at .*distilleries.csv",
        ),
        (
            "aliases",
            "spelling,language,kind,key,origin\n라가불린,ko,distillery,ardbeg,me\n",
            r"line 2: 라가불린 names ardbeg, and lagavulin at ",
        ),
        ("words", "spelling,language,role,meaning,origin\ntwo,en,number,²,me\n", r"line 2: meaning is '²'"),
        ("words", "spelling,language,role,meaning,origin\ntwelve,en,number,Ⅻ,me\n", r"line 2: meaning is 'Ⅻ'"),
        (
            "words",
            f"spelling,language,role,meaning,origin\nx,en,number,{'9' * 5000},me\n",
            r"line 2: meaning is '9{20}'",
        ),
        ("currencies", "code,minor_digits,origin\nEUR,②,me\n", r"line 2: minor_digits is '②'"),
        ("currencies", f"code,minor_digits,origin\nEUR,{'9' * 5000},me\n", r"line 2: minor_digits is '9"),
    ],
)
def test_a_wrong_owners_row_is_refused_by_file_and_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        load_reference(tmp_path)
    assert caught.value.remedy


def test_an_owner_may_move_a_spelling_by_replacing_the_row_that_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    header = "key,name,country,distillery,owner,en,ko,ja,zh,origin"
    (folder / "brands.csv").write_text(
        f"{header}\nhibiki,Hibiki,JP,,suntory,,,,,me\nmine,Mine,JP,,,,히비키,,,me\n", encoding="utf-8"
    )
    assert load_reference(tmp_path).brands["mine"].spellings == {"ko": ("히비키",)}


def test_a_bottler_may_share_a_spelling_with_a_brand(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "bottlers.csv").write_text(
        "key,name,country,en,ko,ja,zh,origin\nmine,Ardbeg,GB,,,,,me\n", encoding="utf-8"
    )
    assert load_reference(tmp_path).bottlers["mine"].name == "Ardbeg"


def test_a_brand_answers_for_its_distillery_country_and_spellings(reference: Reference) -> None:
    assert reference.distillery_of("longrow") is reference.distilleries["springbank"]
    assert reference.distillery_of("ardbeg") is reference.distilleries["ardbeg"]
    assert reference.distillery_of("johnnie_walker") is None
    assert reference.country_of("kavalan") == "TW"
    assert reference.country_of("nobody") is None
    assert reference.brand_name("jp_wisers") == "J.P. Wiser's"
    assert reference.brand_name("nobody") == "nobody"
    assert reference.brand_spellings("lagavulin", "ko")[0] == "라가불린"
    assert reference.brand_spellings("nobody", "ko") == ()
