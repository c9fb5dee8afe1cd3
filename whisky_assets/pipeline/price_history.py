"""What a whisky cost over time: one line for each stretch in which a seller asked one price for one product.

Read from the sightings that all feeds keep, so that it needs no table of its own and is as whole as they are. Prices of
another currency count as they were: a rate of their day, or none. Not here: rates (`reference.rates`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Match, Sighting
from whisky_assets.parsing.money import amount_text
from whisky_assets.pipeline.lookup import current, resolved, rows
from whisky_assets.pipeline.rates import rates_file, rates_of
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.reference.rates import Rates

PRICE_HEADERS = ("seller", "product", "size", "from", "to", "price", "then", "state")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """One price of one product at one seller, from the first to the last day on which it was told without another.

    Grain: `(id_space, source_id, seller, volume_ml, first_day)`. `converted_minor` is the price in the asked currency
    by a rate of the first day, None where no rate stands for it or none was asked for.
    """

    id_space: str
    source_id: str
    seller: str
    volume_ml: int | None
    pack_count: int
    first_day: date
    last_day: date
    price_minor: int | None
    currency: str | None
    available: bool | None
    converted_minor: int | None = None
    converted_currency: str | None = None

    def cells(self, minor_digits: Mapping[str, int]) -> tuple[str, ...]:
        """Return the line of a table, by `PRICE_HEADERS`; `minor_digits` are those of each currency."""
        size = "" if self.volume_ml is None else f"{self.volume_ml} ml"
        return (
            self.seller,
            f"{self.id_space}:{self.source_id}",
            size if self.pack_count == 1 else f"{self.pack_count} x {size or '?'}",
            self.first_day.isoformat(),
            self.last_day.isoformat(),
            amount_text(self.price_minor, self.currency, minor_digits) or "untold",
            amount_text(self.converted_minor, self.converted_currency, minor_digits),
            {True: "", False: "sold out", None: ""}[self.available],
        )


def price_history(workspace: Workspace, asked: str, *, into: str | None = None) -> tuple[PriceStep, ...]:
    """Return the prices of all products of a whisky, by seller and product, oldest first.

    Args:
        workspace: the home.
        asked: the whisky's key, also one that was merged into it.
        into: a currency to tell each price in as well.

    Raises:
        UsageError: nothing was built yet, no whisky ever had this key, or the home has no rates to convert by.
    """
    snapshot = current(workspace)
    pk = resolved(workspace, snapshot, asked)
    products = {(match.id_space, match.source_id) for match in rows(workspace, snapshot, Match, {"whisky_pk": pk})}
    steps = [step for told in _by_product(workspace, products) for step in _steps(told)]
    if into is None:
        return tuple(steps)
    curation = workspace.home.curation
    if not rates_file(curation).exists():
        raise UsageError(
            f"this home has no rates, so nothing is told in {into}",
            remedy="Download eurofxref-hist.csv from the European Central Bank, then: whisky rates import FILE",
        )
    rates = rates_of(curation)
    return tuple(_converted(step, into, rates, workspace) for step in steps)


def _by_product(workspace: Workspace, products: set[tuple[str, str]]) -> Iterator[list[Sighting]]:
    """Yield the sightings of each product at each seller in each size, in order of day, whatever feed told them."""
    groups: dict[tuple[str, str, str, int, int], list[Sighting]] = defaultdict(list)
    where = {"id_space": {one for one, _ in products}, "source_id": {other for _, other in products}}
    for tables in workspace.heads().values():
        version = tables.get("staged/sightings")
        if version is None or not products:
            continue
        for row in workspace.store.read(version.segments, Sighting, where=where):
            if (row.id_space, row.source_id) in products:
                size = row.volume_ml or 0
                groups[row.seller, row.id_space, row.source_id, size, row.pack_count].append(row)
    for _, told in sorted(groups.items()):
        yield sorted(told, key=lambda row: (row.as_of, row.feed, row.document, row.ordinal))


def _steps(told: Sequence[Sighting]) -> Iterator[PriceStep]:
    """Yield one step for each stretch of equal price and availability; of one day's words the last speaks."""
    by_day = {row.as_of.date(): row for row in told}
    step: PriceStep | None = None
    for day, row in by_day.items():
        words = (row.price_minor, row.currency, row.available)
        if step is not None and words == (step.price_minor, step.currency, step.available):
            step = dataclasses.replace(step, last_day=day)
            continue
        if step is not None:
            yield step
        step = PriceStep(
            id_space=row.id_space,
            source_id=row.source_id,
            seller=row.seller,
            volume_ml=row.volume_ml,
            pack_count=row.pack_count,
            first_day=day,
            last_day=day,
            price_minor=row.price_minor,
            currency=row.currency,
            available=row.available,
        )
    if step is not None:
        yield step


def _converted(step: PriceStep, into: str, rates: Rates, workspace: Workspace) -> PriceStep:
    if step.price_minor is None or step.currency is None:
        return step
    amount = rates.convert(step.price_minor, step.currency, into, step.first_day, workspace.reference.currencies)
    return dataclasses.replace(step, converted_minor=amount, converted_currency=into)
