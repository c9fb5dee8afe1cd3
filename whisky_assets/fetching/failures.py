"""Every way a request can end without a body, as three types with a stable code that the frontier keeps.

    FetchError            RefusedAnswerError   permanent: asking again brings the same
    ├── RetryLaterError   LaterAnswerError     the server or the network may answer later
    └── BlockedError      BlockedAnswerError   robots, terms, a certificate or the server refuse us

Not here: what a status means for a page (`verdict.py`) and when to ask again (`deferrals.py`).
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import datetime

import requests
import urllib3

from whisky_assets.domain.errors import BlockedError, FetchError, RetryLaterError

DEADLINE = "deadline"
TOO_LARGE = "too_large"
TRUNCATED = "truncated"
MALFORMED = "malformed"
NO_ANSWER = "no_answer"
UNREACHABLE = "unreachable"
UNKNOWN_NAME = "unknown_name"
BAD_TLS = "bad_tls"
PRIVATE_PEER = "private_peer"
FOREIGN_ORIGIN = "foreign_origin"
REDIRECTS = "redirects"
BAD_URL = "bad_url"
ROBOTS = "robots"
ROBOTS_UNREACHABLE = "robots_unreachable"
HOST_DEFERRED = "host_deferred"


class RefusedAnswerError(FetchError):
    """An answer that we do not take, or a request that we do not send; `code` is stable."""

    def __init__(self, message: str, *, code: str, remedy: str = "") -> None:
        """Keep the code that the frontier stores beside the sentence."""
        super().__init__(message, remedy=remedy)
        self.code = code


class LaterAnswerError(RetryLaterError):
    """No answer now; `code` is stable, and `host` names the host whose other pages wait too, if they do."""

    def __init__(
        self, message: str, *, code: str, not_before: datetime | None = None, host: str = "", remedy: str = ""
    ) -> None:
        """Keep the code, the earliest polite time (aware UTC) and which whole host waits."""
        super().__init__(message, not_before=not_before, remedy=remedy)
        self.code = code
        self.host = host


class BlockedAnswerError(BlockedError):
    """We are not wanted there, or must not trust who answers; `code` is stable."""

    def __init__(self, message: str, *, code: str, remedy: str = "") -> None:
        """Keep the code that the frontier stores beside the sentence."""
        super().__init__(message, remedy=remedy)
        self.code = code


def code_of(error: FetchError) -> str:
    """Return the stable code of a failed request."""
    return str(getattr(error, "code", "failed"))


def past_deadline(url: str, seconds: float) -> LaterAnswerError:
    """Return the error of an answer that was not whole when its time was over."""
    return LaterAnswerError(f"{url}: no whole answer within {seconds:g} s.", code=DEADLINE)


# Both libraries have trees of their own, and which one is raised depends on how far the answer had come.
LIBRARY_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


def from_library(error: Exception, url: str) -> FetchError:
    """Return our error for one of `requests`, `urllib3`, `http.client` or the socket; this is the only such place."""
    chain = tuple(_causes(error))
    if _any(chain, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return BlockedAnswerError(
            f"{url}: the secure connection could not be trusted ({_last(chain)}).",
            code=BAD_TLS,
            remedy="Open the address in a browser; if its certificate is good there, check this machine's clock.",
        )
    if _any(chain, http.client.RemoteDisconnected):
        return LaterAnswerError(f"{url}: the server hung up without an answer.", code=NO_ANSWER)
    if _is_truncation(chain):
        return LaterAnswerError(f"{url}: the answer was cut short ({_last(chain)}).", code=TRUNCATED)
    if _any(
        chain, http.client.HTTPException, urllib3.exceptions.InvalidHeader, urllib3.exceptions.HeaderParsingError
    ) or isinstance(error, requests.exceptions.InvalidHeader):
        return RefusedAnswerError(f"{url}: the answer is no well-formed HTTP ({_last(chain)}).", code=MALFORMED)
    if isinstance(error, ValueError) and isinstance(error, requests.RequestException):
        return RefusedAnswerError(f"{url}: no address that can be asked for ({error}).", code=BAD_URL)
    return LaterAnswerError(f"{url}: no connection ({_last(chain)}).", code=UNREACHABLE)


def _is_truncation(chain: tuple[BaseException, ...]) -> bool:
    if _any(chain, ConnectionResetError, BrokenPipeError):
        return True
    if not _any(chain, http.client.IncompleteRead):
        return False
    # http.client tells a bad chunk size and a missing one by the same error; the number that it read differs.
    sizes = [cause for cause in chain if isinstance(cause, ValueError) and "base 16" in str(cause)]
    return not sizes or str(sizes[0]).endswith("b''")


def _any(chain: tuple[BaseException, ...], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in chain)


def _last(chain: tuple[BaseException, ...]) -> str:
    innermost = chain[-1]
    return f"{type(innermost).__name__}: {str(innermost)[:200]}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it stands for: causes, contexts and errors carried as arguments, outermost first."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))
