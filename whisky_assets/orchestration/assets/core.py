"""The core layer: offers, which of them are one whisky, keys, and the gate that makes a build current."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_asset, table_assets
from whisky_assets.pipeline import describing, matching, offering, snapshotting, standing
from whisky_assets.pipeline.tables import Table

_MATCHED = {
    "core/registry": "Every key that was ever minted, its members and redirects: an append-only list of events.",
    "core/matches": "Which whisky each offer is, by which rule, on what evidence.",
    "core/review_queue": "Pairs that no rule may decide alone; they stay apart until a person says.",
}
_DESCRIBED = {
    "core/whiskies": "The one whisky table: every bottling with the best witnessed value of each field.",
    "core/claims": "Every source's word on every field, also the one that lost.",
    "core/conflicts": "Fields on which sources disagree beyond tolerance.",
}


class CleanConfig(dg.Config):
    """`accept_loss` is a person's word that shops tell fewer values than before."""

    accept_loss: bool = False


@table_asset("core/offers", "Every product over all feeds, in our units, with its kind and verdict.")
def core_offers(
    context: dg.AssetExecutionContext, home: HomeResource, config: CleanConfig, listings: Table
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Clean the newest word on each product; read each name once."""
    yield from emit(offering.offers(step_of(context, home), listings, accept_loss=config.accept_loss))


@table_assets("core_matches", _MATCHED, ["core/offers"])
def core_matches(
    context: dg.AssetExecutionContext, home: HomeResource, offers: Table
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Match the blocks that changed, and give every cluster its key by rules R1 to R9."""
    yield from emit(matching.matches(step_of(context, home), offers))


@table_assets("core_whiskies", _DESCRIBED, ["core/offers", "core/matches", "core/registry"])
def core_whiskies(
    context: dg.AssetExecutionContext, home: HomeResource, offers: Table, matches: Table, registry: Table
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Describe each bottling from the words of its offers."""
    yield from emit(describing.whiskies(step_of(context, home), offers, matches, registry))


@table_asset("core/snapshot", "One committed build: makes its tables current, all or none.", reads=False)
def core_snapshot(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Check the candidates together and commit them against their parent, or reject the build."""
    step = step_of(context, home)
    yield from emit(snapshotting.propose(step, inputs=standing.inputs_of(step)))
    snapshotting.commit(step)
