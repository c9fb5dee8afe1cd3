"""`whisky init`: a real home from four questions, with defaults that work."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console

_QUESTIONS = (
    ("contact", "1/4  Who can a shop write to? An e-mail address or a web page, sent with every request", ""),
    ("drive", "2/4  Folder of an external drive for copies", "none"),
    ("cloud", "3/4  Name of a GCS bucket for copies", "none"),
    ("quota_gb", "4/4  How many GB may the whisky data take on this disk", "100"),
)


def init(arguments: argparse.Namespace, console: Console) -> Answer:
    """Make the real home; asks on a terminal what was not given as an option, else takes the defaults."""
    from whisky_assets.pipeline.homes import Settings, make_real_home, real_root

    given = {name: _answer(arguments, name, question, default) for name, question, default in _QUESTIONS}
    settings = Settings(
        contact=given["contact"],
        drive="" if given["drive"] == "none" else given["drive"],
        bucket="" if given["cloud"] == "none" else given["cloud"],
        quota_gb=int(given["quota_gb"]),
    )
    root = arguments.home or real_root()
    home = make_real_home(root, settings, datetime.now(UTC))
    attached = _attach(home.root)
    lines = [
        f"home {home.root} (real)",
        f"settings: {home.config_path}",
        f"your own feeds: {home.sources}",
        *attached,
        "next: whisky sources list, then whisky import PRICES --feed F and whisky run",
    ]
    del console
    return answered({"home": str(home.root), "id": home.id}, lines)


def _attach(root: object) -> list[str]:
    from whisky_assets.pipeline.workspace import workspace_at

    return list(workspace_at(str(root)).attach_configured_volumes())


def _answer(arguments: argparse.Namespace, name: str, question: str, default: str) -> str:
    told = getattr(arguments, name)
    if told is not None:
        return str(told)
    if not sys.stdin.isatty():
        return default
    typed = input(f"{question}{f' [{default}]' if default else ''}: ").strip()
    return typed or default
