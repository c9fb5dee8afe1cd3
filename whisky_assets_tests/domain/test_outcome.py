"""An outcome says what stops a commit, and a quiet progress swallows all."""

from __future__ import annotations

import pytest

from whisky_assets.domain.outcome import BLOCKING, WARNING, CheckResult, Outcome, Progress, Quiet


@pytest.mark.parametrize(
    ("passed", "severity", "blocks"),
    [(False, BLOCKING, True), (False, WARNING, False), (True, BLOCKING, False), (True, WARNING, False)],
)
def test_only_a_failed_blocking_check_stops_a_commit(passed: bool, severity: str, blocks: bool) -> None:
    assert CheckResult(table="core/offers", name="schema", passed=passed, severity=severity).blocks is blocks


def test_two_outcomes_share_no_table_of_contents() -> None:
    assert Outcome().tables is not Outcome().tables


def test_quiet_is_a_progress_that_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress: Progress = Quiet()
    progress.start("reading", 3)
    progress.advance()
    progress.note("half")
    assert capsys.readouterr() == ("", "")
