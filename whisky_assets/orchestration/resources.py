"""What steps are handed: the home they work on, and the one table that says which asset lies on which volume.

A resource holds names and paths only, never a secret: `repr` of a resource prints what it holds.
"""

import dagster as dg

from whisky_assets.pipeline.workspace import Workspace, workspace_at

# Which IO manager keeps which layer. New segments land on the fast local volume; `external` and `gcs` are chosen here:
# for a layer, or in a line of its own for one table, as `"core/claims": "external"`.
VOLUMES = {
    "raw": "local",
    "staged": "local",
    "core": "local",
    "archives": "local",
    "firestore": "local",
    "storage": "local",
}


def volume_of(dataset: str) -> str:
    """Return the IO manager that keeps a table: its own line in `VOLUMES`, else that of its layer."""
    return VOLUMES.get(dataset) or VOLUMES[dataset.split("/", 1)[0]]


class HomeResource(dg.ConfigurableResource["HomeResource"]):
    """The home that a run works on, opened when a step first asks; one per process and path."""

    root: str

    def workspace(self) -> Workspace:
        """Return the open workspace of the home, made if it is a sample home that does not exist yet.

        Raises:
            UsageError: there is no home at `root`, or it belongs to another world.
        """
        return workspace_at(self.root)
