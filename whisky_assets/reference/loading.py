"""Read the shipped tables and an owner's own rows into one `Reference`, or say which file and line is wrong.

An owner's rows lie in `<curation>/reference/` under the same file names and columns; a row with the key of a shipped
one replaces it. Not here: what the tables are used for.
"""

from __future__ import annotations

import csv
import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import UsageError
from whisky_assets.reference.tables import ROLES, Alias, Bottler, Brand, Distillery, Expression, Reference, WordEntry

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "ko", "ja", "zh")

_COLUMNS = {
    "distilleries": ("key", "name", "country", "region", "status", "owner", "en", "ko", "ja", "zh", "origin"),
    "brands": ("key", "name", "country", "distillery", "owner", "en", "ko", "ja", "zh", "origin"),
    "bottlers": ("key", "name", "country", "en", "ko", "ja", "zh", "origin"),
    "aliases": ("spelling", "language", "kind", "key", "origin"),
    "expressions": ("brand", "name", "when", "implies", "en", "ko", "ja", "zh", "origin"),
    "words": ("spelling", "language", "role", "meaning", "origin"),
    "currencies": ("code", "minor_digits", "origin"),
    "countries": ("spelling", "code", "origin"),
}
_KEYS = {
    "distilleries": ("key",),
    "brands": ("key",),
    "bottlers": ("key",),
    "aliases": ("spelling", "kind", "key"),
    "expressions": ("brand", "name"),
    "words": ("spelling", "language"),
    "currencies": ("code",),
    "countries": ("spelling",),
}
_MAY_BE_EMPTY = {"region", "owner", "distillery", "meaning", "implies", *LANGUAGES}
_CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "distilleries": {"status": ("open", "closed")},
    "aliases": {"kind": ("distillery", "brand", "bottler"), "language": LANGUAGES},
    "expressions": {"when": ("named", "silent", "bare", "brand")},
    "words": {"role": ROLES},
    "currencies": {"minor_digits": ("0", "2", "3")},
}
_NUMBER_MEANT = re.compile(r"[0-9]{1,3}")
_IMPLIED = re.compile(r"age_years=[0-9]{1,2}|(?:cask|peat|style)=[a-z_ ]+")


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """One row of a file, with where it stands."""

    where: str
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def spellings(self) -> Mapping[str, tuple[str, ...]]:
        """Return the row's spellings by language, the usual one first."""
        found = {language: tuple(filter(None, self[language].split("|"))) for language in LANGUAGES}
        return MappingProxyType({language: spellings for language, spellings in found.items() if spellings})


Lines = Mapping[tuple[str, ...], _Line]


def load_reference(curation: Path | None = None) -> Reference:
    """Return the shipped tables, with the rows of `<curation>/reference/*.csv` added or put in their place.

    Raises:
        UsageError: a file lacks a column, a row has an empty or unknown value, points at a key that does not exist,
            or gives a spelling of one brand to another; the text names file, line and remedy.
    """
    if curation is None:
        return _shipped()
    return _load((DATA, curation / "reference"))


@lru_cache(maxsize=1)
def _shipped() -> Reference:
    return _load((DATA,))


def _load(folders: tuple[Path, ...]) -> Reference:
    tables = {name: _merged(name, folders) for name in _COLUMNS}
    for name, lines in tables.items():
        _check_values(name, lines)
    _check_keys(tables)
    _check_spellings(tables)
    _check_expressions(tables["expressions"])
    return Reference(
        distilleries=MappingProxyType({line["key"]: _distillery(line) for line in tables["distilleries"].values()}),
        brands=MappingProxyType({line["key"]: _brand(line) for line in tables["brands"].values()}),
        bottlers=MappingProxyType({line["key"]: _bottler(line) for line in tables["bottlers"].values()}),
        aliases=tuple(_alias(line) for line in tables["aliases"].values()),
        expressions=tuple(_expression(line) for line in tables["expressions"].values()),
        words=tuple(_word(line) for line in tables["words"].values()),
        currencies=MappingProxyType(
            {line["code"]: int(line["minor_digits"]) for line in tables["currencies"].values()}
        ),
        countries=MappingProxyType(
            {line["spelling"].casefold(): line["code"] for line in tables["countries"].values()}
        ),
        version=digest(
            {name: [dict(line.values) for _, line in sorted(lines.items())] for name, lines in tables.items()}
        ),
    )


