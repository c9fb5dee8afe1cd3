"""Who asks a page's request for a secret: our own proxy is told it, a server never.

Two events tell of one challenge: WebDriver's holds the request, and Chromium's own alone says whether a proxy asks. Not
here: what the secret is for (`proxy.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from whisky_assets.fetching.browser.bidi import Channel
from whisky_assets.fetching.browser.proxy import GuardProxy

PROXY_ASKS = "goog:cdp.Fetch.authRequired"


class Challenges:
    """Answers the challenges to one page's requests, each once both of its events have come, in whatever order."""

    def __init__(self, channel: Channel, proxy: GuardProxy) -> None:
        """Take the session and the one who may be told."""
        self._channel = channel
        self._proxy = proxy
        self._held: dict[str, deque[str]] = {}
        self._ours: dict[str, deque[bool]] = {}

    def held(self, request: Mapping[str, Any]) -> None:
        """Note a request that is held until its challenge is answered."""
        url = str(request["url"])
        self._held.setdefault(url, deque()).append(str(request["request"]))
        self._answer(url)

    def told_by_chromium(self, told: Mapping[str, Any]) -> None:
        """Note who asks."""
        url = str(told["request"]["url"])
        challenge = told["authChallenge"]
        is_ours = challenge.get("source") == "Proxy" and challenge.get("origin") == self._proxy.origin
        self._ours.setdefault(url, deque()).append(is_ours)
        self._answer(url)

    def _answer(self, url: str) -> None:
        requests, ours = self._held.get(url), self._ours.get(url)
        while requests and ours:
            answer: dict[str, Any] = {"action": "cancel"}
            if ours.popleft():
                credentials = {"type": "password", "username": self._proxy.user, "password": self._proxy.secret}
                answer = {"action": "provideCredentials", "credentials": credentials}
            self._channel.post("network.continueWithAuth", request=requests.popleft(), **answer)
