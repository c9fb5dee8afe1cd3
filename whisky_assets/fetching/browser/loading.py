"""One page in the browser: given its document, it may ask for what it is allowed, until it is drawn; then it is read.

Each request of a page is held until it is judged here; what this does not see, the proxy judges. Not here: how the
document came (`transport.py`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from whisky_assets.domain.errors import FetchError
from whisky_assets.fetching.addresses import origin_of
from whisky_assets.fetching.browser.bidi import Channel, ChannelError, Event
from whisky_assets.fetching.browser.challenges import PROXY_ASKS, Challenges
from whisky_assets.fetching.browser.proxy import METHODS, GuardProxy, Traffic
from whisky_assets.fetching.browser.refusals import METHOD, WINDOW, Refusals
from whisky_assets.fetching.failures import (
    DEADLINE,
    TOO_LARGE,
    LaterAnswerError,
    RefusedAnswerError,
    code_of,
)
from whisky_assets.fetching.visitor import WAIT_STATUSES

QUIET_SECONDS = 0.5
"""A page that has asked for nothing for so long after its load is drawn."""

_AFTER_FOUND_SECONDS = 1.0
_PAUSE_SECONDS = 0.1
_EVENTS = (
    PROXY_ASKS,
    "browsingContext.contextCreated",
    "browsingContext.load",
    "network.authRequired",
    "network.beforeRequestSent",
    "network.fetchError",
    "network.responseCompleted",
)
_NOT_READ = frozenset({"audio", "font", "image", "track", "video"})
"""What a page may be made of that holds no text for us: spared to the site, and no refusal."""

OF_THE_WIRE = frozenset({"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"})
"""Headers that are about how a document came, not about what is made of it."""

_LEADS_AWAY = frozenset({"content-disposition", "refresh"})

# Before any script of a page: what talks past its requests is not there.
_TAKE_AWAY = """() => {
  delete Navigator.prototype.serviceWorker;
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) delete globalThis[name];
}"""
_READ = """(() => {
  const root = document.documentElement;
  const kind = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
  const text = root ? kind + root.outerHTML : "";
  return text.length > %d ? text.length : text;
})()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The document that a page begins with, as it was fetched."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of a page: its `body` as drawn (UTF-8), an address that it leads on to, or a server's wish to wait.

    `wait_status` with `retry_after` is the answer of a server that one of the page's own requests got.
    """

    body: bytes = b""
    moved_to: str = ""
    wait_status: int = 0
    retry_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for every page of a crawl.

    `may_ask` raises a FetchError for an address that no page may ask for; `wait_for` is the CSS of the element whose
    appearance makes a page whole, None where quiet does.
    """

    proxy: GuardProxy
    refusals: Refusals
    may_ask: Callable[[str], object]
    wait_for: str | None = None


def prepare(channel: Channel, traffic: Traffic) -> None:
    """Tell a new session what to tell us, what to hold for us and what to take away from pages.

    Raises:
        ChannelError: the browser does not do so.
    """

    def ignore(_event: Event) -> None:
        """Nothing is loaded yet."""

    deadline = traffic.deadline
    channel.call("session.subscribe", deadline, ignore, events=list(_EVENTS))
    channel.call("network.addIntercept", deadline, ignore, phases=["beforeRequestSent", "authRequired"])
    channel.call("script.addPreloadScript", deadline, ignore, functionDeclaration=_TAKE_AWAY)


@dataclass(slots=True)
class _Progress:
    """How far a page is; times are monotonic seconds."""

    is_given: bool = False
    is_loaded: bool = False
    asking: set[str] = field(default_factory=set)
    last_event: float = field(default_factory=time.monotonic)
    next_look: float = 0.0
    found_at: float | None = None
    trouble: FetchError | None = None


