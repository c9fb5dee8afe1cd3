"""Every row of a CSV is answered once, whatever stands in it; what cannot be answered is said by row and remedy."""

import dataclasses
import random
import re
from datetime import date

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records.shared import FAMILY_PATTERN, PK_PATTERN
from whisky_assets.identity.decisions import Decision, Decisions, Listing, Value, decisions_of
from whisky_assets.identity.match_csv import ANSWER_COLUMNS, match_rows, run_match
from whisky_assets.identity.registry import Registry
from whisky_assets.reference.tables import Alias
from whisky_assets_tests.identity.listings import REFERENCE


def row(rid: str, name: str, abv: str = "", **more: str) -> dict[str, str]:
    return {"rid": rid, "source": "shop", "source_id": rid, "name": name, "abv_pct": abv, **more}


ROWS = [
    row("1", "Oban 14 Year Old", "43.0", source="a", volume_ml="700", gtin="4006381333931", seen="2024"),
    row("2", "오반 14년", source="b"),
    row("3", "Oban 14 Year Old", "46", source="c"),
    row("4", "Ardbeg Ten Years", "46%", source="c"),
    row("5", "ARDBEG - 10 YEAR OLD", "21.2021", source="d"),
    row("6", "Heron Creek 8 Years", "45", source="d"),
    row("7", "Heron Creek 8 years whisky", "45,0", source="e", producer="N/A"),
    row("8", "", "", source="e"),
]


def keys(answers: list[dict[str, str]]) -> dict[str, str]:
    return {answer["rid"]: answer["whisky_pk"] for answer in answers}


def test_every_row_is_answered_once_in_its_order_with_all_columns() -> None:
    answers = match_rows(ROWS, REFERENCE, text_only=True)
    assert [answer["rid"] for answer in answers] == [each["rid"] for each in ROWS]
    assert all(tuple(answer) == ANSWER_COLUMNS for answer in answers)
    for answer in answers:
        assert re.fullmatch(PK_PATTERN, answer["whisky_pk"])
        assert re.fullmatch(FAMILY_PATTERN, answer["family_id"])
        assert 0 <= float(answer["confidence"]) <= 1
        assert answer["reason"]


def test_one_whisky_has_one_key_and_two_have_two() -> None:
    found = keys(match_rows(ROWS, REFERENCE, text_only=True))
    assert found["2"] not in {found["1"], found["3"]}
    assert found["1"] != found["3"]
    assert found["4"] == found["5"] == "ardbeg_10_pk"
    assert found["6"] == found["7"] == "heron_creek_8_pk"
    assert list(found.values()).count(found["8"]) == 1


def test_the_order_of_the_rows_changes_no_answer() -> None:
    shuffled = ROWS[:]
    random.Random(7).shuffle(shuffled)  # noqa: S311 - an order for a test, no secret
    by_rid = {answer["rid"]: answer for answer in match_rows(ROWS, REFERENCE, text_only=False)}
    assert {answer["rid"]: answer for answer in match_rows(shuffled, REFERENCE, text_only=False)} == by_rid


def test_a_second_run_on_the_registry_adds_no_event_and_changes_no_answer() -> None:
    first = run_match(ROWS, REFERENCE, text_only=False)
    second = run_match(ROWS, REFERENCE, text_only=False, registry=Registry(first.registry.events))
    assert keys(list(second.answers)) == keys(list(first.answers))
    assert second.registry.events == first.registry.events


def run_in_turn(*runs: list[dict[str, str]]) -> Registry:
    """Return the registry after one run for each list of rows."""
    registry = Registry()
    for rows in runs:
        registry = run_match(rows, REFERENCE, text_only=False, registry=registry).registry
    return registry


OBAN = [row("1", "Oban 14 Year Old", "43", source="a"), row("2", "오반 14년", "43", source="b")]


def test_a_whisky_that_nobody_lists_now_is_found_again_under_its_key_at_another_seller() -> None:
    registry = run_in_turn(OBAN[:1], [row("9", "Talisker 10", "45.8")], OBAN[1:])
    assert registry.members()["b", "2"] == registry.members()["a", "1"] == "oban_14_pk"
    assert registry.redirects() == {}
    assert run_in_turn(OBAN[:1], OBAN[1:]).keys() == ("oban_14_pk",)


