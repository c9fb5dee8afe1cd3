"""The raw layer: what feeds' servers and files said, byte for byte, a partition a feed."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_asset
from whisky_assets.pipeline import collecting


class CrawlConfig(dg.Config):
    """How far one crawl may go; what is left is pending and the next run goes on. Not given: the default time box.

    `accept_loss` is a person's word that many pages are really gone.
    """

    max_requests: int | None = None
    max_minutes: float | None = None
    accept_loss: bool = False


def raw_pages(feeds: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `raw/pages` of these feeds."""

    @table_asset(
        "raw/pages",
        "Every fetched page and imported file of a feed, kept before anyone reads it.",
        partitions_def=feeds,
    )
    def pages(
        context: dg.AssetExecutionContext, home: HomeResource, config: CrawlConfig
    ) -> Iterator[dg.MaterializeResult[NewTable]]:
        """Fetch what is due of one feed, or take its files from the inbox."""
        limits = collecting.Limits(
            max_requests=config.max_requests, max_minutes=config.max_minutes, accept_loss=config.accept_loss
        )
        yield from emit(collecting.collect(step_of(context, home), context.partition_key, limits))

    return pages
