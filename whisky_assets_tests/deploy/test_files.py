"""Notes of a deployment are whole, and one program at a time works on a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.files import BUSY, DeployError, notes_of, one_at_a_time, read_note, remove_note, write_note
from whisky_assets_tests.tooling.parts import PROJECT_ROOT


def test_a_note_takes_the_place_of_the_one_before_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = notes_of(tmp_path) / "update.json"
    assert read_note(path) is None
    write_note(path, {"tag": "v1"})
    write_note(path, {"tag": "v2"})
    assert read_note(path) == {"tag": "v2"}
    assert [one.name for one in path.parent.iterdir()] == ["update.json"]
    remove_note(path)
    remove_note(path)
    assert read_note(path) is None


def test_a_note_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = notes_of(tmp_path) / "update.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DeployError, match=r"update\.json cannot be read"):
        read_note(path)


def test_notes_are_of_their_user_alone(tmp_path: Path) -> None:
    assert notes_of(tmp_path).stat().st_mode & 0o077 == 0


def test_a_second_program_is_told_which_process_is_at_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from deploy.files import one_at_a_time\n"
        "with one_at_a_time(Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DeployError, match=f"process {other.pid} works on") as busy, one_at_a_time(tmp_path):
            pass
        assert busy.value.exit_code == BUSY
        other.communicate("go\n")
    with one_at_a_time(tmp_path):
        pass
