"""Runs the steps of ingest, build and publish in order, without Dagster: what its IO managers do is done here.

The steps, the stores and the sample shops are the real ones; only the order and the hand-over stand in for Dagster,
whose own tests are in `orchestration`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from whisky_assets.domain.outcome import NewTable, Outcome, Quiet
from whisky_assets.pipeline import (
    collecting,
    describing,
    matching,
    offering,
    publishing_steps,
    resolving,
    snapshotting,
    staging,
    standing,
)
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.graph import gated_tables
from whisky_assets.pipeline.tables import Table, keep, readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.home import create_home

_NO_LIMITS = collecting.Limits()


@dataclasses.dataclass
class House:
    """One home and the steps that run in it; `tables` holds what the last build made, by dataset."""

    workspace: Workspace
    tables: dict[str, NewTable] = dataclasses.field(default_factory=dict)
    outcomes: dict[str, Outcome] = dataclasses.field(default_factory=dict)
    _number: int = 0

    def step(self, name: str) -> Step:
        """Return a step of a new run."""
        self._number += 1
        run = f"{name}-{self._number}"
        return Step(workspace=self.workspace, build=run, run=run, owner=run, progress=Quiet())

    def ingest(self, *feeds: str, limits: collecting.Limits = _NO_LIMITS) -> Mapping[str, Outcome]:
        """Ingest the named feeds, or all that are due; return what reading each came to."""
        read = {}
        for feed in feeds or due_feeds(self.workspace):
            step = self.step(f"ingest-{feed}")
            self._take(step, collecting.collect(step, feed, limits))
            read[feed] = self.stage(step, feed, accept_loss=limits.accept_loss)
        return read

    def stage(self, step: Step, feed: str, *, accept_loss: bool = False) -> Outcome:
        """Read one feed's kept pages and make the result its head; return what reading came to."""
        read = self._take(step, staging.stage(step, feed, accept_loss=accept_loss))
        staging.advance_head(step, feed)
        return read

    def build(self, *, accept_loss: bool = False, anew: bool = False) -> dict[str, NewTable]:
        """Build and commit; return every table as it was made. `anew` asks every row for what it hangs on."""
        step = dataclasses.replace(self.step("build"), anew=anew)
        self.tables = {}
        self._take(step, offering.offers(step, self._read(step, "staged/listings"), accept_loss=accept_loss))
        self._take(step, matching.matches(step, self._read(step, "core/offers")))
        self._take(
            step,
            describing.whiskies(
                step,
                self._read(step, "core/offers"),
                self._read(step, "core/matches"),
                self._read(step, "core/registry"),
            ),
        )
        self._take(step, resolving.entries(step, self._read(step, "core/whiskies"), self._read(step, "core/registry")))
        self._take(step, snapshotting.propose(step, inputs=standing.inputs_of(step)))
        snapshotting.commit(step)
        return self.tables

    def publish(self, target: str = "local", confirm: str = "") -> Outcome:
        """Plan and apply one release; return what the release said."""
        step = self.step("publish")
        self._take(step, publishing_steps.plan(step, target=target, confirm=confirm))
        for collection in ("whisky", "whisky_archive", "user"):
            self._take(step, publishing_steps.apply_collection(step, collection))
        return self._take(step, publishing_steps.finish(step))

    def run(self) -> Outcome:
        """Ingest what is due, build, publish."""
        self.ingest()
        self.build()
        return self.publish()

    def digest(self) -> str:
        """Return the digest of all tables."""
        return storage_digest(self.workspace.db).whole

    def made(self) -> dict[str, int]:
        """Return how many rows of each gated table the last build made anew."""
        return {dataset: self.tables[dataset].made for dataset in gated_tables()}

    def _read(self, step: Step, dataset: str) -> Table:
        return readable(self.workspace, dataset, build=step.build)

    def _take(self, step: Step, outcome: Outcome) -> Outcome:
        for dataset, table in outcome.tables.items():
            keep(self.workspace, table, build=step.build, volume="local")
            self.tables[dataset] = table
        return outcome


@contextmanager
def sample_house(root: Path, *, cut: bool = False, week: int = 1) -> Iterator[House]:
    """Open a fresh sample home, or the one that stands there, at a week; closed at the end."""
    home = create_home(root, "sample", datetime(2026, 1, 1, tzinfo=UTC))
    if cut:
        (root / "cut").touch()
    workspace = Workspace(home)
    if workspace.week < week:
        workspace.set_week(week)
    try:
        yield House(workspace)
    finally:
        workspace.close()


def reopened(house: House, change: Callable[[House], None] | None = None) -> House:
    """Return the same home opened anew, as the next process would see it, after a change of its files."""
    if change is not None:
        change(house)
    # Runs go on counting: the name of a committed build is never used again.
    return House(Workspace(house.workspace.home), _number=house._number)
