"""What people decided about identity: one TOML file a decision, read whole, and refused where two contradict.

A decision wins over every rule (R9) and binds to a listing (`id_space:source_id`) or a key, never to a row or a
cluster, so it survives a rebuild. Not here: what it does to keys (`identity.registry`), to clusters
(`identity.cluster`).

```toml
# same_alko-1234_lcbo-98.toml
kind = "same"                 # same | different | rename | unmerge | correction
subject = "alko:1234"         # a listing or a key
object = "lcbo:98"            # same, different: the other one; rename: the key that the renamed whisky got
members = ["alko:1234"]       # unmerge: the listings that go back to the old key in `subject`
field = "age_years"           # correction: a field of the name, `abv_pct`, or a column of core/whiskies
value = 12                    # correction: what it really is; absent: untold
who = "mina"
when = 2026-01-05
why = "The back labels are the same."
```
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records.shared import NAME_PATTERN, PK_PATTERN
from whisky_assets.identity.merge_conflicts import merge_conflict

FOLDER = "decisions"
"""Where the files lie below the curation folder."""

CAUSE_PREFIX = "decision:"
"""How the cause of an event begins that a decision caused; the decision's digest follows."""

KINDS = ("same", "different", "rename", "unmerge", "correction")
_ASKED = ("kind", "subject", "who", "when", "why")
_OWN = {
    "same": ("object",),
    "different": ("object",),
    "rename": ("object",),
    "unmerge": ("members",),
    "correction": ("field", "value"),
}
_MAY_BE_ABSENT = frozenset({"value"})

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Listing:
    """A product as a decision names it: `id_space:source_id`."""

    id_space: str
    source_id: str

    def __str__(self) -> str:
        """Return `id_space:source_id`."""
        return f"{self.id_space}:{self.source_id}"


Subject: TypeAlias = Listing | str
"""A listing, or a key as text."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that a person decided; `file` says where it stands and is no part of what it means."""

    kind: str
    subject: Subject
    who: str
    when: date
    why: str
    object: Subject | None = None
    members: tuple[Listing, ...] = ()
    field: str = ""
    value: Value = None
    file: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of what is decided; who, when, why and the file's name may be corrected without undoing it."""
        sides = [str(self.subject), "" if self.object is None else str(self.object)]
        if self.kind in ("same", "different"):
            sides.sort()
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return digest([self.kind, *sides, sorted(map(str, self.members)), self.field, value])

    @property
    def cause(self) -> str:
        """What an event says that this decision caused."""
        return CAUSE_PREFIX + self.digest

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Every listing and key that it names: what must be matched anew when it comes, changes or goes."""
        return (self.subject, *(() if self.object is None else (self.object,)), *self.members)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decisions:
    """All decisions in force, in order of digest; no two contradict."""

    all: tuple[Decision, ...] = ()

    @cached_property
    def in_force(self) -> frozenset[str]:
        """The causes of all decisions in force."""
        return frozenset(decision.cause for decision in self.all)

    @cached_property
    def version(self) -> str:
        """Digest of all that is decided: equal means that a build obeys the same."""
        return digest([decision.digest for decision in self.all])

    def of(self, *kinds: str) -> tuple[Decision, ...]:
        """Return the decisions of these kinds, in order of digest."""
        return tuple(decision for decision in self.all if decision.kind in kinds)

    @cached_property
    def _corrections(self) -> Mapping[Subject, Mapping[str, Decision]]:
        found: dict[Subject, dict[str, Decision]] = {}
        for decision in self.of("correction"):
            found.setdefault(decision.subject, {})[decision.field] = decision
        return found

    def corrections(self, subject: Subject) -> Mapping[str, Decision]:
        """Return what people corrected on a listing or a key, field to decision."""
        return self._corrections.get(subject, {})


def decisions_of(decisions: Iterable[Decision]) -> Decisions:
    """Return decisions as one set in force; an equal one counts once.

    Raises:
        UsageError: two contradict each other; the text names both files.
    """
    by_digest: dict[str, Decision] = {}
    for decision in decisions:
        kept = by_digest.setdefault(decision.digest, decision)
        if decision.file < kept.file:
            by_digest[decision.digest] = decision
    ordered = tuple(by_digest[key] for key in sorted(by_digest))
    _refuse_contradictions(ordered)
    return Decisions(all=ordered)


def load_decisions(curation: Path | None) -> Decisions:
    """Return the decisions of `<curation>/decisions/*.toml`, none where the folder is absent.

    Raises:
        UsageError: a file is no TOML, has an unknown or missing key or a value that cannot be meant, or two files
            contradict; the text names file, line, what was expected and the nearest known key.
    """
    folder = None if curation is None else curation / FOLDER
    if folder is None or not folder.is_dir():
        return Decisions()
    return decisions_of(read_decision(path) for path in sorted(folder.glob("*.toml")))


def read_decision(path: Path) -> Decision:
    """Return the decision that one file holds.

    Raises:
        UsageError: as `load_decisions` says, or git left both sides of a merge in it: names both people.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        conflict = merge_conflict(path, text)
        if conflict is not None:
            raise conflict from error
        remedy = "Compare it with docs/curation.md, or remove it"
        raise UsageError(f"{path}: no TOML ({error}).", remedy=remedy) from error
    return _Reader(path, text, table).decision()


