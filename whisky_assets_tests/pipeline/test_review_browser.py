"""The page of questions in a real browser without a network: two languages, big buttons, and answers that come back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from whisky_assets.identity.decisions import load_decisions
from whisky_assets.pipeline.review import questions
from whisky_assets.pipeline.review_inbox import take_answers
from whisky_assets.pipeline.review_page import write_page
from whisky_assets_tests.orchestration.live import until
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.tooling.parts import Browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE_SECONDS = 60.0
SMALLEST_BUTTON_PIXELS = 44
"""What a thumb hits."""


@contextmanager
def phone(browser: Browser, folder: Path, language: str) -> Iterator[webdriver.Chrome]:
    """A small window without a network that speaks a language and saves into a folder."""
    options = Options()
    options.binary_location = str(browser.chromium)
    words = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=500,900")
    for word in (*words, f"--lang={language}", f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(word)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(folder), "intl.accept_languages": language}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(browser.chromedriver)))
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        yield driver
    finally:
        driver.quit()


def press(driver: webdriver.Chrome, button: str) -> None:
    """Brings a button from below the answers, which stay in sight, and presses it."""
    found = driver.find_element(By.ID, button)
    driver.execute_script("arguments[0].scrollIntoView({ block: 'center' })", found)
    found.click()


def answered_after_opening_again(driver: webdriver.Chrome, count: int) -> bool | None:
    """Opens the page anew; Chromium writes what a page keeps a moment after it was handed over."""
    driver.refresh()
    return f"{count} answered" in driver.find_element(By.TAG_NAME, "body").text or None


def saved(folder: Path) -> Path:
    """The file of answers, once it is whole."""
    return until(lambda: next(iter(folder.glob("whisky-review-answers*.json")), None), PATIENCE_SECONDS, "a saved file")


def test_answers_are_given_with_a_thumb_saved_without_a_network_and_taken_by_the_inbox(
    requires_browser: Browser, house: House, tmp_path: Path
) -> None:
    asked = questions(house.workspace).this_week
    page = write_page(tmp_path / "questions.html", house.workspace, asked)
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with phone(requires_browser, downloads, "en") as driver:
        driver.get(page.as_uri())
        body = driver.find_element(By.TAG_NAME, "body")
        assert f"1 of {len(asked)}, 0 answered" in body.text
        assert asked[0].left.name in body.text
        assert asked[0].right.name in body.text
        for answer in ("same", "different", "unknown"):
            assert driver.find_element(By.ID, answer).size["height"] >= SMALLEST_BUTTON_PIXELS
        press(driver, "save")
        assert "Nothing is answered yet." in body.text
        driver.find_element(By.ID, "why").send_keys("one label")
        press(driver, "same")
        assert f"2 of {len(asked)}, 1 answered" in body.text
        press(driver, "unknown")
        until(lambda: answered_after_opening_again(driver, 2), PATIENCE_SECONDS, "answers that were kept")
        driver.find_element(By.ID, "who").send_keys("Mina")
        press(driver, "save")
        file = saved(downloads)
        assert [
            entry for entry in driver.execute("getLog", {"type": "browser"})["value"] if entry["level"] == "SEVERE"
        ] == []
    told = json.loads(file.read_text("utf-8"))
    assert [one["answer"] for one in told["answers"]] == ["same", "unknown"]
    file.rename(house.workspace.home.inbox / file.name)
    assert take_answers(house.workspace) == ([file.name], [])
    (decision,) = load_decisions(house.workspace.home.curation).all
    assert (decision.kind, decision.who, decision.why) == ("same", "Mina", "one label")
    assert (str(decision.subject), str(decision.object)) == (asked[0].left.subject, asked[0].right.subject)


def test_the_page_speaks_korean_to_a_korean_phone_and_english_by_one_button(
    requires_browser: Browser, house: House, tmp_path: Path
) -> None:
    page = write_page(tmp_path / "questions.html", house.workspace, questions(house.workspace).this_week)
    with phone(requires_browser, tmp_path, "ko") as driver:
        driver.get(page.as_uri())
        body = driver.find_element(By.TAG_NAME, "body")
        assert "모르겠음" in body.text
        assert "불일치" in body.text
        press(driver, "language")
        assert "Don't know" in body.text
        assert "conflict" in body.text
        assert "모르겠음" not in body.text


def test_a_phone_of_390_points_shows_long_keys_and_links_without_scrolling_aside(
    requires_browser: Browser, house: House, tmp_path: Path
) -> None:
    asked = questions(house.workspace).this_week[0]
    key = "single_cask_of_a_distillery_with_a_very_long_name_" * 3 + "pk"
    link = f"https://shop.example/{'a-very-long-path/' * 20}"
    side = dataclasses.replace(asked.left, whisky_pk=key, link=link)
    page = write_page(tmp_path / "questions.html", house.workspace, [dataclasses.replace(asked, left=side)])
    with phone(requires_browser, tmp_path, "en") as driver:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
        )
        driver.get(page.as_uri())
        assert driver.execute_script("return document.documentElement.scrollWidth") == 390
        shown = driver.find_element(By.CLASS_NAME, "side")
        assert key in shown.text
        lines = shown.text.splitlines()
        assert "open the page: shop.example" in lines
        assert driver.find_element(By.LINK_TEXT, "open the page: shop.example").get_attribute("href") == link
        assert driver.find_element(By.CSS_SELECTOR, "tr").get_attribute("class") == "CONFLICT"


def test_a_field_is_corrected_on_the_phone_and_taken_by_the_inbox(
    requires_browser: Browser, house: House, tmp_path: Path
) -> None:
    asked = questions(house.workspace).this_week[0]
    page = write_page(tmp_path / "questions.html", house.workspace, [asked])
    with phone(requires_browser, tmp_path, "en") as driver:
        driver.get(page.as_uri())
        for value in ("strong", "40", "46.3"):
            if not driver.find_element(By.ID, "value").is_displayed():
                press(driver, "correct")
            driver.find_element(By.ID, "value").clear()
            driver.find_element(By.ID, "value").send_keys(value)
            press(driver, "add")
            is_wrong = driver.find_element(By.ID, "value").get_attribute("aria-invalid")
            assert (is_wrong == "true") == (value == "strong")
        press(driver, "save")
        file = saved(tmp_path)
    file.rename(house.workspace.home.inbox / file.name)
    assert take_answers(house.workspace) == ([file.name], [])
    (decision,) = load_decisions(house.workspace.home.curation).all
    assert (decision.kind, str(decision.subject)) == ("correction", asked.left.subject)
    assert (decision.field, decision.value) == ("abv_pct", 46.3)


def fill_in(driver: webdriver.Chrome, field: str, text: str) -> None:
    """Types a text into a field in place of what stands there."""
    found = driver.find_element(By.ID, field)
    found.clear()
    found.send_keys(text)


def test_whiskies_are_renamed_on_a_korean_phone_and_taken_by_the_inbox(
    requires_browser: Browser, house: House, tmp_path: Path
) -> None:
    asked = questions(house.workspace).this_week[0]
    left, right = asked.left.whisky_pk, asked.right.whisky_pk
    page = write_page(tmp_path / "questions.html", house.workspace, [asked])
    with phone(requires_browser, tmp_path, "ko") as driver:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
        )
        driver.get(page.as_uri())
        body = driver.find_element(By.TAG_NAME, "body")
        assert "위스키 이름 바꾸기" in body.text
        for key, language, name, is_meant in (
            (left, "", "elbe:00580", False),
            (left, "", "misspelt_pk", False),
            (left, "", "abv_pct=46", False),
            (left, "", left, False),
            (left, "", "Taken Back", True),
            (left, "", "Ardbeg " + "Ten" * 40, True),
            (right, "ko", "아드벡 부두", True),
            (right, "", left, True),
        ):
            if not driver.find_element(By.ID, "new-name").is_displayed():
                press(driver, "rename")
            Select(driver.find_element(By.ID, "renamed")).select_by_value(key)
            Select(driver.find_element(By.ID, "in-language")).select_by_value(language)
            fill_in(driver, "new-name", name)
            press(driver, "add-name")
            is_wrong = driver.find_element(By.ID, "new-name").get_attribute("aria-invalid")
            assert (is_wrong != "true") is is_meant
        assert "Taken Back" not in body.text
        assert f"{right}: 한국어 이름 아드벡 부두" in body.text
        assert driver.execute_script("return document.documentElement.scrollWidth") == 390
        for button in ("add-name", "rename"):
            assert driver.find_element(By.ID, button).size["height"] >= SMALLEST_BUTTON_PIXELS
        away = driver.find_elements(By.CSS_SELECTOR, "details button[aria-label=지우기]")
        assert len(away) == 3
        driver.execute_script("arguments[0].scrollIntoView({ block: 'center' })", away[2])
        away[2].click()
        press(driver, "language")
        assert f"{right}: Korean name 아드벡 부두" in body.text
        press(driver, "save")
        file = saved(tmp_path)
    told = json.loads(file.read_text("utf-8"))["answers"]
    assert [(one["answer"], one["left"], one["right"][:9]) for one in told] == [
        ("rename", left, "Ardbeg Te"),
        ("rename", right, "ko=아드벡 부두"),
    ]
    file.rename(house.workspace.home.inbox / file.name)
    assert take_answers(house.workspace) == ([file.name], [])
    made = {(one.subject, one.field): one.value for one in load_decisions(house.workspace.home.curation).all}
    assert made == {(left, "name"): "Ardbeg " + "Ten" * 40, (right, "name_ko"): "아드벡 부두"}


def test_an_empty_page_says_that_nothing_is_asked(requires_browser: Browser, house: House, tmp_path: Path) -> None:
    page = write_page(tmp_path / "questions.html", house.workspace, ())
    with phone(requires_browser, tmp_path, "en") as driver:
        driver.get(page.as_uri())
        assert "No question is open." in driver.find_element(By.TAG_NAME, "body").text
