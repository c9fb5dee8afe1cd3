"""A process that draws one page and then holds its browser: `python -m ...kept_browser CHROMIUM DRIVER PORT HOW`.

Prints the leash's pid and the browser's folder. HOW: `wait` for a kill, `raise` an error, `end` well, `exit` at once.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from whisky_assets.fetching.browser.chromium import Programs
from whisky_assets.fetching.browser.transport import BrowserTransport
from whisky_assets.fetching.transport import GuardedTransport


def main(chromium: str, driver: str, port: str, how: str) -> None:
    """Draw the page /p of hanok.sample at this port, then do as told."""
    programs = Programs(chromium=Path(chromium), driver=Path(driver))
    with (
        GuardedTransport(resolve={"hanok.sample": ("127.0.0.1", int(port))}) as guarded,
        BrowserTransport(guarded, programs, origins=["http://hanok.sample"]) as transport,
    ):
        transport.get("http://hanok.sample/p")
        browser = transport._browser
        assert browser is not None
        sys.stdout.write(f"{browser._leash.pid} {browser._folder}\n")
        sys.stdout.flush()
        sys.stdin.readline()
        if how == "wait":
            time.sleep(600)
        elif how == "raise":
            raise RuntimeError("a crawl that fails")
        elif how == "exit":
            os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
