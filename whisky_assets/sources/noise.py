"""What a page says but for its feed's declared noise, as a digest: two bodies with one digest are one version.

Not here: which of the two bodies is kept (`fetching`): the first, as it came.
"""

from __future__ import annotations

import hashlib

from whisky_assets.domain.digests import digest
from whisky_assets.parsing.decode import decode
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.source import Source

LEAST_REST_SHARE = 0.5
"""Of a page's text that its noise must leave: a pattern that takes more would hide news, so that bytes decide."""


def content_digest(source: Source, document: RawDocument) -> str | None:
    """Return the digest of a body without its feed's noise, None where the feed declares none.

    It stands for the patterns too: under other ones every body has another digest.
    """
    if source.noise is None:
        return None
    text = rest = decode(document.body, document.charset, document.media_type).text
    for pattern in source.noise.patterns:
        rest = pattern.sub("", rest)
    patterns = [pattern.pattern for pattern in source.noise.patterns]
    if len(rest) < LEAST_REST_SHARE * len(text):
        return digest([patterns, hashlib.sha256(document.body).hexdigest()])
    return digest([patterns, hashlib.sha256(rest.encode("utf-8", "surrogatepass")).hexdigest()])
