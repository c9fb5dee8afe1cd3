"""The page of exit codes says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from whisky_assets.domain.errors import PRECEDENCE, ExitCode


def test_the_page_lists_every_exit_code_by_number_and_name(project_root: Path) -> None:
    page = (project_root / "docs" / "exit_codes.md").read_text(encoding="utf-8")
    listed = {int(number): name for number, name in re.findall(r"^\| (\d) \| ([A-Z_]+) \|", page, re.MULTILINE)}
    assert listed == {int(code): code.name for code in ExitCode}


def test_the_page_tells_which_code_wins(project_root: Path) -> None:
    page = (project_root / "docs" / "exit_codes.md").read_text(encoding="utf-8")
    assert ", ".join(str(int(code)) for code in PRECEDENCE) in page
