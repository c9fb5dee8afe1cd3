"""A secret that an API asks for: put into a request at the last moment, and taken out of all that comes back.

What is stored, logged or told knows the address without it. Not here: where the secret comes from (`pipeline.keys`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from whisky_assets.fetching.addresses import origin_of

HEADER = "header"
PARAM = "param"
SEGMENT = "segment"
HIDDEN = "KEY-HIDDEN"
"""What stands where an answer repeats the secret: it is nothing that the world said about whisky."""

_REQUEST_LOG = "urllib3.connectionpool"


@dataclass(frozen=True, kw_only=True)
class Key:
    """One feed's secret and where it goes.

    `place` is `header`, `param` or `segment`, and `name` that header, that parameter of the address, or the part of
    the path that stands for the secret. It goes to `origins` alone, and never with a request for robots.txt.
    """

    secret: str = field(repr=False)
    origins: tuple[str, ...]
    place: str
    name: str

    def put_into(self, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return address and headers as they are to be sent; unchanged where the secret does not belong."""
        sent = dict(headers)
        parts = urlsplit(url)
        if origin_of(url) not in self.origins or parts.path == "/robots.txt":
            return url, sent
        if self.place == HEADER:
            sent[self.name] = self.secret
        elif self.place == PARAM:
            kept = [(name, told) for name, told in parse_qsl(parts.query, keep_blank_values=True) if name != self.name]
            url = parts._replace(query=urlencode([*kept, (self.name, self.secret)])).geturl()
        else:
            segments = [quote(self.secret, safe="") if one == self.name else one for one in parts.path.split("/")]
            url = parts._replace(path="/".join(segments)).geturl()
        return url, sent

    def hidden_in(self, text: str) -> str:
        """Return a text without the secret, in whichever spelling it stands there."""
        return self._spellings.sub(self._mark, text)

    def hidden_in_bytes(self, body: bytes) -> bytes:
        """Return a body without the secret; the very same bytes where it does not stand there."""
        return self._spellings_in_bytes.sub(self._mark.encode(), body)

    @property
    def _mark(self) -> str:
        # A link that repeats the secret in its path must find its place again.
        return self.name if self.place == SEGMENT else HIDDEN

    @cached_property
    def _spellings(self) -> re.Pattern[str]:
        encoded = quote(self.secret, safe="")
        told = {self.secret, encoded, quote(self.secret), self.secret.replace("/", "\\/"), quote(encoded, safe="")}
        return re.compile("|".join(re.escape(one) for one in sorted(told, key=len, reverse=True)), re.IGNORECASE)

    @cached_property
    def _spellings_in_bytes(self) -> re.Pattern[bytes]:
        return re.compile(self._spellings.pattern.encode(), re.IGNORECASE)


class RequestLogFilter(logging.Filter):
    """Hides a secret in the library's own log of requests, which tells whole addresses."""

    def __init__(self, key: Key) -> None:
        """Take the secret to hide."""
        super().__init__()
        self._key = key

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the secret."""
        record.msg, record.args = self._key.hidden_in(record.getMessage()), None
        return True

    def install(self) -> None:
        """Begin to hide."""
        logging.getLogger(_REQUEST_LOG).addFilter(self)

    def remove(self) -> None:
        """End it."""
        logging.getLogger(_REQUEST_LOG).removeFilter(self)
