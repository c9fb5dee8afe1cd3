"""The page of questions speaks Korean of every reason for which a question is asked, and of every field."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from whisky_assets.identity import cluster, explain, joining, past_choices, rules
from whisky_assets.pipeline import review, review_page

PAGE = files(review_page.__package__).joinpath("review_page.html").read_text(encoding="utf-8")
KOREAN = PAGE[PAGE.index("  ko: {") : PAGE.index("var language = ")]
IN_A_SENTENCE = ("it also fits {second}", "{fit.rule.words}, but one source lists both")
"""Reasons that begin or end with what the code fills in."""


def asked_for() -> Iterator[str]:
    """The words of every question that matching asks, as they stand in its code."""
    for module in (cluster, joining):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ask"):
                yield from (ast.unparse(word) for word in node.args[3:])
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
                yield ast.unparse(node.value)


def reasons() -> Iterator[str]:
    """Every reason that a question can have, without those that name a listing or a strength."""
    for written in asked_for():
        if written.startswith("f"):
            text = ast.literal_eval(written[1:])
            if "{fit.rule.words}" in text:
                yield from (text.replace("{fit.rule.words}", rule.words) for rule in (rules.ONE_AGE, rules.WORDIER))
            elif "{rule.words}" in text:
                yield from (text.replace("{rule.words}", rule.words) for rule in (rules.GTIN, rules.SHARED_NUMBER))
            else:
                assert text in IN_A_SENTENCE
        elif written != "why":
            yield ast.literal_eval(written)
    yield from (past_choices.PARTED, past_choices.JOINED)


@pytest.mark.parametrize("reason", sorted(set(reasons())))
def test_every_reason_is_told_in_korean(reason: str) -> None:
    assert re.search(rf'"{re.escape(reason)}":\s*"[^"]*[가-힣][^"]*"', KOREAN)


@pytest.mark.parametrize("reason", ["it also fits shop:1", "abv 46.0 -> 48.5; nothing else changed"])
def test_a_reason_with_a_value_is_told_in_korean_by_its_pattern(reason: str) -> None:
    patterns = re.findall(r"\[/(\^.+\$)/, \"([^\"]+)\"\]", KOREAN)
    assert [korean for pattern, korean in patterns if re.fullmatch(pattern, reason)]


@pytest.mark.parametrize("word", sorted({*explain._LABELS.values(), *review.SIDE_LABELS}))
def test_every_field_is_told_in_korean(word: str) -> None:
    assert re.search(rf'"?{re.escape(word)}"?: "[^"]*[가-힣]', KOREAN)


def test_the_page_is_read_by_phones_of_some_years_ago() -> None:
    assert "(?<" not in PAGE


def test_every_word_of_the_page_is_told_in_korean() -> None:
    english = PAGE[PAGE.index("  en: {") : PAGE.index("  ko: {")]
    words = set(re.findall(r'(\w+|""): "', english)) - {"language"}
    assert {"rename", "newName", "addName", "away", "correct", '""'} <= words
    told = {word: text for word, text in re.findall(r'(\w+|""): "([^"]*)"', KOREAN) if re.search("[가-힣]", text)}
    assert words <= set(told)
