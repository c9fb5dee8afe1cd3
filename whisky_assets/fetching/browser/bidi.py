"""WebDriver BiDi over its web socket: commands, their answers, and events while one waits, all in the caller's thread.

Not here: what is commanded (`loading.py`) and how the browser is started (`chromium.py`).
"""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import websocket

from whisky_assets.fetching.watchdog import Deadline

Event = Mapping[str, Any]
"""One event: its name as `method`, what it tells as `params`."""

_CONNECT_SECONDS = 10.0


class ChannelError(Exception):
    """The browser hung up, said no, or said nothing in time; `is_late` tells the last apart."""

    def __init__(self, message: str, *, is_late: bool = False) -> None:
        """Keep whether it was silence."""
        super().__init__(message)
        self.is_late = is_late


class Channel:
    """One session's web socket. Commands that nobody waits for may fail: what they were for is gone by then."""

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            ChannelError: nobody answers there.
        """
        try:
            # A connection of our own: the library would ask the machine's proxy for loopback too.
            self._connected = socket.create_connection(("127.0.0.1", urlsplit(address).port or 80), _CONNECT_SECONDS)
            self._socket = websocket.create_connection(
                address, timeout=_CONNECT_SECONDS, suppress_origin=True, socket=self._connected
            )
        except (OSError, websocket.WebSocketException) as error:
            raise ChannelError(f"no connection to the browser ({error})") from error
        self._last_id = 0

    def post(self, method: str, **params: Any) -> int:
        """Send a command and wait for nothing; returns its number.

        Raises:
            ChannelError: the browser hung up.
        """
        self._last_id += 1
        try:
            self._socket.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        except (OSError, websocket.WebSocketException) as error:
            raise ChannelError(f"the browser hung up ({error})") from error
        return self._last_id

    def call(self, method: str, deadline: Deadline, on_event: Callable[[Event], None], **params: Any) -> Any:
        """Send a command and return its result; events that come before are handled at once, as the result may wait.

        Raises:
            ChannelError: the browser hung up, refuses the command, or does not answer by the deadline.
        """
        number = self.post(method, **params)
        while True:
            told = self._read(deadline.remaining())
            if told is None:
                raise ChannelError(f"no answer to {method}", is_late=True)
            if "method" in told:
                on_event(told)
            elif told.get("id") == number:
                if told.get("type") == "success":
                    return told["result"]
                raise ChannelError(f"{method}: {told.get('error')}: {str(told.get('message'))[:200]}")

    def next_event(self, seconds: float) -> Event | None:
        """Return the next event, None where none comes in time or an answer that nobody waits for came instead.

        Raises:
            ChannelError: the browser hung up.
        """
        told = self._read(seconds)
        return told if told is not None and "method" in told else None

    def close(self) -> None:
        """Hang up, without a word of farewell."""
        self._connected.close()

    def _read(self, seconds: float) -> Event | None:
        try:
            if not select.select((self._connected,), (), (), max(seconds, 0.0))[0]:
                return None
            text = self._socket.recv()
        except (OSError, ValueError, websocket.WebSocketException) as error:
            raise ChannelError(f"the browser hung up ({error})") from error
        if not text:
            raise ChannelError("the browser hung up")
        told: Event = json.loads(text)
        return told
