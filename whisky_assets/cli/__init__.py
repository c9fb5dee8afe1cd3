"""The `whisky` command: reads the words, calls one function of `pipeline` or `orchestration`, shows its answer.

Every command lives in a module named for its noun and imports what is heavy only when it runs, so that `whisky --help`
answers at once. Not here: any work on data.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from whisky_assets.cli.answer import Answer, Call, failed, failure_of
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import words_for
from whisky_assets.cli.paste import problems_naming_home
from whisky_assets.cli.words import build_parser, command_in
from whisky_assets.domain.errors import ExitCode, UsageError, WhiskyError, combine


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`domain.errors.ExitCode`); the script `whisky` exits with it."""
    words = list(sys.argv[1:] if argv is None else argv)
    _never_fail_to_print()
    try:
        arguments = build_parser().parse_args(words)
    except UsageError as error:
        return _show(Console(as_json="--json" in words), Call.begin(command_in(words)), failed(error))
    call = Call.begin(arguments.command)
    console = Console(as_json=arguments.json, quiet=arguments.quiet)
    try:
        answer = _answer(arguments, console)
    except Exception as error:
        # A fault of the program: its reader gets an answer, and the traceback after it says where.
        fault = WhiskyError(
            f"a fault of the program: {type(error).__name__}: {error}",
            remedy="What was acknowledged stays. The lines that follow say where it was.",
        )
        _show(console, call, failed(fault))
        raise
    if answer.problems:
        answer = problems_naming_home(answer, words_for(arguments))
    return _show(console, call, answer)


def _show(console: Console, call: Call, answer: Answer) -> int:
    code = _shown(console, call, answer)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _write_nowhere(stream)
    return code


def _write_nowhere(stream: TextIO) -> None:
    # What Python flushes at its end must find an open file with room, or it ends with a code of its own.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _shown(console: Console, call: Call, answer: Answer) -> int:
    try:
        console.show(call, answer)
    except OSError as error:
        _write_nowhere(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return int(answer.exit)  # the reader (`| head`) has seen enough
        print(f"! the answer cannot be written to standard output: {error.strerror}", file=sys.stderr)
        return int(combine([answer.exit, ExitCode.FAILED]))
    return int(answer.exit)


def _answer(arguments: argparse.Namespace, console: Console) -> Answer:
    try:
        answer = arguments.run(arguments, console)
    except WhiskyError as error:
        return failed(error)
    except OSError as error:
        return failed(failure_of(error))
    except KeyboardInterrupt:
        return failed(WhiskyError("Stopped by you.", remedy="What was acknowledged stays; the same command goes on."))
    if not isinstance(answer, Answer):
        raise TypeError(f"the command {arguments.command} gave no answer")
    return answer


def _never_fail_to_print() -> None:
    """Write a letter that the terminal's encoding lacks as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
