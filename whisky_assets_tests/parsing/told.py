"""A reading written out as a person would: each field with its value, the words it was read from and the rule."""

from __future__ import annotations

from collections.abc import Collection

from whisky_assets.parsing.parsed import FIELDS, ParsedName

MAKERS = ("brand", "distillery")
ALL_BUT_MAKERS = tuple(field for field in FIELDS if field not in {*MAKERS, "bottler"})


def told(parsed: ParsedName, *, without: Collection[str] = ()) -> list[str]:
    """Return `field value <words> rule` for each field in the order of reading, but those of `without`."""
    return [
        f"{name} {field.value} <{parsed.text[slice(*field.span)]}> {field.rule}"
        for name, field in parsed.fields.items()
        if name not in without
    ]
