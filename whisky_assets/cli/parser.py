"""The parser of words that tells a wrong word as every other error is told, and the kinds of values that words hold."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

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