def _merged(name: str, folders: tuple[Path, ...]) -> Lines:
    lines: dict[tuple[str, ...], _Line] = {}
    for folder in folders:
        path = folder / f"{name}.csv"
        if path.is_file():
            lines.update(_read(path, name))
    return lines


def _read(path: Path, name: str) -> Lines:
    columns = _COLUMNS[name]
    lines: dict[tuple[str, ...], _Line] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, restkey="more", restval="")
        if tuple(reader.fieldnames or ()) != columns:
            raise UsageError(
                f"{path}, line 1: the columns are {', '.join(reader.fieldnames or ()) or 'missing'}.",
                remedy=f"Make the first line {','.join(columns)}",
            )
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if "more" in row:
                raise UsageError(
                    f"{where}: more than {len(columns)} values.", remedy='Put a text with a comma into "..."'
                )
            line = _Line(where, {column: (row[column] or "").strip() for column in columns})
            key = tuple(line[column] for column in _KEYS[name])
            if key in lines:
                raise UsageError(f"{where}: {', '.join(key)} stands already at {lines[key].where}.", remedy="Keep one")
            lines[key] = line
    return lines


def _check_values(name: str, lines: Lines) -> None:
    choices = _CHOICES.get(name, {})
    for line in lines.values():
        for column in _COLUMNS[name]:
            value = line[column]
            if not value and column not in _MAY_BE_EMPTY:
                raise UsageError(f"{line.where}: {column} is empty.", remedy=f"Write its {column}")
            if column in choices and value not in choices[column]:
                raise UsageError(
                    f"{line.where}: {column} is {value!r}.", remedy=f"Write one of {', '.join(choices[column])}"
                )
        if line.values.get("role") == "number" and not _NUMBER_MEANT.fullmatch(line["meaning"]):
            raise UsageError(
                f"{line.where}: meaning is {line['meaning'][:20]!r}.",
                remedy="Write the number in digits from 0 to 9, at most three",
            )
        unclear = [part for part in _parts(line.values.get("implies", "")) if not _IMPLIED.fullmatch(part)]
        if unclear:
            raise UsageError(
                f"{line.where}: implies says {unclear[0][:40]!r}.",
                remedy="Write age_years=12, cask=port, peat=peated or style=malt, several with | between them",
            )


def _parts(implies: str) -> list[str]:
    return list(filter(None, implies.split("|")))


def _check_keys(tables: Mapping[str, Lines]) -> None:
    """Refuse a row that points at a key that is in no table, and a key that two tables share."""
    keys = {name: {line["key"] for line in tables[name].values()} for name in ("distilleries", "brands", "bottlers")}
    for line in tables["brands"].values():
        if line["key"] in keys["distilleries"]:
            raise UsageError(
                f"{line.where}: {line['key']} is a distillery, which is a brand already.", remedy="Remove it"
            )
        if line["distillery"] and line["distillery"] not in keys["distilleries"]:
            raise UsageError(
                f"{line.where}: distillery {line['distillery']} is in no distilleries.csv.",
                remedy="Add it there, or leave the value empty",
            )
    targets = {"distillery": "distilleries", "brand": "brands", "bottler": "bottlers"}
    for line in tables["aliases"].values():
        if line["key"] not in keys[targets[line["kind"]]]:
            raise UsageError(
                f"{line.where}: {line['kind']} {line['key']} is in no {targets[line['kind']]}.csv.",
                remedy="Correct kind or key, or add the row",
            )
    for line in tables["expressions"].values():
        if not any(line["brand"] in table for table in keys.values()):
            raise UsageError(
                f"{line.where}: brand {line['brand']} is in none of brands.csv, distilleries.csv and bottlers.csv.",
                remedy="Correct the key, or add the brand",
            )


