"""The data dictionary: every table and column in one Markdown page, made from the records and never by hand.

`python -m whisky_assets.contracts.dictionary --write` makes `docs/data_dictionary.md`; `--check` compares it. Not here:
what a column means (`domain.records` says it).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from whisky_assets.contracts.table_schema import ColumnDescription, column_descriptions
from whisky_assets.domain.record import RecordSpec, declared_records, spec_of

DICTIONARY_PATH = Path(__file__).parents[2] / "docs" / "data_dictionary.md"
COMMAND = "python -m whisky_assets.contracts.dictionary --write"


def dictionary_markdown(records: Mapping[str, type] | None = None) -> str:
    """Return the dictionary of all declared records (or of these): a diagram of keys, then each table."""
    known = declared_records() if records is None else records
    lines = [
        "# Data dictionary",
        "",
        f"Made by `{COMMAND}` from `whisky_assets/domain/records/`. A change here is lost: change the record.",
        "",
        "A *volatile* column is in no digest. A *personal* one is a person's own word and never leaves that person's",
        "rows. `?` behind a type: it may be empty. Times are UTC with microseconds.",
        "",
        "## Keys and references",
        "",
        "```mermaid",
        *_diagram(known),
        "```",
    ]
    for record_type in known.values():
        lines += ["", *_table(record_type)]
    return "\n".join(lines) + "\n"


def _diagram(records: Mapping[str, type]) -> Iterator[str]:
    yield "erDiagram"
    for dataset, record_type in records.items():
        spec = spec_of(record_type)
        linked = [column.name for column in spec.columns if column.references]
        yield f"    {_entity(dataset)} {{"
        for described in column_descriptions(record_type):
            marks = [mark for mark, there in _marks(spec, described.name, linked) if there]
            if marks:
                yield f"        {described.type.replace(' ', '_')} {described.name} {','.join(marks)}"
        yield "    }"
    for dataset, record_type in records.items():
        yield from _links(dataset, record_type)


def _marks(spec: RecordSpec, name: str, linked: Sequence[str]) -> Iterator[tuple[str, bool]]:
    yield "PK", name in spec.key
    yield "FK", name in linked


def _links(dataset: str, record_type: type) -> Iterator[str]:
    columns_by_target: dict[str, list[str]] = {}
    optional: set[str] = set()
    for column in spec_of(record_type).columns:
        if column.references:
            target = column.references.rpartition(".")[0]
            columns_by_target.setdefault(target, []).append(column.name)
            if column.nullable:
                optional.add(target)
    for target, names in columns_by_target.items():
        one = "|o" if target in optional else "||"
        yield f'    {_entity(target)} {one}--o{{ {_entity(dataset)} : "{", ".join(names)}"'


def _entity(dataset: str) -> str:
    return dataset.replace("/", "_")


def _table(record_type: type) -> Iterator[str]:
    spec = spec_of(record_type)
    yield f"## {spec.dataset}"
    yield ""
    yield (record_type.__doc__ or "").strip()
    yield ""
    yield f"One row per: {spec.grain}. Key: {', '.join(f'`{name}`' for name in spec.key)}. {_facts(spec)}"
    yield ""
    yield "| column | type | meaning | rules |"
    yield "|---|---|---|---|"
    for described in column_descriptions(record_type):
        yield _line(described)


def _facts(spec: RecordSpec) -> str:
    facts = [f"Schema version {spec.version}."]
    if spec.partition:
        facts.append(f"Partitioned by `{spec.partition}`.")
    if spec.person:
        facts.append(f"Personal: rows belong to the person in `{spec.person}`.")
    return " ".join(facts)


def _line(described: ColumnDescription) -> str:
    type_text = f"{described.type}{'?' if described.nullable else ''}"
    rules = [*described.constraints, *(_tag(name, value) for name, value in described.tags.items() if name != "unit")]
    unit = f" [{described.tags['unit']}]" if "unit" in described.tags else ""
    cells = (f"`{described.name}`", type_text, f"{described.description}{unit}", "; ".join(rules))
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _tag(name: str, value: str) -> str:
    return f"*{name}*" if value == "yes" else f"{name} {value}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the data dictionary, or compare it with the records."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write the page")
    action.add_argument("--check", action="store_true", help="exit 1 when the page is not fresh")
    parser.add_argument("--path", type=Path, default=DICTIONARY_PATH, help="the page (default: docs/)")
    options = parser.parse_args(arguments)
    text = dictionary_markdown()
    if options.write:
        options.path.parent.mkdir(parents=True, exist_ok=True)
        options.path.write_text(text, encoding="utf-8")
        return 0
    fresh = options.path.exists() and options.path.read_text(encoding="utf-8") == text
    if not fresh:
        sys.stderr.write(f"{options.path} is not fresh: run `{COMMAND}`.\n")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
