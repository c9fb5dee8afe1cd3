"""How the end of a run looks on a terminal: balances, refusals, changes, the top of the table, where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whisky_assets.cli.console import table

if TYPE_CHECKING:
    from whisky_assets.pipeline.summary import CycleSummary


def summary_lines(summary: CycleSummary, *, full: bool) -> list[str]:
    """Return the summary as lines; without `full` the balance and the changes alone."""
    lines = ["", *_balance(summary), "", *_whiskies(summary), "", *_changes(summary)]
    if full:
        lines += ["", *_refused(summary), "", *_top(summary)]
    return [*lines, "", *_work(summary), "", *summary.next_steps]


def _balance(summary: CycleSummary) -> list[str]:
    headers = (
        "feed", "rows read", "sightings", "refused", "values refused", "listings", "repeats", "told by another",
        "offers", "members", "bundles", "reviews", "other goods",
    )  # fmt: skip
    rows = [
        (
            feed.feed, feed.rows_read, feed.sightings, feed.refused_rows, feed.refused_values, feed.listings,
            feed.repeats, feed.told_by_another, feed.offers, feed.members, feed.bundles, feed.reviews, feed.other_goods,
        )
        for feed in summary.feeds
    ]  # fmt: skip
    return table(headers, rows)


def _whiskies(summary: CycleSummary) -> list[str]:
    whiskies = summary.whiskies
    live = f"{whiskies.publishable:,} publishable, {whiskies.held:,} held, {whiskies.refused:,} refused"
    rest = f"{whiskies.dormant:,} dormant, {whiskies.redirects:,} redirects"
    return [f"{whiskies.whiskies:,} whiskies with a live offer: {live}; {rest}"]


def _changes(summary: CycleSummary) -> list[str]:
    if not summary.changes:
        return [f"snapshot {summary.snapshot or 'none'}: nothing changed"]
    return [f"snapshot {summary.snapshot}, compared with {summary.parent or 'nothing'}:", *summary.changes]


def _refused(summary: CycleSummary) -> list[str]:
    if not summary.refused:
        return ["nothing was refused"]
    return ["refused:", *table(("feed", "what", "why", "count", "for example"), summary.refused)]


def _top(summary: CycleSummary) -> list[str]:
    return ["the whisky table begins:", *table(("key", "name", "abv", "offers", "sources"), summary.top)]


def _work(summary: CycleSummary) -> list[str]:
    return [summary.work]
