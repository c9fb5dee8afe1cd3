"""What all listings of a source show about it is learned, so that no rule names a source."""

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