def test_a_listing_that_is_not_in_the_run_keeps_its_key_asleep_and_gains_no_event() -> None:
    first = run_in_turn(OBAN[:1])
    again = run_in_turn(OBAN[:1], [row("9", "Talisker 10", "45.8", source="a")])
    about_it = [event for event in again.events[len(first.events) :] if "oban" in event.pk and event.level == "whisky"]
    assert [(event.event, event.pk) for event in about_it] == [("sleep", "oban_14_pk")]
    twice = run_match([row("9", "Talisker 10", "45.8", source="a")], REFERENCE, text_only=False, registry=again)
    assert twice.registry.events == again.events
    assert [answer["rid"] for answer in twice.answers] == ["9"]


def test_a_brand_that_the_producer_alone_told_is_remembered_of_an_absent_listing() -> None:
    told = row("1", "14 Year Old Single Malt", "43", source="a", producer="Oban")
    registry = run_in_turn([told], OBAN[1:])
    assert registry.keys() == ("oban_14_pk",)


def test_two_keys_that_come_to_be_named_alike_are_asked_about_and_no_diary_moves() -> None:
    first = run_match(
        [
            row("1", "Oban 14 Year Old", "43", source="a"),
            row("2", "Oban 14 Year Old heron tide wing", "43", source="b"),
        ],
        REFERENCE,
        text_only=False,
    )
    reworded = [row("1", "Oban 14 Year Old", "43", source="a"), row("2", "Oban 14 Year Old", "43", source="b")]
    second = run_match(reworded, REFERENCE, text_only=False, registry=first.registry)
    assert keys(list(second.answers)) == keys(list(first.answers))
    assert [(one.kind, str(one.left), str(one.right)) for one in second.reviews] == [("same_whisky", "a:1", "b:2")]
    third = run_match(reworded, REFERENCE, text_only=False, registry=second.registry)
    assert (third.answers, third.reviews) == (second.answers, second.reviews)


def test_an_alias_that_reads_a_brand_anew_merges_the_keys_of_unchanged_words() -> None:
    rows = [row("1", "Oban 14 Year Old", "43", source="a"), row("2", "Obannn 14 Year Old", "43", source="b")]
    learned = dataclasses.replace(
        REFERENCE,
        aliases=(
            *REFERENCE.aliases,
            Alias(spelling="Obannn", language="en", kind="distillery", key="oban", origin="t"),
        ),
        version="one alias more",
    )
    plain = dataclasses.replace(REFERENCE, version="as shipped")
    first = run_match(rows, plain, text_only=False)
    assert len(set(keys(list(first.answers)).values())) == 2
    second = run_match(rows, learned, text_only=False, registry=first.registry)
    assert len(set(keys(list(second.answers)).values())) == 1
    assert len(second.registry.redirects()) == 1


def test_a_new_row_of_another_brand_changes_no_key() -> None:
    before = keys(match_rows(ROWS, REFERENCE, text_only=True))
    after = keys(match_rows([*ROWS, row("9", "Talisker 10", "45.8")], REFERENCE, text_only=True))
    assert {rid: after[rid] for rid in before} == before


def test_of_a_repeated_number_the_newest_row_speaks_and_each_is_answered() -> None:
    rows = [
        row("1", "Oban 12 years", "43", source="a", source_id="7", seen="2015"),
        row("2", "Oban 14 years", "43", source="a", source_id="7", seen="2024"),
        row("3", "Oban 14 ans", "43", source="b", source_id="1"),
    ]
    found = keys(match_rows(rows, REFERENCE, text_only=True))
    assert found["1"] == found["2"] == found["3"] == "oban_14_pk"


def test_rows_without_a_product_number_are_listings_of_their_own() -> None:
    rows = [row("1", "Oban 14 years", "43", source_id=""), row("2", "Ardbeg 10 years", "46", source_id="")]
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=True)).values())) == 2


