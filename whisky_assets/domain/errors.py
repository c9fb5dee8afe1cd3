"""Every way a command can end, as a type with one exit code and a remedy.

What is not here: texts of single failures (they stand where they are raised) and retry loops.

    WhiskyError                       1  failed
    ├── UsageError                    2  the command, a config file or a TOML says something that cannot be meant
    ├── InputRefusedError             1  a file, page or row that no reader understands; nothing good was lost
    ├── CheckFailedError              1  a blocking check stopped a commit; the last good table stays
    ├── StaleParentError              1  somebody else committed first; build again
    ├── FetchError                    1  a request that brought no body
    │   ├── RetryLaterError           1  the server or the network may answer later; carries `not_before`
    │   └── BlockedError              1  robots, terms or the server refuse us; a person has to look
    ├── PartlyFailedError             3  done, but named feeds failed or are stale
    ├── BusyError                     4  another run holds the lock: pid, host, since when
    ├── BudgetStoppedError            5  stopped at a budget; the next call goes on
    ├── NeedsDecisionError            6  a confirmation or a decision of a person is missing
    ├── OutOfReachError               7  a store or volume is absent
    └── CorruptDataError              8  bytes are not what their name says
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit status of every command; the numbers are a published interface and never change."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    BUSY = 4
    BUDGET = 5
    DECISION = 6
    OUT_OF_REACH = 7
    CORRUPT = 8


# One command can end in many ways at once; the first of these that applies is its exit status.
PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.BUSY,
    ExitCode.CORRUPT,
    ExitCode.FAILED,
    ExitCode.OUT_OF_REACH,
    ExitCode.DECISION,
    ExitCode.BUDGET,
    ExitCode.PARTLY,
    ExitCode.DONE,
)


def combine(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the one exit code that stands for many outcomes, DONE for none."""
    present = set(codes)
    return next((code for code in PRECEDENCE if code in present), ExitCode.DONE)


class WhiskyError(Exception):
    """A failure that its reader can act on: `message` says what and where, `remedy` how to mend it."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, remedy: str = "") -> None:
        """Keep both sentences; `str(error)` shows the message, then the remedy."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the message and, where there is one, what to do about it."""
        if not self.remedy:
            return self.message
        stop = "" if self.message.endswith((".", "!", "?", ":")) else "."
        return f"{self.message}{stop} {self.remedy}"


class UsageError(WhiskyError):
    """A command, option, configuration or feed file says something that cannot be meant."""

    exit_code = ExitCode.USAGE


class InputRefusedError(WhiskyError):
    """A document that no reader understands: `reason` is its stable code in the quarantine."""

    def __init__(self, message: str, *, reason: str, remedy: str = "") -> None:
        """Keep the quarantine code beside the sentence."""
        super().__init__(message, remedy=remedy)
        self.reason = reason


class CheckFailedError(WhiskyError):
    """A blocking check stopped a commit; the last good table stays."""


class StaleParentError(WhiskyError):
    """The parent of this commit is no longer current: somebody else committed first."""


class FetchError(WhiskyError):
    """A request that brought no body and will not by asking again."""


class RetryLaterError(FetchError):
    """A request that may succeed later; `not_before` is when to ask again (aware UTC), None if unknown."""

    def __init__(self, message: str, *, not_before: datetime | None = None, remedy: str = "") -> None:
        """Keep the earliest time at which asking again is polite."""
        super().__init__(message, remedy=remedy)
        self.not_before = not_before


class BlockedError(FetchError):
    """Robots, terms or the server refuse us; asking again without a person's look is rude."""


class PartlyFailedError(WhiskyError):
    """The work is done, but `feeds` failed or are stale."""

    exit_code = ExitCode.PARTLY

    def __init__(self, message: str, *, feeds: tuple[str, ...], remedy: str = "") -> None:
        """Name the feeds beside the sentence."""
        super().__init__(message, remedy=remedy)
        self.feeds = feeds


class BusyError(WhiskyError):
    """Another live process holds the same feed, build, target or home."""

    exit_code = ExitCode.BUSY


class BudgetStoppedError(WhiskyError):
    """A budget or a limit of the command line was reached; the next call goes on from here."""

    exit_code = ExitCode.BUDGET


class NeedsDecisionError(WhiskyError):
    """A person has to confirm or decide before this can go on."""

    exit_code = ExitCode.DECISION


class OutOfReachError(WhiskyError):
    """A volume or document store is absent, so the work that needs it cannot be done."""

    exit_code = ExitCode.OUT_OF_REACH


class CorruptDataError(WhiskyError):
    """Bytes on a volume are not what their name or footer says."""

    exit_code = ExitCode.CORRUPT
