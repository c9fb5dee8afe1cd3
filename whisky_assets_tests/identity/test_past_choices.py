"""What only the order of two runs put together or apart keeps its key and becomes a question."""

import dataclasses

from whisky_assets.identity.match_csv import EarlierRuns, MatchRun, Row, run_match
from whisky_assets.identity.past_choices import JOINED, PARTED, past_choices
from whisky_assets_tests.identity.listings import REFERENCE, listing
from whisky_assets_tests.identity.test_cluster import matched


def row(rid: str, name: str, abv_pct: str, **columns: str) -> Row:
    return {"rid": rid, "source": f"shop_{rid}", "source_id": rid, "name": name, "abv_pct": abv_pct, **columns}


def two_runs(first: list[Row], second: list[Row]) -> MatchRun:
    before = run_match(first, REFERENCE, text_only=False)
    return run_match(
        second, REFERENCE, text_only=False, registry=before.registry, earlier=EarlierRuns(before.offered, is_asked=True)
    )


def asked(run: MatchRun) -> set[tuple[str, str, str]]:
    return {(review.kind, str(review.left), str(review.right)) for review in run.reviews}


LEFT, RIGHT, BETWEEN = (
    row("1", "Oban 14 years", "43.0"),
    row("2", "Oban 14 years", "43.8"),
    row("3", "Oban 14 years", "43.4"),
)


def test_a_listing_that_joined_before_its_rival_came_stays_and_is_asked_about() -> None:
    at_once = run_match([LEFT, RIGHT, BETWEEN], REFERENCE, text_only=False)
    assert len({answer["whisky_pk"] for answer in at_once.answers}) == 3
    run = two_runs([LEFT, BETWEEN], [RIGHT])
    assert run.registry.members()["shop_1", "1"] == run.registry.members()["shop_3", "3"]
    assert ("split", "shop_1:1", "shop_3:3") in asked(run)
    assert {review.reason for review in run.reviews if review.kind == "split"} == {JOINED}


def test_what_would_be_one_whisky_and_has_two_keys_is_asked_about_once() -> None:
    rows = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 14 years", 43.0, at="b:1")]
    with_past = matched(rows, former={("a", "1"): "one_pk", ("b", "1"): "two_pk"})
    subjects = {one.key: one for one in rows}
    assert len(with_past.clusters) == 2
    assert past_choices(with_past, matched(rows), subjects) == (), "it is a question already"
    [review] = past_choices(dataclasses.replace(with_past, reviews=()), matched(rows), subjects)
    assert (review.kind, str(review.left), str(review.right), review.reason) == ("same_whisky", "a:1", "b:1", PARTED)


def test_without_a_past_nothing_hangs_on_an_order() -> None:
    run = run_match([LEFT, RIGHT, BETWEEN], REFERENCE, text_only=False)
    assert {review.reason for review in run.reviews}.isdisjoint({JOINED, PARTED})


def test_a_barcode_and_a_size_of_an_absent_listing_are_evidence_still() -> None:
    code = "4006381333931"
    absent = row("1", "Oban 14 years", "43.0", gtin=code)
    new = row("2", "Oban 14 years heron tide wing", "43.0", gtin=code)
    run = two_runs([absent], [new])
    assert run.registry.members()["shop_1", "1"] == run.registry.members()["shop_2", "2"]
    other_words = row("2", "Oban 14 years heron", "43.0", volume_ml="750")
    run = two_runs([{**absent, "volume_ml": "700"}], [other_words])
    assert run.registry.members()["shop_1", "1"] == run.registry.members()["shop_2", "2"]
