"""Each rule that joins has words, a measure and a confidence that the measure carries."""

import math
import re

import pytest

from whisky_assets.identity.rules import ALONE, DECISION, FORMER, GTIN, RULES, SHARED_NUMBER, Rule

BESIDE_THE_NAME = {DECISION, FORMER, GTIN, SHARED_NUMBER, ALONE}
COUNTED = [rule for rule in RULES if re.fullmatch(r"\d+ of \d+", rule.measured)]


def wilson_lower(right: int, seen: int) -> float:
    """Return the lower bound of the 95 % Wilson interval."""
    z, share = 1.96, right / seen
    spread = z * math.sqrt(share * (1 - share) / seen + z * z / (4 * seen * seen))
    return (share + z * z / (2 * seen) - spread) / (1 + z * z / seen)


def test_rules_stand_in_their_order_and_the_first_is_a_persons_word() -> None:
    assert [rule.order for rule in RULES] == list(range(len(RULES)))
    assert RULES[0] is DECISION
    assert RULES[-1] is ALONE


def test_each_rule_has_a_name_words_and_a_measure_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.words for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z_]+", rule.name)
        assert rule.words.strip()
        assert re.search(r"\d|not measured", rule.measured)


@pytest.mark.parametrize("rule", COUNTED, ids=lambda rule: rule.name)
def test_a_counted_rule_claims_the_lower_bound_of_its_share(rule: Rule) -> None:
    right, seen = map(int, rule.measured.split(" of "))
    assert 0 < right <= seen
    assert rule.confidence == pytest.approx(wilson_lower(right, seen), abs=0.01)


def test_only_what_a_person_said_is_sure_and_no_rule_claims_nothing() -> None:
    assert {rule for rule in RULES if rule.confidence == 1.0} == {DECISION, ALONE}
    assert all(0.4 < rule.confidence <= 1.0 for rule in RULES)


def test_rules_by_text_are_those_that_rest_on_names_alone() -> None:
    assert {rule for rule in RULES if not rule.by_text} == BESIDE_THE_NAME
    unmeasured = Rule("other", 99, 0.5, "1 of 2", "words")
    assert not unmeasured.by_text