def test_text_only_uses_no_barcode() -> None:
    rows = [
        row("1", "Oban 14 years", "43", source="a", gtin="4006381333931"),
        row("2", "Oban 14 years heron tide wing", "43", source="b", gtin="04006381333931"),
    ]
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=False)).values())) == 1
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=True)).values())) == 2


@pytest.mark.parametrize("abv", ["", "21.2021", "9.202", "29.9", "80", "n/a", "forty"])
def test_alcohol_that_is_a_date_or_no_whisky_is_untold(abv: str) -> None:
    rows = [row("1", "Oban 14 years", "43", source="a"), row("2", "Oban 14 ans", abv, source="b")]
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=True)).values())) == 1


@pytest.mark.parametrize("abv", ["39.6", "65.1", "46,5"])
def test_alcohol_that_can_be_true_separates(abv: str) -> None:
    rows = [row("1", "Oban 14 years", "43", source="a"), row("2", "Oban 14 ans", abv, source="b")]
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=True)).values())) == 2


@pytest.mark.parametrize(("code", "joins"), [("12345678905", True), ("12345678906", False), ("0", False)])
def test_a_barcode_that_lost_its_zero_joins_and_a_wrong_one_does_not(code: str, joins: bool) -> None:
    rows = [
        row("1", "Oban 14 years", "43", source="a", gtin="012345678905" if joins else code),
        row("2", "Oban 14 years heron tide wing", "43", source="b", gtin=code),
    ]
    assert (len(set(keys(match_rows(rows, REFERENCE, text_only=False)).values())) == 1) == joins


def test_zeros_in_front_of_a_product_number_are_kept() -> None:
    rows = [row("1", "Oban 14 years", "43", source_id="001587"), row("2", "Ardbeg 10 years", "46", source_id="1587")]
    assert len(set(keys(match_rows(rows, REFERENCE, text_only=False)).values())) == 2


def test_a_decision_wins_over_the_rules() -> None:
    different = decisions_of(
        [
            Decision(
                kind="different",
                subject=Listing("c", "4"),
                object=Listing("d", "5"),
                who="mina",
                when=date(2026, 1, 5),
                why="I looked",
            )
        ]
    )
    found = keys(match_rows(ROWS, REFERENCE, text_only=True, decisions=different))
    assert found["4"] != found["5"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"rid": "1", "source": "a", "name": "Oban"}], "line 2: no column source_id"),
        ([row("1", "Oban"), row("1", "Ardbeg")], "line 3: rid '1' stands twice"),
        ([row(" ", "Oban")], "line 2: rid is empty"),
    ],
)
def test_a_file_that_cannot_be_answered_is_refused_by_line(rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        match_rows(rows, REFERENCE, text_only=True)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x" * 10_000,
        "\x00\x07",
        "\u202eOban 14",
        "T\ufffd\ufffd",
        "Ã‰cosse",
        "=1+1",
        "🥃",
        "12",
        "%",
        "ヴ",
        "ー",
    ],
)
def test_a_hostile_name_is_answered_with_a_key_and_a_reason(name: str) -> None:
    rows = [row("1", name, "5.01E+12", gtin="5.01E+12", volume_ml="?"), row("2", name, "40", source_id="other")]
    for text_only in (True, False):
        answers = match_rows(rows, REFERENCE, text_only=text_only)
        assert all(answer["whisky_pk"].endswith("_pk") and answer["reason"] for answer in answers)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"gtin": "5.01E+12"}, "'5.01E+12' is no usable barcode"),
        ({"gtin": "4006381333932"}, "its check digit should be 1"),
        ({"abv_pct": "21.2021"}, "'21.2021' is no strength"),
        ({"volume_ml": "a magnum"}, "'a magnum' is no size"),
        ({"name": "   "}, "the name, it is empty"),
        ({"name": "…"}, "holds no word"),
        ({"name": "Ardbeg 10 years \ufffd_cosse"}, "letters of the name that are lost, '\ufffd_cosse'"),
    ],
)
def test_what_could_not_be_read_is_told_beside_the_rows_key(told: dict[str, str], fault: str) -> None:
    rows = [row("1", "Oban 14 years", "43"), {**row("2", "Ardbeg 10 years", "46"), **told}]
    good, bad = match_rows(rows, REFERENCE, text_only=False)
    assert "not used" not in good["reason"]
    assert bad["reason"].count("not used: ") == 1
    assert fault in bad["reason"]
    assert bad["whisky_pk"].endswith("_pk")


