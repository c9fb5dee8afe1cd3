"""`whisky storage`: volumes and their fill, the check of every segment, and the digest of all tables."""

from __future__ import annotations

import argparse
from typing import Any

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import open_workspace


def _gcs_client() -> Any:
    # Dagster's package is loaded only where a volume is a bucket.
    from whisky_assets.orchestration.io_managers import gcs_client

    return gcs_client("")


def _without_home(arguments: argparse.Namespace, console: Console) -> Answer:
    if arguments.action == "rebuild":
        from whisky_assets.cli.storage_rebuild import rebuild

        return rebuild(arguments, console)
    if arguments.action == "clone":
        from whisky_assets.cli.storage_lease import clone

        return clone(arguments, console)
    from whisky_assets.cli.storage_restore import restore

    return restore(arguments, console)


def storage(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the volumes, a check of segments, the digests, a new volume, a rebuilt state, or what came back."""
    if arguments.action in ("rebuild", "restore", "clone"):
        return _without_home(arguments, console)
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.cli import storage_copy
        from whisky_assets.pipeline import upkeep

        workspace.attach_gcs(_gcs_client)
        if arguments.action in ("verify", "repair", "drill"):
            from whisky_assets.cli import storage_repair, storage_restore

            reading = {"verify": storage_repair.verify, "repair": storage_repair.repair, "drill": storage_restore.drill}
            return reading[arguments.action](arguments, workspace, console)
        if arguments.action == "digest":
            digests = upkeep.digests(workspace)
            lines = [f"{value}  {name}" for name, value in digests.items()]
            return answered({"digests": digests}, lines)
        if arguments.action in ("add-volume", "key", "lease"):
            from whisky_assets.cli import storage_lease, storage_volumes

            acts = {"add-volume": storage_volumes.add_volume, "key": storage_volumes.key, "lease": storage_lease.lease}
            return acts[arguments.action](arguments, workspace)
        if arguments.action == "copy":
            return storage_copy.copy(arguments, workspace, console)
        if arguments.action in ("retain", "pin", "unpin"):
            from whisky_assets.cli import storage_retain

            if arguments.action == "retain":
                return storage_retain.retain(arguments, workspace, console)
            return storage_retain.pin(arguments, workspace)
        if arguments.action == "policies":
            return storage_copy.policies(workspace)
        return storage_copy.status(workspace)
