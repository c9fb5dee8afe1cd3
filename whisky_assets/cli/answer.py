"""What a command answers, and the one JSON envelope in which every command gives it."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from whisky_assets.domain.errors import ExitCode, OutOfReachError, WhiskyError, combine
from whisky_assets.domain.outcome import Problem

ENVELOPE_SCHEMA = "whisky/answer/1"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One command's answer: `lines` for a person, `result` for a program, `problems` for both."""

    exit: ExitCode = ExitCode.DONE
    result: Mapping[str, object] = dataclasses.field(default_factory=dict)
    lines: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invocation: its command, an id, and when it began."""

    command: str
    invocation: str
    started_at: datetime
    started: float

    @classmethod
    def begin(cls, command: str) -> Call:
        """Note the machine's time and make an id that two calls never share."""
        moment = datetime.now(UTC)
        return cls(
            command=command,
            invocation=f"{moment:%Y%m%dT%H%M%S%f}-{os.getpid()}",
            started_at=moment,
            started=time.monotonic(),
        )


def answered(
    result: Mapping[str, object],
    lines: Sequence[str],
    problems: Sequence[Problem] = (),
    exit_code: ExitCode | None = None,
) -> Answer:
    """Return an answer whose exit code is the given one, else the one that its problems add up to."""
    code = combine(problem.code for problem in problems) if exit_code is None else exit_code
    return Answer(exit=code, result=result, lines=tuple(lines), problems=tuple(problems))


def failed(error: WhiskyError) -> Answer:
    """Return the answer for a command that ended with an error."""
    problem = Problem(code=error.exit_code, subject="", message=error.message, remedy=error.remedy)
    return Answer(exit=error.exit_code, problems=(problem,))


def failure_of(error: OSError) -> WhiskyError:
    """Return the system's refusal as an error of ours: the path, the system's words, and what to do about it."""
    from whisky_assets.storage.full_disk import NO_SPACE

    where = str(error.filename2 or error.filename or "")
    what = error.strerror or str(error)
    message = f"{where}: {what}" if where else f"the system says: {what}"
    if error.errno in NO_SPACE:
        return OutOfReachError(message, remedy="Free space there and start again; what was stored before is untouched.")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return WhiskyError(message, remedy="Give your user the right to read and write there, or name another place.")
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError | FileExistsError):
        return WhiskyError(message, remedy="Look what stands there, and name a place that fits.")
    return WhiskyError(message, remedy="Look whether the disk or the connection is well, and start again.")


def envelope(call: Call, answer: Answer) -> str:
    """Return the answer as JSON: `{schema, command, exit, invocation, result, problems}`."""
    body = {
        "schema": ENVELOPE_SCHEMA,
        "command": call.command,
        "exit": int(answer.exit),
        "invocation": {
            "id": call.invocation,
            "started_at": call.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(time.monotonic() - call.started, 3),
        },
        "result": answer.result,
        "problems": [
            {
                "code": int(problem.code),
                "subject": problem.subject,
                "message": problem.message,
                "remedy": problem.remedy,
            }
            for problem in answer.problems
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1, default=str)
