"""Questions come in order of what hangs on them, ten a week, and what nobody could tell rests for four weeks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Entry, ReviewItem
from whisky_assets.parsing.names import parse_name
from whisky_assets.pipeline.review import QUESTIONS_A_WEEK, Question, questions, waiting
from whisky_assets.pipeline.review_answers import DIFFERENT, SAME, UNKNOWN, Answer, record
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import DIGEST, Product, build, offer, review

MANY = [Product(source_id=f"{number:02d}", word=f"glen_{number:02d}") for number in range(30)]


def item(left: int, right: int, **told: str) -> ReviewItem:
    asked = dataclasses.replace(
        review(f"elbe:{left:02d}", f"elbe:{right:02d}"),
        review_id=f"{left:08d}{right:08d}",
        left_pk=f"glen_{left:02d}_pk",
        right_pk=f"glen_{right:02d}_pk",
    )
    return dataclasses.replace(asked, **told)  # type: ignore[arg-type] # all of its columns that tests change are texts


def note(user: str, number: int, *, pk: str | None = None, candidates: tuple[str, ...] = ()) -> Entry:
    return Entry(
        user=user,
        entry_id=f"{number:016d}",
        text="secret words",
        note="what she felt",
        state="resolved" if pk else "waiting",
        whisky_pk=pk,
        candidates=candidates,
        reason="several fit",
        raw="{}",  # type: ignore[arg-type] # Json is a str
        input_digest=DIGEST,
        maker_version="1",
    )


def built(workspace: Workspace, items: Sequence[ReviewItem], notes: Sequence[Entry] = ()) -> Workspace:
    offers = [
        offer(one, workspace, parsed=parse_name(one.title, workspace.reference).to_json(), block="glen") for one in MANY
    ]
    build(workspace, "b1", MANY, reviews=items, changed={"archives/entries": notes, "core/offers": offers})
    return workspace


def asked(found: Sequence[Question]) -> list[tuple[str, str]]:
    return [(question.left.subject, question.right.subject) for question in found]


def answer(workspace: Workspace, kind: str, left: str, right: str) -> None:
    record(workspace, DecisionGuard(workspace), [Answer(answer=kind, left=left, right=right)], who="mina")


def test_most_notes_come_first_then_most_people_then_most_offers(workspace: Workspace) -> None:
    notes = [
        note("mina", 1, pk="glen_05_pk"),
        note("mina", 2, candidates=("glen_04_pk", "glen_29_pk")),
        note("mina", 3, pk="glen_02_pk"),
        note("jo", 4, candidates=("glen_03_pk",)),
        note("jo", 5, pk="glen_20_pk"),
    ]
    found = questions(built(workspace, [item(0, 1), item(2, 3), item(4, 5), item(20, 21)], notes))
    assert asked(found.this_week) == [
        ("elbe:02", "elbe:03"),
        ("elbe:04", "elbe:05"),
        ("elbe:20", "elbe:21"),
        ("elbe:00", "elbe:01"),
    ]
    assert [(one.notes, one.users, one.offers) for one in found.this_week] == [
        (2, 2, 2),
        (2, 1, 2),
        (1, 1, 2),
        (0, 0, 2),
    ]
    assert not {"secret", "felt", "mina"} & set(str(found).split())


def test_a_note_that_could_be_either_counts_once(workspace: Workspace) -> None:
    notes = [note("mina", 1, candidates=("glen_00_pk", "glen_01_pk"))]
    (found,) = questions(built(workspace, [item(0, 1)], notes)).this_week
    assert (found.notes, found.users) == (1, 1)


def test_ten_a_week_are_asked_for_and_the_rest_waits(workspace: Workspace) -> None:
    built(workspace, [item(number, number + 1) for number in range(13)])
    found = questions(workspace)
    assert len(found.this_week) == len(found.all) == QUESTIONS_A_WEEK
    assert (found.waiting.this_week, found.waiting.later) == (10, 3)
    assert len(questions(workspace, everything=True).all) == 13
    assert waiting(workspace) == found.waiting


def test_what_was_answered_this_week_counts_against_the_ten_until_next_week(workspace: Workspace) -> None:
    built(workspace, [item(number, number + 15) for number in range(13)])
    for number in range(10):
        answer(workspace, DIFFERENT, f"elbe:{number:02d}", f"elbe:{number + 15:02d}")
    assert questions(workspace).this_week == ()
    assert (waiting(workspace).this_week, waiting(workspace).later) == (0, 3)
    workspace.set_week(2)
    assert len(questions(workspace).this_week) == 3


def test_what_nobody_could_tell_rests_for_four_weeks_and_is_shown_only_when_all_are_asked_for(
    workspace: Workspace,
) -> None:
    built(workspace, [item(0, 1)])
    answer(workspace, UNKNOWN, "elbe:01", "elbe:00")
    assert questions(workspace).this_week == ()
    assert waiting(workspace).put_off == 1
    (resting,) = questions(workspace, everything=True).all
    assert resting.is_put_off
    workspace.set_week(4)
    assert questions(workspace).this_week == ()
    workspace.set_week(5)
    assert asked(questions(workspace).this_week) == [("elbe:00", "elbe:01")]


def test_one_pair_is_asked_about_once_however_many_rules_ask(workspace: Workspace) -> None:
    found = questions(built(workspace, [item(0, 1), item(1, 0, kind="gtin_clash")]))
    assert len(found.all) == 1


def test_a_listing_that_changed_is_asked_about_against_the_whisky_that_it_was(workspace: Workspace) -> None:
    drift = item(3, 3, kind="drift", left_name="Glen Three 10", right_name="Glen Three 12")
    (found,) = questions(built(workspace, [drift])).this_week
    assert (found.left.subject, found.left.name) == ("elbe:03", "Glen Three 12")
    assert (found.right.subject, found.right.name) == ("glen_03_pk", "Glen Three 10")
    answer(workspace, SAME, found.left.subject, found.right.subject)
    assert questions(workspace).this_week == ()


def test_each_side_tells_what_a_person_compares(workspace: Workspace) -> None:
    products = [Product(source_id="1", word="a", name="Ardbeg 10 Year Old"), Product(source_id="2", word="b")]
    told = {"abv_pct": 46.0, "volume_ml": 700, "url": "https://elbe.example/1", "price_minor": 5_250}
    parsed = parse_name("Ardbeg 10 Year Old", workspace.reference).to_json()
    offers = [
        offer(products[0], workspace, parsed=parsed, **told),
        offer(products[1], workspace, parsed=parsed, pack_count=2, price_minor=None),
    ]
    asked_about = dataclasses.replace(review("elbe:1", "elbe:2"), left_name="Ardbeg 10 Year Old")
    build(workspace, "b1", products, reviews=[asked_about], changed={"core/offers": offers})
    (found,) = questions(workspace).this_week
    assert found.left.values() == (
        *("elbe:1", "Ardbeg 10 Year Old", "Shop", "46%", "700 ml", "52.50 EUR", "10 years"),
        *("https://elbe.example/1", "a_pk"),
    )
    assert (found.right.size, found.right.price) == ("2 x ?", "")


def test_before_the_first_build_there_is_nothing_to_ask(workspace: Workspace) -> None:
    assert waiting(workspace).this_week == 0
    with pytest.raises(UsageError, match="whisky run"):
        questions(workspace)
