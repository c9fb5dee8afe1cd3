"""Files that a killed writer left without a row are registered again, or put aside where they are no segments of ours.

Not here: how a file proves what it is (`storage.recovery.adoption`).
"""

from __future__ import annotations

import contextlib

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.recovery.adoption import Adoption, adopt
from whisky_assets.storage.recovery.state_seals import unsealer


def adopt_left(workspace: Workspace, progress: Progress) -> tuple[Adoption, ...]:
    """Register the whole segments that no row knows on every folder and drive that is there; return what was found.

    A bucket or a remote is not walked: asking for each file there costs.
    """
    unseal = unsealer(workspace.home)
    found = []
    for row in workspace.volumes.rows():
        # A volume that is absent, goes away or is read-only is told by who copies to it.
        with contextlib.suppress(WhiskyError, OSError):
            if isinstance(workspace.volumes.get(row.name), DirectoryVolume):
                found.append(adopt(workspace.store, row.name, workspace.now(), progress, unseal=unseal))
    return tuple(found)
