"""All bottlings of one expression give one text, and two expressions give two."""

from __future__ import annotations

import pytest

from whisky_assets.identity.family import family_of
from whisky_assets.identity.torn import torn_clusters
from whisky_assets_tests.identity.listings import facts

LABEL = frozenset({"edition"})


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["Oban 14 years", "Oban"], "14"),
        (["Oban heron", "Oban heron tide"], "heron|tide"),
        (["Oban 14 years heron edition"], "14|heron"),
        (["Oban 14 years port cask"], "14|port"),
        (["Arran peated"], "peated"),
        (["Oban Honey"], "honey|honey"),
        (["Signatory Vintage Oban 14 years"], "14|signatory_vintage"),
        (["Oban Rye"], "rye"),
        (["Oban Bourbon"], ""),
        (["Oban 14 years distilled 1990"], "14|1990"),
        (["Oban 14 years bottled 2005"], "14"),
        (["Oban heron 2005"], "heron"),
        (["Oban 2005"], "2005"),
        (["Oban bottled 2005"], "2005"),
        (["Oban cask no. 12"], "12"),
        (["Oban 14 years batch 3"], "14"),
    ],
)
def test_a_family_is_what_all_bottlings_of_an_expression_share(names: list[str], text: str) -> None:
    rows = [facts(name, 43.0 + number, at=f"shop:{number}") for number, name in enumerate(names)]
    assert family_of(rows, LABEL) == family_of(reversed(rows), LABEL) == text


def test_of_two_that_tell_as_much_the_first_by_key_speaks() -> None:
    rows = [facts("Oban tide", at="shop:2"), facts("Oban heron", at="shop:1")]
    assert family_of(rows, LABEL) == "heron"


def test_a_cluster_is_torn_between_the_first_two_that_conflict() -> None:
    keys = [facts("Oban", at=f"shop:{number}").key for number in range(5)]
    pairs = [(keys[0], keys[3]), (keys[2], keys[0]), (keys[0], keys[1]), (keys[4], keys[3])]
    against = {(keys[1], keys[3]), (keys[2], keys[3])}
    assert torn_clusters(pairs, lambda left, right: (left, right) in against) == {keys[0]: (keys[1], keys[3])}
    assert torn_clusters(pairs, lambda _left, _right: False) == {}
    of_one_kind = torn_clusters(pairs, lambda left, right: (left, right) in against, lambda key: key in keys[1:3])
    assert of_one_kind == {keys[0]: (keys[1], keys[3])}
