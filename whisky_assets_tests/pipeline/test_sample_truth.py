"""Five weeks of the whole sample world, built and published: every table is compared with the world's own truth."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import DocumentRead, Entry, Match, Offer, QuarantineRow, Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.parsing.archives import read_archive
from whisky_assets.pipeline.balance import FeedBalance, feed_balances, whisky_balance
from whisky_assets.sample.archives import EntryTruth, archive_truth, archives
from whisky_assets.sample.listing import TruthRow
from whisky_assets.sample.world import World
from whisky_assets_tests.pipeline.house import sample_house

WEEKS = (1, 2, 3, 4, 5)
RECALL_FLOOR = 0.78
"""Share of true pairs that stand under one key; 0.80 to 0.81 when this was written. A wrong pair has no floor: none."""

NOT_YET = frozenset({("mina", 6), ("tom", 3)})
"""Notes that name a brand and an age alone, where one plain whisky fits better than another: resolved, not asked."""

ENTRY_FLOOR = 23
"""Of 33 notes so many come out exactly as the truth says."""

Key = tuple[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What one week's run left, by key."""

    truth: Mapping[Key, TruthRow]
    notes: tuple[EntryTruth, ...]
    offers: Mapping[Key, Offer]
    matches: Mapping[Key, Match]
    whiskies: Mapping[str, Whisky]
    registry: Registry
    refused: tuple[QuarantineRow, ...]
    documents: tuple[DocumentRead, ...]
    entries: Mapping[Key, Entry]
    balances: tuple[FeedBalance, ...]
    tables: Mapping[str, NewTable]
    release: Outcome


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Week]:
    """One home that lives through five weeks."""
    found = {}
    with sample_house(tmp_path_factory.mktemp("five") / "home") as house:
        workspace = house.workspace
        for week in WEEKS:
            workspace.set_week(week)
            release = house.run()
            documents = tuple(
                row for feed in workspace.heads() for row in workspace.head_rows(feed, "staged/documents")
            )
            listings = [row for feed in workspace.heads() for row in workspace.head_rows(feed, "staged/listings")]
            offers = list(workspace.current_rows("core/offers"))
            matches = list(workspace.current_rows("core/matches"))
            found[week] = Week(
                truth={(row.id_space, row.source_id): row for row in World().truth(week)},
                notes=archive_truth(World(), week),
                offers={(row.id_space, row.source_id): row for row in offers},
                matches={(row.id_space, row.source_id): row for row in matches},
                whiskies={row.whisky_pk: row for row in workspace.current_rows("core/whiskies")},
                registry=Registry.from_events(workspace.current_rows("core/registry")),
                refused=tuple(
                    row for feed in workspace.heads() for row in workspace.head_rows(feed, "staged/quarantine")
                ),
                documents=documents,
                entries={(row.user, row.entry_id): row for row in workspace.current_rows("archives/entries")},
                balances=tuple(feed_balances(_by_feed(documents), listings, offers, matches)),
                tables=house.tables,
                release=release,
            )
    return found


@pytest.fixture(params=WEEKS, ids=lambda week: f"week {week}")
def week(request: pytest.FixtureRequest, weeks: Mapping[int, Week]) -> Week:
    """Each week in turn."""
    number: int = request.param
    return weeks[number]


def _by_feed(documents: tuple[DocumentRead, ...]) -> dict[str, list[DocumentRead]]:
    found: dict[str, list[DocumentRead]] = defaultdict(list)
    for row in documents:
        found[row.feed].append(row)
    return found


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def test_every_listing_told_is_an_offer_and_nothing_else_is(week: Week) -> None:
    told = {key for key, row in week.truth.items() if row.kind != "refused"}
    assert set(week.offers) == told


def test_every_kind_is_the_true_one(week: Week) -> None:
    wrong = {
        key: (offer.name, offer.kind, week.truth[key].kind)
        for key, offer in week.offers.items()
        if offer.kind != week.truth[key].kind
    }
    assert wrong == {}


