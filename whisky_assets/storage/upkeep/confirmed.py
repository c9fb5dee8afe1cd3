"""A person confirms once by which rules things go; later plans inside these rules need nobody.

A plan asks again where something goes by a rule or a quota that is stricter than what was confirmed. Not here: the plan
(`retirement_plan`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from whisky_assets.storage.state import StateDatabase, micros
from whisky_assets.storage.upkeep.policies import Policies, RetentionRule
from whisky_assets.storage.upkeep.retirement_plan import RetirementPlan

_COUNTS = ("keep_last", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")


def unconfirmed(db: StateDatabase, plan: RetirementPlan, policies: Policies) -> str:
    """Return why a plan needs a person's word, empty where everything that goes does so by what was confirmed."""
    if plan.is_empty:
        return ""
    confirmed = _confirmed(db)
    if confirmed is None:
        return "this is the first time that something goes"
    datasets = sorted(_going(plan))
    present = _rules_by_table(policies, datasets)
    for dataset in datasets:
        if _keeps_less(confirmed["keep"].get(dataset), present[dataset]):
            return f"the rule for {dataset} keeps less than what was confirmed"
    used = {use.quota.name for use in plan.quotas if use.used_bytes > use.quota.max_bytes}
    for quota in policies.quotas:
        before = confirmed["quotas"].get(quota.name)
        is_new_to = before is None or quota.max_bytes < before["max_bytes"] or list(quota.data) != before["data"]
        if quota.name in used and is_new_to:
            return f"quota {quota.name} is smaller than what was confirmed, or counts other data sets"
    return ""


def confirm(db: StateDatabase, plan: RetirementPlan, policies: Policies, datasets: list[str], now: datetime) -> None:
    """Note that a person saw a plan and let it go; the rules in force are what later plans are measured by.

    Args:
        db: the home's state database.
        plan: what was seen.
        policies: the rules in force.
        datasets: every data set that there is.
        now: when.
    """
    rules = {
        "keep": _rules_by_table(policies, datasets),
        "quotas": {quota.name: {"max_bytes": quota.max_bytes, "data": list(quota.data)} for quota in policies.quotas},
    }
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO retention_confirmed (rules, plan, confirmed_at) VALUES (?, ?, ?)",
            (json.dumps(rules, sort_keys=True), plan.hash, micros(now)),
        )


def _confirmed(db: StateDatabase) -> dict[str, Any] | None:
    with db.reading() as connection:
        row = connection.execute("SELECT rules FROM retention_confirmed ORDER BY number DESC LIMIT 1").fetchone()
    return None if row is None else json.loads(row[0])


def _going(plan: RetirementPlan) -> set[str]:
    datasets = {dataset for judged in plan.dropped for dataset in judged.unit.datasets}
    return datasets | {version.dataset for version in plan.versions} | {segment.dataset for segment in plan.segments}


def _rules_by_table(policies: Policies, datasets: list[str]) -> dict[str, dict[str, int] | None]:
    return {dataset: _counts(policies.retention_of(dataset)) for dataset in datasets}


def _counts(rule: RetentionRule | None) -> dict[str, int] | None:
    if rule is None or rule.keep_all:
        return None
    return {name: getattr(rule, name) for name in _COUNTS}


def _keeps_less(before: Mapping[str, int] | None, now: Mapping[str, int] | None) -> bool:
    if now is None:
        return False
    return before is None or any(now[name] < before[name] for name in _COUNTS)
