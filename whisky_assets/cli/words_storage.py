"""The words of `whisky storage`: its actions, their arguments and help.

Not here: the other commands (`words`).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from whisky_assets.cli.about import ABOUT
from whisky_assets.cli.parser import folder, minutes, shared_options, size_bytes, utc_time, whole_number


def storage_words(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `whisky storage`, each with its options and its text."""
    parser.set_defaults(action="status")
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    added = {}
    for name, summary in (
        ("status", "volumes, promises, quota, what is at risk, the next command; the same as no action"),
        ("copy", "makes the promised copies on every volume that is there"),
        ("retain", "lets go what no rule keeps and no quota has room for; says what stays and why"),
        ("pin", "lets a snapshot stay, whatever rules and quotas say"),
        ("unpin", "takes a snapshot's pin away"),
        ("policies", "the rules on copies, retention and quota in force, and where each stands"),
        ("verify", "reads every segment again on every volume and names what is damaged"),
        ("repair", "makes damaged copies good from whole ones; what lay there is kept aside"),
        ("digest", "one digest a table; equal digests mean equal tables"),
        ("add-volume", "makes a folder, a drive, a bucket or a remote a volume for copies, and proves that it works"),
        ("key", "the key of what is sealed on drives and in clouds, and the 24 words that bring it back"),
        ("rebuild", "brings a lost state database back from backups, events and volumes; the plan first"),
        ("drill", "restores a sample of a drive into a scratch folder and compares it; says how long all would take"),
        ("restore", "makes tables, pages or a whole home from volumes, on a machine that has nothing else of it"),
        ("clone", "makes a second place of a home from a volume; it reads until it takes the lease"),
        ("lease", "who writes this home, where it stands on several machines; --take lets this place write"),
    ):
        about = f"{summary[0].upper()}{summary[1:]}."
        added[name] = actions.add_parser(
            name, help=summary, description=about, parents=[shared_options(argparse.SUPPRESS)]
        )
        added[name].set_defaults(action=name)
    _volume_words(added["add-volume"])
    _key_words(added["key"])
    _storage_copy_words(added["copy"])
    _repair_words(added)
    _retention_words(added)
    _restore_words(added["restore"])
    _drill_words(added["drill"])
    _lease_words(added)
    added["rebuild"].add_argument(
        "--from", dest="source", default="", metavar="VOLUME_OR_DIR", help="a folder that holds a volume, or its name"
    )
    added["rebuild"].add_argument("--yes", action="store_true", help="do what the plan says")
    added["rebuild"].description = f"{added['rebuild'].description}\n\n{ABOUT['storage rebuild']}"
    added["rebuild"].formatter_class = argparse.RawDescriptionHelpFormatter


def _retention_words(added: Mapping[str, argparse.ArgumentParser]) -> None:
    added["retain"].add_argument("--plan", action="store_true", help="say what would go and why, change nothing")
    added["retain"].add_argument("--yes", action="store_true", help="let it go without a question")
    added["retain"].add_argument("--confirm", default="", metavar="HASH", help="let it go if this is still the plan")
    added["pin"].add_argument("snapshot", help="the snapshot, as s000003")
    added["pin"].add_argument("--why", required=True, metavar="TEXT", help="why it stays; shown with every plan")
    added["unpin"].add_argument("snapshot", help="the snapshot, as s000003")
    for name in ("retain", "pin"):
        added[name].description = f"{added[name].description}\n\n{ABOUT[f'storage {name}']}"
        added[name].formatter_class = argparse.RawDescriptionHelpFormatter


def _repair_words(added: Mapping[str, argparse.ArgumentParser]) -> None:
    added["verify"].add_argument("--max-bytes", type=size_bytes, metavar="SIZE", help="stop after so much, as 10G")
    added["verify"].add_argument("--max-minutes", type=minutes, metavar="N", help="begin no copy after so many minutes")
    added["repair"].add_argument("--plan", action="store_true", help="show what is known to be damaged, change nothing")
    for name in ("verify", "repair"):
        added[name].description = f"{added[name].description}\n\n{ABOUT[f'storage {name}']}"
        added[name].formatter_class = argparse.RawDescriptionHelpFormatter


