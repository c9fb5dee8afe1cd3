"""How good and how quick our matching is beside what a user would write first: a join by name, a fuzzy one, Splink.

All answer the same labelled listings, by text alone; the score is that of the labels' own scorer. Then `whisky match`
alone answers more and more listings made of real ones. The listings are shared data and no part of this project, so
without them this benchmark says so and ends. Splink is no part of the set-up: it is measured where it is installed.
"""

from __future__ import annotations

import csv
import importlib.util
import math
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz, process

from benchmarks.perturbing import perturbed
from benchmarks.report import Report, ratio, shown, timed
from whisky_assets.identity.match_csv import match_rows
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.reference import load_reference
from whisky_assets_tests.tooling import parts

FUZZY_SCORE = 85
"""The peer gets its best chance: of 70 to 95, 80 and 85 have the best F1 on these labels (0.61), 85 merges less."""

SPLINK_PROBABILITY = 0.2
"""The peer gets its best chance: of 0.05 to 0.99 this has the best F1 on these labels."""
SPLINK_ABSENT = (
    "Splink is left out: it is not installed here and no part of the lock; `pip install splink` in a copy of .venv"
)

SIZES = (25_000, 50_000, 100_000)
LARGEST_SECONDS, LARGEST_MIB = 45, 1_536
"""What the largest of these may take on two cores."""

NEW_ONE_IN, MOST_OF_A_FULL_RUN = 100, 0.10
"""An incremental run: one listing in so many is new; the share of a full run that it may cost."""

SCALE_HEADERS = ("listings", "whiskies", "wall", "÷ first", "n log n ÷ first", "processor", "peak MiB", "name", "fuzzy")
HEADERS = ("who", "precision", "recall", "F1", "pairs F1", "false merges", "wall", "× ours")

Row = Mapping[str, str]
Clusters = Mapping[str, str]
"""Row id to the name of its cluster."""


def run(scratch: Path) -> Iterator[Report]:
    """Yield the tables: matchers on the labelled listings, more and more listings, a few new ones on kept keys."""
    try:
        gold = parts.find_shared(os.environ) / "gold"
    except parts.PartMissingError as missing:
        yield Report(title="matching", skipped=parts.skip_text(parts.PARTS["shared"], str(missing)))
        return
    yield compared(gold)
    yield grown(gold, scratch, SIZES)
    yield added(gold, scratch, SIZES[0])


def compared(gold: Path) -> Report:
    """Return the table for the labelled listings in a folder with `records.csv`, both label files and `score.py`."""
    scorer = _scorer(gold / "score.py")
    rows = _rows(gold / "records.csv")
    reference = load_reference()
    matchers: tuple[tuple[str, Callable[[], Clusters]], ...] = (
        (
            "whisky match",
            lambda: {row["rid"]: row["whisky_pk"] for row in match_rows(rows, reference, text_only=True)},
        ),
        ("normalised name", lambda: by_normalised_name(rows)),
        ("RapidFuzz, equal numbers", lambda: by_fuzzy_name(rows)),
        *((("Splink", lambda: by_splink(rows)),) if importlib.util.find_spec("splink") else ()),
    )
    found = [(name, *timed(work)) for name, work in matchers]
    ours = found[0][1]
    return Report(
        title=f"matching {len(rows):,} listings by text alone",
        headers=HEADERS,
        rows=tuple(
            (name, *_scores(scorer, gold, clusters), shown(seconds), ratio(seconds, ours))
            for name, seconds, clusters in found
        ),
        notes=(
            "precision, recall and F1 are over pairs of labelled listings; pairs F1 over the hand-picked hard pairs",
            "false merges: share of the different pairs that became one, each of which moves people's notes",
            *(() if importlib.util.find_spec("splink") else (SPLINK_ABSENT,)),
        ),
    )


