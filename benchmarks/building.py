"""What a build costs when one listing in a hundred is new, beside the full one before it, step by step.

A home of its own with a feed a shop, whose lists hold listings made of real ones; then each shop sends a list of what
is new. The steps are those of `whisky run`, without Dagster. The listings are shared data, without which this benchmark
says so and ends.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.perturbing import perturbed
from benchmarks.report import Report, ratio, shown
from whisky_assets.domain.outcome import Outcome
from whisky_assets.pipeline import describing, matching, offering, resolving, snapshotting, standing
from whisky_assets.pipeline.collecting import keep_file
from whisky_assets.pipeline.tables import Table, keep, readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.reference import load_reference
from whisky_assets.storage.home import create_home
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.tooling import parts

LISTINGS = 50_000
NEW_ONE_IN, MOST_OF_A_FULL_BUILD = 100, 0.10
"""One listing in so many is new; the share of a full build that a build with them may cost."""

FEED = """
[feed]
name = "{shop}"
title = "A shop of the benchmark"
world = "sample"
preset = "csv_xlsx"
seller = "{shop}"
id_space = "{shop}"
country = "DE"
language = "en"
currency = "EUR"

[licence]
key = "sample"
title = "Listings of the benchmark"
terms_url = "http://shop.sample/terms"
checked = 2026-01-01
attribution = "The benchmark"
publish = true
allowed_fields = ["*"]

[file]
patterns = ["{shop}_*.csv"]
format = "csv"
encoding = "utf-8"
delimiter = ","
decimal = "."
as_of = {{ file_name = '(?P<year>\\d{{4}})-(?P<month>\\d{{2}})-(?P<day>\\d{{2}})' }}

[fields]
source_id = "source_id"
name = "name"
producer = "producer"
category = "category"
abv = "abv_pct"
price = "price"
gtin = "gtin"

[kinds]
default = "whisky"
"*" = "whisky"
"""

Row = Mapping[str, str]


def run(scratch: Path) -> Iterator[Report]:
    """Yield the table of a full build and of one with a few new listings."""
    try:
        gold = parts.find_shared(os.environ) / "gold"
    except parts.PartMissingError as missing:
        yield Report(title="building", skipped=parts.skip_text(parts.PARTS["shared"], str(missing)))
        return
    yield added(gold / "records.csv", scratch / "home", LISTINGS)


def added(records: Path, home: Path, count: int) -> Report:
    """Return what a build of `count` listings costs, and what the next one with one in a hundred new among them."""
    with records.open(newline="", encoding="utf-8") as handle:
        real = list(csv.DictReader(handle))
    made = list(perturbed(real, load_reference(), count + count // NEW_ONE_IN))
    new = made[:: NEW_ONE_IN + 1]
    old = [row for place, row in enumerate(made) if place % (NEW_ONE_IN + 1)]
    created = create_home(home, "sample", datetime(2026, 1, 1, tzinfo=UTC))
    for shop in {row["source"] for row in made}:
        (created.sources / f"{shop}.toml").write_text(FEED.format(shop=shop), encoding="utf-8")
    house = House(Workspace(created))
    _send(house, "2026-01-02", old)
    full = _built(house)
    _send(house, "2026-01-03", new)
    again = _built(house)
    house.workspace.close()
    full["all"], again["all"] = sum(full.values()), sum(again.values())
    share = again["all"] / full["all"]
    kept = "kept" if share < MOST_OF_A_FULL_BUILD else "NOT kept"
    return Report(
        title=f"a build of {len(old):,} listings, then of {len(new):,} new among them",
        headers=("step", "all new", "1 % new", "÷ all new"),
        rows=tuple((name, shown(full[name]), shown(again[name]), ratio(again[name], full[name])) for name in full),
        notes=(
            f"the second is promised under {MOST_OF_A_FULL_BUILD:.0%} of the first; here {share:.0%}: {kept}",
            "seconds of the processor; reading the lists (`ingest`) is no part of it",
        ),
    )


def _send(house: House, day: str, rows: Sequence[Row]) -> None:
    """Let each shop send a list of these listings, and read it."""
    by_shop: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_shop[row["source"]].append(row)
    for shop, shelf in sorted(by_shop.items()):
        told = io.StringIO(newline="")
        writer = csv.DictWriter(told, list(shelf[0]))
        writer.writeheader()
        writer.writerows(shelf)
        keep_file(house.workspace, house.workspace.source(shop), f"{shop}_{day}.csv", told.getvalue().encode())
    house.ingest(*sorted(by_shop))


def _built(house: House) -> dict[str, float]:
    """Build and commit; return the seconds of the processor of each step, with those of writing what it made."""
    step = house.step("build")
    spent: dict[str, float] = {}
    for name, work in _steps(step).items():
        began = time.process_time()
        outcome = work()
        for table in outcome.tables.values():
            keep(house.workspace, table, build=step.build, volume="local")
        spent[name] = time.process_time() - began
    began = time.process_time()
    snapshotting.commit(step)
    spent["core/snapshot"] += time.process_time() - began
    return spent


def _steps(step: Step) -> dict[str, Callable[[], Outcome]]:
    """Return the steps of a build by what they make first."""

    def told(*datasets: str) -> list[Table]:
        return [readable(step.workspace, dataset, build=step.build) for dataset in datasets]

    return {
        "core/offers": lambda: offering.offers(step, *told("staged/listings")),
        "core/matches": lambda: matching.matches(step, *told("core/offers")),
        "core/whiskies": lambda: describing.whiskies(step, *told("core/offers", "core/matches", "core/registry")),
        "archives/entries": lambda: resolving.entries(step, *told("core/whiskies", "core/registry")),
        "core/snapshot": lambda: snapshotting.propose(step, inputs=standing.inputs_of(step)),
    }
