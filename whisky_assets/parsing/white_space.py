"""White space folded to single spaces, of a text of any length without a list of all its words.

Not here: case and signs (`fold`).
"""

from __future__ import annotations

CHARACTERS_AT_ONCE = 65_536
"""Of a longer text this many are split at once: ten megabytes of short words would be 170 MB of words."""


def folded_spaces(text: str) -> str:
    """Return a text with each run of white space as one space, and none at its ends."""
    if len(text) <= CHARACTERS_AT_ONCE:
        return " ".join(text.split())
    parts: list[str] = []
    is_open = False
    for begin in range(0, len(text), CHARACTERS_AT_ONCE):
        piece = text[begin : begin + CHARACTERS_AT_ONCE]
        words = " ".join(piece.split())
        if words and parts and (is_open or piece[0].isspace()):
            parts.append(" ")
        if words:
            parts.append(words)
            is_open = piece[-1].isspace()
        else:
            is_open = True
    return "".join(parts)
