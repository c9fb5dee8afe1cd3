"""A person's archive becomes entries: nothing lost, nothing guessed, ids that a corrected file keeps."""

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.archive_entries import ParsedArchive, refused_rows
from whisky_assets.parsing.archives import CSV_TYPE, JSON_TYPE, read_archive

OWNERS_EXAMPLE = {
    "user": {"moss": {"id": "u7", "age": 41, "region": "Busan"}},
    "whisky_archive": {"u7": [{"argbeg ten": None, "note": "lemon, sweet"}]},
}


def from_csv(text: str, *, encoding: str = "utf-8") -> ParsedArchive:
    return read_archive("moss", text.encode(encoding), CSV_TYPE)


def from_json(value: object) -> ParsedArchive:
    return read_archive("moss", json.dumps(value, ensure_ascii=False).encode(), JSON_TYPE)


def with_entries(entries: Sequence[object]) -> ParsedArchive:
    return from_json({**OWNERS_EXAMPLE, "whisky_archive": {"u7": entries}})


def reasons(archive: ParsedArchive) -> list[tuple[int, str, str]]:
    return [(refused.ordinal, refused.scope, refused.reason) for refused in archive.refused]


def refusal(body: bytes, media_type: str) -> InputRefusedError:
    with pytest.raises(InputRefusedError) as refused:
        read_archive("moss", body, media_type)
    assert refused.value.remedy
    return refused.value


def test_the_owners_own_example_is_one_person_and_one_entry() -> None:
    archive = from_json(OWNERS_EXAMPLE)
    user = archive.user
    assert (user.user, user.nickname, user.owner_id, user.age_years, user.region) == ("moss", "moss", "u7", 41, "Busan")
    (entry,) = archive.entries
    assert (entry.text, entry.note, entry.given_pk) == ("argbeg ten", "lemon, sweet", None)
    assert json.loads(entry.raw) == {"argbeg ten": None, "note": "lemon, sweet"}
    assert archive.refused == ()


def test_an_entry_id_is_sixteen_digits_and_never_moves() -> None:
    (entry,) = from_json(OWNERS_EXAMPLE).entries
    assert re.fullmatch("[a-z0-9]{16}", entry.entry_id)
    # Fixed for ever: people's entries are found by it.
    assert entry.entry_id == "67e63a0f6b7090bf"


def test_a_corrected_note_rating_or_age_keeps_the_id() -> None:
    before = with_entries([{"Ardbeg 10": None, "note": "ash", "date": "2025-01-02"}])
    after = with_entries(
        [{" ardbeg  10": "ardbeg_10_pk", "note": "ash and lime", "rating": 90, "age": 10, "date": "2025-01-02"}]
    )
    assert before.entries[0].entry_id == after.entries[0].entry_id


def test_notes_on_one_whisky_have_ids_of_their_own_and_other_rows_do_not_move_them() -> None:
    notes = [{"Ardbeg 10": None, "note": str(number)} for number in range(3)]
    ids = [entry.entry_id for entry in with_entries(notes).entries]
    assert len(set(ids)) == 3
    mixed = with_entries([{"Oban 14": None}, notes[0], {"Oban 14": None}, *notes[1:]])
    assert [entry.entry_id for entry in mixed.entries if entry.text == "Ardbeg 10"] == ids


def test_two_people_never_share_an_entry_id() -> None:
    body = b"whisky\nArdbeg 10\n"
    ids = {read_archive(user, body, CSV_TYPE).entries[0].entry_id for user in ("moss", "fern")}
    assert len(ids) == 2


def test_an_age_that_is_a_year_is_a_vintage_and_its_text_is_kept() -> None:
    (entry,) = with_entries([{"kilchoman": None, "age": "2010"}]).entries
    assert (entry.age_text, entry.age_years, entry.vintage_year) == ("2010", None, 2010)


@pytest.mark.parametrize(
    ("text", "age", "vintage"),
    [
        ("12", 12, None),
        ("12년", 12, None),
        ("12년산", 12, None),
        ("12 years old", 12, None),
        ("12yo", 12, None),
        ("12年", 12, None),
        ("100", 100, None),
        ("2010년", None, 2010),
        ("2010 vintage", None, 2010),
        ("1899", None, 1899),
    ],
)
def test_ages_and_years_are_read_in_three_languages(text: str, age: int | None, vintage: int | None) -> None:
    (entry,) = with_entries([{"x": None, "age": text}]).entries
    assert (entry.age_text, entry.age_years, entry.vintage_year) == (text, age, vintage)


@pytest.mark.parametrize("text", ["0", "101", "999", "twelve", "2010-2012", "12.5"])
def test_an_age_that_is_none_is_kept_as_text_and_named(text: str) -> None:
    archive = with_entries([{"x": None, "age": text}])
    (entry,) = archive.entries
    assert (entry.age_text, entry.age_years, entry.vintage_year) == (text, None, None)
    assert reasons(archive) == [(0, "value", "age_text_unreadable")]


