"""`whisky sources`: every feed of the home's world with its state, and a trial of what a TOML reads on saved pages."""

from __future__ import annotations

import argparse

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.homes import open_workspace
from whisky_assets.cli.sources_new import new
from whisky_assets.domain.errors import UsageError


def sources(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the feeds, shipped and the owner's, or with what one of the actions does."""
    actions = {"list": _list, "test": _test, "on": _switch, "off": _switch, "new": new}
    return actions[arguments.action](arguments, console)


def _list(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with every feed; a broken TOML is named with its line."""
    from whisky_assets.pipeline.feeds import FEED_HEADERS, REFUSAL_HEADERS, feed_table, refusal_table

    with open_workspace(arguments, console) as workspace:
        rows = feed_table(workspace)
        broken = tuple(workspace.sources.broken.values())
    refused = refusal_table()
    result = {
        "feeds": [dict(zip(FEED_HEADERS, row, strict=True)) for row in rows],
        "refused": [dict(zip(REFUSAL_HEADERS, row, strict=True)) for row in refused],
    }
    lines = table(FEED_HEADERS, rows)
    lines += ["", "never asked, unless its owner permits it (docs/sources.md):", *table(REFUSAL_HEADERS, refused)]
    return answered(result, lines, broken)


def _switch(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with the feeds that are on or off from now on, their terms, and what comes next."""
    from whisky_assets.pipeline.switches import switch_feeds

    with open_workspace(arguments, console) as workspace:
        switched = switch_feeds(workspace, arguments.feeds, on=arguments.action == "on")
    return answered(switched.as_result(), switched.lines, switched.problems)


def _test(arguments: argparse.Namespace, console: Console) -> Answer:
    """Answer with what a feed's TOML reads on files or kept pages, or with a line a feed for all of them."""
    from whisky_assets.pipeline.feed_trial import FEED_HEADERS, try_kept

    if arguments.all == (arguments.feed is not None):
        raise UsageError(
            "test takes one feed, or --all",
            remedy="See which there are: whisky sources list, then: whisky sources test FEED",
        )
    if not arguments.all:
        return _test_one(arguments, console)
    with open_workspace(arguments, console) as workspace:
        trials = [try_kept(workspace, feed, console) for feed in workspace.sources.sources]
        broken = tuple(workspace.sources.broken.values())
    problems = (*broken, *(problem for trial in trials for problem in trial.problems()))
    result = {"feeds": [trial.as_result(with_rows=False) for trial in trials]}
    lines = table(FEED_HEADERS, [trial.cells() for trial in trials if trial.pages])
    if bare := [trial.feed for trial in trials if not trial.pages]:
        lines += ["", f"feeds of which this home keeps no page: {len(bare)}: {', '.join(bare)}"]
    return answered(result, lines, problems)


def _test_one(arguments: argparse.Namespace, console: Console) -> Answer:
    from whisky_assets.pipeline.feed_trial import ROW_HEADERS, SHOWN, lines_of, row_cells, try_files, try_kept

    with open_workspace(arguments, console) as workspace:
        if arguments.files:
            trial = try_files(workspace, arguments.feed, arguments.files, arguments.url)
        else:
            trial = try_kept(workspace, arguments.feed, console)
    lines = list(lines_of(trial))
    if trial.rows:
        lines += ["", *table(ROW_HEADERS, [row_cells(row) for row in trial.rows[:SHOWN]])]
        if len(trial.rows) > SHOWN:
            lines.append(f"and {len(trial.rows) - SHOWN:,} more; all with --json")
    return answered(trial.as_result(), lines, tuple(trial.problems()))
