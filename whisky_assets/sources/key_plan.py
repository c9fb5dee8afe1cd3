"""The key that an API asks for: which environment variable holds it, and in what part of a request it goes out.

Not here: the key itself, which no TOML holds (`pipeline.keys` reads it) and only the transport sends.
"""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qsl, urlsplit

from whisky_assets.domain.toml_file import TomlTable

KEY_PLACES = ("header", "param", "segment")
"""A header, a parameter of the address, or the part of its path that stands for the key."""

_TOKEN = r"[A-Za-z0-9-]{1,60}"  # noqa: S105 - a header's name, no secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """`env` names the variable; `place` is one of `KEY_PLACES`, `name` that header, parameter or path segment."""

    env: str
    place: str
    name: str


def key_plan(table: TomlTable | None, start: tuple[str, ...], origins: tuple[str, ...]) -> KeyPlan | None:
    """Return where a feed's key comes from and goes to, None for a feed without one.

    Args:
        table: `key` of `[fetch]`.
        start: the feed's first addresses: the key goes to their origins alone.
        origins: the origins of the feed.

    Raises:
        UsageError: names file, line and key; also where the key would travel unencrypted, or stands in the TOML.
    """
    if table is None:
        return None
    env = table.matching("env", "[A-Z][A-Z0-9_]{2,60}", "the name of an environment variable, like MY_SHOP_KEY")
    told = [place for place in KEY_PLACES if table.has(place)]
    table.finish()
    if len(told) != 1:
        raise table.error("header", "or param or segment: exactly one of them says where the key goes")
    plan = KeyPlan(env=env, place=told[0], name=table.matching(told[0], _TOKEN, "letters, digits and - alone"))
    if open_ones := [origin for origin in origins if not _is_private(origin)]:
        raise table.error("env", f"names a key, which {open_ones[0]} would let everybody on the way read: use https")
    for url in start:
        _check_start(table, plan, url)
    return plan


def _is_private(origin: str) -> bool:
    """Whether what is sent there is encrypted, or goes to a sample shop on this machine."""
    return origin.startswith("https://") or (urlsplit(origin).hostname or "").endswith(".sample")


def _check_start(table: TomlTable, plan: KeyPlan, url: str) -> None:
    parts = urlsplit(url)
    if plan.place == "segment" and plan.name not in parts.path.split("/"):
        raise table.error("segment", f"{plan.name!r} is no part of the path of {url}, where the key has its place")
    if plan.place == "param" and plan.name in dict(parse_qsl(parts.query, keep_blank_values=True)):
        raise table.error("param", f"{plan.name!r} stands in {url}: leave it out there, it is added when it is sent")
