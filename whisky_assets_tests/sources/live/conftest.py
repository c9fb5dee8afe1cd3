"""Opens a live feed by name, with its key in the environment where it asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from whisky_assets_tests.sources.live.lab import LiveFeed, live_feed
from whisky_assets_tests.sources.live.protocols import PROTOCOLS, SECRET

OpenFeed = Callable[..., LiveFeed]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenFeed]:
    """Return a function that opens a feed over so many rows (or these), two a page where its API has pages."""
    with ExitStack() as stack:

        def opening(name: str, rows: int | list[object] = 3, *, keeps_pace: bool = False) -> LiveFeed:
            protocol = PROTOCOLS[name]
            if protocol.key is not None:
                monkeypatch.setenv(protocol.key, SECRET)
            told = list(protocol.rows(rows)) if isinstance(rows, int) else rows
            return stack.enter_context(
                live_feed(
                    name,
                    tmp_path / name,
                    monkeypatch,
                    protocol.api(told),
                    *protocol.pages_of_two,
                    keeps_pace=keeps_pace,
                )
            )

        yield opening
