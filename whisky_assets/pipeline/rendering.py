"""The transport that a feed's pages need: the guarded one, or a browser over it where its TOML says so.

Not here: how either fetches (`fetching`). A machine without a browser stops such a feed alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.fetching.browser.chromium import find_programs
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.sources.source import BROWSER, FetchPlan, Source

if TYPE_CHECKING:
    from whisky_assets.fetching.browser.transport import BrowserTransport


def browser_problem(source: Source) -> tuple[Problem, ...]:
    """Return that a feed needs a browser which this machine lacks; nothing where it has one or needs none."""
    if source.fetch is None or source.fetch.transport != BROWSER:
        return ()
    try:
        find_programs()
    except UsageError as error:
        return (
            Problem(
                code=ExitCode.DONE,
                subject=f"feed {source.name}",
                message=f"{error.message}, so it is off",
                remedy=error.remedy,
            ),
        )
    return ()


@contextlib.contextmanager
def page_transport(
    source: Source, fetch: FetchPlan, guarded: GuardedTransport
) -> Iterator[GuardedTransport | BrowserTransport]:
    """Open what the feed's pages are to be had with; a browser ends with the block.

    Raises:
        UsageError: the feed needs a browser and this machine lacks a part of it; says how to have it.
    """
    if fetch.transport != BROWSER:
        yield guarded
        return
    try:
        programs = find_programs()
    except UsageError as error:
        raise UsageError(f"feed {source.name}: {error.message}", remedy=error.remedy) from error
    # Selenium and its web socket are an optional part, known to be here only now.
    from whisky_assets.fetching.browser.transport import BrowserTransport

    with BrowserTransport(guarded, programs, origins=fetch.origins, wait_for=fetch.wait_for) as transport:
        yield transport


def with_refusals(
    report: CrawlReport, transport: GuardedTransport | BrowserTransport, progress: Progress
) -> CrawlReport:
    """Return the report with what pages asked for in vain; what the browser itself asked for is only noted."""
    if isinstance(transport, GuardedTransport):
        return report
    if chatter := transport.refusals.chatter():
        progress.note(chatter)
    return dataclasses.replace(report, problems=(*report.problems, *transport.refusals.problems(report.feed)))
