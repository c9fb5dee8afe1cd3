"""A transport whose pages are drawn by a browser: the guarded one fetches the document, Chromium renders it.

So status, headers, redirects, sizes and certificates are the guarded transport's own; the browser only asks for what
the document is made of, through the guarding proxy. What is no HTML is handed on as it came.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Self

from whisky_assets.fetching.addresses import require_origin
from whisky_assets.fetching.browser.bidi import Channel, ChannelError
from whisky_assets.fetching.browser.chromium import BrowserStartError, Chromium, Programs, start_chromium
from whisky_assets.fetching.browser.loading import OF_THE_WIRE, Document, Loaded, Loading, Rules, prepare
from whisky_assets.fetching.browser.proxy import LOOPBACK, GuardProxy, Traffic
from whisky_assets.fetching.browser.refusals import Refusals
from whisky_assets.fetching.failures import MALFORMED, LaterAnswerError, RefusedAnswerError, past_deadline
from whisky_assets.fetching.transport import BODY_STATUSES, Answer, GuardedTransport
from whisky_assets.fetching.watchdog import Deadline

BROWSER_FAILED = "browser_failed"
RENDERED_FROM = "x-whisky-rendered-from"
"""Header of a rendered body: the content type of the document that it was drawn from."""

RENDERED_TYPE = "text/html; charset=utf-8; rendered=chromium"
_DRAWN_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_OF_THE_DOCUMENT = frozenset({"if-none-match", "if-modified-since"})
_NOT_OF_THE_BODY = frozenset({"etag", "last-modified", RENDERED_FROM})
_FOUND = 302


class BrowserTransport:
    """Gets one address at a time, from one thread; the browser starts with the first page and ends with `close()`."""

    def __init__(
        self, guarded: GuardedTransport, programs: Programs, *, origins: Collection[str], wait_for: str | None = None
    ) -> None:
        """Take the transport that fetches documents, the browser's programs and the feed's declared origins.

        `wait_for` is the CSS of the element that makes a page whole; None: the page has come to rest.
        """
        self.refusals = Refusals()
        self.limits = guarded.limits
        self._guarded = guarded
        self._programs = programs
        self._origins = frozenset(origins)
        self._wait_for = wait_for
        self._may_ask: Callable[[str], object] = lambda url: require_origin(url, self._origins)
        self._proxy = GuardProxy(guarded.gate, self._origins, self.refusals)
        self._browser: Chromium | None = None
        self._closing = contextlib.ExitStack()

    def ask_before(self, may_ask: Callable[[str], object]) -> None:
        """Ask this before each request that a page makes by itself; it raises a FetchError for a no."""
        self._may_ask = may_ask

    def get(
        self,
        url: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        deadline_seconds: float | None = None,
        limit_bytes: int | None = None,
        cut: bool = False,
    ) -> Answer:
        """Return the answer to one GET: an HTML page as its scripts have drawn it, anything else as it came.

        A document's validators say nothing about what its scripts fetch, so none are sent and none returned. A page
        that leads on by script is a redirect (302) to there. What is asked for with `cut` is no page (robots.txt).

        Raises:
            RefusedAnswerError, LaterAnswerError, BlockedAnswerError, UsageError: as `GuardedTransport.get`; also where
                the page is not drawn in time, draws or loads too much, or the browser fails (`browser_failed`).
        """
        if cut:
            return self._guarded.get(url, headers, deadline_seconds=deadline_seconds, limit_bytes=limit_bytes, cut=True)
        seconds = deadline_seconds if deadline_seconds is not None else self.limits.deadline_seconds
        limit = limit_bytes if limit_bytes is not None else self.limits.body_bytes
        sent = {name: value for name, value in headers.items() if name.lower() not in _OF_THE_DOCUMENT}
        answer = self._guarded.get(url, sent, deadline_seconds=seconds, limit_bytes=limit)
        if answer.status == 304:
            raise RefusedAnswerError(f"{url}: says 304 to a request without validators.", code=MALFORMED)
        if answer.status not in BODY_STATUSES:
            return answer
        kept = {name: value for name, value in answer.headers.items() if name not in _NOT_OF_THE_BODY}
        if answer.media_type not in _DRAWN_TYPES or not answer.body:
            return replace(answer, headers=kept)
        loaded = self._draw(answer, seconds - answer.seconds, limit)
        return _as_answer(answer, kept, loaded)

    def close(self) -> None:
        """End the browser with all that it keeps, then the proxy."""
        self._end_browser()
        self._closing.close()

    def __enter__(self) -> Self:
        """Open the proxy; the browser waits for the first page."""
        self._closing.enter_context(self._proxy)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _draw(self, answer: Answer, seconds: float, limit: int) -> Loaded:
        document = Document(url=answer.url, headers=answer.headers, body=answer.body)
        rules = Rules(proxy=self._proxy, refusals=self.refusals, may_ask=self._may_ask, wait_for=self._wait_for)
        try:
            channel = self._channel()
            with self._exchange(seconds, limit) as traffic:
                return Loading(channel, rules, document, traffic).run()
        except ChannelError as error:
            self._end_browser()
            if error.is_late:
                raise past_deadline(answer.url, self.limits.deadline_seconds) from error
            raise _failed(answer.url, str(error)) from error
        except BrowserStartError as error:
            raise _failed(answer.url, f"it did not start: {error}") from error
        except BaseException:
            # Whatever the page still does, it does without a browser.
            self._end_browser()
            raise

    def _exchange(self, seconds: float, limit: int) -> contextlib.AbstractContextManager[Traffic]:
        return self._proxy.page(Deadline(max(seconds, 0.001)), limit)

    def _channel(self) -> Channel:
        if self._browser is None:
            place = f"{LOOPBACK}:{self._proxy.port}"
            self._browser = start_chromium(self._programs, proxy=place, user_agent=self._guarded.user_agent)
            prepare(self._browser.channel, Traffic(Deadline(self.limits.deadline_seconds), 0))
        return self._browser.channel

    def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            browser.close()


def _as_answer(answer: Answer, kept: Mapping[str, str], loaded: Loaded) -> Answer:
    if loaded.wait_status:
        told = {"retry-after": loaded.retry_after} if loaded.retry_after is not None else {}
        return replace(answer, status=loaded.wait_status, headers=told, body=b"")
    if loaded.moved_to:
        return replace(answer, status=_FOUND, headers={"location": loaded.moved_to}, body=b"")
    kept = {name: value for name, value in kept.items() if name not in OF_THE_WIRE}
    headers = {**kept, "content-type": RENDERED_TYPE, RENDERED_FROM: answer.headers.get("content-type", "")}
    return replace(answer, headers=headers, body=loaded.body)


def _failed(url: str, why: str) -> LaterAnswerError:
    return LaterAnswerError(
        f"{url}: the browser failed: {why}.",
        code=BROWSER_FAILED,
        remedy="The next run tries again; does Chromium start by hand? chromium --headless=new --dump-dom about:blank",
    )
