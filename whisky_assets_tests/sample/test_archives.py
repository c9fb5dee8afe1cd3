"""The two made-up people's files, read, against the truth that stands beside them."""

import json

from whisky_assets.parsing.archives import read_archive
from whisky_assets.sample.archives import EXPECTED, archive_truth, archives
from whisky_assets.sample.catalogue import table_rows
from whisky_assets.sample.world import World


def test_two_people_hand_in_one_csv_and_one_json() -> None:
    assert [(spec.user, spec.name, spec.media_type) for spec in archives()] == [
        ("mina", "mina.json", "application/json"),
        ("tom", "tom.csv", "text/csv"),
    ]


def test_the_json_has_the_owners_own_shape_and_example() -> None:
    archive = json.loads(archives()[0].body)
    ((profile, entries),) = zip(archive["user"].values(), archive["whisky_archive"].values(), strict=True)
    assert set(profile) == {"id", "age", "region"}
    assert entries[0] == {"argbeg ten": None, "note": "lemon, sweet"}


def test_truth_covers_every_row_of_both_files_in_order() -> None:
    for spec in archives():
        read = read_archive(spec.user, spec.body, spec.media_type)
        truth = [row for row in archive_truth(World(), 5) if row.user == spec.user]
        assert [row.ordinal for row in truth] == list(range(read.rows_read))
        entries = {row.ordinal: row.text for row in truth if row.expected != "refused"}
        assert {entry.ordinal: entry.text for entry in read.entries} == entries
        refused = {refused.ordinal for refused in read.refused if refused.scope == "row"}
        assert refused == {row.ordinal for row in truth if row.expected == "refused"}


def test_truth_of_the_whole_world_is_as_it_is_written_down() -> None:
    written = [row["expected"] for row in table_rows("archives/truth.csv")]
    assert [row.expected for row in archive_truth(World(), 2)] == written
    assert set(written) == set(EXPECTED)
    assert all(row.why for row in archive_truth(World(), 2))


def test_every_key_of_the_truth_is_told_by_some_shop() -> None:
    told = {row.truth_key for row in World().truth(2)}
    named = {key for row in table_rows("archives/truth.csv") for key in row["truth_keys"].split(";") if key}
    assert named <= told


def test_a_note_on_a_whisky_that_comes_in_week_two_is_not_sold_before() -> None:
    expected = {
        week: {row.expected for row in archive_truth(World(), week) if row.text == "Redbreast 12"} for week in (1, 2)
    }
    assert expected == {1: {"not_sold"}, 2: {"resolved"}}


def test_in_the_cut_world_fewer_notes_have_a_whisky_and_none_another_one() -> None:
    whole = {(row.user, row.ordinal): row for row in archive_truth(World(), 5)}
    cut = archive_truth(World(cut=40), 5)
    assert all(set(row.truth_keys) <= set(whole[row.user, row.ordinal].truth_keys) for row in cut)
    assert sum(row.expected == "resolved" for row in cut) >= 6


def test_the_cases_that_the_reader_must_know_are_there() -> None:
    mina, tom = (read_archive(spec.user, spec.body, spec.media_type) for spec in archives())
    assert (mina.user.nickname, mina.user.owner_id, mina.user.age_years, mina.user.region) == (
        "peat_and_pine",
        "u1001",
        34,
        "Seoul",
    )
    vintage = mina.entries[2]
    assert (vintage.text, vintage.age_text, vintage.vintage_year, vintage.age_years) == (
        "kilchoman",
        "2010",
        2010,
        None,
    )
    assert [refused.reason for refused in mina.refused] == ["age_text_unreadable", "no_whisky"]
    assert [refused.reason for refused in tom.refused] == ["rating_unreadable", "tasted_on_unreadable", "no_whisky"]
    assert {entry.rating_scale for entry in tom.entries} == {"0-100", "0-5", None}
    assert [entry.given_pk for entry in mina.entries if entry.given_pk] == ["ardbeg_corryvreckan_pk"]
    twice = [entry for entry in tom.entries if entry.text == "Redbreast 12"]
    assert len({entry.entry_id for entry in twice}) == 2
