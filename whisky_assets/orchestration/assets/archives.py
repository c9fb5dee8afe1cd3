"""The personal layer: users' files, their entries resolved to keys, and the people. No row is ever shown here."""

from collections.abc import Iterator

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.emitting import check_result, emit
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.steps import step_of
from whisky_assets.orchestration.table_assets import OWNERS, asset_key, table_assets
from whisky_assets.orchestration.table_schemas import description, table_schema
from whisky_assets.pipeline import resolving
from whisky_assets.pipeline.archive_import import FILES, files_check
from whisky_assets.pipeline.graph import SCHEMA_CHECK, table_facts
from whisky_assets.pipeline.tables import Table

_RESOLVED = {
    "archives/entries": "Every note with the whisky it is about: resolved, waiting or unknown.",
    "archives/users": "The people of the archives as the app shows them.",
}

archives_files = dg.AssetSpec(
    key=asset_key("archives/files"),
    group_name="archives",
    owners=OWNERS,
    kinds={"personal"},
    description=description("archives/files", "Users' exports, byte for byte; `whisky archive import` puts them in."),
    metadata={"dagster/column_schema": table_schema("archives/files"), "dagster/table_name": "archives/files"},
)


@dg.asset_check(
    asset=archives_files.key,
    name=SCHEMA_CHECK,
    description=table_facts(FILES).checks[0].about,
    blocking=True,
)
def archives_files_schema(home: HomeResource) -> dg.AssetCheckResult:
    """Check the files that a command put in, in the run that reads them."""
    return check_result(files_check(home.workspace()))


@table_assets("archives_entries", _RESOLVED, ["core/whiskies", "core/registry"], after=["archives/files"])
def archives_entries(
    context: dg.AssetExecutionContext, home: HomeResource, whiskies: Table, registry: Table
) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Find the whisky of every note; what is unsure waits with its candidates."""
    step = step_of(context, home)
    yield from emit(resolving.entries(step, whiskies, registry))
    # People's files come by a command, not by a run: the run that read them says how many there are.
    files = len(step.workspace.store.segments(FILES))
    context.log_event(dg.AssetMaterialization(asset_key=archives_files.key, metadata={"dagster/row_count": files}))
