"""What the sample world holds in each week, and that its truth covers it."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.domain.records.shared import NAME_PATTERN
from whisky_assets.sample import catalogue
from whisky_assets.sample.barcodes import check_digit
from whisky_assets.sample.catalogue import load_catalogue
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.listing import Listing, TruthRow
from whisky_assets.sample.wording import FEEDS, SHOPS
from whisky_assets.sample.world import EDITION_WEEKS, World, edition_week

WEEKS = (1, 2, 3, 4, 5)
WHOLE = World()
CUT = World(cut=40)
README = Path(catalogue.__file__).parent / "README.md"
NOT_IN_CUT = {
    "abv_two_decimals",
    "book",
    "missing_once",
    "name_cut",
    "other_spirit",
    "rolled_batch",
    "rum",
    "vodka",
}


def traps(world: World) -> set[str]:
    return {trap for week in WEEKS for listing in world.listings(week) for trap in listing.traps}


def by_code(world: World, week: int) -> dict[str, Listing]:
    return {listing.code: listing for listing in world.listings(week)}


def truth_by_id(world: World, week: int) -> dict[tuple[str, str], TruthRow]:
    return {(row.id_space, row.source_id): row for row in world.truth(week)}


def on_shelf(world: World, week: int) -> set[str]:
    return {listing.code for feed in FEEDS for listing in world.shelf(feed, week)}


def test_the_clock_stands_still_at_monday_nine_utc_of_each_week() -> None:
    assert week_now(1) == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert week_now(5) == datetime(2026, 2, 2, 9, tzinfo=UTC)
    assert all(week_now(week).weekday() == 0 for week in WEEKS)


def test_a_week_below_one_is_refused_everywhere() -> None:
    for ask in (week_now, WHOLE.listings, WHOLE.files):
        with pytest.raises(UsageError, match="no week 0"):
            ask(0)


def test_week_one_has_about_300_listings_of_140_whiskies_in_four_shops() -> None:
    shelves = {feed: len(WHOLE.shelf(feed, 1)) for feed in FEEDS}
    assert 290 <= sum(shelves.values()) <= 310
    assert min(shelves.values()) >= 40
    assert len(load_catalogue().whiskies) == 140
    told = {row.truth_key for row in WHOLE.truth(1) if row.kind == "whisky"}
    assert 135 <= len(told) <= 140


def test_every_whisky_is_told_by_some_shop_in_some_week() -> None:
    told = {row.truth_key for row in WHOLE.truth(2)}
    assert {whisky.key for whisky in load_catalogue().whiskies} <= told


def test_more_than_half_of_the_whiskies_are_told_by_several_shops() -> None:
    shops = Counter(key for key, _ in {(row.truth_key, row.id_space) for row in WHOLE.truth(1) if row.truth_key})
    assert sum(count > 1 for count in shops.values()) > 70


def test_the_cut_has_40_listings_of_all_shops_and_nearly_every_trap() -> None:
    shown = [listing for listing in CUT.listings(1) if listing.shelf in {"live", "error"}]
    assert len(shown) == 40
    assert {listing.feed for listing in shown} == set(FEEDS)
    assert traps(WHOLE) - traps(CUT) == NOT_IN_CUT


def test_a_listing_of_the_cut_reads_as_in_the_whole_world() -> None:
    for week in WEEKS:
        whole = by_code(WHOLE, week)
        assert all(whole[code] == listing for code, listing in by_code(CUT, week).items())


def test_every_kind_of_trouble_stands_in_the_readme_and_no_other() -> None:
    text = README.read_text(encoding="utf-8").partition("## Kinds of trouble")[2]
    assert set(re.findall(r"^\| ([a-z_0-9]+) \|", text, re.MULTILINE)) - {"trap"} == traps(WHOLE)
    named = set(re.findall(r"[a-z_]+", text.partition("all of them but ")[2].partition(".")[0])) - {"and"}
    assert named == NOT_IN_CUT


def test_trap_names_are_plain_codes() -> None:
    assert all(re.fullmatch(NAME_PATTERN, trap) for trap in traps(WHOLE))


@pytest.mark.parametrize("world", [WHOLE, CUT], ids=["whole", "cut"])
@pytest.mark.parametrize("week", WEEKS)
def test_truth_has_one_row_for_every_listing_told_so_far(world: World, week: int) -> None:
    rows = world.truth(week)
    keys = [(row.id_space, row.source_id) for row in rows]
    assert len(keys) == len(set(keys))
    told = {
        (listing.feed, listing.source_id)
        for past in range(1, week + 1)
        for feed in FEEDS
        for listing in world.shelf(feed, past)
    }
    pages = {
        (listing.feed, listing.source_id)
        for past in range(1, week + 1)
        for listing in world.listings(past)
        if listing.shelf == "error"
    }
    assert set(keys) == told | pages | {("minato", "")}


@pytest.mark.parametrize("week", WEEKS)
def test_truth_has_a_key_for_whiskies_and_spirit_drinks_alone_and_a_reason_for_all(week: int) -> None:
    for row in WHOLE.truth(week):
        assert bool(row.truth_key) == (row.kind in {"whisky", "spirit_drink"}), row
        assert row.kind in {"whisky", "spirit_drink", "bundle", "other", "refused"}
        assert row.why
    assert {row.kind for row in WHOLE.truth(week)} == {"whisky", "spirit_drink", "bundle", "other", "refused"}


def test_no_shop_sells_one_bottle_of_one_size_under_two_numbers_but_as_a_pack() -> None:
    for listings in (WHOLE.listings(1), WHOLE.listings(5)):
        plain = Counter(
            (listing.feed, listing.truth_key, listing.size)
            for listing in listings
            if listing.truth_key and not {"gift_pack", "multipack"} & set(listing.traps)
        )
        assert [key for key, count in plain.items() if count > 1] == []


def test_every_look_alike_kind_stands_side_by_side_in_the_shops() -> None:
    told = {row.truth_key for row in WHOLE.truth(2)}
    pairs = load_catalogue().lookalikes
    assert {
        "age",
        "finish",
        "batch",
        "abv_market",
        "cask_strength",
        "selection",
        "style",
        "peated",
        "vintage",
    } <= {pair.kind for pair in pairs}
    assert all(pair.left != pair.right and {pair.left, pair.right} <= told for pair in pairs)


def test_right_barcodes_are_valid_and_the_spoiled_ones_are_not() -> None:
    bad = 0
    for listing in WHOLE.listings(1):
        if listing.gtin in {"", "0"}:
            continue
        valid = check_digit(listing.gtin[:-1]) == listing.gtin[-1]
        assert valid != ("gtin_bad_check" in listing.traps), listing
        bad += not valid
    assert bad == 2


def test_a_barcode_means_one_size_of_one_whisky_but_for_the_two_traps() -> None:
    told: dict[str, set[tuple[str, str]]] = {}
    for listing in WHOLE.listings(2):
        if listing.gtin and not {"gtin_wrong", "gtin_placeholder"} & set(listing.traps) and listing.gtin != "0":
            told.setdefault(listing.gtin, set()).add((listing.truth_key, listing.code[1:3]))
    assert [code for code, subjects in told.items() if len(subjects) > 1] == []
    shops = {listing.feed for listing in WHOLE.listings(1) if listing.gtin == "9520000107000"}
    assert shops == set(FEEDS)


def test_the_placeholder_stands_on_six_whiskies_and_a_wrong_code_on_another_whisky_than_its_own() -> None:
    week_1 = WHOLE.listings(1)
    placeholders = [listing for listing in week_1 if "gtin_placeholder" in listing.traps]
    assert len({listing.truth_key for listing in placeholders}) == 6
    assert {listing.gtin for listing in placeholders} == {"012345678905"}
    for wrong in (listing for listing in week_1 if "gtin_wrong" in listing.traps):
        owners = {listing.truth_key for listing in week_1 if listing.gtin == wrong.gtin} - {wrong.truth_key}
        assert len(owners) == 1


def test_week_two_brings_new_prices_new_names_new_and_missing_listings() -> None:
    before, after = by_code(WHOLE, 1), by_code(WHOLE, 2)
    both = on_shelf(WHOLE, 1) & on_shelf(WHOLE, 2)
    new_prices = sum(before[code].price != after[code].price for code in both)
    assert 0.1 < new_prices / len(both) < 0.3
    assert sum(before[code].title != after[code].title for code in both) >= 6
    assert len(on_shelf(WHOLE, 2) - on_shelf(WHOLE, 1)) >= 10
    assert len(on_shelf(WHOLE, 1) - on_shelf(WHOLE, 2)) >= 10


def test_week_three_brings_more_of_both_in_the_shops_with_pages() -> None:
    assert on_shelf(WHOLE, 3) - on_shelf(WHOLE, 2)
    assert on_shelf(WHOLE, 2) - on_shelf(WHOLE, 3)


def test_pages_missing_since_week_two_stay_away_and_two_listings_return_in_week_five() -> None:
    away = on_shelf(WHOLE, 1) - on_shelf(WHOLE, 2) - on_shelf(WHOLE, 3) - on_shelf(WHOLE, 4)
    assert len(away) >= 9
    assert {code for code in away if code.startswith("k")}
    back = away & on_shelf(WHOLE, 5)
    assert back == {"k70:glendronach_12", "h70:kilchoman_vintage_2010"}


def test_weeks_after_the_fifth_only_move_prices() -> None:
    assert on_shelf(WHOLE, 9) == on_shelf(WHOLE, 5)
    assert any(by_code(WHOLE, 9)[code].price != listing.price for code, listing in by_code(WHOLE, 5).items())


def test_what_a_number_is_never_changes_but_for_the_rolled_batch() -> None:
    changed = set()
    first = truth_by_id(WHOLE, 1)
    for key, row in truth_by_id(WHOLE, 5).items():
        if key in first and first[key].truth_key != row.truth_key:
            changed.add((row.traps, first[key].truth_key, row.truth_key))
    assert {(old, new) for _, old, new in changed} == {("aberlour_abunadh_batch_76", "aberlour_abunadh_batch_77")}
    assert truth_by_id(WHOLE, 3)["elbe", "00580"].truth_key == "aberlour_abunadh_batch_76"


def test_a_file_feed_stands_still_between_its_editions() -> None:
    assert [edition_week(week) for week in (1, 2, 3, 4, 5, 9)] == [1, 2, 2, 4, 4, 4]
    assert WHOLE.shelf("elbe", 3) == WHOLE.shelf("elbe", 2)
    assert WHOLE.shelf("minato", 9) == WHOLE.shelf("minato", 4)


def test_the_changed_week_is_the_one_in_which_a_listing_began_to_read_so() -> None:
    listing = by_code(WHOLE, 5)["k70:glendronach_12"]
    assert WHOLE.changed_week(listing, 5) == 5
    for code, now in by_code(WHOLE, 4).items():
        since = WHOLE.changed_week(now, 4)
        assert by_code(WHOLE, since)[code] == now
        assert since == 1 or by_code(WHOLE, since - 1)[code] != now


def test_product_numbers_of_a_shop_are_unique_and_of_its_own_form() -> None:
    forms = {"harbour": r"41\d{12}", "hanok": r"1\d{4}", "elbe": r"0\d{4}", "minato": r"M\d{4}-\d{2,3}"}
    for listing in WHOLE.listings(1):
        if listing.source_id:
            assert re.fullmatch(forms[listing.feed], listing.source_id), listing
    numbers = Counter((listing.feed, listing.source_id) for listing in WHOLE.listings(1))
    assert max(numbers.values()) == 1


def test_prices_are_whole_steps_of_a_shops_currency() -> None:
    for listing in WHOLE.listings(5):
        shop = SHOPS[listing.letter]
        assert listing.price_minor > 0
        assert listing.price_minor % shop.minor_per_step == 0


def test_a_broken_table_row_is_refused_with_file_line_and_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    good = catalogue.data_bytes

    def spoiled(name: str) -> bytes:
        body = good(name)
        return body.replace(b"2,k70:talisker_10,shelf,absent", b"2,k70:talisker_10,shelf,away")

    monkeypatch.setattr(catalogue, "data_bytes", spoiled)
    with pytest.raises(InputRefusedError, match=r"data/changes\.csv:\d+: expected a shelf of live, absent") as refused:
        load_catalogue.__wrapped__()
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        ("changes.csv", b"h70:talisker_10,gtin", b"h70:taliskar_10,gtin", "a listing like"),
        ("changes.csv", b"k70:ardbeg_10,charset", b"k70:ardbeg_10,colour", "a field of"),
        ("lookalikes.csv", b"age,ardbeg_10,", b"age,ardbeg_11,", "a key of whiskies.csv"),
        ("whiskies.csv", b",h70 k70 e70 m70,h70 k70 e70 m70", b",h70 k70 e70 m70,h20", "a cut"),
        ("whiskies.csv", b",h70 k70 e70 m70,h70", b",x70 k70 e70 m70,h70", "shops and sizes"),
        ("specials.csv", b"k,426,", b"k,", "as many cells"),
    ],
)
def test_each_kind_of_broken_row_names_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, table: str, old: bytes, new: bytes, expected: str
) -> None:
    good = catalogue.data_bytes
    assert old in good(table)
    monkeypatch.setattr(
        catalogue, "data_bytes", lambda name: good(name).replace(old, new) if name == table else good(name)
    )
    with pytest.raises(InputRefusedError, match=f"{table}:\\d+: expected {expected}"):
        load_catalogue.__wrapped__()


def test_editions_are_the_weeks_one_two_and_four() -> None:
    assert EDITION_WEEKS == (1, 2, 4)
    for week in (*WEEKS, 6):
        assert {feed: len(editions) for feed, editions in WHOLE.files(week).items()} == dict.fromkeys(
            ("elbe", "minato"), int(week in EDITION_WEEKS)
        )
