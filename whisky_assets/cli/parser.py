"""The parser of words that tells a wrong word as every other error is told, and the kinds of values that words hold."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from whisky_assets.domain.amounts import SIZE_MEANING, bytes_of
from whisky_assets.domain.errors import UsageError


class WordsParser(argparse.ArgumentParser):
    """Raises for a wrong word instead of ending the process, so that it is told under `--json` too."""

    def __init__(self, **settings: Any) -> None:
        """Take options by their whole names alone: a later option must not change what a script's words mean."""
        super().__init__(**{"allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the words.

        Raises:
            UsageError: always.
        """
        raise UsageError(message, remedy=f"See what it takes: {self.prog} --help")


def folder(text: str) -> Path:
    """Return a folder's path; an empty text would mean the current directory, which nobody means.

    Raises:
        argparse.ArgumentTypeError: the text is empty.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of the folder is empty")
    return Path(text)


def whole_number(text: str) -> int:
    """Return a whole number from 1 up.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def minutes(text: str) -> float:
    """Return a number of minutes above 0.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes above 0")
    return value


def size_bytes(text: str) -> int:
    """Return a size in bytes, from 1 up.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    try:
        value = bytes_of(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not {SIZE_MEANING}")
    return value


def utc_time(text: str) -> datetime:
    """Return a time; a day alone is its end, and a time without a zone is UTC.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-31 or 2026-01-31T09:00") from error
    if re.fullmatch(r"\s*[\d-]+\s*", text):
        told = told.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def currency(text: str) -> str:
    """Return the code of a currency in capitals.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise argparse.ArgumentTypeError(f"{text!r} is no code of a currency, as KRW")
    return code


def port(text: str) -> int:
    """Return a port of this machine that anybody may open.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    if not text.strip().isdecimal() or not 1024 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 1024 to 65535")
    return int(text)


def country_code(text: str) -> str:
    """Return an ISO 3166-1 code in capitals.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    return _code(text.upper(), "[A-Z]{2}", "a country's code such as GB")


def language_code(text: str) -> str:
    """Return an ISO 639-1 code in small letters.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    return _code(text.lower(), "[a-z]{2}", "a language's code such as en")


def _code(text: str, pattern: str, meaning: str) -> str:
    if not re.fullmatch(pattern, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not {meaning}")
    return text


def shared_options(default: Any) -> WordsParser:
    """Return the options that every command has; `default` stands for those that are not given."""
    shared = WordsParser(add_help=False)
    where = shared.add_mutually_exclusive_group()
    where.add_argument(
        "--home",
        type=folder,
        default=default,
        metavar="DIR",
        help="the home to work on (else WHISKY_HOME, else .whisky/)",
    )
    where.add_argument(
        "--sample",
        action="store_true",
        default=False if default is None else default,
        help="work on the sample home, whatever else is set",
    )
    shared.add_argument(
        "--json",
        action="store_true",
        default=False if default is None else default,
        help="answer in one JSON envelope instead of text",
    )
    shared.add_argument(
        "--quiet",
        action="store_true",
        default=False if default is None else default,
        help="no progress, only the answer",
    )
    return shared
