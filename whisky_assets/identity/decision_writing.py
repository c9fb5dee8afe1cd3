"""What a person decided as the text of its file, and the file's name: the same pair always gets the same name.

Not here: reading files (`identity.decisions`), and putting one on the disk (`pipeline.review_answers`).
"""

from __future__ import annotations

import re

import tomlkit

from whisky_assets.identity.decisions import Decision, Listing

_KEYS = ("kind", "subject", "object", "members", "field", "value", "who", "when", "why")
_LONGEST_NAME = 80
_LONGEST_WORDS = 500


def decision_text(decision: Decision) -> str:
    """Return the TOML of a decision; `identity.decisions.read_decision` gives an equal one back."""
    document = tomlkit.document()
    for key in _KEYS:
        value = getattr(decision, key)
        if value is None or (value in ("", ()) and key != "value"):
            continue
        if isinstance(value, tuple):
            value = [str(item) for item in value]
        document[key] = str(value) if isinstance(value, Listing) else value
    return tomlkit.dumps(document)


def decision_file_name(decision: Decision) -> str:
    """Return the name of a decision's file: its kind and sides as far as a file's name holds them, and its digest."""
    sides = [str(side).replace(":", "-") for side in (decision.subject, decision.object) if side is not None]
    told = re.sub(r"[^A-Za-z0-9_.-]+", "", "_".join([decision.kind, *sides]))[:_LONGEST_NAME]
    return f"{told}_{decision.digest[:8]}.toml"


def one_line(text: str) -> str:
    """Return a person's words on one line, without letters that cannot be seen or stored, at most 500 letters."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(seen.split())[:_LONGEST_WORDS].rstrip()
