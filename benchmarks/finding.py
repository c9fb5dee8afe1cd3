"""How quickly and how well our search finds a whisky, beside a LIKE over all names and a fuzzy match of all names.

The whiskies are those of the sample world, and many more that are made from them: other brands, ages and made-up words,
the same on every machine. A child process answers, so that its memory is the search's alone.
"""

from __future__ import annotations

import dataclasses
import gc
import multiprocessing
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
from rapidfuzz import fuzz, process, utils

from benchmarks.report import Report, ratio, shown
from whisky_assets.domain.records.core import Whisky
from whisky_assets.identity.find import FindIndex
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Reference, load_reference
from whisky_assets.reference.tables import Bottler, Brand, Distillery
from whisky_assets.sample.catalogue import TruthWhisky, load_catalogue

COUNT = 100_000
LIMIT = 10
HEADERS = ("who", "meant one first", f"in the first {LIMIT}", "median", "slowest", "× ours", "to load", "memory")

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("Lagavulin 16", "lagavulin_16"),
    ("라가불린16", "lagavulin_16"),
    ("ラガ16", "lagavulin_16"),
    ("lagavullin 16", "lagavulin_16"),
    ("JW Black", "johnnie_walker_black_12"),
    ("조니블랙", "johnnie_walker_black_12"),
    ("ardbeg ten", "ardbeg_10"),
    ("아드벡 10", "ardbeg_10"),
    ("argbeg ten", "ardbeg_10"),
    ("uigedail", "ardbeg_uigeadail"),
    ("ardbeg corry", "ardbeg_corryvreckan"),
    ("山崎12", "yamazaki_12"),
    ("야마자키 12", "yamazaki_12"),
    ("yamazaki 12yo", "yamazaki_12"),
    ("highland park 12 vikin", "highland_park_12"),
    ("12 year old sherry cask", ""),
    ("cask", ""),
    ("xyzzy", ""),
)
"""What people type, and the whisky of the sample world that is meant; none where they mean many, or nothing."""

KNOWN_OFFERS = 5
"""Offers of each whisky of the sample world; those made from them have one."""
AGES_YEARS = (8, 10, 12, 14, 15, 16, 17, 18, 21, 23, 25, 30)
_SYLLABLES = (
    "bar",
    "ken",
    "dal",
    "mor",
    "ig",
    "lo",
    "ran",
    "tor",
    "vie",
    "sku",
    "ra",
    "ben",
    "ach",
    "uis",
    "fin",
    "ter",
)

Answers = list[list[str]]
"""For each question the keys that were found, best first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One side: seconds of loading, MiB of the whole process then, seconds of each question, and what was found."""

    load_seconds: float
    memory_mib: float
    seconds: tuple[float, ...]
    answers: Answers


def run(scratch: Path, *, count: int = COUNT, repeats: int = 3) -> Iterator[Report]:
    """Yield the table of the three searches over `count` whiskies."""
    del scratch
    told = [(name, _apart(side, count, repeats)) for name, side in SIDES]
    ours = statistics.median(told[0][1].seconds)
    yield Report(
        title=f"finding one of {count:,} whiskies, {len(QUESTIONS)} questions",
        headers=HEADERS,
        rows=tuple((name, *_cells(measured, ours)) for name, measured in told),
        notes=(
            "seconds are those of the processor, so that a busy machine changes them little",
            "memory is the whole process after loading, with our tables and its own copy of the names",
            "the peers ask all names in English, Korean and Japanese; neither tells why it found what it found",
        ),
    )


def _cells(measured: Measured, ours: float) -> Iterator[str]:
    meant = [(pk, found) for (_, pk), found in zip(QUESTIONS, measured.answers, strict=True) if pk]
    first = sum(bool(found) and found[0] == f"{pk}_pk" for pk, found in meant)
    among = sum(f"{pk}_pk" in found for pk, found in meant)
    median = statistics.median(measured.seconds)
    yield from (f"{first} of {len(meant)}", f"{among} of {len(meant)}")
    yield from (shown(median), shown(max(measured.seconds)), ratio(median, ours))
    yield from (shown(measured.load_seconds), f"{measured.memory_mib:,.0f} MiB")


