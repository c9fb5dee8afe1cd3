"""Makes the commands that a text names mean the home that the text is about, so that they can be pasted as they stand.

Layers below write `whisky run` without knowing how they were called; the home is filled in here, once, at the end.
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.cli.answer import Answer

# `init` is not among them: what it is to make is another home than the one a text is about.
_ON_A_HOME = (
    "archive|diff|find|import|prices|publish|quality|rates|review|run|sample|show|sources|status|storage|ui|undo|why"
)
_COMMAND = re.compile(rf"\bwhisky (?:{_ON_A_HOME})\b(?![^`,;.]* --(?:home|sample)\b)")
_MAKE = re.compile(r"\bmake (run|ui)\b")
_SAMPLE = " --sample"


def naming_home(text: str, words: str) -> str:
    """Return a text whose commands carry these words (`pipeline.homes.words_of_root`); one that names a home stays.

    `make run` means the sample home and `make ui` the one that is found without words; elsewhere both are spelled out.
    """
    if words:
        text = _MAKE.sub(lambda found: _spelled_out(found, words), text)
    return _COMMAND.sub(lambda found: f"{found[0]}{words}", text)


def problems_naming_home(answer: Answer, words: str) -> Answer:
    """Return an answer whose problems name commands that mean this home."""
    problems = tuple(
        dataclasses.replace(
            problem, message=naming_home(problem.message, words), remedy=naming_home(problem.remedy, words)
        )
        for problem in answer.problems
    )
    return dataclasses.replace(answer, problems=problems)


def _spelled_out(found: re.Match[str], words: str) -> str:
    return found[0] if (found[1], words) == ("run", _SAMPLE) else f"whisky {found[1]}"
