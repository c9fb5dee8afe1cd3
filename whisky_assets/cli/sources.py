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
    """Answer with every feed, or with all that is known of those named; a broken TOML is named with its line."""
    from whisky_assets.pipeline.feed_facts import feed_facts, feed_lines
    from whisky_assets.pipeline.feeds import FEED_HEADERS, REFUSAL_HEADERS, refusal_table
    from whisky_assets.pipeline.freshness import home_words

    with open_workspace(arguments, console) as workspace:
        names = arguments.feeds or workspace.sources.names
        facts = [feed_facts(workspace, name) for name in names]
        broken = tuple(problem for name, problem in workspace.sources.broken.items() if name in names)
        more = f"terms, origins, cadence, noise of one: whisky sources list{home_words(workspace)} FEED"
    if arguments.feeds:
        lines = [line for one in facts for line in (*feed_lines(one), "")][:-1]
        return answered({"feeds": facts}, lines, broken)
    refused = refusal_table()
    result = {"feeds": facts, "refused": [dict(zip(REFUSAL_HEADERS, row, strict=True)) for row in refused]}
    lines = [*table(FEED_HEADERS, [[one[key] for key in FEED_HEADERS] for one in facts]), "", more]
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
    from whisky_assets.pipeline.freshness import home_words

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
        home = home_words(workspace)
    problems = (*broken, *(problem for trial in trials for problem in trial.problems()))
    result = {"feeds": [trial.as_result(with_rows=False) for trial in trials]}
    read = [trial.cells() for trial in trials if trial.pages]
    lines = [*table(FEED_HEADERS, read), ""] if read else []
    if bare := [trial.feed for trial in trials if not trial.pages]:
        lines.append(f"feeds of which this home keeps no page: {len(bare)}: {', '.join(bare)}")
    if not read:
        lines.append(f"nothing was read; try one on a page that you saved: whisky sources test{home} FEED FILE")
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
