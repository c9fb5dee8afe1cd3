"""Decision files: what can be said, what is refused with file and line, and which of them contradict."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import (
    Decision,
    Decisions,
    Listing,
    Subject,
    decisions_of,
    load_decisions,
    read_decision,
    subject_of,
)
from whisky_assets_tests.identity.decision_files import decision_text, write_decision

GOOD = """kind = "same"
subject = "alko:1234"
object = "lcbo:98"
who = "mina"
when = 2026-01-05
why = "The back labels are the same."
"""

SIGNED = 'who = "mina"\nwhen = 2026-01-05\nwhy = "Looked at the labels."\n'


def decide(kind: str, subject: str, other: str | tuple[str, ...] = (), *, file: str = "") -> Decision:
    """Return a decision of Mina's; `other` is its object, or the members of an un-merge."""
    listings = tuple(Listing(*text.split(":")) for text in other) if isinstance(other, tuple) else ()
    return Decision(
        kind=kind,
        subject=subject_of(subject),
        object=subject_of(other) if isinstance(other, str) else None,
        members=listings,
        who="mina",
        when=date(2026, 1, 5),
        why="Looked at the labels.",
        file=file,
    )


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / "decisions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_who_decided_what_when_and_why(tmp_path: Path) -> None:
    written(tmp_path, "one.toml", GOOD)
    (decision,) = load_decisions(tmp_path).all
    assert decision == Decision(
        kind="same",
        subject=Listing("alko", "1234"),
        object=Listing("lcbo", "98"),
        who="mina",
        when=date(2026, 1, 5),
        why="The back labels are the same.",
        file="one.toml",
    )


def test_no_folder_means_no_decision(tmp_path: Path) -> None:
    assert load_decisions(tmp_path) == Decisions()
    assert load_decisions(None) == Decisions()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('kind = "same"', 'kind = "equal"'), "line 1: kind: 'equal' is no kind"),
        (("object", "objekt"), "line 3: objekt: a decision of kind 'same' has no such key.* Did you mean object"),
        (('who = "mina"\n', ""), "who: is missing"),
        (('who = "mina"', 'who = ""'), "line 4: who: a text is expected"),
        (("alko:1234", "Alko 1234"), "line 2: subject: 'Alko 1234' is neither"),
        (("2026-01-05", '"yesterday"'), "line 5: when: a date is expected"),
        (("2026-01-05", "2026-01-05T10:00:00Z"), "line 5: when: a date is expected"),
        (('"lcbo:98"', "98"), "line 3: object: a text is expected"),
        (('"same"', "same"), "no TOML"),
    ],
)
def test_a_broken_file_is_refused_by_file_and_line(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    path = written(tmp_path, "one.toml", GOOD.replace(*change))
    with pytest.raises(UsageError, match=expected) as caught:
        load_decisions(tmp_path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('kind = "unmerge"\nsubject = "alko:1"\nmembers = ["alko:1"]\n', "subject: a key that ends in _pk"),
        ('kind = "unmerge"\nsubject = "glen_pk"\nmembers = []\n', "members: a list of id_space:source_id"),
        ('kind = "unmerge"\nsubject = "glen_pk"\nmembers = ["glen_pk"]\n', "members: 'glen_pk' is no id_space"),
        ('kind = "unmerge"\nsubject = "glen_pk"\nmembers = [7]\n', "members: 7 is no id_space"),
        ('kind = "rename"\nsubject = "alko:1"\nobject = "glen_pk"\n', "subject: a key that ends in _pk"),
        ('kind = "correction"\nsubject = "alko:1"\nfield = "Age"\n', "field: 'Age' is no field"),
        ('kind = "correction"\nsubject = "alko:1"\nfield = "age_years"\nvalue = {x = 1}\n', "value: a text, a number"),
    ],
)
def test_what_a_kind_needs_is_asked_for(tmp_path: Path, text: str, expected: str) -> None:
    written(tmp_path, "one.toml", text + SIGNED)
    with pytest.raises(UsageError, match=expected):
        load_decisions(tmp_path)


NAMES = st.text(alphabet="abcdefgh_", min_size=1, max_size=6).map(lambda text: "x" + text)
LISTINGS = st.builds(Listing, NAMES, st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
KEYS = NAMES.map(lambda text: text + "_pk")
SUBJECTS: st.SearchStrategy[Subject] = st.one_of(LISTINGS, KEYS)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)
COMMON = {"who": WORDS, "why": WORDS, "when": st.dates(date(2000, 1, 1))}
VALUES = st.one_of(
    WORDS, st.integers(-1000, 1000), st.floats(0, 100), st.booleans(), st.lists(WORDS, min_size=1).map(tuple)
)
ANY = st.one_of(
    st.builds(Decision, kind=st.sampled_from(["same", "different"]), subject=SUBJECTS, object=SUBJECTS, **COMMON),
    st.builds(Decision, kind=st.just("rename"), subject=KEYS, object=KEYS, **COMMON),
    st.builds(
        Decision,
        kind=st.just("unmerge"),
        subject=KEYS,
        members=st.sets(LISTINGS, min_size=1).map(lambda found: tuple(sorted(found))),
        **COMMON,
    ),
    st.builds(Decision, kind=st.just("correction"), subject=SUBJECTS, field=NAMES, value=VALUES, **COMMON),
)


