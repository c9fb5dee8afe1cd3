"""`whisky storage`: volumes and their fill, the check of every segment, and the digest of all tables."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace


def storage(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the volumes, with what a check of all segments found, with the digests, or add a volume."""
    with open_workspace(arguments, console) as workspace:
        from whisky_assets.pipeline import upkeep

        if arguments.action == "verify":
            checked = upkeep.verify(workspace, console)
            return answered(checked.as_result(), checked.lines(), checked.problems)
        if arguments.action == "digest":
            digests = upkeep.digests(workspace)
            lines = [f"{value}  {name}" for name, value in digests.items()]
            return answered({"digests": digests}, lines)
        if arguments.action == "add-volume":
            from whisky_assets.orchestration.io_managers import gcs_client

            workspace.attach_gcs(lambda: gcs_client(""))
            added = upkeep.add_volume(workspace, arguments.name, arguments.place)
            return answered({"volume": arguments.name, "place": arguments.place}, added)
        volumes = upkeep.volume_table(workspace)
    headers = ("volume", "kind", "place", "state", "segments", "bytes")
    return answered({"volumes": [dict(zip(headers, row, strict=True)) for row in volumes]}, table(headers, volumes))