@pytest.mark.parametrize(
    ("text", "rating", "scale"),
    [
        ("87/100", 87.0, "0-100"),
        ("4.5/5", 4.5, "0-5"),
        ("4,5 / 5", 4.5, "0-5"),
        ("90점", 90.0, "0-100"),
        ("87", 87.0, None),
        ("", None, None),
    ],
)
def test_ratings_keep_their_scale(text: str, rating: float | None, scale: str | None) -> None:
    (entry,) = with_entries([{"x": None, "rating": text}]).entries
    assert (entry.rating, entry.rating_scale) == (rating, scale)


@pytest.mark.parametrize("text", ["very good", "120/100", "5/0", "-3", "A+"])
def test_a_rating_that_is_none_is_named_and_stays_in_the_raw_entry(text: str) -> None:
    archive = with_entries([{"x": None, "rating": text}])
    assert archive.entries[0].rating is None
    assert reasons(archive) == [(0, "value", "rating_unreadable")]
    assert json.loads(archive.entries[0].raw)["rating"] == text


@pytest.mark.parametrize(
    "text", ["2025-11-03", "2025/11/3", "2025.11.03", "2025. 11. 3.", "2025년 11월 3일", "2025年11月3日"]
)
def test_days_that_begin_with_the_year_are_read(text: str) -> None:
    (entry,) = with_entries([{"x": None, "date": text}]).entries
    assert (entry.tasted_text, entry.tasted_on) == (text, "2025-11-03")


@pytest.mark.parametrize("text", ["03/11/2025", "2025-13-01", "2025-02-30", "someday"])
def test_days_that_could_mean_two_or_none_are_kept_as_text(text: str) -> None:
    archive = with_entries([{"x": None, "date": text}])
    assert (archive.entries[0].tasted_text, archive.entries[0].tasted_on) == (text, None)
    assert reasons(archive) == [(0, "value", "tasted_on_unreadable")]


def test_a_csv_gives_one_entry_a_row_with_notes_untouched() -> None:
    archive = from_csv('whisky,note,glass\nOban 14,"  salt, ""wool""\nand smoke ",tumbler\n\nTalisker 10,,\n')
    first, second = archive.entries
    assert first.note == '  salt, "wool"\nand smoke '
    assert json.loads(first.raw)["glass"] == "tumbler"
    assert (second.text, second.note) == ("Talisker 10", "")
    assert archive.rows_read == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_may_use_semicolons_or_tabs_and_korean_headers(delimiter: str) -> None:
    rows = [["위스키", "노트", "평점", "날짜", "숙성"], ["아드벡", "재", "90점", "2025년 1월 2일", "10년"]]
    (entry,) = from_csv("\r\n".join(delimiter.join(row) for row in rows)).entries
    assert (entry.text, entry.note, entry.rating, entry.tasted_on, entry.age_years) == (
        "아드벡",
        "재",
        90.0,
        "2025-01-02",
        10,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_korean_text_survives_the_ways_in_which_office_programs_save_it(encoding: str) -> None:
    (entry,) = from_csv("위스키,노트\n아드벡 10년,두 번째 잔\n", encoding=encoding).entries
    assert (entry.text, entry.note) == ("아드벡 10년", "두 번째 잔")


def test_text_in_an_encoding_that_can_only_be_guessed_is_refused_rather_than_garbled() -> None:
    error = refusal("whisky,note\nTé Bheag,brûlée\n".encode("cp1252"), CSV_TYPE)
    assert error.reason == "wrong_encoding"
    assert "UTF-8" in error.remedy


def test_rows_without_a_whisky_or_with_too_many_cells_are_refused_by_row_and_the_rest_stays() -> None:
    archive = from_csv("whisky,note\n,lost\nOban 14,salt,and smoke\nTalisker 10,pepper\n")
    assert reasons(archive) == [(0, "row", "no_whisky"), (1, "row", "row_too_long")]
    assert [entry.text for entry in archive.entries] == ["Talisker 10"]
    assert archive.rows_read == 3


def test_a_row_with_fewer_cells_is_read_with_empty_ones() -> None:
    (entry,) = from_csv("whisky,note,rating\nOban 14\n").entries
    assert (entry.note, entry.rating) == ("", None)


def test_columns_of_one_name_are_all_kept() -> None:
    (entry,) = from_csv("whisky,place,place,\nOban 14,home,sofa,late\n").entries
    assert set(json.loads(entry.raw).values()) == {"Oban 14", "home", "sofa", "late"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"drink,note\nOban 14,salt\n", "wrong_header"),
        (b"whisky,bottle\nOban 14,salt\n", "wrong_header"),
        (b'whisky,note\n"Oban 14"x,salt\n', "wrong_shape"),
        (b'whisky,note\n"Oban 14,salt\n', "wrong_shape"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused_whole(body: bytes, reason: str) -> None:
    assert refusal(body, CSV_TYPE).reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty_file"),
        ("{", "broken_json"),
        ('{"user": {}, "whisky_archive": {"a": [NaN]}}', "broken_json"),
        ('{"user": {"a": {"age": 1e999}}}', "broken_json"),
        ('{"user": {"a": {"id": "\\ud800"}}}', "broken_json"),
        ("[" * 100_000, "broken_json"),
        ("1" * 5_000, "broken_json"),
        ("[]", "wrong_shape"),
        ('{"user": []}', "wrong_shape"),
        ('{"user": {"a": 1}}', "wrong_shape"),
        ('{"user": {"a": {}, "a": {}}}', "wrong_shape"),
        ('{"user": {"a": {}}, "user": {"b": {}}}', "wrong_shape"),
        ('{"user": {"a": {}}, "whisky_archive": {"a": {}}}', "wrong_shape"),
        ('{"user": {"a": {}, "b": {}}}', "several_people"),
        ('{"user": {}}', "several_people"),
    ],
)
def test_a_json_that_cannot_be_read_is_refused_whole(text: str, reason: str) -> None:
    assert refusal(text.encode(), JSON_TYPE).reason == reason