def correction(field: str, value: Value, at: str = "shop:2") -> Decisions:
    space, _, number = at.partition(":")
    said = Decision(
        kind="correction",
        subject=Listing(space, number),
        field=field,
        value=value,
        who="mina",
        when=date(2026, 1, 5),
        why="the label",
        file="one.toml",
    )
    return decisions_of([said])


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("Oban 12 years", "age_years", 14),
        ("Oban 14 years batch 3", "batch", None),
        ("Oban 14 years 2010", "year", None),
        ("Oban 14 years 46%", "abv_pct", 43.0),
        ("Ardbeg 14 years", "brand", "oban"),
        ("Oban 14 years peated", "peat", None),
    ],
)
def test_a_corrected_field_of_a_name_counts(name: str, field: str, value: Value) -> None:
    rows = [row("1", "Oban 14 years", "43", source="a"), row("2", name, "" if field == "abv_pct" else "43")]
    plain = keys(match_rows(rows, REFERENCE, text_only=True))
    assert plain["1"] != plain["2"]
    corrected = keys(match_rows(rows, REFERENCE, text_only=True, decisions=correction(field, value)))
    assert corrected["1"] == corrected["2"]


def test_a_corrected_region_parts_the_whiskies_of_a_brand_without_a_distillery() -> None:
    rows = [
        row("1", "McClelland's Highland", "40", source="a"),
        row("2", "McClelland's Highland", "40", source="b"),
        row("3", "McClelland's Islay", "40", source="c"),
    ]
    found = keys(match_rows(rows, REFERENCE, text_only=True, decisions=correction("region", "Islay", "b:2")))
    assert found["1"] != found["2"] == found["3"]


@pytest.mark.parametrize(("field", "value"), [("country", "JP"), ("pack_count", 2), ("producer", "Oban Distillery")])
def test_a_correction_of_what_matching_does_not_read_is_no_fault(field: str, value: Value) -> None:
    decisions = correction(field, value)
    rows = [row("2", "Oban 14 years", "43")]
    assert keys(match_rows(rows, REFERENCE, text_only=True, decisions=decisions)) == {"2": "oban_14_pk"}


def test_a_correction_of_no_field_is_refused_by_its_file() -> None:
    with pytest.raises(UsageError, match=r"one\.toml: colour is no field") as refused:
        match_rows([row("2", "Oban 14 years")], REFERENCE, text_only=True, decisions=correction("colour", "red"))
    assert "age_years" in refused.value.remedy


def test_the_answer_tells_how_sure_it_is_and_by_which_rule() -> None:
    answers = {answer["rid"]: answer for answer in match_rows(ROWS, REFERENCE, text_only=True)}
    assert (answers["4"]["confidence"], answers["5"]["confidence"]) == ("0.74", "0.74")
    assert answers["4"]["reason"].startswith("brand; age=10; leftover equal; abv untold by one")
    assert answers["3"]["confidence"] == "1.00"
    assert answers["3"]["reason"] == "no other listing is this whisky"


def test_a_missing_column_is_named_with_all_that_must_stand() -> None:
    with pytest.raises(UsageError, match="line 2: no column source, name") as caught:
        match_rows([{"rid": "1", "source_id": "a"}], REFERENCE, text_only=True)
    assert "rid, source, source_id, name" in str(caught.value.remedy)