def grown(gold: Path, scratch: Path, sizes: Sequence[int]) -> Report:
    """Return the table of `whisky match` on more and more listings made of real ones, each in a process of its own."""
    real, reference = _rows(gold / "records.csv"), load_reference()
    rows: list[tuple[object, ...]] = []
    costs: list[Cost] = []
    for count in sizes:
        made = list(perturbed(real, reference, count))
        told = scratch / f"listings_{count}.csv"
        _write_rows(told, made)
        costs.append(_matched_apart(told, scratch / f"answers_{count}.csv"))
        cost, first = costs[-1], costs[0]
        expected = count * math.log(count) / (sizes[0] * math.log(sizes[0]))
        peers = [timed(partial(peer, made))[0] for peer in (by_normalised_name, by_fuzzy_name)]
        rows.append(
            (
                count,
                len({row["whisky_pk"] for row in _rows(scratch / f"answers_{count}.csv")}),
                shown(cost.wall),
                ratio(cost.wall, first.wall),
                f"{expected:.2f}",
                shown(cost.processor),
                cost.peak_mib,
                *map(shown, peers),
            )
        )
    within = all(cost.wall <= LARGEST_SECONDS and cost.peak_mib <= LARGEST_MIB for cost in costs)
    kept = "kept" if within else "NOT kept"
    return Report(
        title="whisky match on listings made of real ones, all evidence",
        headers=SCALE_HEADERS,
        rows=tuple(rows),
        notes=(
            f"100,000 are promised in {LARGEST_SECONDS} s and {LARGEST_MIB} MiB on two cores; here: {kept}",
            "name and fuzzy: wall of the peers above on the same listings, without reading the file or writing answers",
        ),
    )