def test_an_unknown_type_of_file_is_refused_with_the_known_ones() -> None:
    error = refusal(b"x", "application/pdf")
    assert error.reason == "unknown_type"
    assert ".csv or .json" in error.remedy


def test_each_bad_entry_of_a_json_is_refused_alone() -> None:
    text = (
        '{"user": {"moss": {"id": "u7"}}, "whisky_archive": {"u7": ['
        '1, {"note": "x"}, {"a": null, "note": "1", "note": "2"}, {"a": null, "note": ["x"]}, {"oban": null}],'
        '"u8": [{"talisker": null}]}}'
    )
    archive = read_archive("moss", text.encode(), JSON_TYPE)
    assert reasons(archive) == [
        (0, "row", "not_an_object"),
        (1, "row", "no_whisky"),
        (2, "row", "repeated_key"),
        (3, "row", "not_a_text"),
        (5, "row", "other_person"),
    ]
    assert [entry.text for entry in archive.entries] == ["oban"]
    assert archive.rows_read == 6


def test_a_json_entry_may_name_whisky_and_pk_in_fields_of_their_own() -> None:
    (entry,) = with_entries([{"place": "home", "whisky": "Oban 14", "pk": "oban_14_pk"}]).entries
    assert (entry.text, entry.given_pk) == ("Oban 14", "oban_14_pk")


def test_the_first_unknown_key_is_the_whisky_and_later_ones_stay_in_the_raw_entry() -> None:
    (entry,) = with_entries([{"note": "salt", "Oban 14": "oban_14_pk", "place": "home"}]).entries
    assert (entry.text, entry.given_pk, entry.note) == ("Oban 14", "oban_14_pk", "salt")
    assert json.loads(entry.raw)["place"] == "home"


@pytest.mark.parametrize(("told", "age"), [(34, 34), ("35", 35), (36.0, 36), (200, None), ("old", None), (None, None)])
def test_a_persons_age_is_a_number_of_years_or_unknown(told: object, age: int | None) -> None:
    archive = from_json({"user": {"moss": {"id": 7, "age": told, "region": " "}}})
    assert (archive.user.age_years, archive.user.owner_id, archive.user.region) == (age, "7", None)
    assert archive.entries == ()


def test_no_message_holds_a_word_of_the_person() -> None:
    private_word = "quincunx"
    archive = with_entries(
        [
            {"note": private_word},
            {private_word: [private_word]},
            {"a": None, "age": private_word, "rating": private_word, "date": private_word},
            private_word,
        ]
    )
    csv_archive = from_csv(f"whisky,note\nOban,{private_word},{private_word}\n,{private_word}\n")
    assert len(archive.refused) == 6
    for refused in (*archive.refused, *csv_archive.refused):
        assert private_word not in refused.message
    for body, media_type in (
        (f'{{"{private_word}": ', JSON_TYPE),
        (f'{{"user": {{"{private_word}": 1}}}}', JSON_TYPE),
        (f"{private_word},note\nx,y\n", CSV_TYPE),
    ):
        assert private_word not in str(refusal(body.encode(), media_type))


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.text(st.characters(exclude_categories=["Cs"]))
        ),
        max_size=8,
    )
)
def test_every_row_of_a_json_is_an_entry_or_a_refused_row_and_its_note_is_untouched(
    rows: list[tuple[str, str]],
) -> None:
    archive = with_entries([{"whisky": whisky, "note": note} for whisky, note in rows])
    assert archive.rows_read == len(rows) == len(archive.entries) + len(list(refused_rows(archive)))
    assert [entry.note for entry in archive.entries] == [rows[entry.ordinal][1] for entry in archive.entries]
    assert len({entry.entry_id for entry in archive.entries}) == len(archive.entries)
