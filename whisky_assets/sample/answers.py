"""What a sample shop answers to one request, before HTTP: status, headers that matter, body."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAnswer:
    """One answer; `content_type` is the whole header, `last_modified` None where the shop does not tell it."""

    status: int
    content_type: str
    body: bytes
    last_modified: datetime | None = None

    @property
    def etag(self) -> str:
        """The body's strong validator."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
XML = "application/xml"
JSON = "application/json; charset=utf-8"


def not_found(text: str = "Not found") -> SampleAnswer:
    """Return a plain 404."""
    return SampleAnswer(status=404, content_type=TEXT, body=f"{text}\n".encode())
