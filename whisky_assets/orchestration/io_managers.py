"""Keeps what assets return on the volume of their layer, and gives assets what a build may read.

Three thin adapters over one port, `pipeline.tables`: `local` and `external` are directories, `gcs` a bucket whose
client dagster-gcp's `GCSResource` makes. A table becomes a candidate of its build here, with its verdicts; whether it
becomes current is decided by a feed's head or by `core/snapshot`, never here.
"""

from functools import cache
from typing import Any

import dagster as dg

from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.steps import build_of
from whisky_assets.orchestration.table_assets import dataset_of
from whisky_assets.pipeline.tables import Table, keep, readable
from whisky_assets.pipeline.workspace import BUCKET, Workspace, workspace_at
from whisky_assets.storage.versions import TableVersion


class _TableIOManager(dg.ConfigurableIOManager):
    """Writes a `NewTable` as a candidate of the run's build and reads tables as that build may see them."""

    # The path and not the resource: Dagster warns of its own code when one resource holds another.
    root: str

    def handle_output(self, context: dg.OutputContext, obj: NewTable) -> None:
        """Write the table to this manager's volume; the metadata says rows, version, size, copies and where it lies.

        Raises:
            OutOfReachError: the volume is absent or foreign.
        """
        workspace = workspace_at(self.root)
        self._prepare(workspace)
        version = keep(workspace, obj, build=_build(context, workspace), volume=self._volume())
        context.add_output_metadata(
            {
                **_row_counts(workspace, version),
                "content_digest": version.content_digest[:16],
                "segments": len(version.segments),
                "volume": self._volume(),
                **_stored(workspace, version, self._volume()),
            }
        )

    def load_input(self, context: dg.InputContext) -> Table:
        """Return the table as the build may see it: its own candidate, else what is current; lazily read."""
        workspace = workspace_at(self.root)
        self._prepare(workspace)
        keys = sorted(context.asset_partition_keys) if context.has_asset_partitions else []
        # One key: the step reads one feed. Several: it reads every feed that its build pinned, also one whose TOML is
        # younger than the definitions that a long-lived UI has loaded.
        return readable(
            workspace,
            dataset_of(context.asset_key),
            build=_build(context, workspace),
            partitions=keys if len(keys) == 1 else None,
        )

    def _volume(self) -> str:
        raise dg.DagsterInvariantViolationError("use one of LocalIOManager, ExternalIOManager, GcsIOManager")

    def _prepare(self, workspace: Workspace) -> None:
        """Attach what the volume needs; a directory needs nothing."""


class LocalIOManager(_TableIOManager):
    """Tables on the home's own volume `local`."""

    def _volume(self) -> str:
        return "local"


class ExternalIOManager(_TableIOManager):
    """Tables on a directory volume with an identity file, by default the one named `external`."""

    volume_name: str = "external"

    def _volume(self) -> str:
        return self.volume_name


class GcsIOManager(_TableIOManager):
    """Tables in a bucket; credentials come from the environment, the client from dagster-gcp's `GCSResource`."""

    volume_name: str = BUCKET
    project: str = ""

    def _volume(self) -> str:
        return self.volume_name

    def _prepare(self, workspace: Workspace) -> None:
        """Hand what makes the bucket's client to the workspace, and make the bucket of its settings a volume."""
        project = self.project
        workspace.attach_gcs(lambda: gcs_client(project))
        if self.volume_name == BUCKET:
            workspace.attach_bucket()


@cache
def gcs_client(project: str) -> Any:
    """Return a client of Google Cloud Storage, one for each project and process; an empty name means the default."""
    # Imported here: it pulls in google.cloud.storage, which loading the definitions must not.
    from dagster_gcp.gcs import GCSResource

    return GCSResource(project=project or None).get_client()


def _build(context: dg.OutputContext | dg.InputContext, workspace: Workspace) -> str:
    step = context.step_context
    if step is None:
        raise dg.DagsterInvariantViolationError("a table is only written and read inside a run")
    return build_of(step.instance, workspace, step.dagster_run, dataset_of(context.asset_key))


def _stored(workspace: Workspace, version: TableVersion, volume: str) -> dict[str, str | int]:
    """Return where a table's segments lie, its version, its size, and how many copies the least copied of them has."""
    segments = [workspace.store.segment(segment) for segment in version.segments]
    place = workspace.volumes.get(volume).place
    prefix = f"{place if '://' in place else f'file://{place}'}/{version.dataset}"
    one = segments[0] if len(segments) == 1 else None
    return {
        "dagster/uri": prefix if one is None else f"{prefix}/{one.id[:2]}/{one.id}.parquet",
        "version": version.id,
        "size_bytes": sum(segment.size_bytes for segment in segments),
        "copies": min((len(workspace.store.copies(segment.id)) for segment in segments), default=0),
    }


def _row_counts(workspace: Workspace, version: TableVersion) -> dict[str, int]:
    """Return the table's rows; for a feed's part the part's rows too, and the table's with the other feeds' heads."""
    if not version.partition:
        return {"dagster/row_count": version.rows}
    others = sum(
        versions[version.dataset].rows
        for feed, versions in workspace.heads().items()
        if feed != version.partition and version.dataset in versions
    )
    return {"dagster/row_count": others + version.rows, "dagster/partition_row_count": version.rows}
