"""The rules on copies, retention and quota that hold in a home, as its owner reads them.

Not here: what the rules are and how the file is read (`storage.upkeep.policies`).
"""

from __future__ import annotations

from collections.abc import Iterator

from whisky_assets.domain.amounts import size_words, span_words
from whisky_assets.domain.record import declared_records
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.upkeep.policies import (
    POLICIES_FILE,
    Policies,
    RetentionRule,
    default_policies,
    load_policies,
)

_EXTERNAL = "external"
"""Name of the volume that the settings' drive becomes."""
_PERIODS = ("last", "daily", "weekly", "monthly", "yearly")


def policies_in_force(workspace: Workspace) -> Policies:
    """Return the rules of the home's `storage.toml` before those that follow from its settings.

    A drive or bucket that `init` was told of counts as a volume off this PC also before it is added: the promise says
    then what is missing.

    Raises:
        UsageError: the file says something that cannot be meant; names file, line, key and the nearest one.
    """
    rows = workspace.volumes.rows()
    off_this_pc = sum(row.is_off_this_pc for row in rows)
    off_this_pc += bool(workspace.settings.drive) and all(row.name != _EXTERNAL for row in rows)
    off_this_pc += bool(workspace.missing_bucket)
    shipped = default_policies(quota_gb=workspace.settings.quota_gb, off_this_pc=off_this_pc)
    return load_policies(workspace.home.root / POLICIES_FILE, tuple(declared_records()), shipped)


def policy_lines(policies: Policies) -> list[str]:
    """Return every rule in a line, with where it stands: in `storage.toml` or shipped."""
    return [
        *(f"copies: {one.words()} [{one.origin}]" for one in policies.promises),
        *(f"retention: {', '.join(one.data)}: {_retention_words(one)} [{one.origin}]" for one in policies.retention),
        "retention: everything else: every version stays [shipped]",
        *(
            f"quota {one.name}: {', '.join(one.data)}: {size_words(one.max_bytes)} [{one.origin}]"
            for one in policies.quotas
        ),
        f"checks: every copy compared within {span_words(policies.verified_within)}",
        f"checks: every volume seen within {span_words(policies.seen_within)}",
    ]


def policies_result(policies: Policies) -> dict[str, object]:
    """Return the rules as plain values, in the words of `storage.toml`."""
    return {
        "copies": [
            {
                "data": list(one.data),
                "copies": one.copies,
                "off_this_pc": one.off_this_pc,
                "within_hours": one.within.total_seconds() / 3600,
                "origin": one.origin,
            }
            for one in policies.promises
        ],
        "retention": [
            {
                "data": list(one.data),
                **({"keep": "all"} if one.keep_all else {f"keep_{period}": count for period, count in _kept(one)}),
                "origin": one.origin,
            }
            for one in policies.retention
        ],
        "quota": [
            {"name": one.name, "data": list(one.data), "max_bytes": one.max_bytes, "origin": one.origin}
            for one in policies.quotas
        ],
        "checks": {
            "verified_within_hours": policies.verified_within.total_seconds() / 3600,
            "seen_within_hours": policies.seen_within.total_seconds() / 3600,
        },
    }


def _retention_words(rule: RetentionRule) -> str:
    if rule.keep_all:
        return "every version stays"
    return "keep " + ", ".join(f"{period} {count}" for period, count in _kept(rule))


def _kept(rule: RetentionRule) -> Iterator[tuple[str, int]]:
    for period in _PERIODS:
        if count := getattr(rule, f"keep_{period}"):
            yield period, count
