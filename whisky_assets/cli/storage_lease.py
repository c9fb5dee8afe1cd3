"""`whisky storage lease` and `clone`: who writes this home, and a second place of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.pipeline.workspace import Workspace


def lease(arguments: argparse.Namespace, workspace: Workspace) -> Answer:
    """Answer with who writes this home, after taking that over where it is asked for.

    Raises:
        UsageError: it is to be taken without a reason, or a reason is given for nothing.
    """
    from whisky_assets.domain.errors import UsageError
    from whisky_assets.pipeline.leasing import lease_status, take_lease

    if not arguments.take and (arguments.why or arguments.leave_theirs):
        raise UsageError("--why and --leave-theirs go with --take", remedy="whisky storage lease --take --why TEXT")
    if arguments.take:
        told = take_lease(workspace, arguments.why, leave_theirs=arguments.leave_theirs)
    else:
        told = lease_status(workspace)
    return answered(told.as_result(), told.lines())


def clone(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what came of a volume's home in a folder of this machine, which reads until it takes the lease."""
    from whisky_assets.cli.storage_restore import restore
    from whisky_assets.pipeline.homes import words_of_root

    target: Path = arguments.to.expanduser().absolute()
    told = restore(
        argparse.Namespace(
            **{**vars(arguments), "sources": [arguments.volume], "only": "home", "as_of": None, "feed": ""}
        ),
        console,
    )
    words = words_of_root(target)
    reads = f"it reads; to write here: whisky storage lease{words} --take --why TEXT"
    kept = [line for line in told.lines if not line.startswith("it is a home again")]
    return answered(told.result, [*kept, reads], told.problems, told.exit)
