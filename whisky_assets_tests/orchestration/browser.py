"""Chromium through Selenium, as a person uses it: presses buttons by what stands on them, and takes pictures."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from whisky_assets_tests.orchestration.live import until
from whisky_assets_tests.tooling.parts import Browser

PATIENCE_SECONDS = 60.0
EMPTY_PAGE_BYTES = 30_000
"""A picture of a page that has not drawn itself yet is smaller."""


class Person:
    """Somebody in front of one browser window."""

    def __init__(self, driver: webdriver.Chrome, address: str, pictures: Path) -> None:
        """Sits down before the UI at an address; pictures go into a folder."""
        self._driver = driver
        self._address = address
        self._pictures = pictures

    def opens(self, path: str) -> None:
        """Goes to a page of the UI."""
        self._driver.get(self._address + path)

    def presses(self, label: str) -> None:
        """Presses the button whose text begins so, once it is there and can be pressed."""
        until(lambda: self._pressed(label), PATIENCE_SECONDS, f"a button {label!r}")

    def sees(self, *words: str, times: int = 1, seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until each of these words stands on the page, so many times."""
        until(
            lambda: True if all(self.page().count(word) >= times for word in words) else None,
            seconds,
            f"{words} on {self._driver.current_url}",
        )

    def page(self) -> str:
        """All text of the page."""
        try:
            return self._driver.find_element(By.TAG_NAME, "body").text
        except StaleElementReferenceException:
            return ""

    def takes_a_picture(self, name: str) -> Path:
        """Saves what the window shows, and proves that it shows something."""
        time.sleep(1.5)  # the graph still moves into its place
        path = self._pictures / f"{name}.png"
        assert self._driver.save_screenshot(str(path))
        assert path.stat().st_size > EMPTY_PAGE_BYTES, f"{path} is a picture of an empty page"
        return path

    def _pressed(self, label: str) -> bool | None:
        for button in self._driver.find_elements(By.TAG_NAME, "button"):
            try:
                if button.text.strip().startswith(label) and button.is_enabled():
                    button.click()
                    return True
            except (StaleElementReferenceException, ElementClickInterceptedException):
                continue
        return None


@contextmanager
def person(browser: Browser, address: str, folder: Path) -> Iterator[Person]:
    """Opens a browser of its own; pictures go to the folder that WHISKY_SCREENSHOTS names, else to `folder`."""
    pictures = Path(os.environ.get("WHISKY_SCREENSHOTS") or folder / "pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    options = Options()
    options.binary_location = str(browser.chromium)
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.add_argument("--window-size=1800,1150")
    options.add_argument(f"--user-data-dir={folder / 'profile'}")
    driver = webdriver.Chrome(options=options, service=Service(str(browser.chromedriver)))
    try:
        yield Person(driver, address, pictures)
    finally:
        driver.quit()
