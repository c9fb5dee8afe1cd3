"""Commands in messages can be pasted: they mean the home that the message is about."""

from __future__ import annotations

import argparse

import pytest

from whisky_assets.cli.answer import Answer
from whisky_assets.cli.paste import naming_home, problems_naming_home
from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem

HOME = " --home /tmp/h"


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("Build: whisky run", HOME, "Build: whisky run --home /tmp/h"),
        ("Build: whisky run", " --sample", "Build: whisky run --sample"),
        ("Build: whisky run", "", "Build: whisky run"),
        (
            "as `whisky find` or `whisky show` tell",
            HOME,
            "as `whisky find --home /tmp/h` or `whisky show --home /tmp/h` tell",
        ),
        ("whisky publish --apply --target local", HOME, "whisky publish --home /tmp/h --apply --target local"),
        ("whisky run --home /tmp/h --feed elbe", HOME, "whisky run --home /tmp/h --feed elbe"),
        ("whisky sources list --home /tmp/h", HOME, "whisky sources list --home /tmp/h"),
        ("`make run` shows why.", " --sample", "`make run` shows why."),
        (
            "`make run` shows why.",
            HOME,
            "`whisky run --home /tmp/h` shows why.",
        ),
        ("The run is in `make ui`.", " --sample", "The run is in `whisky ui --sample`."),
        ("The run is in `make ui`.", "", "The run is in `make ui`."),
        ("make the real home (`whisky init`)", " --sample", "make the real home (`whisky init`)"),
        ('For example: whisky parse "Oban 14"', HOME, 'For example: whisky parse "Oban 14"'),
        ("whisky tables and whisky runs", HOME, "whisky tables and whisky runs"),
    ],
)
def test_a_command_carries_the_home_that_it_is_about(text: str, words: str, told: str) -> None:
    assert naming_home(text, words) == told


def test_message_and_remedy_of_every_problem_name_the_home() -> None:
    problem = Problem(code=ExitCode.FAILED, subject="build", message="failed. Try: whisky run", remedy="whisky diff")
    (told,) = problems_naming_home(Answer(problems=(problem,)), HOME).problems
    assert (told.message, told.remedy) == ("failed. Try: whisky run --home /tmp/h", "whisky diff --home /tmp/h")


def test_every_command_that_works_on_a_home_is_named_with_one() -> None:
    (commands,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    without = {name for name in commands.choices if naming_home(f"whisky {name}", HOME) == f"whisky {name}"}
    assert without == {"init", "match", "parse"}
