"""Starts one Chromium that keeps nothing, does nothing on its own and dies with us, and ends it again.

Selenium opens the session; what happens in it goes over BiDi (`bidi.py`). Not here: pages (`loading.py`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil

from whisky_assets.domain.errors import UsageError
from whisky_assets.fetching.browser.leash import remove_folder

if TYPE_CHECKING:
    from whisky_assets.fetching.browser.bidi import Channel

START_SECONDS = 30.0
_MOST_PORTS = 5
_SHORT_PLACE = Path("/tmp")  # noqa: S108 - a folder of our own is made in it, for its short name
_LONGEST_PLACE = 40
"""The name of a socket has 104 letters at most, of which Chromium takes up 60 below this folder."""

_LEASH = Path(__file__).with_name("leash.py")
_STARTED = re.compile(rb"started successfully on port (\d+)")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_FROM_THE_SYSTEM = (
    "brew install chromedriver" if sys.platform == "darwin" else "apt-get install chromium chromium-driver"
)
_FROM_PYPI = f"{shlex.quote(sys.executable)} -m pip install selenium websocket-client"
_SWITCHES = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--disable-http2",
    # A page by http stays one: by https it would be of another origin.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # No guard, as other ports and numbers pass by it; but no name leaves through the machine's own look-up.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
)
_NEVER = 2
_REFUSED_TO_ALL = ("notifications", "geolocation", "media_stream", "popups", "automatic_downloads", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where Chromium and its driver lie; `switches` are more words for Chromium's command line."""

    chromium: Path
    driver: Path
    switches: tuple[str, ...] = ()


def find_programs(which: Callable[[str], str | None] = shutil.which) -> Programs:
    """Return the programs that a page in a browser needs.

    Raises:
        UsageError: Chromium, its driver or Selenium is not on this machine; says how to have them.
    """
    found = [path for name in _NAMES if (path := which(name))]
    if not found and _MAC_CHROME.exists():
        found = [str(_MAC_CHROME)]
    driver = which("chromedriver")
    selenium = importlib.util.find_spec("selenium")
    parts = (("Chromium", bool(found)), ("chromedriver", driver is not None), ("Selenium", selenium is not None))
    missing = [name for name, is_there in parts if not is_there]
    if missing or driver is None:
        commands = [_FROM_THE_SYSTEM] if missing != ["Selenium"] else []
        commands += [_FROM_PYPI] if "Selenium" in missing else []
        raise UsageError(
            f"pages that a script draws need Chromium, chromedriver and Selenium; not here: {', '.join(missing)}",
            remedy="Install them, or take `transport` out of the feed's [fetch]:\n" + " && ".join(commands),
        )
    return Programs(chromium=Path(found[0]), driver=Path(driver))


