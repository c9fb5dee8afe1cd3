"""What people said that a listing's name tells, put in the place of what was read there, before it is matched.

Here too: a correction in words, `abv_pct=59.9`, and a whisky's new name, `ko=아드벡 10년`, as a person types them.

Not here: corrections of a listing's columns (`pipeline.row_spelling`, `pipeline.correcting`) and of a whisky's own
fields, which survivorship lets win (`identity.survivorship`).
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import Decision, Listing, Subject, Value
from whisky_assets.parsing.parsed import FIELDS, Field, ParsedName

RULE = "a person's word"
COLUMNS = ("abv_pct", "volume_ml", "pack_count", "producer", "country", "region", "gtin14")
"""Fields of a listing that stand in a column of their own."""
SETS = frozenset({"cask", "flavour", "region", "style"})
"""Fields of which a name can tell several; a person may write one without brackets."""
WHISKY_FIELDS = (
    *("name", "name_en", "name_ko", "name_ja", "brand", "distillery", "bottler", "expression", "age_years"),
    *("vintage_year", "bottled_year", "cask_type", "cask_number", "batch", "style", "country", "region", "abv_pct"),
    "cask_strength",
)
"""Columns of core/whiskies that say what a bottling is; the others follow from these or are counted."""
_WHOLE = frozenset({"age_years", "vintage_year", "bottled_year", "year", "bare_number", "volume_ml", "pack_count"})
_TRUTHS = {"yes": True, "no": False, "true": True, "false": False}
_LANGUAGES = tuple(field.removeprefix("name_") for field in WHISKY_FIELDS if field.startswith("name_"))
_IN_A_LANGUAGE = re.compile(r"([a-z][a-z_]*)\s*=\s*(.*)", re.DOTALL)


def fields_of(subject: Subject) -> tuple[str, ...]:
    """Return the fields that a person can correct of a listing or of a whisky, in order of name."""
    return tuple(sorted({*FIELDS, *COLUMNS} if isinstance(subject, Listing) else WHISKY_FIELDS))


def read_correction(subject: Subject, text: str) -> tuple[str, Value]:
    """Return field and value of a correction in words, `age_years=12`; no value says that it is untold.

    Raises:
        UsageError: the words have no `=`, the field is none of this subject, or the value is of another kind.
    """
    field, sign, written = (part.strip() for part in text.partition("="))
    known = fields_of(subject)
    if not sign:
        raise UsageError(
            f"{text!r} is no correction", remedy="Write FIELD=VALUE, as abv_pct=59.9, or FIELD= for untold."
        )
    if field not in known:
        near = difflib.get_close_matches(field, known, n=1, cutoff=0.6)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"{field!r} is no field of {subject}{meant}", remedy=f"Its fields: {', '.join(known)}.")
    try:
        return field, _value_of(field, written) if written else None
    except (ValueError, KeyError) as error:
        raise UsageError(
            f"{field} of {subject} cannot be {written!r}", remedy=f"Write it as {field}={_example_of(field)}."
        ) from error


def read_new_name(text: str) -> tuple[str, str]:
    """Return the field that a whisky's new name is for, and the name: `Ardbeg Ten`, or in a language `ko=아드벡 10년`.

    Raises:
        UsageError: no name is told, or the language is none in which whiskies have names.
    """
    told = _IN_A_LANGUAGE.fullmatch(text.strip())
    language, name = told.groups() if told else ("", text.strip())
    if language and language not in _LANGUAGES:
        raise UsageError(f"no whisky has a name in {language!r}", remedy=f"Write one of {', '.join(_LANGUAGES)}.")
    if not name:
        raise UsageError("no new name is told", remedy="Write it as it is called, or ko=... for the Korean name.")
    return f"name_{language}" if language else "name", name


def _value_of(field: str, written: str) -> Value:
    if field in _WHOLE:
        return int(written)
    if field == "abv_pct":
        strength = float(written.replace(",", ".").removesuffix("%"))
        if not 0 <= strength <= 100:
            raise ValueError
        return strength
    return _TRUTHS[written.casefold()] if field == "cask_strength" else written


def _example_of(field: str) -> str:
    return "12" if field in _WHOLE else "59.9" if field == "abv_pct" else "yes"


def corrected_name(parsed: ParsedName, corrections: Mapping[str, Decision]) -> ParsedName:
    """Return a reading with the fields that people corrected; a value of None makes a field unknown.

    Raises:
        UsageError: a correction names a field that a listing does not have; says which file.
    """
    fields = dict(parsed.fields)
    for name, decision in sorted(corrections.items()):
        if name not in FIELDS and name not in COLUMNS:
            raise UsageError(
                f"{decision.file}: {name} is no field of a listing",
                remedy=f"Fields of a listing: {', '.join(sorted({*FIELDS, *COLUMNS}))}.",
            )
        if name in FIELDS:
            fields.pop(name, None)
            if decision.value is not None:
                value = decision.value
                if name in SETS and isinstance(value, str):
                    value = (value.casefold(),)
                fields[name] = Field(value, (0, 0), RULE)
    return dataclasses.replace(parsed, fields=fields)