@given(ANY)
def test_what_is_written_reads_back_equal_and_names_a_safe_file(decision: Decision) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write_decision(Path(folder), decision)
        again = read_decision(path)
    assert decision_text(again) == decision_text(decision)
    assert again.digest == decision.digest
    assert again.file == path.name


def test_who_when_why_and_the_order_of_two_sides_change_no_decision() -> None:
    one = decide("same", "alko:1", "lcbo:2")
    other = Decision(
        kind="same",
        subject=Listing("lcbo", "2"),
        object=Listing("alko", "1"),
        who="jun",
        when=date(2026, 2, 1),
        why="y",
    )
    assert one.digest == other.digest
    assert len(decisions_of([one, other]).all) == 1
    assert decide("different", "alko:1", "lcbo:2").digest != one.digest
    assert decide("rename", "a_pk", "b_pk").digest != decide("rename", "b_pk", "a_pk").digest


@pytest.mark.parametrize(
    "pair",
    [
        (decide("same", "alko:1", "lcbo:2", file="x"), decide("different", "lcbo:2", "alko:1", file="y")),
        (decide("rename", "a_pk", "b_pk", file="x"), decide("different", "b_pk", "a_pk", file="y")),
        (decide("unmerge", "a_pk", ("alko:1",), file="x"), decide("different", "alko:1", "a_pk", file="y")),
        (decide("unmerge", "a_pk", ("alko:1",), file="x"), decide("same", "alko:1", "b_pk", file="y")),
        (decide("unmerge", "a_pk", ("alko:1",), file="x"), decide("unmerge", "b_pk", ("alko:1",), file="y")),
        (decide("unmerge", "a_pk", ("alko:1",), file="x"), decide("same", "a_pk", "b_pk", file="y")),
        (decide("different", "a_pk", "a_pk", file="x"), decide("different", "a_pk", "a_pk", file="y")),
    ],
)
def test_a_contradiction_names_both_files(pair: tuple[Decision, Decision]) -> None:
    with pytest.raises(UsageError, match=r"contradict") as caught:
        decisions_of(pair)
    if pair[0].digest != pair[1].digest:
        assert {"x (mina", "y (mina"} <= {text for text in ("x (mina", "y (mina") if text in str(caught.value)}


def test_a_contradiction_over_a_third_names_all_three_files() -> None:
    three = [
        decide("same", "alko:1", "lcbo:2", file="first"),
        decide("same", "lcbo:2", "bc:3", file="second"),
        decide("different", "alko:1", "bc:3", file="third"),
    ]
    with pytest.raises(UsageError, match=r"contradict") as caught:
        decisions_of(three)
    assert all(name in str(caught.value) for name in ("first", "second", "third"))


def test_two_values_for_one_field_contradict_and_equal_ones_do_not(tmp_path: Path) -> None:
    text = 'kind = "correction"\nsubject = "alko:1"\nfield = "age_years"\nvalue = {}\n' + SIGNED
    written(tmp_path, "one.toml", text.format(10))
    written(tmp_path, "two.toml", text.format(10))
    found = load_decisions(tmp_path).corrections(Listing("alko", "1"))
    assert {field: decision.value for field, decision in found.items()} == {"age_years": 10}
    written(tmp_path, "two.toml", text.format(12))
    with pytest.raises(UsageError, match=r"one\.toml .* and two\.toml|two\.toml .* and one\.toml"):
        load_decisions(tmp_path)


def test_an_untold_value_can_be_decided(tmp_path: Path) -> None:
    written(
        tmp_path,
        "one.toml",
        'kind = "correction"\nsubject = "glen_pk"\nfield = "age_years"\n' + SIGNED,
    )
    assert load_decisions(tmp_path).corrections("glen_pk")["age_years"].value is None
    assert load_decisions(tmp_path).corrections("other_pk") == {}


def test_a_decision_names_all_that_is_matched_anew_for_it() -> None:
    assert set(decide("same", "alko:1", "lcbo:3").subjects) == {Listing("alko", "1"), Listing("lcbo", "3")}
    unmerge = decide("unmerge", "a_pk", ("alko:1", "alko:2"))
    assert set(unmerge.subjects) == {"a_pk", Listing("alko", "1"), Listing("alko", "2")}


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("alko:1234", Listing("alko", "1234")),
        ("alko:12:34", Listing("alko", "12:34")),
        ("glen_pk", "glen_pk"),
    ],
)
def test_a_listing_or_a_key_is_read_from_its_text(text: str, subject: Subject) -> None:
    assert subject_of(text) == subject
    assert str(subject) == text


@pytest.mark.parametrize("text", ["", "glen", "alko:", ":1", "Alko:1", "glen_pk:", "glen_fk"])
def test_what_is_neither_a_listing_nor_a_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is neither id_space:source_id nor a key"):
        subject_of(text)


