"""`whisky init`: a real home from four questions, with defaults that work."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from whisky_assets.cli.answer import Answer, answered
from whisky_assets.cli.console import Console
from whisky_assets.cli.homes import root_to_make
from whisky_assets.domain.errors import UsageError

if TYPE_CHECKING:
    from whisky_assets.pipeline.homes import Settings

_NONE = "none"
_QUESTIONS = (
    ("contact", "1/4  Who can a shop write to? An e-mail address or a web page, sent with every request"),
    ("drive", "2/4  Folder of an external drive for copies"),
    ("cloud", "3/4  Name of a GCS bucket for copies"),
    ("quota_gb", "4/4  How many GB do you grant the whisky data on this disk? `whisky storage retain` keeps to it"),
)


def init(arguments: argparse.Namespace, console: Console) -> Answer:
    """Make the real home; asks on a terminal what was not given as an option, else takes the defaults."""
    from whisky_assets.pipeline.homes import make_real_home, words_of_root

    del console
    root = root_to_make(arguments)
    words = words_of_root(root)
    home = make_real_home(root, _settings(arguments, _standing(root), words), datetime.now(UTC))
    attached = _attach(home.root)
    lines = [
        f"home {home.root} (real)",
        f"settings: {home.config_path}",
        f"your own feeds: {home.sources}",
        *attached,
        f"next: whisky sources list{words}, then whisky import{words} PRICES --feed F and whisky run{words}",
    ]
    return answered({"home": str(home.root), "id": home.id}, lines)


def _standing(root: Path) -> Settings | None:
    """Return the settings of a real home that was made before."""
    from whisky_assets.pipeline.homes import read_settings
    from whisky_assets.storage.home import open_home

    if not (root / "home.json").exists():
        return None
    home = open_home(root)
    return read_settings(home) if home.world == "real" and home.config_path.exists() else None


def _settings(arguments: argparse.Namespace, standing: Settings | None, words: str) -> Settings:
    """Return the settings that are given or typed; what is neither stays as it stands, else has the default."""
    from whisky_assets.pipeline.homes import Settings

    base = standing or Settings()
    given = {name: getattr(arguments, name) for name, _ in _QUESTIONS if getattr(arguments, name) is not None}
    if standing is None and sys.stdin.isatty() and not arguments.json:
        defaults = {"contact": base.contact, "drive": _NONE, "cloud": _NONE, "quota_gb": str(base.quota_gb)}
        asked = [question for question in _QUESTIONS if question[0] not in given]
        given |= {name: _typed(question, defaults[name], words) for name, question in asked}
    return dataclasses.replace(
        base,
        contact=str(given.get("contact", base.contact)).strip(),
        quota_gb=_quota_gb(given.get("quota_gb", base.quota_gb), words),
        drive=_place(given, "drive", base.drive),
        bucket=_place(given, "cloud", base.bucket),
    )


def _place(given: Mapping[str, str], name: str, standing: str) -> str:
    told = given.get(name, standing or _NONE).strip()
    if told == _NONE or not told:
        return ""
    return str(Path(told).expanduser().absolute()) if name == "drive" else told


def _quota_gb(told: str | int, words: str) -> int:
    text = str(told).strip()
    if not text.isdecimal():
        raise UsageError(
            f"{text!r} is no whole number of GB", remedy=f"Nothing was made. Try again: whisky init{words}"
        )
    return int(text)


def _attach(root: Path) -> list[str]:
    from whisky_assets.pipeline.workspace import workspace_at

    return list(workspace_at(str(root)).attach_configured_volumes())


def _typed(question: str, default: str, words: str) -> str:
    try:
        return input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
    except EOFError as error:
        raise UsageError(
            "the questions ended before the last answer; nothing was made",
            remedy=f"Try again, or give the answers as options: whisky init{words} --contact you@example.org",
        ) from error