def _apart(side: Callable[[int], Callable[[str], list[str]]], count: int, repeats: int) -> Measured:
    """Measure a side in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured_here, side, count, repeats).result()


def measured_here(side: Callable[[int], Callable[[str], list[str]]], count: int, repeats: int) -> Measured:
    """Load a side and ask it every question; each is asked `repeats` times, its median counts."""
    gc.collect()
    began = time.process_time()
    ask = side(count)
    load_seconds = time.process_time() - began
    gc.collect()
    memory_mib = psutil.Process().memory_info().rss / 2**20
    answers = [ask(text) for text, _ in QUESTIONS]
    seconds = []
    for text, _ in QUESTIONS:
        rounds = []
        for _ in range(repeats):
            began = time.process_time()
            ask(text)
            rounds.append(time.process_time() - began)
        seconds.append(statistics.median(rounds))
    return Measured(load_seconds=load_seconds, memory_mib=memory_mib, seconds=tuple(seconds), answers=answers)


def with_ours(count: int) -> Callable[[str], list[str]]:
    """Return our search over so many whiskies."""
    reference = load_reference()
    index = FindIndex(whiskies(count, reference), reference)
    return lambda text: [found.pk for found in index.find(text, LIMIT)]


def with_like(count: int) -> Callable[[str], list[str]]:
    """Return a search by SQLite for names that hold every word, those of most offers first, then the shortest."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE whisky (pk TEXT, name TEXT, offers INTEGER)")
    rows = ((row.whisky_pk, _names(row), row.offer_count) for row in whiskies(count, load_reference()))
    database.executemany("INSERT INTO whisky VALUES (?, ?, ?)", rows)

    def ask(text: str) -> list[str]:
        words = text.split()
        where = " AND ".join(["name LIKE ?"] * len(words))
        query = f"SELECT pk FROM whisky WHERE {where} ORDER BY offers DESC, length(name), pk LIMIT {LIMIT}"  # noqa: S608 - no value in it
        return [str(pk) for (pk,) in database.execute(query, [f"%{word}%" for word in words])]

    return ask


def with_fuzz(count: int) -> Callable[[str], list[str]]:
    """Return a search by RapidFuzz's weighted ratio over all names."""
    names = {row.whisky_pk: _names(row) for row in whiskies(count, load_reference())}

    def ask(text: str) -> list[str]:
        found = process.extract(text, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=LIMIT)
        return [pk for _, _, pk in found]

    return ask


SIDES = (
    ("whisky find", with_ours),
    ("SQLite LIKE, every word", with_like),
    ("RapidFuzz WRatio", with_fuzz),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """One whisky of the sample world, read once: what stands behind the brand in each language, and its fields."""

    truth: TruthWhisky
    brand: str | None
    parsed: ParsedName
    rest: tuple[str, str, str]


def whiskies(count: int, reference: Reference) -> Iterator[Whisky]:
    """Yield so many whiskies: those of the sample world first, then others made from them, with other brands."""
    bases = [_base(truth, reference) for truth in load_catalogue().whiskies]
    makers = [row for kind, row in reference.makers() if kind != "bottler"]
    draw = random.Random(1)  # noqa: S311 - repeatable rows for a benchmark, no secret
    for number in range(count):
        base = bases[number % len(bases)]
        if number < len(bases):
            names = (base.truth.name_en, base.truth.name_ko, base.truth.name_ja)
            row = _row(f"{base.truth.key}_pk", names, base, base.brand, base.parsed.age_years, "")
            yield dataclasses.replace(row, offer_count=KNOWN_OFFERS)
            continue
        maker = draw.choice(makers)
        age_years = None if base.parsed.age_years is None else draw.choice(AGES_YEARS)
        word = "".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) if draw.random() < 0.5 else ""
        names = _named(base, age_years, word, [maker.name, *_spelled(maker)])
        yield _row(f"{base.truth.key}_{number}_pk", names, base, maker.name, age_years, word)


def _base(truth: TruthWhisky, reference: Reference) -> _Base:
    parsed = parse_name(truth.name_en, reference)
    told = [(parsed, truth.name_en)] + [(parse_name(name, reference), name) for name in (truth.name_ko, truth.name_ja)]
    rest = tuple(name[reading.fields["brand"].span[1] :] if reading.brand else f" {name}" for reading, name in told)
    brand = None if parsed.brand is None else reference.brand_name(parsed.brand)
    return _Base(truth=truth, brand=brand, parsed=parsed, rest=(rest[0], rest[1], rest[2]))


def _spelled(maker: Distillery | Brand | Bottler) -> list[str]:
    """Return a maker's Korean and Japanese spelling, its name where there is none."""
    return [next(iter(maker.spellings.get(language, ())), maker.name) for language in ("ko", "ja")]


def _named(base: _Base, age_years: int | None, word: str, brands: Sequence[str]) -> tuple[str, str, str]:
    old, new = str(base.parsed.age_years), str(age_years)
    told = [
        f"{brand} {word}{rest if age_years is None else rest.replace(old, new, 1)}".replace("  ", " ")
        for brand, rest in zip(brands, base.rest, strict=True)
    ]
    return told[0], told[1], told[2]


def _row(
    pk: str, names: tuple[str, str, str], base: _Base, brand: str | None, age_years: int | None, word: str
) -> Whisky:
    parsed = base.parsed
    return Whisky(
        whisky_pk=pk,
        family_pk="glen_fk",
        state="live",
        name=names[0],
        name_en=names[0],
        name_ko=names[1] or None,
        name_ja=names[2] or None,
        brand=brand,
        expression=" ".join(filter(None, (word, *parsed.leftover_words))) or None,
        age_years=age_years,
        cask_type=", ".join(parsed.cask) or None,
        batch=parsed.batch,
        cask_strength=parsed.strength == "cask_strength",
        kind="whisky",
        verdict="publish",
        offer_count=1,
        live_offer_count=1,
        sources=(),
        licences=(),
        search_tokens=(),
        input_digest="",
        maker_version="",
    )


def _names(row: Whisky) -> str:
    return " | ".join(filter(None, (row.name, row.name_ko, row.name_ja)))
