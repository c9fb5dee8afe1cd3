"""What one answer means for its address: a new body, the old one again, a miss, or a failure.

Not here: how the frontier moves on it (`entries.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import FetchError
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import Page
from whisky_assets.fetching.entries import ABSENT, WITHDRAWN, Entry
from whisky_assets.fetching.failures import BlockedAnswerError, LaterAnswerError, RefusedAnswerError
from whisky_assets.fetching.transport import BODY_STATUSES, Answer
from whisky_assets.fetching.visitor import Visit

NOT_MODIFIED = 304
LATER_STATUSES = frozenset({408, 425})
BLOCKED_STATUSES = frozenset({401, 403, 407, 451})
SOFT_404 = "soft_404"
CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A good body that differs from the last one."""

    page: Page
    headers: Mapping[str, str]
    moved_to: str | None
    content_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """The last good body still stands; `answer` may carry newer validators, or a body that differs in noise alone."""

    answer: Answer
    content_digest: str | None = None
    is_noisy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """The page is not there; `kind` and `reason` are stable codes."""

    kind: str
    reason: str


Verdict = Body | Same | Missed


def judge(
    entry: Entry,
    visit: Visit,
    *,
    now: datetime,
    doors: Collection[str],
    is_error_page: Callable[[Page], bool],
    digest_content: Callable[[Page], str | None],
) -> Verdict:
    """Return what the answer means; `doors` are home and index addresses, where a lost page's redirect likes to end.

    `digest_content` says what a body is but for its feed's declared noise, None where none is declared.

    Raises:
        LaterAnswerError: the server may answer later (5xx, an empty page).
        BlockedAnswerError: the server refuses us (401, 403, a bot challenge).
        RefusedAnswerError: any other status; asking again brings the same.
    """
    answer = visit.answer
    if answer.status in BODY_STATUSES:
        return _judge_body(
            entry, visit, now=now, doors=doors, is_error_page=is_error_page, digest_content=digest_content
        )
    if answer.status == NOT_MODIFIED:
        return Same(answer=answer)
    if answer.status == 404:
        return Missed(kind=ABSENT, reason="status_404")
    if answer.status == 410:
        return Missed(kind=WITHDRAWN, reason="status_410")
    raise _failure(answer)


def page_of(entry: Entry, answer: Answer, now: datetime) -> Page:
    """Return an answer as a row of `raw/pages`, under the address that was asked for."""
    fetched_at = now
    if entry.good_at is not None and fetched_at <= entry.good_at:
        # A clock that stands still must not give two bodies of one address the same key.
        fetched_at = entry.good_at + entry.good_at.resolution
    return Page(
        feed=entry.feed,
        url=entry.url,
        fetched_at=fetched_at,
        role=entry.role,
        status=answer.status,
        media_type=answer.media_type,
        charset=answer.charset,
        headers=Json(canonical_json(dict(answer.headers))),
        body_sha256=hashlib.sha256(answer.body).hexdigest(),
        body=answer.body,
    )


def _judge_body(
    entry: Entry,
    visit: Visit,
    *,
    now: datetime,
    doors: Collection[str],
    is_error_page: Callable[[Page], bool],
    digest_content: Callable[[Page], str | None],
) -> Verdict:
    answer = visit.answer
    if answer.headers.get("cf-mitigated") == CHALLENGE:
        raise _challenged(answer)
    moved = visit.landed != entry.url
    if moved and (visit.landed in doors or urlsplit(visit.landed).path == "/"):
        return Missed(kind=ABSENT, reason=SOFT_404)
    if not answer.body:
        raise LaterAnswerError(f"{answer.url}: an empty page.", code="empty")
    page = page_of(entry, answer, now)
    content = digest_content(page)
    is_equal = page.body_sha256 == entry.body_sha256
    if is_equal or (content is not None and content == entry.content_digest):
        # Judged when it came, so nobody reads it again.
        return Same(answer=answer, content_digest=content, is_noisy=not is_equal)
    if is_error_page(page):
        return Missed(kind=ABSENT, reason=SOFT_404)
    moved_to = visit.landed if moved else None
    return Body(page=page, headers=answer.headers, moved_to=moved_to, content_digest=content)


def _failure(answer: Answer) -> FetchError:
    code = f"status_{answer.status}"
    if answer.status in BLOCKED_STATUSES:
        if answer.headers.get("cf-mitigated") == CHALLENGE:
            return _challenged(answer)
        return BlockedAnswerError(
            f"{answer.url}: the server refuses us (status {answer.status}).",
            code=code,
            remedy="Look at the page in a browser and at the site's terms; switch the feed off if we are not wanted.",
        )
    if answer.status in LATER_STATUSES or 500 <= answer.status < 600:
        return LaterAnswerError(f"{answer.url}: the server failed (status {answer.status}).", code=code)
    if answer.status in (204, 205):
        return LaterAnswerError(f"{answer.url}: an answer without content (status {answer.status}).", code="empty")
    return RefusedAnswerError(f"{answer.url}: answered with status {answer.status}.", code=code)


def _challenged(answer: Answer) -> BlockedAnswerError:
    return BlockedAnswerError(
        f"{answer.url}: the site asks for a proof that no robot gives.",
        code=CHALLENGE,
        remedy="Ask the site for access, or switch the feed off.",
    )