def _check_spellings(tables: Mapping[str, Lines]) -> None:
    """Refuse a spelling that would name two brands, or two bottlers."""
    owners: dict[tuple[str, str], _Line] = {}
    for group, spelling, line in _named(tables):
        owner = owners.setdefault((group, _letters(spelling)), line)
        if owner["key"] != line["key"]:
            raise UsageError(
                f"{line.where}: {spelling} names {line['key']}, and {owner['key']} at {owner.where}.",
                remedy=f"Take {spelling} out of one of the two rows",
            )


def _check_expressions(lines: Lines) -> None:
    """Refuse a spelling that would name two expressions of one brand, and two rows that hold for a bare brand."""
    owners: dict[tuple[str, str], _Line] = {}
    for line in lines.values():
        told = [line["name"], *(spelling for group in line.spellings().values() for spelling in group)]
        letters = {_letters(spelling) for spelling in told} if line["when"] != "brand" else set()
        for name in {*letters, f"when={line['when']}"} - {"when=named", "when=silent"}:
            owner = owners.setdefault((line["brand"], name), line)
            if owner is not line:
                raise UsageError(
                    f"{line.where}: {name} is {line['name']} of {line['brand']}, and {owner['name']} at {owner.where}.",
                    remedy="Take it out of one of the two rows",
                )


def _named(tables: Mapping[str, Lines]) -> Iterator[tuple[str, str, _Line]]:
    """Yield every spelling of a maker with its row; a distillery is a brand, a bottler is not."""
    for name, group in (("distilleries", "brand"), ("brands", "brand"), ("bottlers", "bottler")):
        for line in tables[name].values():
            yield group, line["name"], line
            for spellings in line.spellings().values():
                for spelling in spellings:
                    yield group, spelling, line
    for line in tables["aliases"].values():
        yield "bottler" if line["kind"] == "bottler" else "brand", line["spelling"], line


def _letters(spelling: str) -> str:
    """Return a spelling's letters and digits, without case, width, Latin accents, spaces and signs."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", spelling).casefold())
    bare = "".join(character for character in plain if not "\u0300" <= character <= "\u036f")
    return "".join(character for character in unicodedata.normalize("NFC", bare) if character.isalnum())


def _distillery(line: _Line) -> Distillery:
    return Distillery(
        key=line["key"],
        name=line["name"],
        country=line["country"],
        region=line["region"],
        status=line["status"],
        owner=line["owner"],
        spellings=line.spellings(),
        origin=line["origin"],
    )


def _brand(line: _Line) -> Brand:
    return Brand(
        key=line["key"],
        name=line["name"],
        country=line["country"],
        distillery=line["distillery"],
        owner=line["owner"],
        spellings=line.spellings(),
        origin=line["origin"],
    )


def _bottler(line: _Line) -> Bottler:
    return Bottler(
        key=line["key"],
        name=line["name"],
        country=line["country"],
        spellings=line.spellings(),
        origin=line["origin"],
    )


def _alias(line: _Line) -> Alias:
    return Alias(
        spelling=line["spelling"],
        language=line["language"],
        kind=line["kind"],
        key=line["key"],
        origin=line["origin"],
    )


def _expression(line: _Line) -> Expression:
    return Expression(
        brand=line["brand"],
        name=line["name"],
        when=line["when"],
        implies=MappingProxyType(dict(part.split("=", 1) for part in _parts(line["implies"]))),
        spellings=line.spellings(),
        origin=line["origin"],
    )


def _word(line: _Line) -> WordEntry:
    return WordEntry(
        spelling=line["spelling"],
        language=line["language"],
        role=line["role"],
        meaning=line["meaning"],
        origin=line["origin"],
    )