def added(gold: Path, scratch: Path, count: int) -> Report:
    """Return what a run on a kept registry costs when one listing in a hundred is new, beside the run before it."""
    made = list(perturbed(_rows(gold / "records.csv"), load_reference(), count + count // NEW_ONE_IN))
    before = [row for place, row in enumerate(made) if place % (NEW_ONE_IN + 1)]
    keys = ("--registry", str(scratch / "keys"))
    costs = []
    for name, rows in (("before", before), ("after", made)):
        _write_rows(scratch / f"{name}.csv", rows)
        costs.append(_matched_apart(scratch / f"{name}.csv", scratch / f"{name}_keys.csv", *keys))
    first, again = costs
    share = again.processor / first.processor
    kept = "kept" if share < MOST_OF_A_FULL_RUN else "NOT kept"
    return Report(
        title=f"whisky match --registry on {count:,} listings, then {len(made) - len(before):,} new among them",
        headers=("run", "listings", "wall", "processor", "÷ first", "peak MiB"),
        rows=tuple(
            (
                name,
                len(rows),
                shown(cost.wall),
                shown(cost.processor),
                ratio(cost.processor, first.processor),
                cost.peak_mib,
            )
            for name, rows, cost in (("all new", before, first), ("1 % new", made, again))
        ),
        notes=(
            f"the second is promised under {MOST_OF_A_FULL_RUN:.0%} of the first; here {share:.0%}: {kept}",
            "a home reuses by block what it read and matched (`whisky run`); a file of listings is matched whole",
        ),
    )


class Cost(NamedTuple):
    """What one process took."""

    wall: float
    processor: float
    peak_mib: int


def _write_rows(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _matched_apart(told: Path, answers: Path, *options: str) -> Cost:
    """Run `whisky match` in a process of its own and return what it took.

    Raises:
        RuntimeError: it ended with another code than 0.
    """
    words = [sys.executable, "-m", "whisky_assets.cli", "match", str(told), "--out", str(answers), *options]
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - the project's own program with words of this module
        words, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"whisky match ended with {process.returncode} on {told}")
    # In bytes on macOS, in KiB elsewhere.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss // unit)


def by_normalised_name(rows: Sequence[Row]) -> dict[str, str]:
    """Cluster rows whose names are equal but for case, accents, signs, sizes and filler words."""
    return {row["rid"]: _normalised(row["name"]) for row in rows}


def by_fuzzy_name(rows: Sequence[Row]) -> dict[str, str]:
    """Cluster rows of one first word and the same numbers whose names are alike by RapidFuzz's token sort ratio."""
    groups: dict[tuple[str, frozenset[str]], list[Row]] = defaultdict(list)
    for row in rows:
        words = _normalised(row["name"]).split()
        numbers = frozenset(word for word in words if word.isdigit())
        groups[words[0] if words else "", numbers].append(row)
    leader = {row["rid"]: row["rid"] for row in rows}
    for group in groups.values():
        names = [_normalised(row["name"]) for row in group]
        alike = process.cdist(names, names, scorer=fuzz.token_sort_ratio, score_cutoff=FUZZY_SCORE)
        for left, right in zip(*alike.nonzero(), strict=True):
            first, second = (_leader(leader, group[int(place)]["rid"]) for place in (left, right))
            leader[max(first, second)] = min(first, second)
    return {rid: _leader(leader, rid) for rid in leader}


def by_splink(rows: Sequence[Row]) -> dict[str, str]:
    """Cluster rows by Splink, trained on them without labels: name, numbers of the name and strength, by first word."""
    splink, comparisons = (importlib.import_module(name) for name in ("splink", "splink.comparison_library"))
    words = [_normalised(row["name"]).split() for row in rows]
    table = pd.DataFrame(
        {
            "unique_id": [row["rid"] for row in rows],
            "name": [" ".join(sorted(word for word in of_name if not word.isdigit())) for of_name in words],
            "numbers": [" ".join(sorted(filter(str.isdigit, of_name))) or "-" for of_name in words],
            "head": [next(iter(of_name), None) for of_name in words],
            "abv_pct": pd.to_numeric(pd.Series([row["abv_pct"] for row in rows]), errors="coerce"),
        }
    )
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[splink.block_on("head")],
        comparisons=[
            comparisons.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85]),
            comparisons.ExactMatch("numbers"),
            comparisons.ExactMatch("abv_pct"),
        ],
    )
    linker = splink.Linker(table, settings, db_api=splink.DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match([splink.block_on("name", "numbers")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on("head", "numbers"))
    linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on("name"))
    pairs = linker.inference.predict(threshold_match_probability=SPLINK_PROBABILITY)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, SPLINK_PROBABILITY)
    return {row.unique_id: str(row.cluster_id) for row in clusters.as_pandas_dataframe().itertuples()}


def _leader(leader: dict[str, str], rid: str) -> str:
    while leader[rid] != rid:
        rid = leader[rid]
    return rid


_FILLER_WORDS = re.compile(
    r"\b(?:the|whisky|whiskey|scotch|single|malt|blended|years?|old|yo|bottle|gift|box|pack|in|with)\b"
)
_SIZE = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:ml|cl|l|ltr|litre)\b|\b\d+(?:[.,]\d+)?\s*%")


def _normalised(name: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", _FILLER_WORDS.sub(" ", _SIZE.sub(" ", plain.replace("'", "")))))


def _scores(scorer: ModuleType, gold: Path, clusters: Clusters) -> Iterator[str]:
    """Yield precision, recall, F1, F1 of the pairs and the share of different pairs that are merged."""
    labels = [row for row in _rows(gold / "labels_dev.csv") if row["bottling"] not in ("", "X", "U")]
    told = scorer.cluster_scores([(clusters[row["rid"]], row["bottling"]) for row in labels])
    pairs = scorer.pair_scores([row for row in _rows(gold / "pairs_dev.csv") if row["label"] in "MN"], clusters)
    for value in (told["precision"], told["recall"], told["f1"], pairs["f1"], pairs["false_merge_rate"]):
        yield f"{value:.3f}"


def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("whisky_gold_score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))