def subject_of(text: str) -> Subject:
    """Return a listing (`id_space:source_id`) or a key (`..._pk`) from its text.

    Raises:
        ValueError: the text is neither.
    """
    space, colon, source_id = text.partition(":")
    if colon and re.fullmatch(NAME_PATTERN, space) and source_id:
        return Listing(space, source_id)
    if re.fullmatch(PK_PATTERN, text):
        return text
    raise ValueError(f"{text!r} is neither id_space:source_id nor a key that ends in _pk")


class _Reader:
    """Reads one file's table and refuses by file and line what cannot be meant."""

    def __init__(self, path: Path, text: str, table: Mapping[str, object]) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._table = table

    def decision(self) -> Decision:
        kind = self._text("kind")
        if kind not in KINDS:
            raise self._refused("kind", f"{kind!r} is no kind of decision", f"Write one of {', '.join(KINDS)}")
        self._check_keys(kind)
        return Decision(
            kind=kind,
            subject=self._subject("subject", key_only=kind in ("rename", "unmerge")),
            object=self._subject("object", key_only=kind == "rename") if "object" in _OWN[kind] else None,
            members=self._members() if "members" in _OWN[kind] else (),
            field=self._field_name() if kind == "correction" else "",
            value=self._value() if kind == "correction" else None,
            who=self._text("who"),
            when=self._when(),
            why=self._text("why"),
            file=self._path.name,
        )

    def _check_keys(self, kind: str) -> None:
        known = {*_ASKED, *_OWN[kind]}
        for key in self._table:
            if key not in known:
                nearest = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.0)
                raise self._refused(key, f"a decision of kind {kind!r} has no such key", f"Did you mean {nearest[0]}?")
        for key in sorted(known - _MAY_BE_ABSENT - set(self._table)):
            raise self._refused(key, "is missing", f"Add {key} = ...")

    def _text(self, key: str) -> str:
        value = self._table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._refused(key, "a text is expected", f'Write {key} = "..."')
        return value.strip()

    def _subject(self, key: str, *, key_only: bool = False) -> Subject:
        try:
            self._text(key)
            subject = subject_of(str(self._table[key]))
        except ValueError as error:
            raise self._refused(key, str(error), "Copy it from `whisky show` or from the review queue") from error
        if key_only and isinstance(subject, Listing):
            raise self._refused(key, "a key that ends in _pk is expected", "Copy it from `whisky show`")
        return subject

    def _members(self) -> tuple[Listing, ...]:
        given = self._table["members"]
        members: list[Listing] = []
        for item in given if isinstance(given, list) else ():
            try:
                member = subject_of(item) if isinstance(item, str) else item
            except ValueError:
                member = item
            if not isinstance(member, Listing):
                raise self._refused("members", f"{item!r} is no id_space:source_id", "Copy it from `whisky show`")
            members.append(member)
        if not members:
            raise self._refused("members", "a list of id_space:source_id is expected", 'Write members = ["shop:1"]')
        return tuple(sorted(set(members)))

    def _field_name(self) -> str:
        name = self._text("field")
        if not re.fullmatch(NAME_PATTERN, name):
            raise self._refused("field", f"{name!r} is no field", "Write one that `whisky parse` prints")
        return name

    def _value(self) -> Value:
        value = self._table.get("value")
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        if value is None or isinstance(value, str | int | float | bool):
            return value
        raise self._refused("value", "a text, a number or a list of texts is expected", "Correct or remove it")

    def _when(self) -> date:
        value = self._table["when"]
        if type(value) is date:
            return value
        raise self._refused("when", "a date is expected", "Write it without quotes: when = 2026-01-05")

    def _refused(self, key: str, what: str, remedy: str) -> UsageError:
        pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=")
        line = next((number for number, text in enumerate(self._lines, 1) if pattern.match(text)), 1)
        return UsageError(f"{self._path}, line {line}: {key}: {what}.", remedy=remedy)


