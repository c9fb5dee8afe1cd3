"""Homes: made once, found by one rule, never of two worlds."""

import threading
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, UsageError
from whisky_assets.storage.home import create_home, find_home, open_home
from whisky_assets_tests.storage.worlds import LATER, NOW


def test_a_home_made_again_is_the_same_home(tmp_path: Path) -> None:
    made = create_home(tmp_path / "deep" / "home", "real", NOW)
    again = create_home(tmp_path / "deep" / "home", "real", LATER)
    assert again == made == open_home(tmp_path / "deep" / "home")
    assert all(folder.is_dir() for folder in made.folders)


def test_a_home_is_never_made_over_one_of_the_other_world(tmp_path: Path) -> None:
    create_home(tmp_path, "real", NOW)
    with pytest.raises(UsageError, match="is a real home, not a sample one"):
        create_home(tmp_path, "sample", NOW)
    with pytest.raises(UsageError, match="one of real, sample"):
        create_home(tmp_path / "other", "test", NOW)


def test_many_at_once_make_one_home(tmp_path: Path) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.append(create_home(tmp_path / "home", "real", NOW).id)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_folder_without_a_home_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="whisky init"):
        open_home(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "x"}'])
def test_a_broken_identity_is_told_and_not_made_anew(tmp_path: Path, text: str) -> None:
    create_home(tmp_path, "real", NOW)
    (tmp_path / "home.json").write_text(text)
    with pytest.raises(CorruptDataError, match=r"home\.json cannot be read"):
        create_home(tmp_path, "real", NOW)


def test_the_home_is_the_one_named_else_the_variable_else_real_if_made_else_sample(tmp_path: Path) -> None:
    named, variable = tmp_path / "named", tmp_path / "variable"
    assert find_home(named, {"WHISKY_HOME": str(variable)}, tmp_path) == named
    assert find_home(None, {"WHISKY_HOME": str(variable)}, tmp_path) == variable
    assert find_home(None, {"WHISKY_HOME": ""}, tmp_path) == tmp_path / ".whisky" / "sample"
    create_home(tmp_path / ".whisky" / "sample", "sample", NOW)
    assert find_home(None, {}, tmp_path) == tmp_path / ".whisky" / "sample"
    create_home(tmp_path / ".whisky" / "real", "real", NOW)
    assert find_home(None, {}, tmp_path) == tmp_path / ".whisky" / "real"
