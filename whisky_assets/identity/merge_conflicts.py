"""A file of a decision in which git left both sides of a merge, told by the two people who wrote them.

Not here: two whole files that contradict (`decisions`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from whisky_assets.domain.errors import UsageError

_BEGIN = re.compile(r"^<{7}( .*)?$")
_BASE = re.compile(r"^\|{7}( .*)?$")
_MIDDLE = re.compile(r"^={7}$")
_END = re.compile(r"^>{7}( .*)?$")
_OF_NO_MEANING = ("who", "when", "why")


def merge_conflict(path: Path, text: str) -> UsageError | None:
    """Return the error that a file holds both sides of a merge, None where it holds no mark of one.

    It names the file, the line of the first mark, who wrote each side and when, and in which keys they differ.
    """
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines, 1) if _BEGIN.match(line)), None)
    if first is None:
        return None
    ours, theirs = _side(lines, ours=True), _side(lines, ours=False)
    differing = sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key))
    if ours and theirs and not set(differing) - set(_OF_NO_MEANING):
        what = "they decide the same"
        remedy = f"Keep either side and take the marks away: git checkout --ours {path.name}"
    else:
        what = f"they differ in {', '.join(differing)}" if differing else "one side is no decision"
        remedy = "Let the two agree, keep one side, and take the marks away; then: whisky run"
    return UsageError(
        f"{path}, line {first}: {_who(ours)} and {_who(theirs)} both wrote this decision, and git could not merge it:"
        f" {what}.",
        remedy=remedy,
    )


def _side(lines: list[str], *, ours: bool) -> Mapping[str, object]:
    """Return the keys of one side, with what both have in common; nothing where that is no TOML."""
    kept = []
    state = "both"
    for line in lines:
        if _BEGIN.match(line):
            state = "ours"
        elif state != "both" and _BASE.match(line):
            state = "base"
        elif state != "both" and _MIDDLE.match(line):
            state = "theirs"
        elif state != "both" and _END.match(line):
            state = "both"
        elif state in ("both", "ours" if ours else "theirs"):
            kept.append(line)
    try:
        return tomllib.loads("\n".join(kept))
    except tomllib.TOMLDecodeError:
        return {}


def _who(side: Mapping[str, object]) -> str:
    return f"{side.get('who', 'somebody')} ({side.get('when', 'no date')})"