def test_of_rows_seen_alike_the_one_that_tells_more_speaks_then_by_name_and_rid() -> None:
    def answered(*rows: dict[str, str]) -> str:
        return keys(match_rows(rows, REFERENCE, text_only=True))[rows[0]["rid"]]

    bare, full = row("1", "Oban 12 years", source_id="7"), row("2", "Oban 14 years", "43", source_id="7")
    assert answered(bare, full) == answered(full, bare) == "oban_14_pk"
    older = row("2", "Oban 14 years", "43", source_id="7", seen="2024")
    newer = row("1", "Oban 12 years", source_id="7", seen="2025")
    assert answered(older, newer) == answered(newer, older) == "oban_12_pk"
    alike = row("1", "Oban 12 years", "43", source_id="7"), row("2", "Oban 14 years", "43", source_id="7")
    assert answered(*alike) == answered(*reversed(alike)) == "oban_14_pk"


def test_a_row_without_source_is_of_a_source_without_a_name() -> None:
    run = run_match([row("1", "Oban 14 years", source=" ", source_id=" 7 ")], REFERENCE, text_only=True)
    assert [tuple(key) for key in run.subjects] == [("unnamed", "7")]
    run = run_match([row("1", "Oban 14 years", source_id=" ")], REFERENCE, text_only=True)
    assert [tuple(key) for key in run.subjects] == [("shop", "rid 1")]


def test_what_columns_tell_comes_before_what_the_name_tells() -> None:
    rows = [row("1", "Oban 14 years 46% 20cl", "43", volume_ml="700"), row("2", "Oban 14 years 46% 20cl")]
    run = run_match(rows, REFERENCE, text_only=False)
    told = {key.source_id: (one.abv_pct, one.volume_ml) for key, one in run.subjects.items()}
    assert told == {"1": (43.0, 700), "2": (46.0, 200)}


def test_a_shared_product_number_and_a_cut_of_names_are_learned_from_the_rows() -> None:
    names = ["Oban", "Ardbeg", "Talisker", "Glenlivet", "Macallan"]
    rows = [
        row(f"{source}{number}", names[number % 5], "43", source=source, source_id=f"{number}")
        for source in ("north", "south")
        for number in range(1, 21)
    ]
    run = run_match(rows, REFERENCE, text_only=False)
    assert {one.number_space for one in run.subjects.values()} == {"north"}
    long = [row(f"{number}", f"Oban {number:03}".ljust(60, "x")) for number in range(100)]
    assert {one.cut_at for one in run_match(long, REFERENCE, text_only=True).subjects.values()} == {60}


def test_faults_of_one_row_are_told_together_and_not_those_that_nobody_asked_to_read() -> None:
    bad = row("1", "Oban 14 years", "21.2021", volume_ml="a magnum", gtin="4006381333932")
    [answer] = match_rows([bad], REFERENCE, text_only=False)
    assert "'21.2021' is no strength of a whisky; 'a magnum' is no size in ml; " in answer["reason"]
    assert "check digit" in answer["reason"]
    [answer] = match_rows([bad], REFERENCE, text_only=True)
    assert "check digit" not in answer["reason"]
    [answer] = match_rows([row("1", "…" * 50)], REFERENCE, text_only=True)
    assert f"the name, {'…' * 40!r} holds no word" in answer["reason"]


def test_two_keys_that_a_person_calls_one_whisky_stay_whole_though_their_alcohol_differs() -> None:
    rows = [
        row("1", "Oban 14 years", "43", source="a"),
        row("2", "Oban 14 years", "43", source="b"),
        row("3", "Oban 14 years", "46", source="c"),
        row("4", "Oban 14 years", "46", source="d"),
    ]
    before = run_match(rows, REFERENCE, text_only=False)
    first, other = keys(list(before.answers))["1"], keys(list(before.answers))["3"]
    assert keys(list(before.answers)) == {"1": first, "2": first, "3": other, "4": other}
    same = Decision(kind="same", subject=first, object=other, who="mina", when=date(2026, 1, 5), why="One label.")
    after = run_match(rows, REFERENCE, text_only=False, registry=before.registry, decisions=decisions_of([same]))
    assert set(keys(list(after.answers)).values()) == {first}
    assert after.registry.redirects() == {other: first}
    assert after.registry.keys() == before.registry.keys()
    back = run_match(rows, REFERENCE, text_only=False, registry=after.registry)
    assert keys(list(back.answers)) == keys(list(before.answers))
