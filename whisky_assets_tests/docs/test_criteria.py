"""Both pages of criteria explain every reason, joining rule, field, question and number that the code decides by."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.cleaning.verdicts import RULES as REASONS
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import ReviewItem
from whisky_assets.identity.compare import HARD_FIELDS
from whisky_assets.identity.rules import RULES
from whisky_assets_tests.docs.pages import text_of

PAGES = ("docs/criteria.md", "docs/criteria.ko.md")
KINDS = next(column.choices for column in spec_of(ReviewItem).columns if column.name == "kind")


def tables(page: str) -> list[list[list[str]]]:
    """Return the rows of each table of a page, cell by cell, without its head."""
    found: list[list[list[str]]] = [[]]
    for line in text_of(page).splitlines():
        if line.startswith("| "):
            found[-1].append([cell.strip() for cell in line.strip("|").split(" | ")])
        elif found[-1] and not line.startswith("|"):
            found.append([])
    return [rows[1:] for rows in found if rows]


def numbers() -> Iterator[tuple[str, str]]:
    """Yield each key of the thresholds with its number as a page writes it."""
    for table, keys in dataclasses.asdict(shipped_thresholds()).items():
        for key, value in keys.items():
            if isinstance(value, dict):
                yield f"`[{table}.{key}]`", ""
            else:
                yield f"`[{table}] {key}`", f"{value:.2f}" if value < 1 else f"{value:,g}"


@pytest.mark.parametrize("page", PAGES)
def test_every_rule_field_question_and_reason_is_explained_in_its_order_with_an_example(page: str) -> None:
    rules, fields, questions, causes, pictures, reasons, _ = tables(page)
    assert [row[0] for row in rules] == [f"`{rule.name}`" for rule in RULES]
    assert [row[0] for row in fields] == [f"`{name}`" for name in HARD_FIELDS]
    assert [row[0] for row in questions] == [f"`{kind}`" for kind in KINDS or ()]
    assert [(row[0], row[1]) for row in reasons] == [(f"`{code}`", rule.verdict) for code, rule in REASONS.items()]
    for rows, cells in ((rules, 3), (fields, 3), (questions, 3), (causes, 2), (pictures, 3), (reasons, 5)):
        assert {len(row) for row in rows} == {cells}
        assert all(len(cell) > 1 for row in rows for cell in row)


@pytest.mark.parametrize("page", PAGES)
def test_every_number_stands_on_the_page_with_its_default(page: str) -> None:
    told = {row[0]: row[1] for row in tables(page)[-1]}
    assert list(told) == [key for key, _ in numbers()]
    assert {key: told[key] for key, number in numbers() if number} == {
        key: number for key, number in numbers() if number
    }


def test_both_pages_have_the_same_tables_and_lead_to_each_other() -> None:
    english, korean = (tables(page) for page in PAGES)
    assert [len(rows) for rows in english] == [len(rows) for rows in korean]
    for rows, others in zip(english, korean, strict=True):
        if rows[0][0].startswith("`"):
            assert [row[0] for row in rows] == [row[0] for row in others]
    assert "(criteria.ko.md)" in text_of(PAGES[0])
    assert "(criteria.md)" in text_of(PAGES[1])
    assert re.search("[가-힣]", text_of(PAGES[1]))
