"""One polite GET: behind a gate on peers, inside a deadline and size limits, with nothing sent that was not declared.

No cookies, no proxy or netrc of the machine, no redirects followed, no encoding but gzip. Robots, pace, redirects and
retries are the visitor's (`visitor.py`); what a status means is `verdict.py`'s.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NoReturn, Protocol, Self

import requests
from urllib3.response import BaseHTTPResponse

from whisky_assets import __version__
from whisky_assets.domain.errors import UsageError
from whisky_assets.fetching.addresses import host_of, normalise
from whisky_assets.fetching.bodies import BodyReader, is_gzip
from whisky_assets.fetching.connections import Gate, GuardedAdapter
from whisky_assets.fetching.failures import (
    LIBRARY_ERRORS,
    MALFORMED,
    RefusedAnswerError,
    from_library,
    past_deadline,
)
from whisky_assets.fetching.keys import Key, RequestLogFilter
from whisky_assets.fetching.peers import Peers, Resolver, is_sample, system_resolver
from whisky_assets.fetching.watchdog import Deadline, Watchdog

ROBOTS_TOKEN = "whisky-assets"  # noqa: S105 - the product's name in robots.txt, no secret
BODY_STATUSES = frozenset({200, 203})
_ERROR_PAGE_BYTES = 65_536
_HEADER_BYTES = 65_536
"""More headers than any page needs: as many as one line may have, all together."""
_CHARSET_PARAMETER = re.compile(r'(?:^|;)\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportLimits:
    """What one answer may take: seconds for the whole of it, and bytes both on the wire and inflated."""

    deadline_seconds: float = 30.0
    body_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: `headers` by lower-case name; `body` only for 200 and 203, after transfer and content encoding.

    `is_cut`: the body was longer than asked for and ends at that limit. `wire_bytes` counts the body as it came.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    wire_bytes: int = 0
    seconds: float = 0.0
    is_cut: bool = False

    @property
    def media_type(self) -> str:
        """The media type as told, in lower case and without parameters; empty if untold."""
        told = self.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        return told if re.fullmatch(r"[\w.+-]+/[\w.+-]+", told) else ""

    @property
    def charset(self) -> str | None:
        """The character set as told by the header; None if untold or no name of one."""
        told = _CHARSET_PARAMETER.search(self.headers.get("content-type", ""))
        name = (told[1] or told[2]) if told else ""
        return name if _CHARSET.fullmatch(name) else None


class Transport(Protocol):
    """What a crawl asks of a transport: one answer per call, whatever its status, as `GuardedTransport.get` says."""

    def get(
        self,
        url: str,
        headers: Mapping[str, str] = ...,
        *,
        deadline_seconds: float | None = None,
        limit_bytes: int | None = None,
        cut: bool = False,
    ) -> Answer:
        """Return the answer to one GET, or raise a FetchError."""


class GuardedTransport:
    """Gets one address at a time per thread; usable from several threads; `close()` ends its watchdog and connections.

    Args to `__init__`: `contact` is the owner's mail or web address, without which no live site is asked; `resolve`
    gives names that end in `.sample` a loopback place, which no other name ever gets.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        resolve: Mapping[str, tuple[str, int]] = MappingProxyType({}),
        limits: TransportLimits | None = None,
        resolver: Resolver = system_resolver,
        certificates: Path | None = None,
    ) -> None:
        """Make the pool of guarded connections.

        Raises:
            UsageError: `resolve` names a host outside `.sample` or a place that is not loopback, or the contact has
                a line break or other characters that no header can hold.
        """
        if not re.fullmatch(r"[\x20-\x7e]*", contact):
            raise UsageError(
                "The contact may hold plain ASCII letters, digits and signs only, as it is sent in a header.",
                remedy="Set `contact` to a mail or web address.",
            )
        self.contact = contact.strip()
        self.limits = limits or TransportLimits()
        self.gate = Gate(Peers(resolve, resolver))
        self._adapter = GuardedAdapter(self.gate)
        self._watchdog = Watchdog()
        self._verify: bool | str = str(certificates) if certificates else True
        self._key: Key | None = None
        self._log_filter: RequestLogFilter | None = None

    def carry(self, key: Key) -> None:
        """Send a key to its origins from now on, and hide it in all that comes back; once, before the first request."""
        self._key = key
        self._log_filter = RequestLogFilter(key)
        self._log_filter.install()

    @property
    def user_agent(self) -> str:
        """Who we say that we are: name, version, and whom to write to."""
        about = f" (+{self.contact})" if self.contact else ""
        return f"{ROBOTS_TOKEN}/{__version__}{about}"

    def get(
        self,
        url: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        deadline_seconds: float | None = None,
        limit_bytes: int | None = None,
        cut: bool = False,
    ) -> Answer:
        """Return the answer to one GET, whatever its status; a redirect is an answer like any other.

        Args:
            url: an absolute http(s) address.
            headers: validators and the like; User-Agent and Accept-Encoding are ours.
            deadline_seconds: for the whole answer, from look-up to last byte; None: the transport's own.
            limit_bytes: largest body; None: the transport's own.
            cut: take the first `limit_bytes` of a larger body instead of refusing it.

        Raises:
            UsageError: a live site was asked for without a contact.
            RefusedAnswerError: too large, malformed, or no address that can be asked for.
            LaterAnswerError: no whole answer in time, cut short, or no connection.
            BlockedAnswerError: a peer that is not public, or a certificate that cannot be trusted.
        """
        address = normalise(url)
        if not self.contact and not is_sample(host_of(address)):
            raise UsageError(
                f"{address}: no live site is asked before the owner has set a contact.",
                remedy="Set `contact` in the home's config.toml (`whisky init` asks for it).",
            )
        deadline = Deadline(deadline_seconds if deadline_seconds is not None else self.limits.deadline_seconds)
        limit = limit_bytes if limit_bytes is not None else self.limits.body_bytes
        self.gate.exchange = deadline
        self._watchdog.watch(deadline)
        try:
            answer = self._exchange(address, headers, deadline, limit=limit, cut=cut)
        except Exception as error:
            # A cut connection shows as any error at all, so the question is asked before the error is read.
            if deadline.passed():
                raise past_deadline(address, deadline.seconds) from (error if self._key is None else None)
            if isinstance(error, LIBRARY_ERRORS):
                self._raise_as_ours(error, address)
            raise
        finally:
            self.gate.exchange = None
            deadline.finish()
        if deadline.fired:
            raise past_deadline(address, deadline.seconds)
        return answer

    def close(self) -> None:
        """Close idle connections and end the watchdog."""
        if self._log_filter is not None:
            self._log_filter.remove()
        self._adapter.close()
        self._watchdog.close()

    def __enter__(self) -> Self:
        """Return the transport itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _exchange(self, url: str, headers: Mapping[str, str], deadline: Deadline, *, limit: int, cut: bool) -> Answer:
        sent = {"Accept": "*/*", **headers, "User-Agent": self.user_agent, "Accept-Encoding": "gzip"}
        asked, sent = (url, sent) if self._key is None else self._key.put_into(url, sent)
        prepared = requests.Request("GET", asked, headers=sent).prepare()
        begun = time.monotonic()
        # The adapter alone: a Session adds cookies and netrc, and reads a redirect's whole body to look ahead.
        response = self._adapter.send(
            prepared, stream=True, timeout=(deadline.remaining(), deadline.remaining()), verify=self._verify
        )
        try:
            told = {name.lower(): self._hidden(value) for name, value in response.headers.items()}
            body, reader = self._body(url, response, told, limit=limit, cut=cut)
        except BaseException:
            _drop(response)
            raise
        if reader.is_cut:
            _drop(response)
        else:
            response.close()
        return Answer(
            url=url,
            status=response.status_code,
            headers=told,
            body=body if self._key is None else self._key.hidden_in_bytes(body),
            wire_bytes=reader.wire_bytes,
            seconds=time.monotonic() - begun,
            is_cut=reader.is_cut,
        )

    def _hidden(self, text: str) -> str:
        return text if self._key is None else self._key.hidden_in(text)

    def _raise_as_ours(self, error: Exception, address: str) -> NoReturn:
        """Raise a library's error as ours; with a key, the library's own words and traceback are left behind."""
        ours = from_library(error, address)
        if self._key is None:
            raise ours from error
        ours.message = self._key.hidden_in(ours.message)
        ours.args = (ours.message,)
        raise ours from None

    def _body(
        self, url: str, response: requests.Response, told: Mapping[str, str], *, limit: int, cut: bool
    ) -> tuple[bytes, BodyReader]:
        _require_wellformed(url, response.status_code, told)
        raw: BaseHTTPResponse = response.raw
        if response.status_code in BODY_STATUSES:
            gzip = is_gzip(told.get("content-encoding", ""), url)
            reader = BodyReader(url, limit=limit, gzip=gzip, cut=cut)
            return reader.read_all(lambda size: raw.read1(size, decode_content=False)), reader
        # An error page is read only so that its connection can be used again.
        reader = BodyReader(url, limit=_ERROR_PAGE_BYTES, gzip=False, cut=True)
        reader.read_all(lambda size: raw.read1(size, decode_content=False))
        return b"", reader


def _require_wellformed(url: str, status: int, told: Mapping[str, str]) -> None:
    if status < 200:
        raise RefusedAnswerError(f"{url}: answered with the interim status {status} and no more.", code=MALFORMED)
    if sum(len(name) + len(value) for name, value in told.items()) > _HEADER_BYTES:
        raise RefusedAnswerError(f"{url}: its headers are larger than {_HEADER_BYTES:,} bytes.", code=MALFORMED)
    length = told.get("content-length", "0")
    if len({part.strip() for part in length.split(",")}) != 1 or not re.fullmatch(r"[0-9 ,]+", length):
        raise RefusedAnswerError(f"{url}: tells its length as {length[:40]!r}.", code=MALFORMED)


def _drop(response: requests.Response) -> None:
    """Close an answer and its connection, so that no unread byte is taken for the next answer."""
    response.raw.close()
    response.close()
