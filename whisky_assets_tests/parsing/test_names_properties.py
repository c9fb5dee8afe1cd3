"""What does not separate two whiskies never changes what a name is read as."""

from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.identity.model import Subject, facts_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import load_reference

REFERENCE = load_reference()
# No weak, ambiguous or table words: what a new expression is called.
EXPRESSIONS = ("", "heron", "lunar tide", "sea kelp")
AGES = ("", "10 years old", "12 ans", "18yo")
BATCHES = ("", "batch 4", "edition 7")
WOODS = ("", "oloroso", "port cask finish")
brands = st.sampled_from(sorted(maker.name for kind, maker in REFERENCE.makers() if kind != "bottler"))


@st.composite
def names(draw: st.DrawFn) -> str:
    parts = [draw(brands), *(draw(st.sampled_from(choices)) for choices in (EXPRESSIONS, AGES, WOODS, BATCHES))]
    return " ".join(filter(None, parts))


def identity_of(parsed: ParsedName) -> tuple[object, ...]:
    facts = facts_of(Subject(id_space="shop", source_id="1", name=parsed.text, parsed=parsed))
    return parsed.brand, facts.text, facts.style, facts.strength


def read(name: str) -> tuple[object, ...]:
    return identity_of(parse_name(name, REFERENCE))


@given(names())
def test_every_listed_brand_is_found_in_its_own_name(name: str) -> None:
    assert parse_name(name, REFERENCE).brand is not None


@given(names())
def test_case_and_spaces_say_nothing(name: str) -> None:
    assert read(name.upper()) == read(name) == read(f"  {name.lower().replace(' ', '   ')} ")


@given(names(), st.sampled_from(["700 ml", "70cl", "0,7 l", "1 L", "(PET)", "750ml"]))
def test_the_declared_size_and_bottle_say_nothing(name: str, size: str) -> None:
    assert read(f"{name} {size}") == read(name)


@given(names(), st.sampled_from(["gift box", "in gift tube", "w / 2 glasses", "coffret", "箱付き", "선물세트"]))
def test_the_gift_box_says_nothing(name: str, box: str) -> None:
    assert read(f"{name} {box}") == read(name)


@given(names(), st.sampled_from(["whisky", "whiskey", "Scotch Whisky", "ウイスキー", "위스키"]))
def test_the_word_whisky_says_nothing_in_any_language(name: str, word: str) -> None:
    assert read(f"{name} {word}") == read(name)


@given(
    brands, st.integers(3, 60), st.sampled_from(["years old", "year old", "yo", "ans", "Jahre", "vuotta", "년", "年"])
)
def test_an_age_is_the_same_in_every_language(brand: str, age: int, unit: str) -> None:
    assert read(f"{brand} {age} {unit}") == read(f"{brand} {age} years")


@given(brands, st.integers(3, 59))
def test_another_age_batch_or_wood_is_another_whisky(brand: str, age: int) -> None:
    plain = read(f"{brand} {age} years")
    assert plain != read(f"{brand} {age + 1} years")
    assert plain != read(f"{brand} {age} years batch 3")
    assert plain != read(f"{brand} {age} years port cask")
    assert plain != read(f"{brand} {age} years cask no. 1234")
    assert plain != read(f"{brand} {age} years 1994")
    assert plain != read(f"{brand} {age} years heron")


@given(names())
def test_a_phrase_may_stand_at_the_end(name: str) -> None:
    assert read(f"{name} 21 years old") == read(f"{name} 21 years old".replace("  ", " "))
    head, _, rest = name.partition(" batch ")
    if rest:
        assert read(f"{head} 750 ml batch {rest}") == read(name)


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing_and_the_same_each_time(text: str) -> None:
    parsed = parse_name(text, REFERENCE, free_text=True)
    assert parsed == parse_name(text, REFERENCE, free_text=True)
    assert ParsedName.from_json(parsed.to_json()) == parsed
    for field in parsed.fields.values():
        assert 0 <= field.span[0] <= field.span[1] <= len(text)
