"""Makes a function an asset, with all that the graph and the record say of its tables, so that no asset repeats it.

Every asset gets its key, group, owner, kinds, description, column schema, check specs, volume and code version here.
Not here: what an asset does (`assets/`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from whisky_assets import __version__
from whisky_assets.orchestration.resources import volume_of
from whisky_assets.orchestration.table_schemas import description, table_schema
from whisky_assets.pipeline.graph import CheckFacts, table_facts

OWNERS = ["team:whisky-data"]
Decorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]

# A weekly cadence: a day late is a warning, two weeks mean that nobody looks. Judged by Dagster's daemon, for the UI;
# whether a feed is stale is told by the command line, with each feed's own cadence.
_WEEKLY = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=14), warn_window=timedelta(days=8))
FRESHNESS: Mapping[str, dg.FreshnessPolicy] = {"staged/listings": _WEEKLY, "core/snapshot": _WEEKLY}


def asset_key(dataset: str) -> dg.AssetKey:
    """Return the asset key of a dataset: `core/offers` is `["core", "offers"]`."""
    return dg.AssetKey(dataset.split("/"))


def dataset_of(key: dg.AssetKey) -> str:
    """Return the dataset of an asset key."""
    return "/".join(key.path)


def table_asset(
    dataset: str,
    about: str,
    *,
    partitions_def: dg.StaticPartitionsDefinition | None = None,
    reads: bool = True,
) -> Decorator:
    """Make a function the asset of one table: key, schema, checks and inputs come from the facts of the graph.

    Args:
        dataset: the table.
        about: one sentence on what it holds.
        partitions_def: how it is split, if it is.
        reads: whether the function is handed its inputs; else it only comes after them.
    """
    inputs = table_facts(dataset).inputs
    decorate: Decorator = dg.asset(
        **_facts(dataset, about),
        check_specs=_check_specs([dataset]),
        ins=_ins(inputs) if reads else {},
        deps=[] if reads else [asset_key(one) for one in inputs],
        partitions_def=partitions_def,
    )
    return decorate


def table_assets(
    name: str,
    tables: Mapping[str, str],
    inputs: Sequence[str],
    *,
    after: Sequence[str] = (),
    partitions_def: dg.StaticPartitionsDefinition | None = None,
) -> Decorator:
    """Make a function the maker of several tables at once, given `{dataset: what it holds}`; see `table_asset`.

    Args:
        name: name of the one step that makes them.
        tables: what each table holds.
        inputs: the tables that the function is handed, by their entity's name.
        after: tables that it only comes after.
        partitions_def: how they are split, if they are.
    """
    decorate: Decorator = dg.multi_asset(
        name=name,
        outs={dataset.replace("/", "__"): dg.AssetOut(**_facts(dataset, about)) for dataset, about in tables.items()},
        ins=_ins(inputs),
        deps=[asset_key(one) for one in after],
        check_specs=_check_specs(list(tables)),
        partitions_def=partitions_def,
    )
    return decorate


def _ins(datasets: Sequence[str]) -> dict[str, dg.AssetIn]:
    return {dataset.split("/", 1)[1]: dg.AssetIn(key=asset_key(dataset), dagster_type=dg.Any) for dataset in datasets}


def _check_specs(datasets: Sequence[str]) -> list[dg.AssetCheckSpec]:
    return [_check_spec(dataset, check) for dataset in datasets for check in table_facts(dataset).checks]


def _check_spec(dataset: str, check: CheckFacts) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=check.name, asset=asset_key(dataset), description=check.about, blocking=check.blocking
    )


def _facts(dataset: str, about: str) -> dict[str, Any]:
    facts = table_facts(dataset)
    return {
        "key": asset_key(dataset),
        "group_name": dataset.split("/", 1)[0],
        "owners": OWNERS,
        "kinds": set(facts.kinds),
        "description": description(dataset, about),
        "metadata": {
            "dagster/column_schema": table_schema(dataset),
            "dagster/table_name": dataset,
            "volume": volume_of(dataset),
        },
        "io_manager_key": volume_of(dataset),
        "code_version": __version__,
        "freshness_policy": FRESHNESS.get(dataset),
        # The value is our own NewTable, which the IO manager checks; without this an annotation decides, and with
        # check specs Dagster reads `Iterator[MaterializeResult[...]]` as nothing at all.
        "dagster_type": dg.Any,
    }
