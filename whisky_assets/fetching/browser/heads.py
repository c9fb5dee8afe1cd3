"""The heads of requests to the proxy and of answers through it: read within a size, rewritten to say no more than due.

Not here: what is let through (`proxy.py`).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from whisky_assets.fetching.addresses import DEFAULT_PORTS, origin_of
from whisky_assets.fetching.failures import RefusedAnswerError

_HEAD_BYTES = 65_536
_MOST_INTERIM_ANSWERS = 20
_REQUEST_LINE = re.compile(r"([A-Z]+) ([\x21-\x7e]+) HTTP/1\.[01]")
_HEADER_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?")
_BETWEEN_TWO = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that are between the browser and us, or that begin a body, which no request of a page has."""


class HeadError(ValueError):
    """A head that is too large, cut short or malformed, or a request with a body."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one request to the proxy, headers as they came."""

    method: str
    address: str
    headers: tuple[tuple[str, str], ...]

    @property
    def is_tunnel(self) -> bool:
        """Whether a tunnel is asked for, into which nobody looks."""
        return self.method == "CONNECT"

    @property
    def authorisation(self) -> bytes:
        """What the client told as its secret, empty where it told none, or several."""
        told = [value for name, value in self.headers if name.lower() == "proxy-authorization"]
        return told[0].encode("latin-1") if len(told) == 1 else b""

    def target(self) -> tuple[str, str, int]:
        """Return origin, host and port that the request is meant for; a tunnel is one to an https origin.

        Raises:
            HeadError: it names no host, another scheme than http, or a name and password.
        """
        address = f"https://{self.address}" if self.is_tunnel else self.address
        try:
            parts = urlsplit(address)
            origin = origin_of(address)
            port = parts.port or DEFAULT_PORTS[parts.scheme]
        except (ValueError, RefusedAnswerError) as error:
            raise HeadError(f"no address: {self.address[:200]!r}") from error
        if parts.username is not None or (not self.is_tunnel and parts.scheme != "http"):
            raise HeadError(f"no plain address: {self.address[:200]!r}")
        return origin, (parts.hostname or "").rstrip("."), port

    def forwarded(self) -> bytes:
        """Return the request as the server gets it: its own host, no body, nothing of ours, one answer."""
        parts = urlsplit(self.address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in _BETWEEN_TWO]
        lines = [f"{self.method} {path} HTTP/1.1", f"Host: {parts.netloc}", *kept, "Connection: close"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def read_request(client: socket.socket) -> Head:
    """Return the head of the one request of a connection.

    Raises:
        HeadError: no well-formed head.
        OSError: the connection broke, or was silent for too long.
    """
    first, *lines = _read_head(client)[0].decode("latin-1").split("\r\n")
    line = _REQUEST_LINE.fullmatch(first)
    if line is None:
        raise HeadError(f"no request line: {first[:200]!r}")
    headers = []
    for text in lines:
        header = _HEADER_LINE.fullmatch(text)
        if header is None:
            raise HeadError(f"no header: {text[:200]!r}")
        headers.append((header[1], header[2]))
    return Head(line[1], line[2], tuple(headers))


def read_response(server: socket.socket) -> bytes:
    """Return an answer's head, told to be the connection's last, with the bytes of its body that came along.

    Raises:
        HeadError: no well-formed head, interim answers without end, or a change of protocol.
        OSError: the connection broke, or was cut.
    """
    rest = b""
    for _answer in range(_MOST_INTERIM_ANSWERS):
        head, rest = _read_head(server, rest)
        first, *lines = head.split(b"\r\n")
        line = _STATUS_LINE.fullmatch(first)
        if line is None or line[1] == b"101":
            raise HeadError(f"no answer: {first[:200]!r}")
        if not line[1].startswith(b"1"):
            kept = [
                text for text in lines if text.split(b":", 1)[0].strip().lower() not in (b"connection", b"keep-alive")
            ]
            return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n" + rest
    raise HeadError("interim answers without end")


def _read_head(connected: socket.socket, begun: bytes = b"") -> tuple[bytes, bytes]:
    data = bytearray(begun)
    while (end := data.find(b"\r\n\r\n")) < 0:
        if len(data) > _HEAD_BYTES:
            raise HeadError("a head that is too large")
        chunk = connected.recv(8_192)
        if not chunk:
            raise HeadError("a head that was cut short")
        data += chunk
    return bytes(data[:end]), bytes(data[end + 4 :])