def test_whiskies_and_spirit_drinks_have_a_key_and_nothing_else_has(week: Week) -> None:
    keyed = {key for key, row in week.truth.items() if row.truth_key}
    assert set(week.matches) == keyed


def test_names_are_read_of_what_stands_for_a_whisky_and_not_of_what_its_category_makes_other_goods(
    weeks: Mapping[int, Week],
) -> None:
    offers = weeks[1].offers.values()
    assert all(offer.block for offer in offers if offer.kind != "other")
    unread = [offer for offer in offers if not offer.block]
    assert unread
    assert {offer.kind for offer in unread} == {"other"}


def test_no_key_stands_for_two_bottlings(week: Week) -> None:
    truths: dict[str, set[str]] = defaultdict(set)
    for key, match in week.matches.items():
        truths[match.whisky_pk].add(week.truth[key].truth_key)
    assert {pk: found for pk, found in truths.items() if len(found) > 1} == {}


def test_most_listings_of_one_bottling_stand_under_one_key(week: Week) -> None:
    by_truth: dict[str, Counter[str]] = defaultdict(Counter)
    for key, match in week.matches.items():
        by_truth[week.truth[key].truth_key][match.whisky_pk] += 1
    true_pairs = sum(_pairs(found.total()) for found in by_truth.values())
    found_pairs = sum(_pairs(count) for found in by_truth.values() for count in found.values())
    assert found_pairs / true_pairs >= RECALL_FLOOR


def test_look_alikes_are_apart_and_what_shares_a_gtin_placeholder_is_no_evidence(week: Week) -> None:
    trapped = [key for key, row in week.truth.items() if "gtin_placeholder" in row.traps and key in week.matches]
    assert len({week.matches[key].whisky_pk for key in trapped}) == len({week.truth[key].truth_key for key in trapped})


def test_a_row_without_name_or_number_is_refused_and_named_with_its_reason(week: Week) -> None:
    reasons = Counter((row.feed, row.reason) for row in week.refused if row.scope == "row")
    editions = Counter(row.feed for row in week.documents if row.role == "file")
    expected = {
        ("elbe", "no_id"): editions["elbe"],
        ("elbe", "no_name"): editions["elbe"],
        ("minato", "no_name"): 2 * editions["minato"],
        ("hanok", "no_name"): 1,
        # Every stored body of the page that tells the nameless product.
        ("harbour", "no_name"): reasons[("harbour", "no_name")],
        ("elbe", "duplicate_id"): 1,
    }
    assert reasons == expected
    assert reasons[("harbour", "no_name")] >= 1


def test_no_refused_truth_has_become_an_offer_and_every_refused_file_row_is_counted(week: Week) -> None:
    refused = {key for key, row in week.truth.items() if row.kind == "refused"}
    assert refused
    assert refused.isdisjoint(week.offers)
    for row in week.documents:
        assert row.rows_read == row.sightings + row.refused_rows


def test_a_strength_that_is_a_date_or_too_high_is_refused_and_its_listing_stays(weeks: Mapping[int, Week]) -> None:
    first = weeks[1]
    trapped = [key for key, row in first.truth.items() if {"abv_date", "abv_absurd"} & set(row.traps)]
    assert len(trapped) >= 7
    for key in trapped:
        assert first.offers[key].abv_pct is None
        assert "abv_missing" in first.offers[key].flags
    refused = Counter(row.reason for row in first.refused if row.reason.startswith("abv_"))
    assert refused.total() == len(trapped)
    assert set(refused) == {"abv_is_date", "abv_out_of_range"}


def test_a_decimal_comma_is_read_and_not_rounded(week: Week) -> None:
    for key, row in week.truth.items():
        if {"abv_comma", "abv_two_decimals"} & set(row.traps):
            assert week.offers[key].abv_pct == pytest.approx(40.17)


