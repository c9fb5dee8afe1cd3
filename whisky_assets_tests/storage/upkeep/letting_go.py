"""What the tests of letting go share: rules, carrying a plan out, and what lies on disk and in the state database."""

from whisky_assets.domain.outcome import Quiet
from whisky_assets.storage.upkeep.holdings import Needed
from whisky_assets.storage.upkeep.policies import Policies, Quota, RetentionRule
from whisky_assets.storage.upkeep.retirement_plan import RetirementPlan
from whisky_assets.storage.upkeep.retiring import prove, retire, unlink_due
from whisky_assets_tests.storage.upkeep.histories import Past


def keeping(last: int, *data: str, quotas: tuple[Quota, ...] = ()) -> Policies:
    return Policies(retention=(RetentionRule(data=data or ("*",), keep_last=last),), quotas=quotas)


KEEP_ONE = keeping(1, "core/*", "staged/*", "storage/*")


def carry_out(past: Past, policies: Policies = KEEP_ONE, needed: Needed | None = None) -> RetirementPlan:
    prove(past.world.store, past.plan(policies, needed), past.now, Quiet())
    seen = past.plan(policies, needed)
    return retire(past.world.db, lambda: past.plan(policies, needed), seen.hash, past.now)


def unlink_tomorrow(past: Past) -> int:
    past.wait(hours=24)
    return unlink_due(past.world.store, past.now, Quiet()).files


def files(past: Past) -> set[str]:
    return {path.stem for path in past.world.home.local_volume.rglob("*.parquet")}


def registered(past: Past) -> set[str]:
    with past.world.db.reading() as connection:
        return {row[0] for row in connection.execute("SELECT id FROM segments")}


def names(plan: RetirementPlan, which: str) -> list[str]:
    return [judged.unit.item for judged in getattr(plan, which) if judged.unit.kind == "snapshot"]


def quota(max_bytes: int, *data: str) -> Quota:
    return Quota(name="whisky", data=data or ("*",), max_bytes=max_bytes)
