"""What all listings of a source show about it is learned, so that no rule names a source."""

from whisky_assets.identity.model import Subject
from whisky_assets.identity.source_traits import cut_lengths, number_spaces
from whisky_assets_tests.identity.listings import listing


def test_a_source_whose_longest_names_pile_up_cuts_there() -> None:
    free = [("free", "n" * length) for length in range(10, 120)]
    cut = [("cut", f"{number:03}".ljust(min(length, 60), "x")) for number, length in enumerate(range(10, 120))]
    assert cut_lengths([*free, *cut]) == {"cut": 60}


def test_a_short_list_shows_no_limit() -> None:
    assert cut_lengths([("small", letter * 60) for letter in "abcdef"]) == {}


def test_sources_that_tell_one_brand_under_one_number_share_their_numbers() -> None:
    names = ["Oban", "Ardbeg", "Talisker", "Glenlivet", "Macallan"]
    rows = [
        listing(names[number % 5], 43.0, at=f"{source}:{'0' * zeros}{number}")
        for source, zeros in (("north", 0), ("south", 2))
        for number in range(1, 31)
    ]
    strangers = [listing(names[(number + 1) % 5], 43.0, at=f"west:{number}") for number in range(1, 31)]
    few = [listing(names[number % 5], 43.0, at=f"east:{number}") for number in range(1, 11)]
    assert number_spaces([*rows, *strangers, *few]) == {"north": "north", "south": "north"}


def test_a_cut_needs_a_hundred_names_of_which_three_end_at_the_longest() -> None:
    rest = [("shop", "n" * length) for length in range(1, 98)]
    longest = [("shop", f"{number}".ljust(150, "x")) for number in range(3)]
    assert len({*rest, *longest}) == 100
    assert cut_lengths([*rest, *longest]) == {"shop": 150}
    assert cut_lengths([*rest[1:], *longest]) == {}
    assert cut_lengths([*rest, ("shop", "n" * 98), *longest[:2]]) == {}
    assert cut_lengths([*rest[1:], *longest, *longest]) == {}


NAMES = ["Oban", "Ardbeg", "Talisker", "Glenlivet", "Macallan"]


def numbered(source: str, count: int, *, wrong: int = 0, prefix: str = "") -> list[Subject]:
    """Listings of a source by number, the first `wrong` of another brand than the others tell."""
    return [
        listing(NAMES[(number + (number < wrong)) % 5], 43.0, at=f"{source}:{prefix}{number + 1}")
        for number in range(count)
    ]


def test_twenty_equal_numbers_are_shared_and_nineteen_are_chance() -> None:
    assert number_spaces([*numbered("a", 20), *numbered("b", 20)]) == {"a": "a", "b": "a"}
    assert number_spaces([*numbered("a", 19), *numbered("b", 19)]) == {}


def test_nine_of_ten_brands_must_be_equal() -> None:
    assert number_spaces([*numbered("a", 20), *numbered("b", 20, wrong=2)]) == {"a": "a", "b": "a"}
    assert number_spaces([*numbered("a", 20), *numbered("b", 20, wrong=3)]) == {}


def test_one_brand_with_a_conflict_is_no_equal_product() -> None:
    others = [listing(NAMES[number % 5], 50.0, at=f"b:{number + 1}") for number in range(20)]
    assert number_spaces([*numbered("a", 20), *others]) == {}


def test_what_is_no_number_is_shared_by_nobody() -> None:
    assert number_spaces([*numbered("a", 20, prefix="x"), *numbered("b", 20, prefix="x")]) == {}


def test_sources_that_share_with_one_another_in_turn_share_one_space() -> None:
    rows = [*numbered("a", 20), *numbered("b", 20), *numbered("c", 20)]
    assert number_spaces(rows) == {"a": "a", "b": "a", "c": "a"}
    assert number_spaces(reversed(rows)) == {"a": "a", "b": "a", "c": "a"}


def test_one_source_that_lists_a_number_twice_shares_it_with_nobody() -> None:
    assert number_spaces([*numbered("a", 20), *numbered("a", 20, prefix="0")]) == {}
