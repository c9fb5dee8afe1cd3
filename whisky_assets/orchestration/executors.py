"""Which executor runs the steps of a job: in this process, unless a deployment's environment names another.

A step in a process of its own costs seconds, in this one a fraction of a second. Dask, Kubernetes or an executor with
limits of its own are named by where they are imported from, so that no asset and no job changes for them.
"""

import importlib
import os

import dagster as dg

from whisky_assets.domain.errors import UsageError

EXECUTOR_VARIABLE = "WHISKY_EXECUTOR"
_BUILT_IN = {"": dg.in_process_executor, "in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}


def chosen_executor() -> dg.ExecutorDefinition:
    """Return the executor that WHISKY_EXECUTOR names: `in_process`, `multiprocess`, or `package.module:attribute`.

    Raises:
        UsageError: the name is neither, cannot be imported, or is no executor.
    """
    name = os.environ.get(EXECUTOR_VARIABLE, "").strip()
    built_in = _BUILT_IN.get(name)
    if built_in is not None:
        return built_in
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{EXECUTOR_VARIABLE}={name!r} cannot be imported: {error}", remedy=_REMEDY) from error
    if not isinstance(found, dg.ExecutorDefinition):
        raise UsageError(f"{EXECUTOR_VARIABLE}={name!r} is a {type(found).__name__}, no executor", remedy=_REMEDY)
    return found


_REMEDY = "Name in_process, multiprocess, or one like dagster_dask:dask_executor that is installed."