def test_each_refusal_names_what_to_do(tmp_path: Path) -> None:
    remedies = {
        'kind = "equal"\n': "Write one of same, different, rename, unmerge, correction",
        'kind = ""\n': 'Write kind = "..."',
        'kind = "unmerge"\nsubject = "glen_pk"\nmembers = []\n': 'Write members = ["shop:1"]',
        'kind = "unmerge"\nsubject = "glen_pk"\nmembers = "alko:1"\n': 'Write members = ["shop:1"]',
        'kind = "unmerge"\nsubject = "glen_pk"\n': "Add members = ...",
        'kind = "unmerge"\nsubject = "alko:1"\nmembers = ["alko:1"]\n': "Copy it from `whisky show`",
        'kind = "rename"\nsubject = "a_pk"\nobject = "alko:1"\n': "Copy it from `whisky show`",
        'kind = "same"\nsubject = "alko:1"\nobject = "x"\n': "Copy it from `whisky show` or from the review queue",
        'kind = "correction"\nsubject = "alko:1"\nvalue = 12\n': "Add field = ...",
        'kind = "correction"\nsubject = "alko:1"\nfield = "a"\nvalue = [1]\n': "Correct or remove it",
        'kind = "correction"\nsubject = "alko:1"\nfield = "a"\nvalue = ["b", 1]\n': "Correct or remove it",
        'kind = "same"\nsubject = "alko:1"\nobject = "a_pk"\nmembers = []\n': "Did you mean",
        "kind = [": "Compare it with docs/curation.md, or remove it",
    }
    for text, remedy in remedies.items():
        written(tmp_path, "one.toml", text + SIGNED)
        with pytest.raises(UsageError) as caught:
            load_decisions(tmp_path)
        assert remedy in str(caught.value.remedy)


def test_a_correction_may_be_a_number_a_text_a_truth_or_a_list(tmp_path: Path) -> None:
    values = {"12": 12, "46.3": 46.3, '"port"': "port", "true": True, '["px", "rum"]': ("px", "rum")}
    for text, value in values.items():
        head = f'kind = "correction"\nsubject = "alko:1"\nfield = "some_field"\nvalue = {text}\n'
        written(tmp_path, "one.toml", head + SIGNED)
        assert load_decisions(tmp_path).all[0].value == value


def test_members_are_named_once_in_order(tmp_path: Path) -> None:
    text = 'kind = "unmerge"\nsubject = "glen_pk"\nmembers = ["b:2", "a:1", "b:2"]\n'
    written(tmp_path, "one.toml", text + SIGNED)
    assert load_decisions(tmp_path).all[0].members == (Listing("a", "1"), Listing("b", "2"))


def test_of_equal_decisions_the_one_whose_file_comes_first_counts() -> None:
    files = [decide("same", "alko:1", "lcbo:2", file=name) for name in ("b.toml", "a.toml", "c.toml")]
    assert [one.file for one in decisions_of(files).all] == ["a.toml"]


def test_decisions_are_told_by_kind_cause_and_version() -> None:
    same, apart = decide("same", "alko:1", "lcbo:2"), decide("different", "alko:1", "lcbo:3")
    found = decisions_of([same, apart])
    assert found.of("same") == (same,)
    assert found.of("same", "different") == tuple(sorted((same, apart), key=lambda one: one.digest))
    assert found.in_force == {f"decision:{same.digest}", f"decision:{apart.digest}"}
    assert found.version == decisions_of([apart, same]).version != decisions_of([same]).version


def test_each_thing_that_is_decided_is_another_decision() -> None:
    base = Decision(kind="correction", subject="a_pk", who="m", when=date(2026, 1, 5), why="y", field="age", value=1)
    others = [
        dataclasses.replace(base, subject="b_pk"),
        dataclasses.replace(base, field="peat"),
        dataclasses.replace(base, value=2),
        dataclasses.replace(base, value=("1",)),
        decide("unmerge", "a_pk", ("alko:1",)),
        decide("unmerge", "a_pk", ("alko:2",)),
        decide("same", "a_pk", "b_pk"),
        decide("rename", "a_pk", "b_pk"),
    ]
    assert len({one.digest for one in (base, *others)}) == len(others) + 1


def test_an_unmerged_key_that_a_chain_binds_to_another_names_both_files() -> None:
    three = [
        decide("unmerge", "a_pk", ("alko:1",), file="first"),
        decide("same", "alko:1", "lcbo:2", file="second"),
        decide("same", "lcbo:2", "b_pk", file="third"),
    ]
    with pytest.raises(UsageError, match="one binds to b_pk what the other gives back to a_pk") as caught:
        decisions_of(three)
    assert "second (mina, 2026-01-05)" in str(caught.value)
    assert "first (mina, 2026-01-05)" in str(caught.value)
    assert "decisions" in str(caught.value.remedy)


def test_decisions_that_hang_together_without_a_contradiction_are_all_in_force() -> None:
    some = [
        decide("same", "alko:1", "lcbo:2"),
        decide("same", "lcbo:2", "a_pk"),
        decide("unmerge", "a_pk", ("alko:1", "bc:3")),
        decide("different", "alko:1", "bc:4"),
        decide("rename", "c_pk", "d_pk"),
    ]
    assert len(decisions_of(some).all) == len(some)
