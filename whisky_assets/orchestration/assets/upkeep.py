"""The storage layer: where every segment lies and when its bytes were last proven."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_asset
from whisky_assets.pipeline import upkeep


@table_asset("storage/copies", "Every segment on every volume, as the state database knows them.")
def storage_copies(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[NewTable]]:
    """List where every segment lies."""
    yield from emit(upkeep.copies(step_of(context, home)))