def test_every_equation_of_the_balance_holds(week: Week) -> None:
    assert [gap for row in week.balances for gap in row.gaps] == []
    assert {row.feed for row in week.balances} == {"elbe", "hanok", "harbour", "minato"}
    kinds = Counter(offer.kind for offer in week.offers.values())
    assert sum(row.members for row in week.balances) == kinds["whisky"] + kinds["spirit_drink"]
    assert sum(row.bundles for row in week.balances) == kinds["bundle"]
    assert sum(row.other_goods for row in week.balances) == kinds["other"]


def test_whiskies_are_keys_with_a_live_member_and_their_documents_held_and_refused(week: Week) -> None:
    balance = whisky_balance(week.whiskies.values(), len(week.registry.redirects()))
    live = {match.whisky_pk for key, match in week.matches.items() if week.offers[key].page_state != "gone"}
    assert {pk for pk, row in week.whiskies.items() if row.state == "live"} == live
    assert balance.whiskies == len(live) == balance.publishable + balance.held + balance.refused
    assert balance.dormant == len(week.whiskies) - len(live)


def test_a_product_that_a_whole_edition_leaves_out_is_never_called_live(week: Week) -> None:
    # minato's list is a part of its shelf: there absence proves nothing.
    states = {key: offer.page_state for key, offer in week.offers.items() if key[0] != "minato"}
    assert {key for key, state in states.items() if state == "live"} == {
        key for key, row in week.truth.items() if row.present and key in states
    }
    assert {offer.page_state for key, offer in week.offers.items() if key[0] == "minato"} == {"live"}


def test_what_has_been_missing_three_weeks_is_gone_and_its_lonely_key_sleeps(weeks: Mapping[int, Week]) -> None:
    assert {offer.page_state for offer in weeks[2].offers.values()} == {"live", "missing"}
    gone = {key for key, offer in weeks[4].offers.items() if offer.page_state == "gone"}
    assert {("harbour", "41000000070700"), ("harbour", "41000000340700")} <= gone
    asleep = {pk for pk, row in weeks[4].whiskies.items() if row.state == "dormant"}
    assert asleep
    for pk in asleep:
        members = [key for key, match in weeks[4].matches.items() if match.whisky_pk == pk]
        assert set(members) <= gone
        # Asleep is not forgotten: the last description stays.
        assert weeks[4].whiskies[pk].name == weeks[1].whiskies[pk].name


def test_what_returns_wakes_under_its_old_key(weeks: Mapping[int, Week]) -> None:
    returning = [key for key, row in weeks[5].truth.items() if "returns" in row.traps]
    assert returning
    for key in returning:
        assert weeks[4].offers[key].page_state == "gone"
        assert weeks[5].offers[key].page_state == "live"
        assert weeks[5].matches[key].whisky_pk == weeks[1].matches[key].whisky_pk
        assert weeks[5].whiskies[weeks[5].matches[key].whisky_pk].state == "live"


def test_every_key_of_every_week_resolves_in_all_later_weeks(weeks: Mapping[int, Week]) -> None:
    for earlier in WEEKS:
        for later in WEEKS[earlier:]:
            for pk in weeks[earlier].whiskies:
                assert weeks[later].registry.resolve(pk) in weeks[later].whiskies


def test_a_listing_keeps_its_key_unless_its_number_is_another_batch_now(weeks: Mapping[int, Week]) -> None:
    moved = {
        key
        for key, match in weeks[1].matches.items()
        if weeks[5].registry.resolve(match.whisky_pk) != weeks[5].matches[key].whisky_pk
    }
    rolled = {key for key, row in weeks[5].truth.items() if "rolled_batch" in row.traps}
    assert moved == rolled
    for key in rolled:
        assert weeks[5].truth[key].truth_key != weeks[1].truth[key].truth_key