class Loading:
    """Loads one page; `run` is called once."""

    def __init__(self, channel: Channel, rules: Rules, document: Document, traffic: Traffic) -> None:
        """Take the session, the rules, the document, and what the page may load."""
        self._channel = channel
        self._rules = rules
        self._document = document
        self._traffic = traffic
        self._user_context = ""
        self._tab = ""
        self._contexts: set[str] = set()
        self._progress = _Progress()
        self._challenges = Challenges(channel, rules.proxy)
        self._loaded: Loaded | None = None

    def run(self) -> Loaded:
        """Return what became of the page; nothing of it stays in the browser.

        Raises:
            ChannelError: the browser is of no more use.
            LaterAnswerError: not drawn in time, or a server of it failed.
            RefusedAnswerError: it loads or draws more than its limit.
        """
        self._user_context = self._call("browser.createUserContext")["userContext"]
        try:
            self._call(
                "browser.setDownloadBehavior",
                downloadBehavior={"type": "denied"},
                userContexts=[self._user_context],
            )
            self._tab = self._call("browsingContext.create", type="tab", userContext=self._user_context)["context"]
            self._contexts.add(self._tab)
            self._channel.post("browsingContext.navigate", context=self._tab, url=self._document.url, wait="none")
            return self._until_drawn()
        finally:
            self._leave()

    def _until_drawn(self) -> Loaded:
        while True:
            event = self._channel.next_event(_PAUSE_SECONDS)
            if event is not None:
                self._handle(event)
            if self._traffic.is_too_large:
                raise self._too_large("loads")
            if self._loaded is not None:
                return self._loaded
            if self._traffic.deadline.passed():
                raise self._late()
            # Not only in a pause: a page that asks without end never makes one.
            if time.monotonic() >= self._progress.next_look and self._is_drawn():
                return self._read()

    def _leave(self) -> None:
        """Remove all that the page left; a browser that cannot is ended by its owner, who sees the same error."""
        self._traffic.end()
        self._loaded = Loaded()  # what the page still asks for is for nobody
        with contextlib.suppress(ChannelError):
            self._channel.post("browser.removeUserContext", userContext=self._user_context)

    def _call(self, method: str, **params: Any) -> Any:
        return self._channel.call(method, self._traffic.deadline, self._handle, **params)

    def _is_drawn(self) -> bool:
        progress = self._progress
        now = time.monotonic()
        progress.next_look = now + _PAUSE_SECONDS
        is_quiet = not progress.asking and now - progress.last_event >= QUIET_SECONDS
        if self._rules.wait_for is None:
            if is_quiet and progress.is_loaded and progress.trouble is not None:
                raise progress.trouble
            return is_quiet and progress.is_loaded
        if progress.found_at is None and self._finds(self._rules.wait_for):
            progress.found_at = now
        return progress.found_at is not None and (is_quiet or now - progress.found_at >= _AFTER_FOUND_SECONDS)

    def _finds(self, selector: str) -> bool:
        return self._evaluate(f"document.querySelector({json.dumps(selector)}) !== null") is True

    def _read(self) -> Loaded:
        text = self._evaluate(_READ % self._traffic.limit_bytes)
        body = text.encode("utf-8", "replace") if isinstance(text, str) else b""
        if not isinstance(text, str) or len(body) > self._traffic.limit_bytes:
            raise self._too_large("draws")
        return self._loaded or Loaded(body=body)

    def _evaluate(self, expression: str) -> object:
        # In a world of its own, where no script of the page has put anything in the place of what is asked.
        target = {"context": self._tab, "sandbox": "whisky"}
        found = self._call("script.evaluate", expression=expression, target=target, awaitPromise=False)
        if found.get("type") != "success":
            raise ChannelError(f"the page cannot be read: {str(found)[:200]}")
        return found["result"].get("value")

    def _handle(self, event: Event) -> None:
        told = event["params"]
        method = event["method"]
        if method == "browsingContext.contextCreated":
            self._created(told)
        elif method == PROXY_ASKS:
            self._challenges.told_by_chromium(told["params"])
        elif told.get("context") is None or told["context"] in self._contexts:
            self._progress.last_event = time.monotonic()
            self._handle_own(method, told)
        elif told.get("isBlocked"):
            self._fail(told["request"])

    def _handle_own(self, method: str, told: Mapping[str, Any]) -> None:
        if method == "network.beforeRequestSent":
            self._asked(told)
        elif method == "network.authRequired":
            self._challenges.held(told["request"])
        elif method == "browsingContext.load":
            self._progress.is_loaded = self._progress.is_loaded or told["context"] == self._tab
        else:
            self._answered(told)

    def _created(self, told: Mapping[str, Any]) -> None:
        if told.get("parent") in self._contexts:
            self._contexts.add(told["context"])
        elif self._tab and told.get("userContext") == self._user_context and told["context"] != self._tab:
            self._rules.refusals.note(WINDOW, _whom(self._document.url))
            self._channel.post("browsingContext.close", context=told["context"])

    def _asked(self, told: Mapping[str, Any]) -> None:
        if not told.get("isBlocked"):
            return
        request = told["request"]
        if self._loaded is not None or _is_not_read(request):
            self._fail(request)
        elif told.get("context") == self._tab and told.get("navigation"):
            self._navigated(request)
        elif self._is_allowed(request):
            self._progress.asking.add(request["request"])
            self._channel.post("network.continueRequest", request=request["request"])
        else:
            self._fail(request)

    def _navigated(self, request: Mapping[str, Any]) -> None:
        """Give the tab its document; where a page leads on to another address, that is its answer."""
        if not self._progress.is_given:
            self._progress.is_given = True
            self._provide(request, 200, self._document.headers.items(), self._document.body)
            return
        # With "no content" the browser stays where it is.
        self._provide(request, 204, (), b"")
        if request["method"] != "GET":
            raise RefusedAnswerError(
                f"{self._document.url}: goes on by sending a form to {request['url']}; pages may only ask.",
                code=METHOD,
                remedy="Start the feed at a page that shows its products by itself.",
            )
        if self._loaded is None:
            self._loaded = Loaded(moved_to=request["url"])

    def _provide(
        self, request: Mapping[str, Any], status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        told = [
            {"name": name, "value": {"type": "string", "value": value}}
            for name, value in headers
            if name not in OF_THE_WIRE | _LEADS_AWAY
        ]
        self._channel.post(
            "network.provideResponse",
            request=request["request"],
            statusCode=status,
            reasonPhrase="OK" if status == 200 else "No Content",
            headers=told,
            body={"type": "base64", "value": base64.b64encode(body).decode("ascii")},
        )

    def _is_allowed(self, request: Mapping[str, Any]) -> bool:
        url = str(request["url"])
        if urlsplit(url).scheme in ("data", "blob", "about"):
            return True
        if request["method"] not in METHODS:
            self._rules.refusals.note(METHOD, _whom(url))
            return False
        try:
            self._rules.may_ask(url)
        except LaterAnswerError:
            raise
        except FetchError as error:
            self._rules.refusals.note(code_of(error), _whom(url))
            return False
        return True

    def _fail(self, request: Mapping[str, Any]) -> None:
        self._channel.post("network.failRequest", request=request["request"])

    def _answered(self, told: Mapping[str, Any]) -> None:
        request = told["request"]
        if request["request"] not in self._progress.asking:
            return
        self._progress.asking.discard(request["request"])
        response = told.get("response") or {}
        status = int(response.get("status") or 0)
        if status in WAIT_STATUSES and self._loaded is None:
            headers = {one["name"].lower(): one["value"].get("value") for one in response.get("headers", ())}
            self._loaded = Loaded(wait_status=status, retry_after=headers.get("retry-after"))
        elif status >= 500:
            self._progress.trouble = LaterAnswerError(
                f"{self._document.url}: {request['url']}, of which it is made, failed (status {status}).",
                code=f"status_{status}",
            )

    def _late(self) -> LaterAnswerError:
        seconds = self._traffic.deadline.seconds
        if self._rules.wait_for is not None:
            what = f"{self._rules.wait_for!r} did not appear"
            remedy = "Look at the page in a browser: does `wait_for` under [fetch] still name an element of it?"
        else:
            what = "it did not come to rest"
            remedy = 'Name the element that makes the page whole: wait_for = "CSS" under [fetch] in the feed\'s TOML.'
        return LaterAnswerError(
            f"{self._document.url}: not drawn within {seconds:.3g} s: {what}.", code=DEADLINE, remedy=remedy
        )

    def _too_large(self, what: str) -> RefusedAnswerError:
        return RefusedAnswerError(
            f"{self._document.url}: the page {what} more than {self._traffic.limit_bytes:,} bytes.", code=TOO_LARGE
        )


def _is_not_read(request: Mapping[str, Any]) -> bool:
    """Return whether a request is for no text of the page; one that nothing on the page began is for its icon."""
    begun_by = (request.get("initiatorType"), request.get("destination"), request.get("goog:resourceType"))
    return request.get("destination") in _NOT_READ or begun_by == (None, "", "Other")


def _whom(url: str) -> str:
    try:
        return origin_of(url)
    except FetchError:
        return url.partition(":")[0]
