"""Puts the one Definitions object together: assets, checks, jobs, IO managers, schedules and sensors.

Loads with no secret, no network and no data, and imports neither google nor firebase.
"""

from functools import cache
from pathlib import Path

import dagster as dg

from whisky_assets.orchestration.assets import archives, core, firestore, raw, staged, upkeep
from whisky_assets.orchestration.automation import daily_upkeep, drive, inbox, janitor, monthly_drill, weekly
from whisky_assets.orchestration.executors import chosen_executor
from whisky_assets.orchestration.io_managers import ExternalIOManager, GcsIOManager, LocalIOManager
from whisky_assets.orchestration.jobs import build, copy, cycle, drill, ingest, publish
from whisky_assets.orchestration.jobs import upkeep as upkeep_job
from whisky_assets.orchestration.partitions import feed_partitions
from whisky_assets.orchestration.resources import HomeResource

_ASSETS: list[dg.AssetsDefinition | dg.AssetSpec] = [
    core.core_offers,
    core.core_matches,
    core.core_whiskies,
    core.core_snapshot,
    archives.archives_files,
    archives.archives_entries,
    firestore.firestore_plan,
    firestore.firestore_whisky,
    firestore.firestore_whisky_archive,
    firestore.firestore_user,
    firestore.firestore_release,
    upkeep.storage_copies,
    upkeep.storage_retention,
    upkeep.storage_scrub,
]


@cache
def definitions_for(home: Path) -> dg.Definitions:
    """Return the definitions that work on one home; the same object for the same home in one process.

    The executor comes from WHISKY_EXECUTOR, resources may be given others by a run's configuration; neither changes an
    asset.
    """
    root = str(home)
    feeds = feed_partitions(home)
    return dg.Definitions(
        assets=[raw.raw_pages(feeds), staged.staged_tables(feeds), *_ASSETS],
        asset_checks=[archives.archives_files_schema],
        jobs=[ingest, build, publish, copy, upkeep_job, drill, cycle],
        schedules=[weekly, daily_upkeep, monthly_drill],
        sensors=[inbox, drive, janitor],
        resources={
            "home": HomeResource(root=root),
            "local": LocalIOManager(root=root),
            "external": ExternalIOManager(root=root),
            "gcs": GcsIOManager(root=root),
        },
        executor=chosen_executor(),
    )