def _storage_copy_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help="show what would be copied, change nothing")
    parser.add_argument("--to", default="", metavar="VOLUME", help="copies for this volume alone")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="VOLUME",
        help="as though this volume were gone: what it holds is copied elsewhere; may be given again",
    )
    parser.add_argument(
        "--even-out", action="store_true", help="move copies from full volumes to empty ones; needs --yes"
    )
    parser.add_argument("--max-bytes", type=size_bytes, metavar="SIZE", help="stop after so much, as 10G")
    parser.add_argument("--max-minutes", type=minutes, metavar="N", help="begin no copy after so many minutes")
    parser.add_argument(
        "--yes", action="store_true", help="give up copies that no promise needs where others need their room"
    )
    parser.description = f"{parser.description}\n\n{ABOUT['storage copy']}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _volume_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="how commands call it, such as `external`; asked on a terminal")
    parser.add_argument(
        "place",
        nargs="?",
        help="an existing folder, gs://BUCKET/PREFIX, REMOTE:FOLDER of your rclone configuration, or "
        ":sftp,host=H,user=U,key_file=K,known_hosts_file=F:FOLDER; secrets come from the environment",
    )
    parser.add_argument("--kind", choices=("directory", "drive", "gcs", "rclone"), help="(else as the place says)")
    parser.add_argument("--class", dest="storage_class", choices=("fast", "cold", "off-site"), help="how quick it is")
    parser.add_argument("--capacity", metavar="SIZE", help="what may lie there at most, such as 400G; 0: all it has")
    parser.add_argument("--reserve", metavar="SIZE", help="what stays free there whatever happens, such as 20G")
    parser.description = f"{parser.description}\n\n{ABOUT['storage add-volume']}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _key_words(parser: argparse.ArgumentParser) -> None:
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--show-phrase", action="store_true", help="the 24 words that bring the key back")
    action.add_argument("--restore", action="store_true", help="bring the key back; the words are asked or piped in")
    action.add_argument("--new", action="store_true", help="a new key where key and words are lost; the plan first")
    parser.add_argument("--yes", action="store_true", help="with --new: do it")
    parser.description = f"{parser.description}\n\n{ABOUT['storage key']}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _drill_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("volume", nargs="?", default="", help="(else the drive or folder that was drilled longest ago)")
    parser.add_argument(
        "--segments", type=whole_number, default=3, metavar="N", help="how many segments of each data set (3)"
    )
    parser.description = f"{parser.description}\n\n{ABOUT['storage drill']}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _restore_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="sources",
        action="append",
        required=True,
        metavar="VOLUME_OR_DIR",
        help="a folder that holds a volume, or the name of a volume of your home; may be given again",
    )
    parser.add_argument("--to", type=folder, required=True, metavar="DIR", help="an empty folder, or one to make")
    parser.add_argument("--only", choices=("tables", "pages", "home"), default="", help="(else tables and pages)")
    parser.add_argument(
        "--as-of", type=utc_time, metavar="TIME", help="as it stood then: 2026-01-31 (its end, UTC) or 2026-01-31T09:00"
    )
    parser.add_argument("--feed", default="", metavar="F", help="with --only pages: this feed's alone")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the home's keys/personal.key, or a file with its 24 words"
    )
    parser.description = f"{parser.description}\n\n{ABOUT['storage restore']}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def _lease_words(added: Mapping[str, argparse.ArgumentParser]) -> None:
    added["clone"].add_argument("volume", metavar="VOLUME_OR_DIR", help="a folder that holds a volume of the home")
    added["clone"].add_argument("--to", type=folder, required=True, metavar="DIR", help="an empty folder, or a new one")
    added["clone"].add_argument("--key", type=Path, metavar="FILE", help="keys/personal.key, or a file with its words")
    added["lease"].add_argument("--take", action="store_true", help="this place writes from now on")
    added["lease"].add_argument("--why", default="", metavar="TEXT", help="with --take: why; kept and shown")
    added["lease"].add_argument(
        "--leave-theirs", action="store_true", help="with --take: also where the other place has what this has not"
    )
    for name in ("clone", "lease"):
        added[name].description = f"{added[name].description}\n\n{ABOUT[f'storage {name}']}"
        added[name].formatter_class = argparse.RawDescriptionHelpFormatter
