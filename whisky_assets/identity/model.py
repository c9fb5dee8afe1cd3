"""What is matched: one listing as its name and columns tell it, and the facts that rules compare.

Grain: one `Subject` per (id_space, source_id). Not here: which of two facts agree (`identity.compare`), who belongs
together (`identity.cluster`), what a listing said before (`identity.drift`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from typing import NamedTuple

from whisky_assets.domain.records import Offer
from whisky_assets.identity.release_codes import release_codes
from whisky_assets.parsing.lexicon import singular
from whisky_assets.parsing.parsed import ParsedName


class Key(NamedTuple):
    """Which listing: whose numbers, and which number."""

    id_space: str
    source_id: str

    def __str__(self) -> str:
        """Return `id_space:source_id`, as commands and the review queue write it."""
        return f"{self.id_space}:{self.source_id}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One listing to be matched.

    `number_space` names numbers that several id spaces share (None: its own only). `cut_at` is the length at which
    its source cuts names, None if it does not.
    """

    id_space: str
    source_id: str
    name: str
    parsed: ParsedName
    abv_pct: float | None = None
    volume_ml: int | None = None
    gtin14: str | None = None
    release: str = ""
    cut_at: int | None = None
    number_space: str | None = None

    @property
    def key(self) -> Key:
        """Which listing it is."""
        return Key(self.id_space, self.source_id)

    @property
    def cut(self) -> bool:
        """Whether its source cut the name, so that its end is unknown; a space at the cut is lost."""
        return self.cut_at is not None and len(self.name) >= self.cut_at - 1


def from_offer(offer: Offer, *, cut_at: int | None = None, number_space: str | None = None) -> Subject:
    """Return the subject of an offer; its name must have been read (`offer.parsed`)."""
    parsed = ParsedName.from_json(offer.parsed)
    return Subject(
        id_space=offer.id_space,
        source_id=offer.source_id,
        name=offer.name,
        parsed=parsed,
        abv_pct=offer.abv_pct if offer.abv_pct is not None else parsed.abv_pct,
        volume_ml=offer.volume_ml,
        gtin14=offer.gtin14,
        release=offer.as_of.date().isoformat(),
        cut_at=cut_at,
        number_space=number_space,
    )


class TextKey(NamedTuple):
    """The facts in which two listings must be equal to be one whisky by their text alone; unknown equals unknown."""

    age: int | None
    vintage: int | None
    bottled: int | None
    year: int | None
    cask_number: str | None
    batch: str | None
    bottler: str | None
    cask: tuple[str, ...]
    peat: str | None
    flavour: tuple[str, ...]
    mixed: bool
    leftover: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """One listing's comparable facts, its bare number resolved to an age where the block knows that age."""

    key: Key
    subject: Subject
    text: TextKey
    release: frozenset[str]
    style: frozenset[str]
    strength: str | None
    region: frozenset[str]
    abv_pct: float | None
    joined: str

    @property
    def plain(self) -> bool:
        """Whether the name says nothing but the brand; of a brand without a distillery a region says which whisky."""
        of_region = self.region and self.subject.parsed.distillery is None
        return not (self.text.leftover or of_region) and self.text.age is None and not any(self.text[1:11])


def known_ages(subjects: Iterable[Subject]) -> frozenset[int]:
    """Return the ages that names of one block state with a unit."""
    return frozenset(subject.parsed.age_years for subject in subjects if subject.parsed.age_years is not None)


def facts_of(subject: Subject, ages: Collection[int] = ()) -> Facts:
    """Return a listing's facts; `ages` are those stated in its block, which make a bare number an age."""
    parsed = subject.parsed
    age = parsed.age_years
    words = parsed.leftover_words
    if age is None and parsed.bare_number is not None and parsed.bare_number in ages:
        age = parsed.bare_number
        words = tuple(word for word in words if word != str(age))
    words = tuple(word for word in words if not _is_proof_of(word, subject.abv_pct))
    text = TextKey(
        age=age,
        vintage=parsed.vintage_year,
        bottled=parsed.bottled_year,
        year=parsed.year,
        cask_number=parsed.cask_number,
        batch=parsed.batch,
        bottler=parsed.bottler,
        cask=parsed.cask,
        peat=parsed.peat,
        flavour=parsed.flavour,
        mixed=parsed.pack == "mixed",
        leftover=frozenset(map(singular, words)),
    )
    return Facts(
        key=subject.key,
        subject=subject,
        region=frozenset(parsed.region),
        text=text,
        release=release_codes(parsed),
        style=frozenset(parsed.style),
        strength=parsed.strength,
        abv_pct=subject.abv_pct,
        joined="".join(map(singular, words)),
    )


PROOF = range(70, 151)
"""Numbers that can be American proof, which is twice the alcohol."""
PROOF_LIMIT = 0.4


def _is_proof_of(word: str, abv_pct: float | None) -> bool:
    """Say whether a number of the name only repeats the alcohol as American proof (`81` at 40.5 %)."""
    return (
        abv_pct is not None and word.isdecimal() and int(word) in PROOF and abs(int(word) - 2 * abv_pct) <= PROOF_LIMIT
    )
