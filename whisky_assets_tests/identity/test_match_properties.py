"""What never changes a key and what always does, on any listing: brand, words, alcohol and company are drawn."""

import dataclasses
import unicodedata
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from whisky_assets.identity.compare import ABV_LIMIT_PCT
from whisky_assets.identity.decisions import Decision, Decisions, Listing, decisions_of
from whisky_assets.identity.match_csv import Row, run_match
from whisky_assets.identity.registry import Registry
from whisky_assets_tests.identity.listings import REFERENCE

BRANDS = ("Oban", "Ardbeg", "Glen Grant", "Jameson", "Yamazaki", "Lagavulin")
WORDS = ("", "heron", "heron tide", "Original", "Founder's Reserve")
WOODS = ("", "sherry cask", "port finish")
AGES = ("", "8", "12", "16", "25")
ABVS = ("40.0", "43.0", "46.0", "48.3", "57.1")


@dataclasses.dataclass(frozen=True)
class Label:
    """What stands on a bottle."""

    brand: str
    age: str
    words: str
    wood: str
    abv_pct: str

    def text(self, *more: str) -> str:
        """One way to write it as a name."""
        age = f"{self.age} Year Old" if self.age else ""
        return " ".join(filter(None, (self.brand, age, self.words, self.wood, *more)))


labels = st.builds(
    Label,
    brand=st.sampled_from(BRANDS),
    age=st.sampled_from(AGES),
    words=st.sampled_from(WORDS),
    wood=st.sampled_from(WOODS),
    abv_pct=st.sampled_from(ABVS),
)


def row(rid: str, name: str, abv_pct: str = "", **columns: str) -> Row:
    return {"rid": rid, "source": f"shop_{rid}", "source_id": rid, "name": name, "abv_pct": abv_pct, **columns}


def listed(company: list[Label]) -> list[Row]:
    """Every label in a shop of its own, all in one size."""
    return [row(str(number), label.text(), label.abv_pct, volume_ml="700") for number, label in enumerate(company)]


def keys(rows: list[Row], decisions: Decisions | None = None, registry: Registry | None = None) -> dict[str, str]:
    found = run_match(rows, REFERENCE, text_only=False, decisions=decisions, registry=registry)
    return {answer["rid"]: answer["whisky_pk"] for answer in found.answers}


def decided(kind: str, left: str, right: str) -> Decisions:
    one, other = (Listing(f"shop_{rid}", rid) for rid in (left, right))
    return decisions_of(
        [Decision(kind=kind, subject=one, object=other, who="mina", when=date(2026, 1, 5), why="the label")]
    )


@given(st.lists(labels, min_size=1, max_size=6), labels)
def test_a_listing_of_another_brand_changes_no_key(company: list[Label], other: Label) -> None:
    assume(other.brand not in {label.brand for label in company})
    rows = listed(company)
    before = keys(rows)
    assert keys([*rows, row("new", other.text(), other.abv_pct)]).items() >= before.items()
    registry = run_match(rows, REFERENCE, text_only=False).registry
    assert keys([*rows, row("new", other.text(), other.abv_pct)], registry=registry).items() >= before.items()


MARKS = {
    "a": "áàâäãå",
    "c": "ç",
    "e": "éèêë",
    "i": "íìîï",
    "n": "ñ",
    "o": "óòôöõ",
    "s": "š",
    "u": "úùûü",
    "y": "ýÿ",
    "z": "ž",
}
SPACES = (" ", "  ", "\u00a0", "\u3000", "\t")
LANGUAGE_WORDS = ("Whisky", "Whiskey", "ウイスキー", "위스키", "威士忌")
PACKS = (
    "(gift box)",
    "gift pack",
    "선물세트",
    "箱付",
    "with 2 glasses",
    "전용잔 2개",
    "6-pack",
    "3 x 200 ml",
    "6本セット",
)
AGE_PHRASES = ("{} Year Old", "{}yo", "Aged {} Years", "{}-Year-Old", "{} ans", "{} Jahre", "{}年", "{}년산")
SIZE_PHRASES = ("700 ml", "70cl", "0.7 L", "(1 L)", "750ML")
ABV_PHRASES = ("{}%", "({} % vol)", "{}% ABV", "ABV {}%", "{}度", "{}도")


def _wide(name: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)


def _accented(draw: st.DrawFn, name: str) -> str:
    """Some small letters with a mark, in one sign or in two."""
    one_sign = "".join(
        draw(st.sampled_from(MARKS[sign])) if sign in MARKS and draw(st.booleans()) else sign for sign in name
    )
    return unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD"))), one_sign)


