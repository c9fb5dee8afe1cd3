"""Two people who decided in two checkouts are both named where git could not merge, by a real git."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decision_writing import decision_file_name, decision_text
from whisky_assets.identity.decisions import FOLDER, Decision, load_decisions, subject_of

MINA = Decision(
    kind="same",
    subject=subject_of("alko:1234"),
    object=subject_of("lcbo:98"),
    who="mina",
    when=date(2026, 1, 5),
    why="The back labels are the same.",
)
KIM = dataclasses.replace(MINA, who="kim", when=date(2026, 1, 7), why="One barcode.")


def _git(folder: Path, *words: str) -> None:
    who = {f"GIT_{role}_{part}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **who}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0 or words[0] == "merge", done.stderr


def _merged(folder: Path, mina: dict[str, str], kim: dict[str, str], style: str = "merge") -> Path:
    """Return a curation folder in which git merged what two people wrote, by file name."""
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "config", "merge.conflictStyle", style)
    _commit(folder, {"README": "decisions\n"})
    _git(folder, "branch", "kim")
    _commit(folder, {f"{FOLDER}/{name}": text for name, text in mina.items()})
    _git(folder, "checkout", "--quiet", "kim")
    _commit(folder, {f"{FOLDER}/{name}": text for name, text in kim.items()})
    _git(folder, "checkout", "--quiet", "main")
    _git(folder, "merge", "--quiet", "kim")
    return folder


def _commit(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "decided")


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_one_decision_of_two_people_names_both_with_file_and_line(tmp_path: Path, style: str) -> None:
    name = decision_file_name(MINA)
    assert name == decision_file_name(KIM)
    curation = _merged(tmp_path, {name: decision_text(MINA)}, {name: decision_text(KIM)}, style)
    with pytest.raises(UsageError) as told:
        load_decisions(curation)
    assert f"{name}, line " in told.value.message
    assert "mina (2026-01-05) and kim (2026-01-07) both wrote this decision" in told.value.message
    assert "they decide the same" in told.value.message
    assert "git checkout --ours" in told.value.remedy


def test_sides_that_decide_otherwise_are_told_by_the_key_in_which_they_differ(tmp_path: Path) -> None:
    other = dataclasses.replace(KIM, object=subject_of("lcbo:99"))
    curation = _merged(tmp_path, {"ours.toml": decision_text(MINA)}, {"ours.toml": decision_text(other)})
    with pytest.raises(UsageError, match="they differ in object, when, who, why") as told:
        load_decisions(curation)
    assert "git checkout" not in told.value.remedy


def test_different_decisions_of_two_people_merge_by_themselves(tmp_path: Path) -> None:
    other = dataclasses.replace(KIM, subject=subject_of("alko:77"))
    curation = _merged(
        tmp_path, {decision_file_name(MINA): decision_text(MINA)}, {decision_file_name(other): decision_text(other)}
    )
    assert {one.who for one in load_decisions(curation).all} == {"mina", "kim"}


def test_decisions_that_contradict_after_a_merge_name_both_people(tmp_path: Path) -> None:
    apart = dataclasses.replace(KIM, kind="different")
    curation = _merged(
        tmp_path, {decision_file_name(MINA): decision_text(MINA)}, {decision_file_name(apart): decision_text(apart)}
    )
    with pytest.raises(UsageError) as told:
        load_decisions(curation)
    assert "(mina, 2026-01-05)" in told.value.message
    assert "(kim, 2026-01-07)" in told.value.message


def test_a_file_that_is_no_toml_for_another_reason_is_told_as_before(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "x.toml").write_text('kind = "same\n', encoding="utf-8")
    with pytest.raises(UsageError, match="no TOML"):
        load_decisions(tmp_path)
