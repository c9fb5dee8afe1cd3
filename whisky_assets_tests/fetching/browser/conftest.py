"""Fixtures of the browser's tests: its programs, and a lab that all tests of a module share, cleared for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from whisky_assets.fetching.browser.chromium import Programs
from whisky_assets_tests.fetching.browser.lab import Lab, opened_lab
from whisky_assets_tests.tooling.parts import Browser


@pytest.fixture(scope="session")
def programs(requires_browser: Browser) -> Programs:
    """Chromium and its driver; skips without them."""
    return Programs(chromium=requires_browser.chromium, driver=requires_browser.chromedriver)


@pytest.fixture(scope="module")
def opened(programs: Programs) -> Iterator[Lab]:
    """One browser for a module."""
    with opened_lab(programs) as lab:
        yield lab


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The module's browser before empty shops."""
    opened.clear()
    return opened
