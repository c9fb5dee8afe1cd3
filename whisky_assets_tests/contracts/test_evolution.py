"""A column is one edit, and no change of a record makes old segments unreadable unnoticed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find

from whisky_assets.contracts import history
from whisky_assets.contracts.arrow import arrow_schema, from_arrow, to_arrow
from whisky_assets.contracts.dictionary import dictionary_markdown
from whisky_assets.contracts.documents import decode, encode
from whisky_assets.contracts.frames import to_frame
from whisky_assets.contracts.history import broken_promises, load_history, updated_history
from whisky_assets.contracts.schemas import check_rows
from whisky_assets.contracts.table_schema import column_descriptions
from whisky_assets.contracts.upgrades import upgrade, upgrade_values
from whisky_assets.domain.errors import CheckFailedError, CorruptDataError, UsageError
from whisky_assets.domain.record import column, declared_records, spec_of
from whisky_assets_tests.contracts.conftest import DATASET, Declare
from whisky_assets_tests.strategies import rows_of

NAME = (str, column("Name."))
SIZE = (int, column("Size.", unit="ml", ge=1))
SEEN = (datetime, column("When it was seen."))


def history_of(*record_types: Any) -> dict[str, dict[str, dict[str, str]]]:
    written: dict[str, dict[str, dict[str, str]]] = {}
    for record_type in record_types:
        spec = spec_of(record_type)
        written.setdefault(spec.dataset, {})[str(spec.version)] = history.column_types(record_type)
    return written


def test_adding_a_column_is_one_edit_and_all_else_follows(declare: Declare) -> None:
    before = declare({"name": NAME})
    written, old_history = to_arrow(before, [before(name="a")]), history_of(before)

    strength = column("Strength.", unit="% vol", ge=0, le=100, default=None)  # the one edit
    after = declare({"name": NAME, "strength_pct": (float | None, strength)})

    assert list(from_arrow(after, written)) == [after(name="a", strength_pct=None)]
    assert broken_promises(old_history, {DATASET: after}) == []
    assert arrow_schema(after).names == ["name", "strength_pct"]
    rows = [after(name="b", strength_pct=46.0)]
    assert to_frame(after, rows)["strength_pct"].tolist() == [46.0]
    assert decode(after, encode(rows[0])) == rows[0]
    assert decode(after, {"name": "a"}) == after(name="a")
    assert check_rows(after, [after(name="c", strength_pct=101.0)]).cases[0].startswith("strength_pct, <= 100, 1")
    described = {one.name: one for one in column_descriptions(after)}["strength_pct"]
    assert (described.type, described.constraints, described.tags["unit"]) == ("float", (">= 0", "<= 100"), "% vol")
    assert "| `strength_pct` | float? | Strength. [% vol] | >= 0; <= 100 |" in dictionary_markdown({DATASET: after})
    assert find(rows_of(after), lambda row: row.strength_pct is not None).strength_pct >= 0


def test_old_rows_get_a_new_columns_default(declare: Declare) -> None:
    before = declare({"name": NAME})
    written = to_arrow(before, [before(name="a")])
    after = declare({"name": NAME, "pack_count": (int, column("Containers.", ge=1, default=1))})
    assert list(from_arrow(after, written)) == [after(name="a", pack_count=1)]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"name": NAME}, "test/things.size_ml of version 1 (int64) is gone without a step."),
        (
            {"name": NAME, "size_ml": (float, column("Size."))},
            "test/things.size_ml was int64 in version 1 and is double without a step.",
        ),
        (
            {"name": NAME, "size_ml": SIZE, "seen": SEEN},
            "test/things.seen is new since version 1 and has no default.",
        ),
    ],
    ids=["removed", "retyped", "added-without-default"],
)
@pytest.mark.parametrize("version", [1, 2])
def test_a_change_that_old_rows_do_not_survive_fails_until_a_step_stands(
    declare: Declare, columns: dict[str, Any], sentence: str, version: int
) -> None:
    old_history = history_of(declare({"name": NAME, "size_ml": SIZE}))
    after = declare(columns, version=version)
    assert broken_promises(old_history, {DATASET: after}) == [sentence]
    with pytest.raises(CheckFailedError, match=r"add a step in whisky_assets/contracts/upgrades\.py"):
        updated_history(old_history, {DATASET: after})
    upgrade(DATASET, to=2)(dict)
    after = declare(columns, version=2)
    assert broken_promises(old_history, {DATASET: after}) == []


def test_a_column_that_may_now_be_empty_needs_no_step_but_the_reverse_does(declare: Declare) -> None:
    filled = declare({"name": NAME, "size_ml": SIZE})
    filled_history = history_of(filled)
    optional = declare({"name": NAME, "size_ml": (int | None, column("Size."))})
    assert broken_promises(filled_history, {DATASET: optional}) == []
    optional_history = history_of(optional)
    filled = declare({"name": NAME, "size_ml": SIZE})
    assert broken_promises(optional_history, {DATASET: filled}) == [
        "test/things.size_ml was int64? in version 1 and is int64 without a step."
    ]


def test_a_table_that_vanishes_or_goes_back_in_version_is_named(declare: Declare) -> None:
    newer = history_of(declare({"name": NAME}, version=3))
    assert broken_promises(newer, {}) == ["test/things: no record declares it any more."]
    older = declare({"name": NAME}, version=2)
    assert broken_promises(newer, {DATASET: older}) == ["test/things: version 3 was written, the record declares 2."]


def test_rows_of_an_old_version_are_read_through_all_steps_in_order(declare: Declare) -> None:
    first = declare({"name": NAME, "size_cl": (float, column("Size."))})
    written = to_arrow(first, [first(name="a", size_cl=70.0), first(name="b", size_cl=5.0)])

    @upgrade(DATASET, to=2)
    def to_millilitres(row: dict[str, Any]) -> dict[str, Any]:
        return {"name": row["name"], "size_ml": round(row["size_cl"] * 10)}

    @upgrade(DATASET, to=3)
    def to_words(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "name": row["name"].upper()}

    third = declare(
        {"name": NAME, "size_ml": SIZE, "seen": (datetime | None, column("Seen.", default=None))}, version=3
    )
    assert list(from_arrow(third, written, version=1)) == [
        third(name="A", size_ml=700),
        third(name="B", size_ml=50),
    ]
    middle = to_arrow(third, [third(name="c", size_ml=1, seen=datetime(2026, 1, 1, tzinfo=UTC))])
    assert [row.name for row in from_arrow(third, middle, version=2)] == ["C"]
    assert upgrade_values(DATASET, {"name": "x"}, version=3, to=3) == {"name": "x"}
    assert (to_millilitres({"name": "a", "size_cl": 1.0}), to_words({"name": "a"})) == (
        {"name": "a", "size_ml": 10},
        {"name": "A"},
    )


def test_a_later_version_is_refused_by_name(declare: Declare) -> None:
    thing = declare({"name": NAME})
    table = to_arrow(thing, [thing(name="a")])
    with pytest.raises(UsageError, match="schema version 2, this program knows 1"):
        list(from_arrow(thing, table, version=2))


def test_data_whose_columns_do_not_fit_is_refused_by_name(declare: Declare) -> None:
    wide = declare({"name": NAME, "size_ml": SIZE})
    table = to_arrow(wide, [wide(name="a", size_ml=1)])
    narrow = declare({"name": NAME})
    with pytest.raises(CorruptDataError, match=r"lacking \[\], unknown \['size_ml'\]"):
        list(from_arrow(narrow, table))
    wider = declare({"name": NAME, "size_ml": SIZE, "seen": SEEN})
    with pytest.raises(CorruptDataError, match=r"lacking \['seen'\], unknown \[\]"):
        list(from_arrow(wider, table))
    retyped = declare({"name": NAME, "size_ml": (str, column("Size."))})
    with pytest.raises(CorruptDataError, match=r"test/things.size_ml: the data holds int64, version 1 declares string"):
        list(from_arrow(retyped, table))


def test_a_step_is_declared_once_and_leads_to_version_two_or_later(declare: Declare) -> None:
    declare({"name": NAME})
    upgrade(DATASET, to=2)(dict)
    with pytest.raises(TypeError, match="declared twice"):
        upgrade(DATASET, to=2)(dict)
    with pytest.raises(TypeError, match="the first step leads to 2"):
        upgrade(DATASET, to=1)(dict)


def test_the_shipped_history_is_fresh_and_every_version_in_it_is_readable() -> None:
    assert broken_promises(load_history()) == []
    assert history.main(["--check"]) == 0, "run `python -m whisky_assets.contracts.history`"


def test_no_column_claims_to_be_newer_than_its_table() -> None:
    late = [
        f"{dataset}.{one.name}"
        for dataset, record_type in declared_records().items()
        for one in spec_of(record_type).columns
        if one.since > spec_of(record_type).version
    ]
    assert late == []


def test_the_command_writes_checks_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "history.json"
    assert history.main(["--check", "--path", str(path)]) == 1
    assert "is not fresh: run" in capsys.readouterr().err
    assert history.main(["--path", str(path)]) == 0
    assert history.main(["--check", "--path", str(path)]) == 0
    written = json.loads(path.read_text())
    written["core/offers"]["1"]["colour"] = "string"
    path.write_text(json.dumps(written))
    assert history.main(["--path", str(path)]) == 1
    assert "core/offers.colour of version 1 (string) is gone without a step." in capsys.readouterr().err
    assert "colour" in path.read_text()
