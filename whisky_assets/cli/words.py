"""The words of the `whisky` command: each command's arguments and help, and the module that runs it.

The order of the groups is the order of `whisky --help`: what a normal week needs first, the rest after it.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from whisky_assets.cli.about import ABOUT, DESCRIPTION, EXAMPLES
from whisky_assets.cli.parser import (
    WordsParser,
    country_code,
    currency,
    folder,
    language_code,
    minutes,
    port,
    shared_options,
    whole_number,
)
from whisky_assets.cli.words_storage import storage_words

Adder = Callable[[argparse.ArgumentParser], None]


def build_parser() -> argparse.ArgumentParser:
    """Return the whole command line; each sub-command carries `command` and `run(arguments, console) -> Answer`."""
    shared = shared_options(argparse.SUPPRESS)
    parser = WordsParser(
        prog="whisky",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared_options(None)],
    )
    parser.set_defaults(command="status", run=_later("status", "status"))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, summary, module, function, add in _COMMANDS:
        sub = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.\n\n{ABOUT.get(name, '')}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[shared],
        )
        add(sub)
        sub.set_defaults(command=name, run=_later(module, function))
    return parser


def command_in(words: Sequence[str]) -> str:
    """Return the first of these words that is a command, for an answer to words that cannot be read; else empty."""
    known = {name for name, *_ in _COMMANDS}
    return next((word for word in words if word in known), "")


def _later(module: str, function: str) -> Callable[..., object]:
    def run(arguments: argparse.Namespace, console: object) -> object:
        return getattr(importlib.import_module(f"whisky_assets.cli.{module}"), function)(arguments, console)

    return run


def _nothing(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def _run_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="F",
        help="only this feed; may be given again; else all that are due",
    )
    parser.add_argument(
        "--accept-loss",
        action="store_true",
        help="with --feed: take it as true that these feeds lost many pages, products or values; look first",
    )
    parser.add_argument(
        "--summary", action="store_true", help="end with the balance, refusals, changes and the top whiskies"
    )
    parser.add_argument(
        "--rebuild", action="store_true", help="build also where nothing has changed, and look at every row again"
    )
    parser.add_argument("--no-publish", action="store_true", help="stop after the build")
    parser.add_argument("--target", metavar="T", help="publish to `local`, `emulator` or `firestore:PROJECT/DATABASE`")
    parser.add_argument("--run-id", metavar="ID", help="name of this cycle; the same name twice does the work once")
    parser.add_argument(
        "--max-requests",
        type=whole_number,
        metavar="N",
        help="stop crawling after N requests a feed; the next run goes on",
    )
    parser.add_argument("--max-minutes", type=minutes, metavar="M", help="stop crawling after M minutes a feed")


def _import_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the price list")
    parser.add_argument(
        "--feed", required=True, metavar="F", help="the feed that reads such files (`whisky sources list`)"
    )


def _find_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", help="half a name, any language, a typo")
    parser.add_argument("--limit", type=whole_number, default=10, metavar="N", help="how many to show (10)")


def _show_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pk", help="a whisky's key; a merged one leads to the key that now answers")


def _prices_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pk", help="a whisky's key; a merged one leads to the key that now answers")
    parser.add_argument(
        "--in", dest="into", type=currency, metavar="CURRENCY", help="tell each in this one too, as KRW"
    )


def _rates_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("list", "import"), nargs="?", default="list", help="list: the newest of each"
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="import: eurofxref-hist.csv, or day,base,currency,rate,origin"
    )
    parser.add_argument(
        "--only", action="append", type=currency, metavar="CURRENCY", help="only this one; may be repeated"
    )


def _why_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("left", help="a pk, `id_space:source_id`, or a rid with --in")
    parser.add_argument("right", help="the same")
    parser.add_argument("--in", dest="rows", type=Path, metavar="IN.csv", help="look rids up in this CSV of listings")
    parser.add_argument("--text-only", action="store_true", help="with --in: as matched without source_id and gtin")
    parser.add_argument("--curation", type=folder, metavar="DIR", help="with --in: as matched with this folder")


def _parse_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", help="a product's name as a shop or a person writes it")


def _match_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rows", type=Path, metavar="IN.csv", help="UTF-8 CSV: rid, source, source_id, name, ...")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="OUT.csv", help="rid, whisky_pk, family_id, confidence, reason"
    )
    parser.add_argument("--questions", type=Path, metavar="Q.csv", help="write here what no rule decides, for a person")
    parser.add_argument("--text-only", action="store_true", help="use no source_id and no gtin as evidence")
    parser.add_argument("--registry", type=folder, metavar="DIR", help="read and extend a registry in files of its own")
    parser.add_argument("--curation", type=folder, metavar="DIR", help="add decisions, reference rows and quality.toml")


def _quality_words(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--feed", metavar="F", help="only this feed, with all its reasons")
    choice.add_argument(
        "--try", dest="try_file", type=Path, metavar="FILE.toml", help="what these thresholds would do; changes nothing"
    )


def _sources_words(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(action="list", feeds=[])
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    listed = _action(actions, "list", "every feed: state, last run, counts and health (the default)")
    listed.add_argument("feeds", nargs="*", metavar="FEED", help="all that is known of it: terms, origins, noise too")
    test = _action(actions, "test", "reads saved pages with a feed's TOML as it now stands; changes nothing")
    test.add_argument("feed", nargs="?", metavar="FEED", help="which feed, on or off")
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help="saved pages; else those that the home keeps")
    test.add_argument("--url", help="with FILE: the address that it was saved from (else the feed's first)")
    test.add_argument("--all", action="store_true", help="every feed, on the pages that the home keeps")
    for name, summary in (
        ("on", "switches feeds on in this home's config.toml, whatever their TOML says"),
        ("off", "switches feeds off; what they told leaves the next build, their pages stay"),
    ):
        _action(actions, name, summary).add_argument("feeds", nargs="+", metavar="FEED", help="as `sources list` tells")
    _new_words(_action(actions, "new", "drafts a feed from a shop's list page, its JSON or a price list, and tries it"))


def _new_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", metavar="URL-OR-FILE", help="a shop's list of whiskies, or that page saved, or a list")
    parser.add_argument("--url", help="with FILE: the address that it was saved from, where the page does not tell it")
    parser.add_argument("--name", metavar="NAME", help="of the feed (else its site's)")
    parser.add_argument("--country", type=country_code, metavar="GB", help="where it sells, where the page is silent")
    parser.add_argument("--language", type=language_code, metavar="en", help="of its texts, the same")
    parser.add_argument("--currency", type=currency, metavar="GBP", help="of its prices, the same")
    parser.add_argument("--dry-run", action="store_true", help="show the TOML and what it reads; write nothing")


def _action(actions: Any, name: str, summary: str) -> argparse.ArgumentParser:
    """Return the parser of one action of a command, which takes the options of all commands too."""
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n\n{ABOUT.get(f'sources {name}', '')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared_options(argparse.SUPPRESS)],
    )
    parser.set_defaults(action=name)
    return parser


def _archive_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("import",), help="import: keep a user's file; the next run resolves it")
    parser.add_argument("file", type=Path, help="CSV or JSON")
    parser.add_argument("--user", required=True, metavar="U", help="our key of the person: a-z, 0-9, - and _")


def _publish_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help="show what would be written, write nothing")
    parser.add_argument("--apply", action="store_true", help="write it")
    parser.add_argument("--target", metavar="T", help="`local`, `emulator` or `firestore:PROJECT/DATABASE`")
    parser.add_argument("--confirm", metavar="HASH", help="the hash of a plan that changes or deletes much")


def _review_words(parser: argparse.ArgumentParser) -> None:
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--decide",
        nargs=3,
        metavar=("ANSWER", "LEFT", "RIGHT"),
        help="decide without a terminal: same, different or unknown, and both sides; rename, a key and "
        "its new name (or ko=NAME, or the key that has it); correction, a side and FIELD=VALUE",
    )
    action.add_argument("--undo", action="store_true", help="take the last answer back")
    action.add_argument("--html", type=Path, metavar="FILE", help="write the questions as one page for a phone")
    action.add_argument("--export", type=Path, metavar="FILE.csv", help="write the whole queue for a spreadsheet")
    action.add_argument(
        "--import", dest="filled", type=Path, metavar="FILE.csv", help="take a filled-in queue's answers, all or none"
    )
    action.add_argument(
        "--try",
        dest="tried",
        nargs="+",
        metavar="FILE_OR_DECISION",
        help="say what a decision, an alias or a reference row would do, and change nothing",
    )
    parser.add_argument("--all", action="store_true", help="every open question, not this week's ten alone")
    parser.add_argument("--who", metavar="NAME", help="who decides (else your user name on this machine)")
    parser.add_argument("--why", metavar="TEXT", help="with --decide: why")


def _diff_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("left", nargs="?", help="a snapshot (the last but one)")
    parser.add_argument("right", nargs="?", help="a snapshot (the last)")


def _undo_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", help="the snapshot to go back to, as s000003")


def _sample_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--week", type=whole_number, required=True, metavar="N", help="1 to 52")


def _init_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--contact", metavar="MAIL-OR-URL", help="who a shop can write to; sent with every request")
    parser.add_argument("--drive", metavar="DIR", help="an external drive for copies, or `none`")
    parser.add_argument("--cloud", metavar="BUCKET", help="a GCS bucket for copies, or `none`")
    parser.add_argument(
        "--quota-gb",
        type=whole_number,
        metavar="GB",
        help="how much disk you grant the whisky data (100); `whisky storage retain` keeps to it",
    )


def _ui_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=3000, metavar="N", help="port on 127.0.0.1 (3000)")


_COMMANDS: tuple[tuple[str, str, str, str, Adder], ...] = (
    ("status", "the one screen: what ran, what waits, the next command", "status", "status", _nothing),
    ("run", "reads feeds, builds the whisky table, publishes", "run", "run", _run_words),
    ("review", "this week's open questions: is it one whisky?", "review", "review", _review_words),
    ("find", "the whiskies a person means", "lookup", "find", _find_words),
    ("import", "puts a price list into the raw archive, unchanged", "imports", "import_file", _import_words),
    ("init", "makes a real home from four questions", "init", "init", _init_words),
    ("show", "one whisky, and where each value came from", "lookup", "show", _show_words),
    ("prices", "what a whisky cost over time, by seller", "prices", "prices", _prices_words),
    ("why", "why two listings are one whisky, or are not", "lookup", "why", _why_words),
    ("parse", "what a name says, field by field", "lookup", "parse", _parse_words),
    ("match", "clusters a CSV of listings, without a home", "match", "match", _match_words),
    ("quality", "the worst feeds and the most frequent reasons", "quality", "quality", _quality_words),
    ("sources", "the feeds: their state, and a trial of what a TOML reads", "sources", "sources", _sources_words),
    ("rates", "rates of exchange, each of one day", "prices", "rates", _rates_words),
    ("archive", "takes in a user's diary", "archive", "archive", _archive_words),
    ("publish", "shows or applies the plan for a target", "publish", "publish", _publish_words),
    ("diff", "tells two snapshots apart", "history", "diff", _diff_words),
    ("undo", "commits a new snapshot with an earlier one's tables", "history", "undo", _undo_words),
    ("storage", "volumes, their check, and the digest of all tables", "storage", "storage", storage_words),
    ("sample", "moves the sample shops and their clock to a week", "sample", "sample", _sample_words),
    ("ui", "Dagster's UI on 127.0.0.1 until Ctrl-C", "ui", "ui", _ui_words),
)
