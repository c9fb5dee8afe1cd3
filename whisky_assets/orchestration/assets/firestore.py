"""The published layer: the plan for one named target, then its collections in order, then the release."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import table_asset
from whisky_assets.pipeline import publishing_steps as publishing


class PublishConfig(dg.Config):
    """Where a release goes: empty is the home's own target; `confirm` is the hash of a plan that changes much."""

    target: str = ""
    confirm: str = ""


@table_asset(
    "firestore/plan", "What one release will do to its target, document by document, before it does it.", reads=False
)
def firestore_plan(
    context: dg.AssetExecutionContext, home: HomeResource, config: PublishConfig
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Pin the current snapshot and the target, and plan."""
    yield from emit(publishing.plan(step_of(context, home), target=config.target, confirm=config.confirm))


@table_asset("firestore/whisky", "The collection whisky as published.", reads=False)
def firestore_whisky(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Write the whiskies that the plan names."""
    yield from emit(publishing.apply_collection(step_of(context, home), "whisky"))


@table_asset(
    "firestore/whisky_archive", "The collection whisky_archive as published, a document an entry.", reads=False
)
def firestore_whisky_archive(
    context: dg.AssetExecutionContext, home: HomeResource
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Write the entries that the plan names."""
    yield from emit(publishing.apply_collection(step_of(context, home), "whisky_archive"))


@table_asset("firestore/user", "The collection user as published.", reads=False)
def firestore_user(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Write the people that the plan names."""
    yield from emit(publishing.apply_collection(step_of(context, home), "user"))


@table_asset("firestore/release", "One release: what it wrote, from which snapshot, to which target.", reads=False)
def firestore_release(
    context: dg.AssetExecutionContext, home: HomeResource
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Say in the store that the release is whole, and close it."""
    yield from emit(publishing.finish(step_of(context, home)))
