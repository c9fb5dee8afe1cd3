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
    told = re.findall(r"^\| (counted)\b.* \| (\d+) \| (\d+) \|$", summary, re.MULTILINE)
    assert [draw for draw, _, _ in told] == ["counted"]
    for draw, right, wrong in told:
        section = page.split(f"## Expressions, {draw} draw\n")[1].split("\n## ")[0]
        verdicts = re.findall(r"^\| expressions: (\w+), (.+?) \| .* \| (.*) \|$", section, re.MULTILINE)
        assert {(brand, name) for brand, name, _ in verdicts} <= listed
        assert len(verdicts) == 50
        assert sum(verdict == "right" for _, _, verdict in verdicts) == int(right) == 50 - int(wrong)
