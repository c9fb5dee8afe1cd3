"""A feed's own module: run once for each text of it, and refused as a whole when it cannot be one."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.sources.functions import load_functions
from whisky_assets.sources.source import Functions


def functions(path: Path, code: str) -> Functions:
    path.write_text(code, encoding="utf-8")
    return Functions(module=path.stem, path=str(path), code_digest=f"{hash(code):x}".strip("-"))


def test_a_function_that_is_not_defined_changes_nothing(tmp_path: Path) -> None:
    own = load_functions(functions(tmp_path / "own.py", "def accept(texts):\n    return None\n"))

    assert own.accept({"name": "x"}) is None
    assert own is load_functions(functions(tmp_path / "own.py", "def accept(texts):\n    return None\n"))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = 1\n", "defines neither of read, accept"),
        ("1 / 0\n", "cannot be run: ZeroDivisionError"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_module_that_cannot_be_one_is_refused(tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load_functions(functions(tmp_path / "own.py", code))
