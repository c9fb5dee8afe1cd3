"""All that a home knows of one feed: its state, and what its TOML declares of terms, cadence, origins and noise.

Not here: the table of all feeds (`feeds`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whisky_assets.domain.errors import UsageError
from whisky_assets.pipeline.feeds import FEED_HEADERS, feed_row
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.source import FetchPlan, Source

_SELDOM = ("health", "key", "drawn by", "robots.txt set aside", "invited past robots.txt", "permission")
"""Lines that are left out where there is nothing to say."""

_LONGEST_WORD = 20
"""Letters of an item up to which a list stands in one line."""


def feed_facts(workspace: Workspace, name: str) -> dict[str, object]:
    """Return what there is to know of one feed by name of the fact; of a broken one its state alone.

    Raises:
        UsageError: there is no such feed; names the nearest ones.
    """
    if name not in workspace.sources.names:
        raise UsageError(
            f"there is no feed {workspace.sources.nearest(name)}",
            remedy=f"They are shown by: whisky sources list{home_words(workspace)}",
        )
    told: dict[str, object] = dict(zip(FEED_HEADERS, feed_row(workspace, name), strict=True))
    source = workspace.sources.sources.get(name)
    return told if source is None else {**told, **_declared(source)}


def feed_lines(facts: Mapping[str, object]) -> list[str]:
    """Return the facts of a feed as lines for a person, a list one item a line."""
    shown = {key: value for key, value in facts.items() if value or key not in _SELDOM}
    width = max(len(key) for key in shown)
    lines = []
    for key, value in shown.items():
        told = _texts(value)
        lines.append(f"{key:<{width}}  {told[0]}".rstrip())
        lines += [f"{'':<{width}}  {text}" for text in told[1:]]
    return lines


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        told = [str(item) for item in value] or ["none"]
        return told if any(len(text) > _LONGEST_WORD for text in told) else [", ".join(told)]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, int):
        return [f"{value:,}"]
    return [str(value or "none")]


def _declared(source: Source) -> dict[str, object]:
    licence, feed = source.licence, source.feed
    return {
        "preset": feed.preset,
        "seller": feed.seller,
        "numbers of": feed.id_space,
        **(_fetched(source.fetch) if source.fetch is not None else {"cadence": "when a person puts in a file"}),
        "noise": [pattern.pattern for pattern in source.noise.patterns] if source.noise is not None else [],
        "licence": licence.key,
        "terms": licence.title,
        "terms_url": licence.terms_url,
        "terms noted on": str(licence.checked),
        "attribution": licence.attribution,
        "published": licence.publish,
        "withheld": list(licence.withheld),
        "permission": "" if source.permission is None else str(source.permission),
        "robots.txt set aside": source.robots_set_aside,
        "TOML": source.path,
    }


def _fetched(plan: FetchPlan) -> dict[str, object]:
    invited = plan.invited
    return {
        "cadence": f"an index every {plan.index_days:g} days, a page every {plan.page_days:g} days",
        "pace": [f"{_least(plan.pace_seconds)}, {plan.per_hour:,} requests an hour at most", *_paces(plan)],
        "starts": list(plan.start),
        "origins": list(plan.origins),
        "drawn by": "" if plan.wait_for is None and plan.transport == "http" else plan.transport,
        "key": "" if plan.key is None else f"from the environment: {plan.key.env}",
        "invited past robots.txt": "" if invited is None else f"{invited.address}, by {invited.policy}",
    }


def _paces(plan: FetchPlan) -> Sequence[str]:
    return [f"{host}: {_least(seconds)}" for host, seconds in sorted(plan.paces.items())]


def _least(seconds: float) -> str:
    return f"{seconds:g} s between two requests"
