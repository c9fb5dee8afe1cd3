"""`whisky prices` and `whisky rates` answer in tables or as JSON, and refuse what cannot be meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets_tests.pipeline.house import sample_house


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cut sample world, built."""
    root = tmp_path_factory.mktemp("prices") / "home"
    with sample_house(root, cut=True) as house:
        house.ingest()
        house.build()
    yield root
    forget_workspaces()


def test_prices_are_shown_by_seller_and_in_another_currency(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "prices", "ardbeg_10_pk"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "harbour:" in told
    assert " GBP" in told
    assert main(["--home", str(home), "prices", "ardbeg_10_pk", "--in", "krw"]) == ExitCode.USAGE
    assert "whisky rates --home" in capsys.readouterr().err
    table = tmp_path / "rates.csv"
    table.write_text("day,base,currency,rate,origin\n2025-12-30,GBP,KRW,1900,bank\n", encoding="utf-8")
    assert main(["--home", str(home), "rates", "import", str(table)]) == ExitCode.DONE
    assert "added: 1" in capsys.readouterr().out
    assert main(["--home", str(home), "--json", "prices", "ardbeg_10_pk", "--in", "KRW"]) == ExitCode.DONE
    steps = json.loads(capsys.readouterr().out)["result"]["prices"]
    assert {step["converted_currency"] for step in steps} == {"KRW"}
    assert main(["--home", str(home), "prices", "ardbeg_10_pk", "--in", "KRW"]) == ExitCode.DONE
    assert "without a rate in KRW for their day" in capsys.readouterr().out


def test_rates_are_listed_with_where_they_lie(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "rates"]) == ExitCode.DONE
    assert "curation/reference/rates.csv" in capsys.readouterr().out
    assert main(["--home", str(home), "--json", "rates", "--only", "JPY"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["result"]["newest"] == []


@pytest.mark.parametrize(
    "words",
    [["prices", "nobody_pk"], ["prices", "x", "--in", "won"], ["rates", "import"], ["rates", "import", "no.csv"]],
)
def test_what_cannot_be_meant_is_wrong_use(home: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), *words]) == ExitCode.USAGE
    assert "\n  → " in capsys.readouterr().err