class Chromium:
    """One running browser with an open session; everything that it writes lies in one folder, which goes with it."""

    def __init__(self, programs: Programs, *, proxy: str, user_agent: str) -> None:
        """Start it behind a proxy (`host:port`).

        Raises:
            BrowserStartError: it does not start; nothing of it is left.
        """
        self._folder = tempfile.mkdtemp(prefix="whisky-", dir=_place_for_sockets())
        # In a session of its own, so that Ctrl-C reaches us alone and the leash can do its work.
        self._leash = subprocess.Popen(  # noqa: S603 - our own program and the driver that was found
            [sys.executable, "-I", str(_LEASH), self._folder, str(programs.driver), "--port=0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            start_new_session=True,
        )
        self._driver: Any = None
        self._channel: Channel | None = None
        self._words: threading.Thread | None = None
        self._group = 0
        try:
            self._open(programs, proxy, user_agent)
        except BaseException:
            self.close()
            raise

    @property
    def channel(self) -> Channel:
        """The session's BiDi channel."""
        if self._channel is None:
            raise BrowserStartError("it has ended")
        return self._channel

    def close(self) -> None:
        """End the browser at once with all its processes, and remove its folder."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        if self._driver is not None:
            self._driver.command_executor.close()
        if self._leash.stdin is not None:
            self._leash.stdin.close()
        try:
            self._leash.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self._leash.kill()
            self._leash.wait()
        if self._leash.returncode < 0:
            self._end_without_leash()
        if self._words is not None:
            self._words.join(timeout=START_SECONDS)
        elif self._leash.stdout is not None:
            self._leash.stdout.close()

    def _end_without_leash(self) -> None:
        """Do the leash's work where somebody killed it."""
        if self._group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)
        remove_folder(self._folder)

    def _environment(self) -> dict[str, str]:
        """Return a home and nothing else: no proxy, no secret and no setting of the person's."""
        temporary = Path(self._folder) / "t"
        temporary.mkdir()
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": path, "HOME": self._folder, "TMPDIR": str(temporary), "LANG": "C.UTF-8"}

    def _open(self, programs: Programs, proxy: str, user_agent: str) -> None:
        # Selenium is an optional part, and takes half a second to load.
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver import Remote
        from selenium.webdriver.common.proxy import Proxy, ProxyType
        from selenium.webdriver.remote.client_config import ClientConfig
        from urllib3.exceptions import HTTPError

        from whisky_assets.fetching.browser.bidi import Channel, ChannelError

        address = f"http://127.0.0.1:{self._driver_port()}"
        # The machine's own proxy would be asked for loopback too.
        direct = Proxy({"proxyType": ProxyType.DIRECT})
        config = ClientConfig(remote_server_addr=address, proxy=direct, timeout=int(START_SECONDS))
        options = self._options(programs, proxy, user_agent)
        try:
            self._driver = Remote(command_executor=address, options=options, client_config=config)
            self._channel = Channel(str(self._driver.capabilities["webSocketUrl"]))
        except (WebDriverException, HTTPError, OSError, ChannelError, KeyError) as error:
            told = str(getattr(error, "msg", None) or error).strip() or type(error).__name__
            raise BrowserStartError(told.splitlines()[0].rstrip(".")) from error

    def _driver_port(self) -> int:
        stream = self._leash.stdout
        told = b""
        ends_at = time.monotonic() + START_SECONDS
        while stream is not None and (left := ends_at - time.monotonic()) > 0:
            if not select.select((stream,), (), (), left)[0]:
                break
            chunk = os.read(stream.fileno(), 4_096)
            told += chunk
            if port := _STARTED.search(told):
                # Read on, or the driver stands still once the pipe is full.
                self._words = threading.Thread(target=_drain, args=(stream,), name="browser-words", daemon=True)
                self._words.start()
                self._group = next((child.pid for child in psutil.Process(self._leash.pid).children()), 0)
                return int(port[1])
            if not chunk:
                break
        kind = PortTakenError if b"port not available" in told else BrowserStartError
        raise kind(f"chromedriver did not start: {told.decode(errors='replace').strip()[-200:]!r}")

    def _options(self, programs: Programs, proxy: str, user_agent: str) -> Any:
        from selenium.webdriver.chrome.options import Options

        options = Options()
        options.binary_location = str(programs.chromium)
        own = (
            f"--user-data-dir={self._folder}/p",
            f"--proxy-server=http://{proxy}",
            f"--user-agent={user_agent}",
            # Chromium has no sandbox for root.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        )
        for switch in (*_SWITCHES, *own, *programs.switches):
            options.add_argument(switch)
        options.add_experimental_option("excludeSwitches", ["disable-popup-blocking", "enable-logging"])
        options.add_experimental_option(
            "prefs",
            {
                "download_restrictions": 3,
                "credentials_enable_service": False,
                "net.network_prediction_options": _NEVER,
                **{f"profile.default_content_setting_values.{name}": _NEVER for name in _REFUSED_TO_ALL},
            },
        )
        options.set_capability("webSocketUrl", True)  # noqa: FBT003 - the capability's own value
        options.set_capability("unhandledPromptBehavior", {"default": "dismiss"})
        return options


def _place_for_sockets() -> str | None:
    """Return where a folder may lie whose sockets need short names; None: where temporary folders lie."""
    is_short = len(tempfile.gettempdir()) <= _LONGEST_PLACE
    return None if is_short or not _SHORT_PLACE.is_dir() else str(_SHORT_PLACE)


def _drain(stream: IO[bytes]) -> None:
    with stream:
        while os.read(stream.fileno(), 4_096):
            pass


class BrowserStartError(Exception):
    """The browser did not start; the text is what it said."""


class PortTakenError(BrowserStartError):
    """The driver chose a port that is free in one family of addresses and taken in the other."""


def start_chromium(programs: Programs, *, proxy: str, user_agent: str) -> Chromium:
    """Start a browser behind a proxy (`host:port`), again where its driver chose a port badly.

    Raises:
        BrowserStartError: it does not start; nothing of it is left.
    """
    for _attempt in range(_MOST_PORTS - 1):
        with contextlib.suppress(PortTakenError):
            return Chromium(programs, proxy=proxy, user_agent=user_agent)
    return Chromium(programs, proxy=proxy, user_agent=user_agent)
