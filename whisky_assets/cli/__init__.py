"""The `whisky` command: reads the words, calls one function of `pipeline` or `orchestration`, shows its answer.

Every command lives in a module named for its noun and imports what is heavy only when it runs, so that `whisky --help`
answers at once. Not here: any work on data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from whisky_assets.cli.answer import Answer, Call, failed
from whisky_assets.cli.console import Console
from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import UsageError, WhiskyError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`domain.errors.ExitCode`); the script `whisky` exits with it."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser()
    arguments = parser.parse_args(words)
    call = Call.begin(arguments.command)
    console = Console(as_json=arguments.json, quiet=arguments.quiet)
    answer = _answer(arguments, console)
    try:
        console.show(call, answer)
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; what Python would flush at its end must find an open file.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(answer.exit)


def _answer(arguments: object, console: Console) -> Answer:
    run = vars(arguments)["run"]
    try:
        answer = run(arguments, console)
    except WhiskyError as error:
        return failed(error)
    except KeyboardInterrupt:
        return failed(WhiskyError("Stopped by you.", remedy="What was acknowledged stays; the same command goes on."))
    if not isinstance(answer, Answer):
        raise UsageError(f"the command {vars(arguments)['command']} gave no answer")
    return answer
