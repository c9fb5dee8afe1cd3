"""Which listings are compared at all: those of one brand; of an unlisted brand, those that begin with the same word.

Not here: comparing them (`identity.compare`).
"""

from __future__ import annotations

from whisky_assets.parsing.parsed import ParsedName

UNLISTED = "unlisted:"
"""Prefix of the block of a brand that no table lists."""


def block_of(parsed: ParsedName, producer: str | None = None) -> str:
    """Return the block of a name: its brand's key, else its first unread word, else `unlisted:`.

    A brand that the tables list under a distillery keeps a block of its own: Longrow is never Springbank. `producer`
    counts only through `parse_name`, which takes the brand from it where the name holds none.
    """
    del producer  # read with the name; kept so that callers need not know which of the two told the brand
    if parsed.brand is not None:
        return parsed.brand
    head = next((word for word in parsed.leftover_words if not word.isdecimal()), "")
    return f"{UNLISTED}{head}"
