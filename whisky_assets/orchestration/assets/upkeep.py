"""The storage layer: where every segment lies and when its bytes were last proven."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.io_managers import gcs_client
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_asset
from whisky_assets.pipeline import copies_table, retention_table, scrubbing
from whisky_assets.pipeline.copying import CopyChoices
from whisky_assets.storage.upkeep.copying import Budget


class CopiesConfig(dg.Config):
    """How long a run may begin new copies, in minutes; 0: as long as it takes. The next run goes on."""

    max_minutes: float = 0


@table_asset("storage/copies", "Every segment on every volume; makes the promised copies that are lacking first.")
def storage_copies(
    context: dg.AssetExecutionContext, home: HomeResource, config: CopiesConfig
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Make the copies that are lacking on every volume that is there, and list where every segment lies."""
    step = step_of(context, home)
    step.workspace.attach_gcs(lambda: gcs_client(""))
    budget = Budget(max_seconds=config.max_minutes * 60 or None)
    yield from emit(copies_table.copies(step, CopyChoices(budget=budget)))


@table_asset(
    "storage/retention",
    "What stays and what goes, and why; lets go what no rule keeps, once a person has confirmed such rules.",
    reads=False,
)
def storage_retention(
    context: dg.AssetExecutionContext, home: HomeResource
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Let go what no rule keeps, and list what stays."""
    step = step_of(context, home)
    step.workspace.attach_gcs(lambda: gcs_client(""))
    yield from emit(retention_table.retention(step))


@table_asset(
    "storage/scrub",
    "How much of each volume is proven; reads the copies proven longest ago and makes good what is rotten.",
    reads=False,
)
def storage_scrub(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Read copies again, make good what is rotten, and tell how much is proven."""
    yield from emit(scrubbing.scrub_step(step_of(context, home)))
