"""The rules on copies, retention and quota: the owner's `storage.toml`, and shipped ones that need no file.

Of the rules that match a data set the first one counts; the owner's stand before the shipped ones. Not here: what
follows from them (`placement`, `retention`, `quota`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol, TypeVar

from whisky_assets.domain.amounts import SIZE_MEANING, SPAN_MEANING, bytes_of, span_of, span_words
from whisky_assets.domain.toml_file import TomlTable, nearest, read_toml

POLICIES_FILE = "storage.toml"
"""Name of the owner's rules in a home."""
SHIPPED = "shipped"
"""Where a rule comes from that stands in no file."""

_WITHIN = timedelta(days=7)
_VERIFIED_WITHIN = timedelta(days=90)
_SEEN_WITHIN = timedelta(days=30)
_PICTURES = ("storage/copies", "storage/retention", "storage/scrub")
"""Tables that upkeep draws anew from the state database each time."""
_IRREPLACEABLE = ("raw/*", "archives/*", "core/registry", "storage/*")
_VERSIONED = ("staged/*", "core/*", "archives/entries", "archives/users", "firestore/*", *_PICTURES)
_QUOTA = "whisky"
_KEEPS = ("keep_last", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopyPromise:
    """So many copies of each segment of these data sets, so many of them off this PC, at the latest `within` its birth.

    `data` are patterns of data sets (`raw/*`); `origin` says where the rule stands: `storage.toml:12` or `shipped`.
    """

    data: tuple[str, ...]
    copies: int
    off_this_pc: int = 0
    within: timedelta = _WITHIN
    origin: str = SHIPPED

    def words(self) -> str:
        """Return it as a person reads it, with the data sets in front."""
        copies = f"{self.copies} {'copy' if self.copies == 1 else 'copies'}"
        off = f", {self.off_this_pc} off this PC" if self.off_this_pc else ""
        within = f", within {span_words(self.within)}" if self.copies > 1 or self.off_this_pc else ""
        data = "everything else" if self.data == ("*",) else ", ".join(self.data)
        return f"{data}: {copies}{off}{within}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Which versions of these data sets stay: the newest so many, and the newest of so many days, weeks and so on.

    `keep_all` keeps every version. A data set without a rule keeps every version too.
    """

    data: tuple[str, ...]
    keep_last: int = 0
    keep_daily: int = 0
    keep_weekly: int = 0
    keep_monthly: int = 0
    keep_yearly: int = 0
    keep_all: bool = False
    origin: str = SHIPPED


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many bytes the data sets of a group may take on this PC's own disk together."""

    name: str
    data: tuple[str, ...]
    max_bytes: int
    origin: str = SHIPPED


class _Rule(Protocol):
    @property
    def data(self) -> tuple[str, ...]: ...
    @property
    def origin(self) -> str: ...


AnyRule = TypeVar("AnyRule", bound=_Rule)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The rules in force, each kind in the order in which it is asked.

    A copy that nobody compared with its name for `verified_within`, and a volume that nobody saw for `seen_within`, is
    told as at risk.
    """

    promises: tuple[CopyPromise, ...] = ()
    retention: tuple[RetentionRule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    verified_within: timedelta = _VERIFIED_WITHIN
    seen_within: timedelta = _SEEN_WITHIN

    def promise_of(self, dataset: str) -> CopyPromise:
        """Return what is promised for a data set: without a rule one copy, wherever it lies."""
        return _first(self.promises, dataset) or CopyPromise(data=(dataset,), copies=1)

    def retention_of(self, dataset: str) -> RetentionRule | None:
        """Return the rule that says which versions of a data set stay; None: every one."""
        return _first(self.retention, dataset)

    def quotas_of(self, dataset: str) -> tuple[Quota, ...]:
        """Return every quota that a data set counts for."""
        return tuple(quota for quota in self.quotas if covers(quota.data, dataset))


def covers(patterns: Iterable[str], dataset: str) -> bool:
    """Return whether one of the patterns means a data set."""
    return any(fnmatchcase(dataset, pattern) for pattern in patterns)


def default_policies(*, quota_gb: int, off_this_pc: int) -> Policies:
    """Return the rules that hold where nobody wrote one, from what `init` asked.

    With no volume off this PC one copy is all there can be; with one, every table has a copy there within 7 days; with
    more, what nobody could make again - pages, archives, keys, the history of the home - has two.

    Args:
        quota_gb: how much disk the owner grants, in GB.
        off_this_pc: how many volumes off this PC the home has or was promised (a drive, a bucket).
    """
    elsewhere = min(off_this_pc, 2)
    everything = min(elsewhere, 1)
    promises = [
        CopyPromise(data=_PICTURES, copies=1),
        CopyPromise(data=_IRREPLACEABLE, copies=1 + elsewhere, off_this_pc=elsewhere),
        CopyPromise(data=("*",), copies=1 + everything, off_this_pc=everything),
    ]
    keep = RetentionRule(data=_VERSIONED, keep_last=10, keep_daily=7, keep_weekly=8, keep_monthly=12, keep_yearly=10)
    quota = Quota(name=_QUOTA, data=("*",), max_bytes=quota_gb * 10**9)
    return Policies(promises=tuple(promises), retention=(keep,), quotas=(quota,))


def load_policies(path: Path, datasets: Sequence[str], shipped: Policies) -> Policies:
    """Return the rules in force: those of a `storage.toml`, and the shipped ones for what it says nothing of.

    A quota of the file replaces the shipped one of its name.

    Args:
        path: the file; where there is none, the shipped rules hold.
        datasets: every data set that there is.
        shipped: what holds without the file.

    Raises:
        UsageError: a key is unknown, a size or time cannot be read, a data set does not exist, or no data set is left
            for a rule; names file, line, key and the nearest one.
    """
    if not path.exists():
        return shipped
    root = read_toml(path, remedy="Mend that line; until then no storage command works by these rules.")
    promises = _rules(root, "copies", _promise, datasets)
    retention = _rules(root, "retention", _retention, datasets)
    quotas = _quotas(root, datasets)
    checks = root.table("checks")
    ages = {} if checks is None else _ages(checks, shipped)
    root.finish()
    own = {quota.name for quota in quotas}
    return Policies(
        promises=(*promises, *shipped.promises),
        retention=(*retention, *shipped.retention),
        quotas=(*quotas, *(quota for quota in shipped.quotas if quota.name not in own)),
        **ages,
    )


def _first(rules: Iterable[AnyRule], dataset: str) -> AnyRule | None:
    return next((rule for rule in rules if covers(rule.data, dataset)), None)


def _rules(
    root: TomlTable, key: str, read: Callable[[TomlTable, Sequence[str]], AnyRule], datasets: Sequence[str]
) -> tuple[AnyRule, ...]:
    rules: list[AnyRule] = []
    for table in root.tables(key):
        rule = read(table, datasets)
        meant = [dataset for dataset in datasets if covers(rule.data, dataset)]
        takers = [_first(rules, dataset) for dataset in meant]
        if all(takers):
            told = ", ".join(dict.fromkeys(earlier.origin for earlier in takers if earlier))
            raise table.error("data", f"leaves no data set to this rule: the rule at {told} comes first")
        rules.append(rule)
    return tuple(rules)


def _expect(table: TomlTable, *keys: str) -> None:
    """Refuse an unknown key before a missing one: it mostly is that one, misspelt."""
    for key in keys:
        table.has(key)
    table.finish()


def _promise(table: TomlTable, datasets: Sequence[str]) -> CopyPromise:
    _expect(table, "data", "copies", "off_this_pc", "within")
    copies = table.whole("copies", least=1)
    off_this_pc = table.whole("off_this_pc", least=0, default=0)
    if off_this_pc > copies:
        raise table.error("off_this_pc", f"is {off_this_pc}, more than all {copies} copies")
    return CopyPromise(
        data=_data(table, datasets),
        copies=copies,
        off_this_pc=off_this_pc,
        within=_span(table, "within", _WITHIN),
        origin=_origin(table),
    )


def _retention(table: TomlTable, datasets: Sequence[str]) -> RetentionRule:
    _expect(table, "data", *_KEEPS, "keep")
    data = _data(table, datasets)
    counts = {key: table.whole(key, least=0, default=0) for key in _KEEPS}
    keep_all = table.has("keep") and table.choice("keep", ("all",)) == "all"
    if keep_all and any(counts.values()):
        raise table.error("keep", "is 'all', so no count can say less")
    if not keep_all and not any(counts.values()):
        raise table.error(
            "keep_last", f'or another count is missing (known here: {", ".join(_KEEPS)}; or keep = "all")'
        )
    return RetentionRule(data=data, keep_all=keep_all, origin=_origin(table), **counts)


def _quotas(root: TomlTable, datasets: Sequence[str]) -> tuple[Quota, ...]:
    quotas: list[Quota] = []
    for table in root.tables("quota"):
        quota = _quota(table, datasets)
        if any(earlier.name == quota.name for earlier in quotas):
            raise table.error("name", f"{quota.name!r} stands twice")
        quotas.append(quota)
    return tuple(quotas)


def _quota(table: TomlTable, datasets: Sequence[str]) -> Quota:
    _expect(table, "name", "data", "max")
    text = table.text("max")
    try:
        max_bytes = bytes_of(text)
    except ValueError:
        raise table.error("max", f"must be {SIZE_MEANING}, not {text!r}") from None
    if not max_bytes:
        raise table.error("max", "is nothing")
    return Quota(
        name=table.matching("name", "[a-z0-9_-]+", "a name of small letters, digits, - and _"),
        data=_data(table, datasets),
        max_bytes=max_bytes,
        origin=_origin(table),
    )


def _data(table: TomlTable, datasets: Sequence[str]) -> tuple[str, ...]:
    patterns = table.texts("data")
    if not patterns:
        raise table.error("data", "names no data set")
    layers = sorted({f"{dataset.split('/')[0]}/*" for dataset in datasets})
    for pattern in patterns:
        if not any(fnmatchcase(dataset, pattern) for dataset in datasets):
            raise table.error(
                "data", f"holds {pattern!r}, which no data set matches{nearest(pattern, [*datasets, *layers])}"
            )
    return patterns


def _ages(table: TomlTable, shipped: Policies) -> dict[str, timedelta]:
    ages = {key: _span(table, key, getattr(shipped, key)) for key in ("verified_within", "seen_within")}
    table.finish()
    return ages


def _span(table: TomlTable, key: str, default: timedelta) -> timedelta:
    if not table.has(key):
        return default
    text = table.text(key)
    try:
        return span_of(text)
    except ValueError:
        raise table.error(key, f"must be {SPAN_MEANING}, not {text!r}") from None


def _origin(table: TomlTable) -> str:
    return f"{table.path.name}:{table.line_of('')}"