def _refuse_contradictions(decisions: Sequence[Decision]) -> None:
    corrections: dict[tuple[Subject, str], Decision] = {}
    for decision in decisions:
        if decision.kind == "correction":
            earlier = corrections.setdefault((decision.subject, decision.field), decision)
            if earlier is not decision:
                raise contradiction(earlier, decision, f"both say what {decision.field} of {decision.subject} is")
    bonds = [(left, right, decision) for decision in decisions for left, right in _bonds(decision)]
    joined = _Joined(bonds)
    for decision in decisions:
        if decision.kind == "different" and decision.object is not None:
            path = joined.path(decision.subject, decision.object)
            if path is not None:
                _refuse_path(path, decision, f"{decision.subject} and {decision.object}")
        if decision.kind == "unmerge":
            _refuse_other_keys(decision, joined)


def _refuse_path(path: Sequence[Decision], against: Decision, what: str) -> None:
    first = path[0] if path else against
    more = ", ".join(decision.file for decision in path[1:])
    with_more = f" (with {more})" if more else ""
    raise contradiction(first, against, f"one holds {what} together, the other apart{with_more}")


def _refuse_other_keys(unmerge: Decision, joined: _Joined) -> None:
    """Refuse an un-merged key that other decisions bind to another key, or a listing named by two of them."""
    for other, path in joined.reach(unmerge.subject):
        if isinstance(other, str) and other != unmerge.subject:
            against = next(decision for decision in path if decision is not unmerge)
            what = f"one binds to {other} what the other gives back to {unmerge.subject}"
            raise contradiction(against, unmerge, what)


def _bonds(decision: Decision) -> Iterator[tuple[Subject, Subject]]:
    if decision.kind in ("same", "rename") and decision.object is not None:
        yield decision.subject, decision.object
    if decision.kind == "unmerge":
        for member in decision.members:
            yield member, decision.subject


class _Joined:
    """What decisions hold together, with the decisions on the way from one subject to another."""

    def __init__(self, bonds: Iterable[tuple[Subject, Subject, Decision]]) -> None:
        self._next: dict[Subject, list[tuple[Subject, Decision]]] = {}
        for left, right, decision in bonds:
            self._next.setdefault(left, []).append((right, decision))
            self._next.setdefault(right, []).append((left, decision))

    def reach(self, start: Subject) -> Iterator[tuple[Subject, tuple[Decision, ...]]]:
        """Yield every subject that hangs together with `start`, nearest first, and the decisions between."""
        seen = {start}
        waiting: list[tuple[Subject, tuple[Decision, ...]]] = [(start, ())]
        for subject, path in waiting:
            yield subject, path
            for other, decision in self._next.get(subject, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, (*path, decision)))

    def path(self, start: Subject, end: Subject) -> tuple[Decision, ...] | None:
        """Return the decisions that hold two subjects together; None where none do."""
        return next((path for subject, path in self.reach(start) if subject == end), None)


def contradiction(left: Decision, right: Decision, why: str) -> UsageError:
    """Return the error that two decisions cannot both be in force; it names both files, who and when."""
    return UsageError(
        f"{left.file or left.digest[:8]} ({left.who}, {left.when}) and {right.file or right.digest[:8]} "
        f"({right.who}, {right.when}) contradict: {why}.",
        remedy=f"Remove one of the two files from the folder {FOLDER}, or correct it",
    )
