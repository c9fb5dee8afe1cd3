"""How good and how quick our matching is beside what a user would write first: a join by name, and a fuzzy one.

All three answer the same labelled listings, by text alone; the score is that of the labels' own scorer. The listings
are shared data and no part of this project, so without them this benchmark says so and ends.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from rapidfuzz import fuzz, process

from benchmarks.report import Report, ratio, shown, timed
from whisky_assets.identity.match_csv import match_rows
from whisky_assets.reference import load_reference
from whisky_assets_tests.tooling import parts

FUZZY_SCORE = 85
"""The peer gets its best chance: of 70 to 95, 80 and 85 have the best F1 on these labels (0.61), 85 merges less."""

HEADERS = ("who", "precision", "recall", "F1", "pairs F1", "false merges", "wall", "× ours")

Row = Mapping[str, str]
Clusters = Mapping[str, str]
"""Row id to the name of its cluster."""


def run(scratch: Path) -> Iterator[Report]:
    """Yield the table of three matchers on the labelled listings."""
    del scratch
    try:
        gold = parts.find_shared(os.environ) / "gold"
    except parts.PartMissingError as missing:
        yield Report(title="matching", skipped=parts.skip_text(parts.PARTS["shared"], str(missing)))
        return
    yield compared(gold)


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
        ),
    )


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
