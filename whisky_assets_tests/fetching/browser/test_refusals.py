"""What was refused is counted by name, and told in sentences."""

from __future__ import annotations

from whisky_assets.domain.errors import ExitCode
from whisky_assets.fetching.browser.refusals import FURTHER, MOST_NAMES, STRANGER, Refusals
from whisky_assets.fetching.failures import BAD_URL, FOREIGN_ORIGIN


def test_each_place_is_told_once_with_how_often_it_was_tried() -> None:
    refusals = Refusals()
    for _time in range(1_200):
        refusals.note(FOREIGN_ORIGIN, "https://cdn.example")
    refusals.note(BAD_URL, "https://shop.example")
    first, second = refusals.problems("hanok")
    assert (first.code, first.subject) == (ExitCode.DONE, "hanok")
    assert first.message.startswith("hanok: https://shop.example")
    assert second.message == (
        "hanok: https://cdn.example is none of the declared origins; refused 1,200 times, nothing was sent there."
    )
    assert "`origins` under [fetch]" in second.remedy


def test_what_the_browser_asked_by_itself_is_no_problem_of_the_feed() -> None:
    refusals = Refusals()
    assert refusals.chatter() == ""
    refusals.note(STRANGER, "update.example")
    refusals.note(STRANGER, "update.example")
    refusals.note(STRANGER, "accounts.example")
    assert refusals.problems("hanok") == []
    assert refusals.chatter() == "Chromium asked accounts.example, update.example by itself; refused 3 times."


def test_names_that_a_page_invents_without_end_are_told_together() -> None:
    refusals = Refusals()
    for number in range(MOST_NAMES + 500):
        refusals.note(FOREIGN_ORIGIN, f"https://{number}.example")
    refusals.note(FOREIGN_ORIGIN, "https://7.example")
    counts = refusals.counts()
    assert len(counts) == MOST_NAMES + 1
    assert (counts[FOREIGN_ORIGIN, "https://7.example"], counts[FOREIGN_ORIGIN, FURTHER]) == (2, 500)
