"""Processes as a test looks at them: a family, and which of it are still alive."""

from __future__ import annotations

import time

import psutil

PATIENCE_SECONDS = 30.0


def with_children(pid: int) -> list[psutil.Process]:
    """Return a process and all that descend from it."""
    head = psutil.Process(pid)
    return [head, *head.children(recursive=True)]


def end_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """Wait until none of them lives, and return those that still do; one that nobody has buried yet is dead."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while alive := [process for process in family if _lives(process)]:
        if time.monotonic() > ends_at:
            return alive
        time.sleep(0.02)
    return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
