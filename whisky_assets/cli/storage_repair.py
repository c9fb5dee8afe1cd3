"""`whisky storage verify` and `repair`: what is damaged, and making it good from whole copies."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console

if TYPE_CHECKING:
    from whisky_assets.pipeline.workspace import Workspace


def verify(arguments: argparse.Namespace, workspace: Workspace, console: Console) -> Answer:
    """Read every copy, or as many as the limits allow, and answer with what is damaged; nothing is changed."""
    from whisky_assets.pipeline import upkeep
    from whisky_assets.storage.upkeep.copying import Budget

    seconds = None if arguments.max_minutes is None else arguments.max_minutes * 60
    checked = upkeep.verify(workspace, console, Budget(max_bytes=arguments.max_bytes, max_seconds=seconds))
    return answered(checked.as_result(), checked.lines(), checked.problems)


def repair(arguments: argparse.Namespace, workspace: Workspace, console: Console) -> Answer:
    """Make good every copy that is known to be damaged, or answer with the list alone."""
    from whisky_assets.pipeline import scrubbing
    from whisky_assets.pipeline.freshness import home_words
    from whisky_assets.storage.upkeep.scrubbing import known_rot

    rotten = known_rot(workspace.db)
    if not rotten:
        look = f"whisky storage verify{home_words(workspace)}"
        return answered({"damaged": [], "repaired": []}, [f"nothing is known to be damaged; look with {look}"])
    damaged = [{"volume": rot.volume, "segment": rot.segment, "dataset": rot.dataset, "why": rot.why} for rot in rotten]
    if arguments.plan:
        return answered({"damaged": damaged, "repaired": []}, [rot.why for rot in rotten])
    mended = scrubbing.repair(workspace, console, rotten)
    return answered({"damaged": damaged, **mended.as_result()}, mended.lines(), mended.problems)
