"""Answers of a phone come back through the inbox: checked whole, written as decisions, moved away, or named."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.identity.decisions import Decision, Listing, load_decisions
from whisky_assets.pipeline.inbox import inbox_files
from whisky_assets.pipeline.review import questions
from whisky_assets.pipeline.review_inbox import take_answers
from whisky_assets.pipeline.review_page import SCHEMA, page_of
from whisky_assets.pipeline.status import home_status
from whisky_assets_tests.identity.decision_files import write_decision
from whisky_assets_tests.pipeline.house import House

NAME = "whisky-review-answers-2026-01-05-093000 (1).json"


def told_by(house: House, *kinds: str, **changed: Any) -> dict[str, Any]:
    """The answers as the page saves them, one of these kinds to each question in order."""
    asked = questions(house.workspace).this_week
    answers = [
        {"answer": kind, "left": one.left.subject, "right": one.right.subject, "why": ""}
        for kind, one in zip(kinds, asked, strict=False)
    ]
    return {"schema": SCHEMA, "home": house.workspace.home.id, "who": "Mina", "answers": answers, **changed}


def drop(house: House, told: object, name: str = NAME) -> Path:
    path = house.workspace.home.inbox / name
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return path


def test_answers_become_decisions_of_who_gave_them_and_the_file_moves_to_taken(house: House) -> None:
    count = len(questions(house.workspace).this_week)
    path = drop(house, told_by(house, "different", "unknown"))
    assert take_answers(house.workspace) == ([NAME], [])
    (decision,) = load_decisions(house.workspace.home.curation).all
    assert (decision.kind, decision.who) == ("different", "Mina")
    assert not path.exists()
    assert (house.workspace.home.inbox / "taken" / "review" / NAME).exists()
    assert len(questions(house.workspace).this_week) == count - 2
    assert inbox_files(house.workspace) == []


def test_the_same_answers_once_more_add_nothing(house: House) -> None:
    told = told_by(house, "different")
    for _ in range(2):
        drop(house, told)
        assert take_answers(house.workspace) == ([NAME], [])
    assert len(load_decisions(house.workspace.home.curation).all) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"home": "another"}, "questions of another home"),
        ({"schema": "whisky/answer/1"}, "no file of answers"),
        ({"answers": None}, "no list of answers"),
        ({"answers": ["same"]}, "answer 1 is none"),
        ({"answers": [{"answer": "same", "left": 1, "right": "elbe:1"}]}, "answer 1 is none"),
        ({"answers": [{"answer": "perhaps", "left": "elbe:1", "right": "elbe:2"}]}, "'perhaps' is not one of"),
        (
            {"answers": [{"answer": "same", "left": "elbe:1", "right": "nowhere:2"}]},
            "no listing of the current snapshot",
        ),
        ({"answers": [{"answer": "same", "left": "", "right": ""}]}, "neither id_space:source_id nor a key"),
    ],
)
def test_what_cannot_be_taken_stays_and_is_named(house: House, changed: dict[str, Any], message: str) -> None:
    path = drop(house, told_by(house, "same", **changed))
    taken, (problem,) = take_answers(house.workspace)
    assert taken == []
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, NAME)
    assert message in problem.message
    assert path.exists()
    assert load_decisions(house.workspace.home.curation).all == ()


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", "[" * 100_000])
def test_what_is_no_json_object_is_named_too(house: House, text: str) -> None:
    drop(house, text)
    assert len(take_answers(house.workspace)[1]) == 1


def test_an_answer_that_contradicts_a_decision_names_both_and_nothing_of_its_file_counts(house: House) -> None:
    told = told_by(house, "different", "same")
    asked = told["answers"][1]
    write_decision(
        house.workspace.home.curation,
        Decision(
            kind="different",
            subject=Listing(*asked["left"].split(":")),
            object=Listing(*asked["right"].split(":")),
            who="jo",
            when=house.workspace.now().date(),
            why="two batches",
        ),
    )
    drop(house, told)
    _, (problem,) = take_answers(house.workspace)
    assert f"{NAME}, answer 2" in problem.message
    assert "different_" in problem.message
    assert len(load_decisions(house.workspace.home.curation).all) == 1


def renames(*named: tuple[str, str]) -> list[dict[str, str]]:
    """The answers of a page on which whiskies were renamed."""
    return [{"answer": "rename", "left": key, "right": name, "why": ""} for key, name in named]


def test_new_names_come_back_from_the_page_as_decisions_on_keys(house: House) -> None:
    asked = questions(house.workspace).this_week[0]
    left, right = asked.left.whisky_pk, asked.right.whisky_pk
    drop(house, told_by(house, answers=renames((left, "Ardbeg Ten"), (left, "ko=아드벡 부두"), (left, right))))
    assert take_answers(house.workspace) == ([NAME], [])
    made = load_decisions(house.workspace.home.curation).all
    assert {(one.kind, one.subject, one.object, one.field, one.value, one.who) for one in made} == {
        ("correction", left, None, "name", "Ardbeg Ten", "Mina"),
        ("correction", left, None, "name_ko", "아드벡 부두", "Mina"),
        ("rename", left, right, "", None, "Mina"),
    }


def test_two_new_names_of_one_whisky_keep_the_file_in_the_inbox_and_both_answers_are_named(house: House) -> None:
    key = questions(house.workspace).this_week[0].left.whisky_pk
    path = drop(house, told_by(house, answers=renames((key, "Ardbeg Ten"), (key, "Ardbeg Zehn"))))
    taken, (problem,) = take_answers(house.workspace)
    assert taken == []
    assert f"{NAME}, answer 1" in problem.message
    assert f"{NAME}, answer 2" in problem.message
    assert f"both say what name of {key} is" in problem.message
    assert path.exists()
    assert load_decisions(house.workspace.home.curation).all == ()


def test_one_bad_file_keeps_no_other_from_being_taken(house: House) -> None:
    drop(house, "{", "whisky-review-answers-1.json")
    drop(house, told_by(house, "same"), "whisky-review-answers-2.json")
    taken, problems = take_answers(house.workspace)
    assert (taken, len(problems)) == (["whisky-review-answers-2.json"], 1)


def test_the_screen_says_what_waits_and_what_can_never_be_taken(house: House) -> None:
    drop(house, told_by(house, "same"))
    told = home_status(house.workspace)
    assert "files of answers in the inbox, which the next run reads: 1" in told.waiting
    assert not any("belong to no feed" in line for line in told.waiting)
    assert told.next_command.startswith("whisky run")
    drop(house, told_by(house, "same", home="another"))
    (problem,) = home_status(house.workspace).problems
    assert "another home" in problem.message


def test_the_page_fetches_nothing_and_holds_no_word_of_a_person(house: House) -> None:
    asked = questions(house.workspace).this_week
    page = page_of(house.workspace, asked)
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="', page)
    assert "@import" not in page
    people = {value for row in house.workspace.current_rows("archives/users") for value in (row.user, row.nickname)}
    assert people
    assert not [word for word in people if word and re.search(rf"\b{re.escape(word)}\b", page)]
    assert "notes" not in page


def test_a_name_cannot_leave_its_place_in_the_page(house: House) -> None:
    (asked, *_) = questions(house.workspace).this_week
    hostile = "</script><script>alert(1)</script><!-- & %DATA%"
    page = page_of(house.workspace, [dataclasses.replace(asked, left=dataclasses.replace(asked.left, name=hostile))])
    assert page.count("</script>") == 2
    assert "<!--" not in page
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    assert data["questions"][0]["left"]["values"][1] == hostile
