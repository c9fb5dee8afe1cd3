"""An answer is a file at once, wins, survives a rebuild, and is taken back whole; a wrong one is never written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Whisky
from whisky_assets.identity.decisions import Decision, Listing, load_decisions, read_decision
from whisky_assets.pipeline import review_answers
from whisky_assets.pipeline.collecting import Limits, keep_file
from whisky_assets.pipeline.review import questions
from whisky_assets.pipeline.review_answers import (
    CORRECTION,
    DIFFERENT,
    RENAME,
    SAME,
    UNKNOWN,
    Answer,
    answered,
    record,
    take_back,
)
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.undo import newer_curation
from whisky_assets.storage.durable import publish_bytes
from whisky_assets_tests.identity.decision_files import write_decision
from whisky_assets_tests.pipeline.full_builds import digests, fully_built
from whisky_assets_tests.pipeline.house import House, reopened
from whisky_assets_tests.pipeline.review_homes import keys_of, two_whiskies
from whisky_assets_tests.pipeline.test_matching import HEADER


def say(house: House, *answers: tuple[str, str, str], who: str = "mina") -> tuple[str, ...]:
    given = [Answer(answer=answer, left=left, right=right) for answer, left, right in answers]
    return record(house.workspace, DecisionGuard(house.workspace), given, who=who).files


def first_pair(house: House) -> tuple[str, str]:
    question = questions(house.workspace).this_week[0]
    return question.left.subject, question.right.subject


def files(house: House) -> set[str]:
    curation = house.workspace.home.curation
    return {path.relative_to(curation).as_posix() for path in curation.rglob("*.toml")}


def test_an_answer_says_what_who_when_and_why(house: House) -> None:
    left, right = first_pair(house)
    (file,) = say(house, (SAME, left, right))
    read = read_decision(house.workspace.home.curation / file)
    assert (read.kind, str(read.subject), str(read.object)) == (SAME, left, right)
    assert (read.who, read.when) == ("mina", date(2026, 1, 5))
    assert "one whisky" in read.why
    assert say(house, (SAME, right, left)) == ()


def test_an_answered_question_is_asked_no_more_before_and_after_the_build(house: House) -> None:
    pair = first_pair(house)
    say(house, (DIFFERENT, *pair))
    assert pair not in [(one.left.subject, one.right.subject) for one in questions(house.workspace).all]
    house.build()
    assert pair not in [(one.left.subject, one.right.subject) for one in questions(house.workspace).all]


def test_a_decision_wins_survives_a_rebuild_and_un_deciding_returns_to_what_was_before(house: House) -> None:
    before, asked = keys_of(house.workspace), questions(house.workspace).all
    left, right = first_pair(house)
    assert before[left] != before[right]
    say(house, (SAME, left, right))
    for again in (house, reopened(house)):
        again.build()
        keys = keys_of(again.workspace)
        assert keys[left] == keys[right]
    take_back(again.workspace)
    last = reopened(again)
    last.build()
    assert keys_of(last.workspace) == before
    assert questions(last.workspace).all == asked
    for one in (again, last):
        one.workspace.close()


def test_a_corrected_field_of_a_listing_and_of_a_whisky_counts_in_the_next_build(house: House) -> None:
    (listing, *_), _ = two_whiskies(house.workspace)
    pk = keys_of(house.workspace)[listing]
    say(house, (CORRECTION, pk, "name_ko=아드벡 부두"), (CORRECTION, listing, "bottled_year = 2021"))
    house.build()
    assert next(row.name_ko for row in house.workspace.current_rows("core/whiskies") if row.whisky_pk == pk) == (
        "아드벡 부두"
    )
    offer = next(
        row for row in house.workspace.current_rows("core/offers") if f"{row.id_space}:{row.source_id}" == listing
    )
    assert "corrected_by_person" in offer.flags


def test_a_whisky_that_got_a_new_name_is_one_with_it_under_the_older_key(house: House) -> None:
    (one, *_), (other, *_) = two_whiskies(house.workspace)
    old, new = (keys_of(house.workspace)[listing] for listing in (one, other))
    say(house, (RENAME, old, new))
    house.build()
    keys = keys_of(house.workspace)
    assert keys[one] == keys[other] == min(old, new)


def test_a_new_name_in_words_is_what_the_next_build_calls_the_whisky(house: House) -> None:
    (listing, *_), _ = two_whiskies(house.workspace)
    pk = keys_of(house.workspace)[listing]
    before = keys_of(house.workspace), digests(house)
    say(house, (RENAME, pk, " Pier's  Own\n10"), (RENAME, pk, "ko=아드벡 부두"), (RENAME, pk, "ja = アードベッグ桟橋"))
    house.build()
    row = next(row for row in house.workspace.current_rows("core/whiskies") if row.whisky_pk == pk)
    assert (row.name, row.name_ko, row.name_ja) == ("Pier's Own 10", "아드벡 부두", "アードベッグ桟橋")
    assert (row.name_ko_origin, row.name_ja_origin) == ("known", "known")
    assert keys_of(house.workspace) == before[0]
    take_back(house.workspace)
    house.build()
    assert digests(house) == before[1]


def whisky_of(house: House, pk: str) -> Whisky:
    rows: Iterator[Whisky] = house.workspace.current_rows("core/whiskies")
    return next(row for row in rows if row.whisky_pk == pk)


def test_a_correction_of_a_key_counts_for_the_key_that_it_leads_to_and_comes_back_with_it(house: House) -> None:
    (one, *_), (other, *_) = two_whiskies(house.workspace)
    kept, led = sorted(keys_of(house.workspace)[listing] for listing in (one, other))
    say(house, (CORRECTION, led, "name_ko=부두의 밤"))
    house.build()
    before = digests(house)
    say(house, (SAME, one, other))
    house.build()
    assert keys_of(house.workspace)[one] == keys_of(house.workspace)[other] == kept
    assert whisky_of(house, kept).name_ko == "부두의 밤"
    with pytest.raises(UsageError, match=f"both keys are one whisky, {kept}") as refused:
        say(house, (RENAME, kept, "ko=부두의 아침"))
    assert f"correction_{led}"[:80] in refused.value.message
    say(house, (RENAME, led, "Night at the Pier"))
    house.build()
    assert whisky_of(house, kept).name == "Night at the Pier"
    take_back(house.workspace)
    take_back(house.workspace)
    house.build()
    after = digests(house)
    assert {table for table in before if before[table] != after[table]} <= {"core/registry", "core/snapshot"}


def test_of_two_words_on_one_whisky_that_was_two_the_newer_counts(house: House) -> None:
    (one, *_), (other, *_) = two_whiskies(house.workspace)
    kept, led = sorted(keys_of(house.workspace)[listing] for listing in (one, other))
    for key, day, name in ((kept, 4, "어제"), (led, 5, "오늘")):
        write_decision(
            house.workspace.home.curation,
            Decision(
                kind=CORRECTION,
                subject=key,
                field="name_ko",
                value=name,
                who="jo",
                when=date(2026, 1, day),
                why="sure",
            ),
        )
    say(house, (SAME, one, other))
    house.build()
    assert whisky_of(house, kept).name_ko == "오늘"
    assert say(house, (CORRECTION, one, "abv_pct=46"))


def test_two_new_names_of_one_whisky_contradict_and_both_are_named(house: House) -> None:
    (listing, *_), _ = two_whiskies(house.workspace)
    pk = keys_of(house.workspace)[listing]
    (file,) = say(house, (RENAME, pk, "Pier's Own"))
    with pytest.raises(UsageError) as refused:
        say(house, (RENAME, pk, "Pier's Other"))
    assert Path(file).name in refused.value.message
    assert f"both say what name of {pk} is" in refused.value.message
    assert files(house) == {file}


NO_NAMES = {"": "no new name", "ko=": "no new name", "fr=Dix": "in 'fr'", "abv_pct=46": "in 'abv_pct'"}


@pytest.mark.parametrize(("told", "message"), NO_NAMES.items())
def test_a_new_name_that_cannot_be_meant_is_refused(house: House, told: str, message: str) -> None:
    pk = next(iter(keys_of(house.workspace).values()))
    with pytest.raises(UsageError, match=message):
        say(house, (RENAME, pk, told))


def test_two_corrections_of_one_field_contradict_and_both_are_named(house: House) -> None:
    (listing, *_), _ = two_whiskies(house.workspace)
    (file,) = say(house, (CORRECTION, listing, "abv_pct=46"))
    with pytest.raises(UsageError) as refused:
        say(house, (CORRECTION, listing, "abv_pct=48"))
    assert Path(file).name in refused.value.message
    assert "both say what abv_pct of" in refused.value.message
    assert refused.value.remedy.startswith("Nothing was written.")
    assert files(house) == {file}


def test_other_goods_can_be_corrected_but_are_one_with_no_whisky(house: House) -> None:
    offers = house.workspace.current_rows("core/offers")
    other = next(f"{row.id_space}:{row.source_id}" for row in offers if row.kind == "other")
    assert say(house, (CORRECTION, other, "other_good="))
    with pytest.raises(UsageError, match="stands for no whisky"):
        say(house, (SAME, other, first_pair(house)[0]))


def test_a_rename_of_a_listing_is_refused(house: House) -> None:
    left, right = first_pair(house)
    with pytest.raises(UsageError, match="a rename names two keys"):
        say(house, (RENAME, left, right))


def tell_strength(house: House, day: int, abv: str) -> None:
    """Sends an elbe list of one whisky, dated a day of January, reads it and builds."""
    row = (
        f"90001;Glenfarclas Tradition 15 Jahre;Glenfarclas;Single Malt Whisky;0,7 l;{abv};52,90;;ja;Schottland;Speyside"
    )
    body = f"{HEADER}\r\n{row}\r\n".encode("cp1252")
    keep_file(house.workspace, house.workspace.source("elbe"), f"Elbe_Preisliste_2026-01-{day:02d}.csv", body)
    house.ingest("elbe", limits=Limits(accept_loss=True))
    house.build(accept_loss=True)


@pytest.mark.parametrize("answer", [SAME, DIFFERENT])
def test_a_listing_that_changed_keeps_its_key_or_gets_another_as_it_was_answered(
    house: House, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    tell_strength(house, 12, "46,0")
    tell_strength(house, 13, "43,0")
    before = keys_of(house.workspace)["elbe:90001"]
    (asked,) = (one for one in questions(house.workspace).all if one.kind == "drift")
    say(house, (answer, asked.left.subject, asked.right.subject))
    house.build()
    assert (keys_of(house.workspace)["elbe:90001"] == before) is (answer == SAME)
    assert not [one for one in house.workspace.current_rows("core/review_queue") if one.kind == "drift"]
    made = digests(house)
    assert fully_built(house, monkeypatch) == made


def test_the_last_answer_is_taken_back_first_and_nothing_of_another_hand_ever(house: House) -> None:
    (one, other), (third, _) = (listings[:2] for listings in two_whiskies(house.workspace))
    own = write_decision(
        house.workspace.home.curation,
        Decision(
            kind=SAME,
            subject=Listing(*one.split(":")),
            object=Listing(*other.split(":")),
            who="jo",
            when=date(2026, 1, 5),
            why="sure",
        ),
    )
    pair = first_pair(house)
    first = say(house, (UNKNOWN, *pair))
    second = say(house, (DIFFERENT, one, third))
    assert take_back(house.workspace) == second
    assert take_back(house.workspace) == first
    with pytest.raises(UsageError, match="no answer is left"):
        take_back(house.workspace)
    assert own.exists()
    assert files(house) == {f"decisions/{own.name}"}


def test_an_answer_of_another_command_is_not_taken_back_for_the_one_that_was_meant(house: House) -> None:
    (one, other), (third, _) = (listings[:2] for listings in two_whiskies(house.workspace))
    first = say(house, (SAME, one, other))
    second = say(house, (DIFFERENT, one, third))
    with pytest.raises(UsageError, match="another command answered since"):
        take_back(house.workspace, expected=first)
    assert files(house) == {*first, *second}


@pytest.mark.parametrize("text", ["no json", "[]", '{"files": "x"}'])
def test_a_log_of_answers_that_is_none_is_named(house: House, text: str) -> None:
    say(house, (SAME, *first_pair(house)))
    log = house.workspace.home.curation / "review" / "answers.jsonl"
    log.write_text(text)
    with pytest.raises(UsageError, match="no log of answers") as refused:
        take_back(house.workspace)
    assert str(log) in refused.value.remedy


def test_an_import_is_taken_back_as_the_one_thing_that_it_was(house: House) -> None:
    (one, other), (third, _) = (listings[:2] for listings in two_whiskies(house.workspace))
    written = say(house, (SAME, one, other), (DIFFERENT, one, third))
    assert len(written) == 2
    assert set(take_back(house.workspace)) == set(written)
    assert files(house) == set()


def test_a_file_that_was_changed_since_is_not_deleted(house: House) -> None:
    (file,) = say(house, (SAME, *first_pair(house)))
    path = house.workspace.home.curation / file
    path.write_text(path.read_text("utf-8").replace("mina", "jo"), "utf-8")
    with pytest.raises(UsageError, match="changed since"):
        take_back(house.workspace)
    assert path.exists()


def test_what_a_kill_left_half_written_is_taken_back_or_said_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, other), (third, _) = (listings[:2] for listings in two_whiskies(house.workspace))
    both = ((SAME, one, other), (DIFFERENT, one, third))
    written: list[str] = []

    def killed(folder: Path, name: str, content: bytes) -> Path:
        if len(written) == 2:  # the log and one decision
            raise KeyboardInterrupt
        written.append(name)
        return publish_bytes(folder, name, content)

    with monkeypatch.context() as kill:
        kill.setattr(review_answers, "publish_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            say(house, *both)
    assert files(house) == {f"decisions/{written[1]}"}
    assert len(say(house, *both)) == 1
    assert len(load_decisions(house.workspace.home.curation).all) == 2
    take_back(house.workspace)
    take_back(house.workspace)
    assert files(house) == set()


def test_a_contradiction_names_both_files_and_is_not_written(house: House) -> None:
    left, right = first_pair(house)
    (file,) = say(house, (SAME, left, right))
    with pytest.raises(UsageError) as refused:
        say(house, (DIFFERENT, right, left))
    assert Path(file).name in refused.value.message
    assert "different_" in refused.value.message
    assert files(house) == {file}


def test_a_contradiction_over_the_keys_of_listings_is_found_before_the_next_build_would_stop(house: House) -> None:
    (one, one_more, *_), (other, other_more, *_) = two_whiskies(house.workspace)
    (file,) = say(house, (SAME, one, other))
    with pytest.raises(UsageError, match="contradict") as refused:
        say(house, (DIFFERENT, one_more, other_more))
    assert Path(file).name in refused.value.message
    assert files(house) == {file}
    house.build()
    by_hand = Decision(
        kind=DIFFERENT,
        subject=Listing(*one_more.split(":")),
        object=Listing(*other_more.split(":")),
        who="jo",
        when=date(2026, 1, 5),
        why="sure",
    )
    write_decision(house.workspace.home.curation, by_hand)
    with pytest.raises(UsageError, match="contradict"):
        house.build()


def test_of_several_answers_one_that_is_wrong_keeps_all_from_being_written(house: House) -> None:
    left, right = first_pair(house)
    for wrong in ((SAME, left, "elbe:nothing"), ("perhaps", left, right), (SAME, left, left), (SAME, left, "gone_pk")):
        with pytest.raises(UsageError):
            say(house, (UNKNOWN, left, right), wrong)
    assert files(house) == set()


def test_an_unknown_side_is_named_with_the_nearest(house: House) -> None:
    left, right = first_pair(house)
    with pytest.raises(UsageError) as refused:
        say(house, (SAME, left, right[:-1]))
    assert f"did you mean {right}?" in refused.value.message


@pytest.mark.parametrize("text", ["when = 2026-01-05", "not toml", 'subject="a"\nobject="b"\nwho="x"\nwhen="soon"'])
def test_a_broken_file_of_a_question_that_was_put_off_is_named(house: House, text: str) -> None:
    (file,) = say(house, (UNKNOWN, *first_pair(house)))
    path = house.workspace.home.curation / file
    path.write_text(text)
    with pytest.raises(UsageError, match=path.name):
        answered(house.workspace)


def test_who_decides_is_kept_on_one_line(house: House) -> None:
    (file,) = say(house, (SAME, *first_pair(house)), who='mi"na\n= x')
    assert read_decision(house.workspace.home.curation / file).who == 'mi"na = x'


def test_what_was_put_off_is_no_curation_that_a_build_reads(house: House) -> None:
    snapshot = house.workspace.current_snapshot()
    assert snapshot is not None
    say(house, (UNKNOWN, *first_pair(house)))
    assert newer_curation(house.workspace, snapshot.committed_at) == ()
