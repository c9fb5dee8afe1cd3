"""The table of expressions: each spelling leads to one expression of its brand, and mistakes name file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Expression, load_reference
from whisky_assets.reference.loading import DATA

REFERENCE = load_reference()
HEADER = "brand,name,when,implies,en,ko,ja,zh,origin\n"


def spellings(row: Expression) -> Iterator[str]:
    for group in row.spellings.values():
        yield from group


def identity(name: str) -> tuple[object, ...]:
    parsed = parse_name(name, REFERENCE)
    return parsed.brand, parsed.age_years, parsed.cask, parsed.peat, parsed.batch, parsed.strength, parsed.leftover


def test_the_well_known_expressions_of_the_big_brands_are_listed_in_the_languages_of_the_users() -> None:
    told = [row for row in REFERENCE.expressions if row.when != "brand"]
    assert len({row.brand for row in told if {"ko", "ja"} <= row.spellings.keys()}) >= 120
    assert sum({"ko", "ja"} <= row.spellings.keys() for row in told) >= 600
    assert sum("zh" in row.spellings for row in told) >= 150


def test_rows_are_sorted_by_brand_and_name() -> None:
    with (DATA / "expressions.csv").open(encoding="utf-8", newline="") as handle:
        keys = [(row["brand"], row["name"]) for row in csv.DictReader(handle)]
    assert keys == sorted(keys)


def test_every_spelling_reads_as_its_expression_under_its_brand() -> None:
    astray = []
    for row in REFERENCE.expressions:
        if row.when == "brand":
            continue
        brand = REFERENCE.brand_name(row.brand)
        meant = identity(f"{brand} {row.name}")
        if meant[0] != row.brand:
            astray.append(f"{row.brand}: {row.name} is {meant}")
        astray += [
            f"{row.brand}: {told} is {identity(f'{brand} {told}')}, no {meant}"
            for told in spellings(row)
            if identity(f"{brand} {told}") != meant
        ]
    assert astray == []


def test_what_an_expression_implies_is_what_a_name_that_tells_it_says() -> None:
    astray = []
    for row in REFERENCE.expressions:
        parsed = parse_name(f"{REFERENCE.brand_name(row.brand)} {row.name}", REFERENCE)
        told = {
            "age_years": (str(parsed.age_years),),
            "cask": parsed.cask,
            "peat": (parsed.peat,),
            "style": parsed.style,
        }
        for field, value in row.implies.items():
            if value not in told[field]:
                astray.append(f"{row.brand}: {row.name} tells {told[field]} and no {field} {value}")
    assert astray == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("nobody,heron,named,,,왜가리,,,me\n", r"line 2: brand nobody is in none of brands.csv, distilleries.csv"),
        ("oban,heron,often,,,왜가리,,,me\n", r"line 2: when is 'often'"),
        ("oban,heron,named,age=14,,왜가리,,,me\n", r"line 2: implies says 'age=14'"),
        (
            "oban,heron,named,,,왜가리,,,me\noban,crane,named,,,왜가리,,,me\n",
            r"line 3: 왜가리 is crane of oban, and heron",
        ),
        ("oban,heron,bare,,,,,,me\noban,crane,bare,,,,,,me\n", r"line 3: when=bare is crane of oban, and heron"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, rows: str, message: str) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "expressions.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        load_reference(tmp_path)
    assert caught.value.remedy


def test_an_owners_expression_is_read_and_replaces_a_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "expressions.csv").write_text(
        f"{HEADER}oban,heron,named,age_years=14,,왜가리,,,my own shelf\n"
        "glendronach,revival,named,age_years=16,,리바이벌,,,my own shelf\n",
        encoding="utf-8",
    )
    mine = load_reference(tmp_path)
    assert (parse_name("오반 왜가리", mine).expression, parse_name("오반 왜가리", mine).age_years) == ("heron", 14)
    assert parse_name("글렌드로낙 리바이벌", mine).age_years == 16


def test_the_readers_check_of_expressions_counts_its_rows_which_stand_in_the_table(project_root: Path) -> None:
    page = (project_root / "docs" / "reference_check.md").read_text(encoding="utf-8")
    listed = {(row.brand, row.name) for row in REFERENCE.expressions}
    summary = page.split("## Expressions\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| (first|second|third|counted)\b.* \| (\d+) \| (\d+) \|$", summary, re.MULTILINE)
    assert [draw for draw, _, _ in told] == ["first", "second", "third", "counted"]
    for draw, right, wrong in told:
        title = "counted draw" if draw == "counted" else f"{draw} draw: wrong rows"
        section = page.split(f"## Expressions, {title}\n")[1].split("\n## ")[0]
        verdicts = re.findall(r"^\| expressions: (\w+), (.+?) \| .* \| (.*) \|$", section, re.MULTILINE)
        # Rows of an earlier day's table may have been taken out since, and only its wrong ones are kept.
        assert draw != "counted" or {(brand, name) for brand, name, _ in verdicts} <= listed
        assert len(verdicts) == (50 if draw == "counted" else int(wrong))
        assert sum(verdict.startswith("**wrong**: ") for _, _, verdict in verdicts) == int(wrong) == 50 - int(right)
        assert all(verdict == "right" or verdict.startswith("**wrong**: ") for _, _, verdict in verdicts)
    reached = int(told[-1][1]) >= 48
    assert ("**The draw reached 48.**" in summary) is reached
    assert ("**The draw did not reach 48.**" in summary) is not reached


@pytest.mark.parametrize(
    ("name", "expression", "age_years"),
    [
        ("Johnnie Walker Black Label", "black label", 12),
        ("Johnnie Walker Black Label Triple Cask Edition", "black label triple cask", None),
        ("조니워커 블랙라벨 트리플 캐스크", "black label triple cask", None),
        ("Johnnie Walker Black Label The Director's Cut", "black label directors cut", None),
        ("ジョニーウォーカー ブラックラベル ディレクターズカット", "black label directors cut", None),
        ("Balvenie The Week of Peat", "week of peat", None),
        ("Glenlivet French Oak Finish", "french oak finish", 12),
        ("Glenlivet French Oak Reserve", "french oak reserve", 15),
    ],
)
def test_an_edition_of_another_age_or_none_has_not_the_age_of_its_label(
    name: str, expression: str, age_years: int | None
) -> None:
    parsed = parse_name(name, REFERENCE)
    assert (parsed.expression, parsed.age_years) == (expression, age_years)


@pytest.mark.parametrize(
    ("name", "cask"),
    [
        ("Jameson Caskmates Stout Edition", ("stout",)),
        ("Jameson Caskmates IPA Edition", ("ipa",)),
        ("Jameson Caskmates", ()),
        ("Jameson Caskmates Bale Breaker", ()),
        ("제임슨 캐스크메이츠", ()),
        ("ジェムソン カスクメイツ", ()),
    ],
)
def test_a_family_of_bottlings_has_not_the_cask_of_one_of_them(name: str, cask: tuple[str, ...]) -> None:
    assert parse_name(name, REFERENCE).cask == cask


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("윈저 W 아이스", "Windsor W Ice"),
        ("윈저 더블유 아이스", "Windsor W Ice"),
        ("アードベッグ オーリヴェルデ", "Ardbeg Auriverdes"),
        ("글렌리벳 나두라", "Glenlivet Nadurra"),
        ("ブナハーブン トチェック ア・ガー", "Bunnahabhain Toiteach A Dha"),
        ("아벨라워 카스크 안남", "Aberlour Casg Annamh"),
        ("아드벡 코리브레켄", "Ardbeg Corryvreckan"),
        ("윈저 W 시그니처 12", "Windsor W Signature 12"),
        ("윈저 더블유 시그니처 12", "Windsor W Signature 12"),
        ("윈저 W", "Windsor W"),
        ("조니워커 블랙 12년 셰리 피니시", "Johnnie Walker Black Label Sherry Finish"),
        ("ミルク&ハニー エレメンツ ピーテッド", "Milk & Honey Elements Peated"),
        ("Glenlivet 12 Illicit Still", "Glenlivet Illicit Still 12 years old"),
    ],
)
def test_a_spelling_reads_as_its_expression_behind_the_makers_name_of_its_own_language(name: str, english: str) -> None:
    assert identity(name) == identity(english)


@pytest.mark.parametrize(("name", "peat"), [("Ledaig 10", "peated"), ("Ledaig Unpeated 1995", "unpeated")])
def test_a_ledaig_is_peated_unless_its_name_says_otherwise(name: str, peat: str) -> None:
    assert parse_name(name, REFERENCE).peat == peat
