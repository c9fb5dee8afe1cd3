"""Does something to the process at the n-th pass of a place in the product, which knows nothing of it.

A child that has `WHISKY_TEST_FAULT` in its environment gets this through a `sitecustomize` of the tests (`command`)
before any module of the product is loaded: the named function is wrapped when its module is. Of the standard library
alone. Not here: which places there are (`places`).
"""

from __future__ import annotations

import atexit
import dataclasses
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

VARIABLE = "WHISKY_TEST_FAULT"
STATE = "whisky_assets.storage.state"
COMMIT = f"{STATE}:COMMIT"
"""The place of every transaction that writes the state database: before and after its commit."""

BEFORE, AFTER = "before", "after"
HOLD = "hold"
_LOOK_AGAIN_SECONDS = 0.02


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What to do, and when.

    `place` is `module:qualified.name` or `COMMIT`, `moment` before or after it, `number` its pass, from 1. `action` is
    the name of a signal that the process sends itself, or `hold`: it makes the file `path` and waits until it is gone.
    """

    place: str
    moment: str
    number: int = 1
    action: str = "SIGKILL"
    path: str = ""

    def __str__(self) -> str:
        """Return it as a failed test should name it."""
        return f"{self.action} {self.moment} pass {self.number} of {self.place}"


class _Watch:
    """Counts the passes of places and strikes at the chosen one; writes the counts at the end where asked to."""

    def __init__(self, fault: Fault | None, places: Sequence[str], tally: Path | None) -> None:
        self.fault = fault
        self.places = places
        self._passed: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._writing: set[int] = set()
        if tally is not None:
            atexit.register(lambda: tally.write_text(json.dumps(self._passed)))

    def passes(self, place: str, moment: str) -> None:
        """Count a pass, and strike at the chosen one."""
        with self._guard:
            self._passed[f"{moment} {place}"] += 1
            number = self._passed[f"{moment} {place}"]
        if self.fault is not None and (place, moment, number) == (
            self.fault.place,
            self.fault.moment,
            self.fault.number,
        ):
            _strike(self.fault)

    def traced(self, connection: sqlite3.Connection) -> None:
        """Watch the statements of one connection to the state database."""

        def statement(text: str) -> None:
            if text == "BEGIN IMMEDIATE":
                self._writing.add(id(connection))
            elif text == "COMMIT" and id(connection) in self._writing:
                self.passes(COMMIT, BEFORE)
            elif text == "ROLLBACK":
                self._writing.discard(id(connection))

        connection.set_trace_callback(statement)

    def given_back(self, connection: sqlite3.Connection) -> None:
        """Count the commit after which a connection is given back."""
        if id(connection) in self._writing:
            self._writing.discard(id(connection))
            self.passes(COMMIT, AFTER)


def _strike(fault: Fault) -> None:
    if fault.action != HOLD:
        os.kill(os.getpid(), signal.Signals[fault.action])
        return
    held = Path(fault.path)
    held.touch()
    while held.exists():
        time.sleep(_LOOK_AGAIN_SECONDS)


def arm() -> None:
    """Wrap the places that the environment names, each when its module is loaded; nothing without the variable."""
    told = os.environ.pop(VARIABLE, None)
    if told is None:
        return
    asked = json.loads(told)
    fault = Fault(**asked["fault"]) if asked["fault"] else None
    places = asked["places"] or ([fault.place] if fault else [])
    watch = _Watch(fault, places, Path(asked["tally"]) if asked["tally"] else None)
    sys.meta_path.insert(0, _Finder(watch))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of the watched places as ever, and has the places wrapped once a module is loaded."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self._names: dict[str, list[str]] = {}
        for place in watch.places:
            module, _, name = place.partition(":")
            self._names.setdefault(module, []).append(name)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module's own spec, whose loading goes on with the wrapping."""
        if fullname not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            raise ImportError(f"{fullname}: no place for a fault")
        spec.loader = _Loader(spec.loader.name, spec.loader.path, lambda module: self._wrap(fullname, module))
        return spec

    def _wrap(self, fullname: str, module: ModuleType) -> None:
        for name in self._names[fullname]:
            if f"{fullname}:{name}" == COMMIT:
                _wrap_commits(self._watch, module)
            else:
                _wrap_function(self._watch, module, name)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module as ever, then has it changed."""

    def __init__(self, fullname: str, path: str, then: Callable[[ModuleType], None]) -> None:
        super().__init__(fullname, path)
        self._then = then

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code, then change it: before anybody else has its names."""
        super().exec_module(module)
        self._then(module)


def _wrap_function(watch: _Watch, module: ModuleType, name: str) -> None:
    owner: Any = module
    *parents, last = name.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    real = getattr(owner, last)
    place = f"{module.__name__}:{name}"

    def passing(*arguments: Any, **options: Any) -> Any:
        watch.passes(place, BEFORE)
        answer = real(*arguments, **options)
        watch.passes(place, AFTER)
        return answer

    setattr(owner, last, passing)


def _wrap_commits(watch: _Watch, module: ModuleType) -> None:
    connect = module._connect
    give = module.StateDatabase._give

    def connecting(path: Path) -> Any:
        connection = connect(path)
        watch.traced(connection)
        return connection

    def giving(database: Any, connection: Any) -> None:
        watch.given_back(connection)
        give(database, connection)

    module.__dict__["_connect"] = connecting
    module.StateDatabase._give = giving
