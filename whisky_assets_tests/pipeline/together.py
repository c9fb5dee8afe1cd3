"""Runs one program in two processes that begin at the same moment. Not here: assertions about what they did."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence


def together(program: str, *arguments: Sequence[str]) -> None:
    """Start the program once with each list of arguments, let all go at once, and wait until they have ended well.

    The program prints `ready` and reads a line before it goes.
    """
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, *told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for told in arguments
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        one.communicate(timeout=60)
        assert one.returncode == 0
