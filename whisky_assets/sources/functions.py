"""A feed's own code: at most two pure functions beside its TOML, loaded once for each text of it.

`read(region: bs4.Tag) -> dict[str, str]` returns texts by field; `accept(texts) -> str | None` returns a reason to
refuse the row. Not here: when they are called (`presets`).
"""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import TypeVar

from bs4 import Tag

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.domain.records.shared import NAME_PATTERN
from whisky_assets.sources.source import Functions

Value = TypeVar("Value")

FUNCTION_NAMES = ("read", "accept")


@dataclasses.dataclass(frozen=True, slots=True)
class OwnFunctions:
    """The two functions of a feed; one that it does not define changes nothing."""

    name: str
    _read: Callable[[Tag], Mapping[str, str]] | None
    _accept: Callable[[dict[str, str]], str | None] | None

    def read(self, region: Tag) -> dict[str, str]:
        """Return the texts by field that the feed's own code finds in a product's region.

        Raises:
            InputRefusedError: reason `function_failed`: it raised, or returned anything but texts by name.
        """
        if self._read is None:
            return {}
        told = self._call("read", self._read, region)
        if not isinstance(told, Mapping) or not all(isinstance(part, str) for pair in told.items() for part in pair):
            raise self._failed(f"read must return texts by field name, not {str(told)[:80]}")
        return dict(told)

    def accept(self, texts: dict[str, str]) -> str | None:
        """Return the reason for which the feed's own code refuses a row, None where it takes it.

        Raises:
            InputRefusedError: reason `function_failed`: it raised, or returned no reason code.
        """
        if self._accept is None:
            return None
        reason = self._call("accept", self._accept, texts)
        if reason is not None and (not isinstance(reason, str) or not re.fullmatch(NAME_PATTERN, reason)):
            raise self._failed(f"accept must return a reason like no_bottle or None, not {str(reason)[:80]}")
        return reason

    def _call(self, name: str, function: Callable[[Value], object], value: Value) -> object:
        try:
            return function(value)
        except Exception as error:
            raise self._failed(f"{name} stopped with {type(error).__name__}: {error}") from error

    def _failed(self, what: str) -> InputRefusedError:
        return InputRefusedError(
            f"{self.name}: {what}.",
            reason="function_failed",
            remedy="Mend the function; the document is read again when its text has changed.",
        )


def load_functions(functions: Functions) -> OwnFunctions:
    """Return the functions that a feed's module defines.

    Raises:
        UsageError: the module cannot be run, or it defines neither.
    """
    return _load(functions.path, functions.code_digest)


@cache
def _load(path: str, code_digest: str) -> OwnFunctions:
    spec = importlib.util.spec_from_file_location(f"whisky_feed_{code_digest[:16]}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python module.")
    module: ModuleType = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path} cannot be run: {type(error).__name__}: {error}.") from error
    if not any(callable(getattr(module, name, None)) for name in FUNCTION_NAMES):
        raise UsageError(f"{path} defines neither of {', '.join(FUNCTION_NAMES)}.")
    return OwnFunctions(path, getattr(module, "read", None), getattr(module, "accept", None))
