"""Every failure has one exit code of a published list, and its text ends with the remedy."""

from __future__ import annotations

import itertools
import re

import pytest

from whisky_assets.domain import errors
from whisky_assets.domain.errors import (
    PRECEDENCE,
    BusyError,
    ExitCode,
    InputRefusedError,
    PartlyFailedError,
    RetryLaterError,
    UsageError,
    WhiskyError,
    combine,
)

ERRORS = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, WhiskyError)]
EXTRA_ARGUMENTS: dict[type[WhiskyError], dict[str, object]] = {
    InputRefusedError: {"reason": "no_reader"},
    PartlyFailedError: {"feeds": ("alko",)},
}


def test_the_numbers_of_the_exit_codes_never_change() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "PARTLY": 3,
        "BUSY": 4,
        "BUDGET": 5,
        "DECISION": 6,
        "OUT_OF_REACH": 7,
        "CORRUPT": 8,
    }


def test_the_precedence_is_the_designs_and_names_every_code_once() -> None:
    assert [int(code) for code in PRECEDENCE] == [2, 4, 8, 1, 7, 6, 5, 3, 0]


def test_of_many_outcomes_the_first_of_the_precedence_counts() -> None:
    for one, other in itertools.product(ExitCode, ExitCode):
        assert combine([one, other]) == min(one, other, key=PRECEDENCE.index)
    assert combine([]) is ExitCode.DONE
    assert combine(iter([ExitCode.PARTLY, ExitCode.DONE, ExitCode.BUSY])) is ExitCode.BUSY


@pytest.mark.parametrize("error_type", ERRORS, ids=lambda one: one.__name__)
def test_the_tree_in_the_docstring_has_each_error_with_its_code(error_type: type[WhiskyError]) -> None:
    drawn = dict(re.findall(r"(\w+Error) +(\d)", errors.__doc__ or ""))
    assert drawn[error_type.__name__] == str(int(error_type.exit_code))
    assert len(drawn) == len(ERRORS)


@pytest.mark.parametrize("error_type", ERRORS, ids=lambda one: one.__name__)
def test_an_error_shows_its_message_and_then_its_remedy(error_type: type[WhiskyError]) -> None:
    extra = EXTRA_ARGUMENTS.get(error_type, {})
    error = error_type("alko: row 5 has no name.", remedy="Correct the file.", **extra)
    assert str(error) == "alko: row 5 has no name. Correct the file."
    assert (error.message, error.remedy) == ("alko: row 5 has no name.", "Correct the file.")
    assert isinstance(error, WhiskyError)


def test_an_error_keeps_what_its_caller_needs() -> None:
    assert str(UsageError("no such feed")) == "no such feed"
    assert InputRefusedError("bad", reason="no_reader").reason == "no_reader"
    assert PartlyFailedError("bad", feeds=("a", "b")).feeds == ("a", "b")
    assert RetryLaterError("later").not_before is None
    assert BusyError("held").exit_code is ExitCode.BUSY
