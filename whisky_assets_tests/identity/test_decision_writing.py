"""A decision that is written can be read back as it was meant, under a name that any disk can hold."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.identity.decision_writing import decision_file_name, decision_text, one_line
from whisky_assets.identity.decisions import Decision, Listing, read_decision

DAY = date(2026, 1, 5)


def decision(kind: str, subject: Listing | str, **told: object) -> Decision:
    return Decision(kind=kind, subject=subject, who="mina", when=DAY, why="I saw both.", **told)  # type: ignore[arg-type] # each test gives what its kind has


@pytest.mark.parametrize(
    "said",
    [
        decision("same", Listing("elbe", "00580"), object=Listing("harbour", "41")),
        decision("different", "a_pk", object=Listing("harbour", 'x "y" = 1\\')),
        decision("rename", "a_pk", object="b_pk"),
        decision("unmerge", "a_pk", members=(Listing("elbe", "1"), Listing("elbe", "2"))),
        decision("correction", Listing("elbe", "1"), field="abv_pct", value=59.9),
        decision("correction", Listing("elbe", "1"), field="cask", value=("px", "sherry")),
        decision("correction", Listing("elbe", "1"), field="age_years"),
    ],
    ids=lambda said: f"{said.kind} {said.field}".rstrip(),
)
def test_every_kind_is_read_back_as_it_was_written(tmp_path: Path, said: Decision) -> None:
    path = tmp_path / decision_file_name(said)
    path.write_text(decision_text(said), encoding="utf-8")
    read = read_decision(path)
    assert (read.digest, read.who, read.when, read.why) == (said.digest, said.who, said.when, said.why)


@given(st.text())
def test_a_persons_words_are_one_line_that_toml_can_hold(text: str) -> None:
    told = one_line(text)
    assert told == " ".join(told.split())
    assert len(told) <= 500
    assert told.isprintable()
    assert told.encode().decode() == told


@given(st.text(min_size=1))
def test_a_files_name_can_stand_on_any_disk_and_tells_decisions_apart(number: str) -> None:
    one = decision("same", Listing("elbe", number), object="a_pk")
    other = decision("same", Listing("elbe", number + "0"), object="a_pk")
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", decision_file_name(one))
    assert decision_file_name(one) != decision_file_name(other)


def test_words_that_can_be_stored_stay_as_they_were_said() -> None:
    assert one_line("The back labels are the same.") == "The back labels are the same."
    assert one_line(" two\nlines\tand \x00 signs ") == "two lines and signs"
    assert one_line("x" * 600) == "x" * 500
    assert one_line("x" * 499 + " y") == "x" * 499


def test_a_files_name_tells_kind_sides_and_the_beginning_of_the_digest() -> None:
    one = decision("same", Listing("elbe", "005 80"), object="glen_pk")
    assert decision_file_name(one) == f"same_elbe-00580_glen_pk_{one.digest[:8]}.toml"
    correction = decision("correction", "glen_pk", field="age_years", value=12)
    assert decision_file_name(correction) == f"correction_glen_pk_{correction.digest[:8]}.toml"
    long = decision("same", Listing("elbe", "7" * 200), object="a_pk")
    assert len(decision_file_name(long)) == 80 + len("_12345678.toml")
