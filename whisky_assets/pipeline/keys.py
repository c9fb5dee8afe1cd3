"""The keys that APIs ask for, as the environment holds them: without its key a feed is off, alone, and says so.

No file holds a key. Not here: how a key is sent and hidden (`fetching.keys`), and which variable a feed names.
"""

from __future__ import annotations

import os
import re

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.fetching.keys import Key
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.key_plan import KeyPlan
from whisky_assets.sources.source import Source, origin_of

_SECRET = re.compile(r"[!-~]{8,1000}")
"""What a key can be: shorter ones would be hidden in half of all texts, others fit into no header."""


def key_problem(workspace: Workspace, source: Source) -> tuple[Problem, ...]:
    """Return that a feed's key is not there, or is none; nothing where it has one or asks for none."""
    plan = _plan_of(source)
    if plan is None or _secret(plan) is not None:
        return ()
    return (
        Problem(
            code=ExitCode.DONE,
            subject=f"feed {source.name}",
            message=f"{_lack(plan)}, so it is off: its API answers to nobody without a key",
            remedy=_remedy(workspace, source, plan),
        ),
    )


def carry_key(workspace: Workspace, source: Source, transport: GuardedTransport) -> None:
    """Let a transport send a feed's key, where it has one, to the origins of the feed's first addresses alone.

    Raises:
        UsageError: the environment holds no key, or none that can be meant; names the variable, never what it holds.
    """
    plan = _plan_of(source)
    if plan is None or source.fetch is None:
        return
    secret = _secret(plan)
    if secret is None:
        raise UsageError(f"feed {source.name}: {_lack(plan)}", remedy=_remedy(workspace, source, plan))
    origins = tuple(dict.fromkeys(origin_of(url) for url in source.fetch.start))
    transport.carry(Key(secret=secret, origins=origins, place=plan.place, name=plan.name))


def _plan_of(source: Source) -> KeyPlan | None:
    return None if source.fetch is None else source.fetch.key


def _secret(plan: KeyPlan) -> str | None:
    told = os.environ.get(plan.env, "").strip()
    return told if _SECRET.fullmatch(told) else None


def _lack(plan: KeyPlan) -> str:
    if os.environ.get(plan.env, "").strip():
        return f"the environment variable {plan.env} holds no key: one has 8 characters or more, no space among them"
    return f"the environment variable {plan.env} is not set"


def _remedy(workspace: Workspace, source: Source, plan: KeyPlan) -> str:
    where = f" ({source.licence.terms_url})" if source.licence.terms_url else ""
    return (
        f"Ask {source.feed.seller} for a key{where}, put it into {plan.env}, then: "
        f"whisky run{home_words(workspace)} --feed {source.name}"
    )