@st.composite
def rewritten(draw: st.DrawFn, label: Label) -> str:
    """The same label as another shop writes it: with marks, sizes, a box, in other letters and spaces."""
    name = _accented(draw, label.text()) if draw(st.booleans()) else label.text()
    more = st.sampled_from(("700 ml", f"{label.abv_pct}%", "(gift box)", *LANGUAGE_WORDS))
    name = " ".join((name, *sorted(draw(st.sets(more, max_size=3)))))
    written = draw(st.sampled_from(("as it is", "capitals", "small", "wide")))
    name = {"capitals": name.upper(), "small": name.lower(), "wide": _wide(name)}.get(written, name)
    return name.replace(" ", draw(st.sampled_from(SPACES)))


@given(st.data(), st.lists(labels, max_size=4), labels)
def test_case_accents_width_spaces_size_box_and_language_words_change_no_key(
    data: st.DataObject, company: list[Label], label: Label
) -> None:
    rows = [*listed(company), row("x", label.text(), label.abv_pct, volume_ml="700")]
    another = {**rows[-1], "name": data.draw(rewritten(label))}
    assert keys([*rows[:-1], another]) == keys(rows)


@given(st.lists(labels, max_size=4), labels, st.sampled_from(("", "350", "700", "750", "1000")))
def test_a_declared_size_changes_no_key(company: list[Label], label: Label, volume_ml: str) -> None:
    rows = [*listed(company), row("x", label.text(), label.abv_pct, volume_ml="700")]
    resized = {**rows[-1], "volume_ml": volume_ml}
    assert keys([*rows[:-1], resized]) == keys(rows)


@st.composite
def moved_phrases(draw: st.DrawFn, label: Label) -> tuple[str, str]:
    """A name with whole phrases behind the brand, and the same with one of them at its end."""
    age = draw(st.sampled_from(AGE_PHRASES)).format(label.age) if label.age else ""
    drawn = [
        draw(st.sampled_from(("", *SIZE_PHRASES))),
        draw(st.sampled_from(("", *PACKS))),
        draw(st.sampled_from(("", *ABV_PHRASES))).format(label.abv_pct),
    ]
    phrases = draw(st.permutations([phrase for phrase in (age, *drawn) if phrase]))
    assume(phrases)
    moved = draw(st.integers(0, len(phrases) - 1))
    rest = [label.brand, *phrases[:moved], *phrases[moved + 1 :], label.words, label.wood]
    before = [label.brand, *phrases, label.words, label.wood]
    return " ".join(filter(None, before)), " ".join(filter(None, [*rest, phrases[moved]]))


@given(st.data(), st.lists(labels, max_size=4), labels)
def test_a_whole_age_size_pack_or_abv_phrase_moved_to_the_end_changes_no_key(
    data: st.DataObject, company: list[Label], label: Label
) -> None:
    before, after = data.draw(moved_phrases(label))
    rows = [*listed(company), row("x", before, label.abv_pct, volume_ml="700")]
    assert keys([*rows[:-1], {**rows[-1], "name": after}]) == keys(rows)


@given(st.lists(labels, min_size=2, max_size=6))
def test_two_new_listings_whose_alcohol_is_further_apart_than_the_limit_share_no_key(company: list[Label]) -> None:
    found = keys(listed(company))
    for one, left in enumerate(company):
        for other, right in enumerate(company):
            if abs(float(left.abv_pct) - float(right.abv_pct)) > ABV_LIMIT_PCT:
                assert found[str(one)] != found[str(other)]


@given(st.lists(labels, min_size=2, max_size=6), st.data())
def test_a_decision_wins_and_taking_it_back_returns_to_what_was(company: list[Label], data: st.DataObject) -> None:
    rows = listed(company)
    left, right = data.draw(
        st.lists(st.sampled_from([each["rid"] for each in rows]), min_size=2, max_size=2, unique=True)
    )
    first = run_match(rows, REFERENCE, text_only=False)
    before = {answer["rid"]: answer["whisky_pk"] for answer in first.answers}
    kind = "different" if before[left] == before[right] else "same"
    decisions = decided(kind, left, right)
    second = run_match(rows, REFERENCE, text_only=False, registry=first.registry, decisions=decisions)
    held = {answer["rid"]: answer["whisky_pk"] for answer in second.answers}
    assert (held[left] == held[right]) == (kind == "same")
    assert (keys(rows, decisions)[left] == keys(rows, decisions)[right]) == (kind == "same")
    third = run_match(rows, REFERENCE, text_only=False, registry=second.registry)
    assert {answer["rid"]: answer["whisky_pk"] for answer in third.answers} == before


@given(st.lists(st.lists(labels, min_size=1, max_size=4), min_size=2, max_size=3))
def test_over_runs_every_redirect_is_one_hop_to_a_key_that_stays(runs: list[list[Label]]) -> None:
    registry = Registry()
    for company in runs:
        registry = run_match(listed(company), REFERENCE, text_only=False, registry=registry).registry
    redirects = registry.redirects()
    assert not set(redirects) & set(redirects.values())
    minted = registry.keys()
    assert set(redirects.values()) <= set(minted)
    assert {registry.resolve(pk) for pk in minted} <= set(minted) - set(redirects)
