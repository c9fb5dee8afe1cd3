"""Opens the Dagster instance of a home: its storage lies in the home, its settings are the project's dagster.yaml.

The command line and the UI read one and the same file, `<home>/dagster/dagster.yaml`, which is written anew from the
project's each time; so both see the same runs, partitions and schedules.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml

from whisky_assets.orchestration.full_disk import full_disk_named
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.storage.durable import publish_bytes

SETTINGS = "dagster.yaml"
INSTANCE_VARIABLE = "DAGSTER_HOME"


def instance_folder(home: Path) -> Path:
    """Return where the Dagster instance of a home lies: runs, events, logs, and its settings."""
    return home.absolute() / "dagster"


def write_settings(home: Path) -> Path:
    """Write the home's dagster.yaml, the project's with this home's places, and return its folder."""
    folder = instance_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    settings = yaml.safe_load((PROJECT_ROOT / SETTINGS).read_text(encoding="utf-8"))
    settings["storage"]["sqlite"]["base_dir"] = str(folder / "storage")
    settings["local_artifact_storage"]["config"]["base_dir"] = str(folder / "artifacts")
    settings["compute_logs"]["config"]["base_dir"] = str(folder / "compute_logs")
    text = yaml.safe_dump(settings, sort_keys=True).encode()
    path = folder / SETTINGS
    if not path.exists() or path.read_bytes() != text:
        publish_bytes(folder, SETTINGS, text)
    return folder


@contextmanager
def open_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a home; a deployment that sets DAGSTER_HOME to a folder of its own keeps its own storage.

    Raises:
        OutOfReachError: Dagster found no space for what it keeps of a run.
    """
    chosen = os.environ.get(INSTANCE_VARIABLE)
    if chosen and Path(chosen) != instance_folder(home):
        with dg.DagsterInstance.get() as instance:
            yield instance
        return
    with (
        full_disk_named(instance_folder(home)),
        dg.DagsterInstance.from_config(str(write_settings(home))) as instance,
    ):
        yield instance
