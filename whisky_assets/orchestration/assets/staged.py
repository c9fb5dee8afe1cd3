"""The staged layer: what a feed's documents say, product by product; checked, then made the feed's head at once."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_assets
from whisky_assets.pipeline import staging

_TABLES = {
    "staged/documents": "What reading each document came to: a document is read once.",
    "staged/sightings": "Every product as each document tells it, with the document's own date.",
    "staged/listings": "Every product of the feed as its newest document tells it, first and last seen.",
    "staged/quarantine": "What no reader understood: the document, row or value, why, and the evidence.",
}


class ReadConfig(dg.Config):
    """`accept_loss` is a person's word that many products of the feed are really gone."""

    accept_loss: bool = False


def staged_tables(feeds: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    """Return the assets of the staged layer of these feeds, made together."""

    @table_assets("staged", _TABLES, [], after=["raw/pages"], partitions_def=feeds)
    def staged(
        context: dg.AssetExecutionContext, home: HomeResource, config: ReadConfig
    ) -> Iterator[dg.MaterializeResult[NewTable]]:
        """Read the feed's new documents, carry the others over, and make the result the feed's head."""
        step = step_of(context, home)
        yield from emit(staging.stage(step, context.partition_key, accept_loss=config.accept_loss))
        staging.advance_head(step, context.partition_key)

    return staged
