"""What a draft says: each value as it will stand in the TOML, how sure it is, on what it rests, what else was seen.

Not here: how a value was found, and the TOML's text (`toml_text`).
"""

from __future__ import annotations

import dataclasses
import json

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands, as a feed's TOML says it (`source.FieldRule`)."""

    css: tuple[str, ...]
    attribute: str | None = None
    pattern: str | None = None
    no: str | None = None
    unit: str | None = None
    search: bool = False

    def toml(self) -> str:
        """Return it as TOML writes it: the place alone where nothing else is said."""
        told = toml_text(self.css[0]) if len(self.css) == 1 else toml_list(self.css)
        pairs = [("attr", self.attribute), ("pattern", self.pattern), ("unit", self.unit), ("no", self.no)]
        parts = [f"{key} = {toml_text(value)}" for key, value in pairs if value is not None]
        parts += ["search = true"] if self.search else []
        return f"{{ from = {told}, {', '.join(parts)} }}" if parts else told


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a draft: `value` as TOML writes it, empty where nothing was found that could be written.

    `surety` is sure, likely or unsure; `why` says on what it rests; `others` are values that were seen besides.
    """

    section: str
    key: str
    value: str
    surety: str
    why: str
    others: tuple[str, ...] = ()


def line_of(section: str, key: str, value: str, surety: str, why: str = "", others: tuple[str, ...] = ()) -> Finding:
    """Return a line of a draft."""
    return Finding(section=section, key=key, value=value, surety=surety, why=why, others=others)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A feed as far as one document tells it; `findings` stand in the TOML's order.

    `missing` are keys that a feed needs and the document does not tell; `notes` are sentences for the person.
    `terms` is the address of the site's terms as the page links to it, empty where it does not;
    `products` is how many the document seems to hold, 0 where they were not counted.
    """

    name: str
    preset: str
    url: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    terms: str = ""
    products: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of [feed] that the document does not tell."""
        return tuple(one.key for one in self.findings if one.section == "feed" and not one.value)

    def of(self, section: str, key: str) -> Finding | None:
        """Return the finding of one key."""
        return next((one for one in self.findings if (one.section, one.key) == (section, key)), None)


def toml_text(text: str) -> str:
    """Return a text as TOML writes it: a literal one where backslashes or quotes stand in it, if it can be."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def remark(text: str) -> str:
    """Return a text as a comment can hold it: in one line, without what a page could end the comment with."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


def toml_list(texts: tuple[str, ...]) -> str:
    """Return a list of texts as TOML writes it."""
    return f"[{', '.join(toml_text(text) for text in texts)}]"
