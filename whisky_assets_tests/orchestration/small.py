"""Small things that several of these tests need: a home of 40 listings, a table to keep, a run of chosen assets."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg
import psutil

from whisky_assets.domain.outcome import CheckResult, NewTable
from whisky_assets.domain.records import SegmentCopy
from whisky_assets.orchestration.assembly import definitions_for
from whisky_assets.orchestration.table_assets import asset_key
from whisky_assets.sample.clock import week_now
from whisky_assets.storage.home import create_home

FEEDS = ("elbe", "hanok", "harbour", "minato")
COPIES = "storage/copies"
DEAD_WRITERS_FILE = ".tmp-1-0123456789abcdef"
"""Name of a temporary file that no process holds."""
QUIET: Mapping[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def make_home(root: Path) -> Path:
    """Makes a sample home whose shops show 40 listings."""
    create_home(root, "sample", week_now(1))
    (root / "cut").touch()
    return root


def copies_table(*segments: str, checks: Sequence[CheckResult] = ()) -> NewTable:
    """A small table that hangs on nothing else."""
    rows = tuple(
        SegmentCopy(segment=one * 64, volume="local", dataset=COPIES, size_bytes=1, rows=1, verified_at=None)
        for one in segments
    )
    return NewTable(dataset=COPIES, rows=rows, made=len(rows), checks=tuple(checks))


def run_assets(
    instance: dg.DagsterInstance,
    home: Path,
    datasets: Sequence[str],
    *,
    tags: Mapping[str, str] | None = None,
    partition: str | None = None,
) -> dg.ExecuteInProcessResult:
    """Runs chosen assets of a home as the UI does: the whole graph's job with a selection, and a partition."""
    job = definitions_for(home).resolve_implicit_global_asset_job_def()
    keys = [asset_key(dataset) for dataset in datasets]
    return job.get_subset(asset_selection=frozenset(keys)).execute_in_process(
        instance=instance,
        raise_on_error=False,
        run_config=dict(QUIET),
        asset_selection=keys,
        tags=tags,
        partition_key=partition,
    )


def check_verdicts(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], bool]:
    """The verdicts of a run as Dagster shows them, by table and check."""
    return {("/".join(one.asset_key.path), one.check_name): one.passed for one in result.get_asset_check_evaluations()}


def living(group: int) -> list[str]:
    """The processes of a group that still run, by their command; one that waits to be reaped has ended."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (ProcessLookupError, psutil.Error):
            continue
    return found