def test_renamed_listings_keep_their_keys(weeks: Mapping[int, Week]) -> None:
    renamed = [key for key, row in weeks[5].truth.items() if "renamed" in row.traps and key in weeks[1].matches]
    assert renamed
    assert [key for key in renamed if weeks[5].offers[key].name != weeks[1].offers[key].name]
    for key in renamed:
        assert weeks[5].matches[key].whisky_pk == weeks[1].matches[key].whisky_pk


def _answers(week: Week) -> Iterator[tuple[EntryTruth, Entry | None, set[str]]]:
    """Yield each note's truth with our entry and the truth keys that its whisky stands for."""
    standing: dict[str, set[str]] = defaultdict(set)
    for key, match in week.matches.items():
        standing[match.whisky_pk].add(week.truth[key].truth_key)
    places: dict[tuple[str, int], Entry] = {}
    for file in archives():
        for read in read_archive(file.user, file.body, file.media_type).entries:
            places[(file.user, read.ordinal)] = week.entries[(file.user, read.entry_id)]
    for truth in week.notes:
        entry = places.get((truth.user, truth.ordinal))
        pk: Any = None if entry is None else entry.whisky_pk
        yield truth, entry, standing[pk] if pk else set()


def test_no_note_points_at_another_whisky_than_the_one_it_is_about(week: Week) -> None:
    wrong = {
        (truth.user, truth.ordinal)
        for truth, entry, meant in _answers(week)
        if entry is not None and entry.state == "resolved" and meant != set(truth.truth_keys)
    }
    assert wrong <= NOT_YET


def test_refused_rows_of_an_archive_are_no_entries_and_all_others_are(week: Week) -> None:
    assert {truth.expected == "refused" for truth, entry, _ in _answers(week) if entry is None} == {True}
    assert all(truth.expected != "refused" for truth, entry, _ in _answers(week) if entry is not None)


def test_most_notes_come_out_as_the_truth_says(week: Week) -> None:
    right = 0
    for truth, entry, meant in _answers(week):
        if truth.expected == "resolved":
            right += meant == set(truth.truth_keys)
        elif truth.expected == "refused":
            right += entry is None
        else:
            right += entry is not None and entry.state != "resolved"
    assert right >= ENTRY_FLOOR


def test_the_owners_own_example_finds_the_ardbeg_ten(week: Week) -> None:
    (entry,) = (entry for entry in week.entries.values() if entry.text == "argbeg ten")
    assert entry.state == "resolved"
    assert entry.whisky_pk is not None
    assert week.whiskies[entry.whisky_pk].age_years == 10
    members = {week.truth[key].truth_key for key, match in week.matches.items() if match.whisky_pk == entry.whisky_pk}
    assert members == {"ardbeg_10"}
    assert entry.note == "lemon, sweet"


def test_an_age_that_is_a_year_is_a_vintage_and_its_text_is_kept(week: Week) -> None:
    (entry,) = (entry for entry in week.entries.values() if entry.age_text == "2010")
    assert (entry.age_years, entry.vintage_year) == (None, 2010)


def test_a_later_week_publishes_what_changed_and_needs_no_word(weeks: Mapping[int, Week]) -> None:
    assert weeks[1].release.counts["writes"] > 150
    for number in WEEKS[1:]:
        counts = weeks[number].release.counts
        assert 0 < counts["writes"] < counts["unchanged"]
        assert counts["deletes"] == 0


def test_a_week_without_new_price_lists_carries_all_of_their_rows_over(weeks: Mapping[int, Week]) -> None:
    for number in (3, 5):
        before, now = weeks[number - 1], weeks[number]
        for dataset in ("core/offers", "core/matches", "core/whiskies", "core/claims"):
            assert now.tables[dataset].made > 0
            assert now.tables[dataset].carried_rows > 0
        for key, offer in now.offers.items():
            if key[0] in ("elbe", "minato"):
                assert offer.input_digest == before.offers[key].input_digest
