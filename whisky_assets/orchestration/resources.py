"""What steps are handed: the home they work on, and the one table that says which asset lies on which volume.

A resource holds names and paths only, never a secret: `repr` of a resource prints what it holds.
"""

import dagster as dg

from whisky_assets.pipeline.workspace import Workspace, workspace_at

# Which IO manager keeps which layer. New segments land on the fast local volume; `external` and `gcs` are chosen here.
LAYER_VOLUME = {
    "raw": "local",
    "staged": "local",
    "core": "local",
    "archives": "local",
    "firestore": "local",
    "storage": "local",
}


class HomeResource(dg.ConfigurableResource["HomeResource"]):
    """The home that a run works on, opened when a step first asks; one per process and path."""

    root: str

    def workspace(self) -> Workspace:
        """Return the open workspace of the home, made if it is a sample home that does not exist yet.

        Raises:
            UsageError: there is no home at `root`, or it belongs to another world.
        """
        return workspace_at(self.root)
