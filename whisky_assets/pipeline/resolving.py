"""Finds the whisky of every note that people kept: sure ones are resolved, unsure ones wait with their candidates.

A note hangs on its person's words as the tables read them, and on whiskies: of its brand where these alone decided, of
all brands where nothing fitted and the search was asked. While these stay equal its row is carried over. Of one note in
several files the newest file speaks; a note that a newer file leaves out stays. Not here: keeping files
(`archive_import`) and the rules (`identity.resolve`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import Entry, User, Whisky
from whisky_assets.identity.find import FindIndex, Found
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.resolve import RESOLVED, RESOLVER_VERSION, Resolution, resolve_entry
from whisky_assets.parsing.archive_entries import ParsedEntry, ParsedUser, refused_rows
from whisky_assets.parsing.archives import ARCHIVE_READER_VERSION, JSON_TYPE, read_archive
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.names import PARSER_VERSION, parse_name
from whisky_assets.pipeline.archive_import import archive_files, take_sample_archives
from whisky_assets.pipeline.carry import Carrier
from whisky_assets.pipeline.checks import current_check, relations_check, schema_check
from whisky_assets.pipeline.registries import registry_of
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.reference import Reference

ENTRIES, USERS = "archives/entries", "archives/users"
_RESOLVING_VERSION = "1"
MAKER = f"resolving-{_RESOLVING_VERSION}+{RESOLVER_VERSION}+parser-{PARSER_VERSION}+archive-{ARCHIVE_READER_VERSION}"

NAMED_BY_FILE = "the file names the key"
NAMED_KEY_UNKNOWN = "the key that the file names was never ours"

# How far a note hangs on whiskies; part of its digest.
_GIVEN = "given"
_FITTING = "fitting"
_RANKED = "ranked"
_SEARCHED = "searched"

# What decides whether a whisky of the brand is the one; who stands first among several that fit; what no search reads.
_FIT_COLUMNS = (
    "whisky_pk",
    "expression",
    "age_years",
    "vintage_year",
    "bottled_year",
    "batch",
    "cask_number",
    "cask_type",
    "cask_strength",
    "bottler",
    "style",
    "abv_pct",
)
_RANK_COLUMNS = (*_FIT_COLUMNS, "state", "live_offer_count")
_UNSEARCHED = frozenset({"input_digest", "maker_version", "licences", "sources"})


def entries(step: Step, whiskies: Table, registry: Table) -> Outcome:
    """Return `archives/entries` and `archives/users` of all files that were kept.

    Raises:
        BusyError: another run builds.
        InputRefusedError: a kept file is no longer readable by this code; it was when it was kept.
    """
    workspace = step.workspace
    step.open_build()
    take_sample_archives(workspace)
    people = _people(workspace)
    work = _Resolving(step, list(whiskies.rows()), registry_of(registry))
    step.progress.start("finding the whiskies of notes", sum(len(person.entries) for person in people))
    for person in people:
        for entry in person.entries:
            work.take(entry)
            step.progress.advance()
        work.take_user(person.user)
    outcome = work.outcome(sum(person.refused for person in people))
    keep_report(step, "entries", outcome)
    return outcome


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """One person over all of their files; `refused` counts rows of these files that are no entries."""

    user: ParsedUser
    entries: tuple[ParsedEntry, ...]
    refused: int


def _people(workspace: Workspace) -> list[_Person]:
    """Return every person with an archive, in order of key; of one entry the newest file speaks."""
    profiles: dict[str, ParsedUser] = {}
    notes: dict[str, dict[str, ParsedEntry]] = defaultdict(dict)
    refused: Counter[str] = Counter()
    for file in archive_files(workspace):
        read = read_archive(file.user, file.body, file.media_type)
        # A CSV tells nothing of its person; it must not blank what a JSON file told.
        if file.media_type == JSON_TYPE or file.user not in profiles:
            profiles[file.user] = read.user
        notes[file.user].update({entry.entry_id: entry for entry in read.entries})
        refused[file.user] += sum(1 for _ in refused_rows(read))
    return [
        _Person(
            user=profile,
            entries=tuple(notes[user][entry_id] for entry_id in sorted(notes[user])),
            refused=refused[user],
        )
        for user, profile in sorted(profiles.items())
    ]


class _Resolving:
    """Carries entries over or finds their whiskies anew."""

    def __init__(self, step: Step, whiskies: Sequence[Whisky], registry: Registry) -> None:
        workspace = step.workspace
        self._step = step
        self._reference = workspace.reference
        self._registry = registry
        self._keys = frozenset(registry.keys())
        self._whiskies = whiskies
        self._known = {row.whisky_pk for row in whiskies}
        self._hung = _HungOn(whiskies, workspace.reference)
        self._entries = Carrier(Entry, workspace.current_rows(ENTRIES), MAKER)
        self._users = Carrier(User, workspace.current_rows(USERS), MAKER)
        self._states: dict[str, Counter[str]] = defaultdict(Counter)

    @cached_property
    def _index(self) -> _WatchedIndex:
        # Built when the first note has to be made anew: a run in which nothing changed never needs it.
        return _WatchedIndex(self._whiskies, self._reference)

    def take(self, entry: ParsedEntry) -> None:
        """Carry an entry over or resolve it."""
        key = (entry.user, entry.entry_id)
        given = self._given(entry)
        brand = parse_name(entry.text, self._reference, free_text=True)
        told = digest([_told(entry), given, brand.to_json()])
        old = self._entries.previous(key)
        standing = {self._hung.digest_of(told, scope, brand.brand) for scope in _scopes(given, brand.brand)}
        if old is not None and old.input_digest in standing and self._entries.stands(key, old.input_digest):
            row = self._entries.row(key, old.input_digest, lambda: old)
        else:
            found, scope = self._resolution(entry, given, brand.brand)
            input_digest = self._hung.digest_of(told, scope, brand.brand)
            row = self._entries.row(key, input_digest, lambda: _entry(entry, found, input_digest))
        self._states[entry.user][row.state] += 1

    def take_user(self, user: ParsedUser) -> None:
        """Carry a person over, or make the row anew from the newest file and the entries just taken."""
        states = self._states[user.user]
        input_digest = digest([dataclasses.asdict(user), states.total(), states["resolved"]])
        self._users.row(
            (user.user,),
            input_digest,
            lambda: User(
                user=user.user,
                nickname=user.nickname,
                owner_id=user.owner_id,
                age_years=user.age_years,
                region=user.region,
                entry_count=states.total(),
                resolved_count=states["resolved"],
                input_digest=input_digest,
                maker_version=MAKER,
            ),
        )

    def outcome(self, refused: int) -> Outcome:
        """Return both tables with their checks; counts only, no word of a person."""
        rows, users = tuple(self._entries.rows), tuple(self._users.rows)
        states = Counter(row.state for row in rows)
        known: dict[tuple[str, ...], set[tuple[object, ...]]] = {
            ("whisky_pk",): {(pk,) for pk in self._known},
            ("user",): {(row.user,) for row in users},
        }
        return Outcome(
            tables={
                ENTRIES: NewTable(
                    dataset=ENTRIES,
                    rows=rows,
                    made=self._entries.made,
                    carried_rows=self._entries.carried,
                    reasons=dict(self._entries.reasons),
                    checks=(
                        schema_check(ENTRIES, rows),
                        relations_check(ENTRIES, rows, known),
                        current_check(ENTRIES, whole=self._step.whole),
                    ),
                ),
                USERS: NewTable(
                    dataset=USERS,
                    rows=users,
                    made=self._users.made,
                    carried_rows=self._users.carried,
                    reasons=dict(self._users.reasons),
                    checks=(schema_check(USERS, users), current_check(USERS, whole=self._step.whole)),
                ),
            },
            counts={
                "people": len(users),
                "entries": len(rows),
                **{state: states[state] for state in ("resolved", "waiting", "unknown")},
                "refused_rows": refused,
            },
        )

    def _given(self, entry: ParsedEntry) -> str | None:
        """Return the key that now answers for the one that the file names; None where it names none of ours."""
        if entry.given_pk not in self._keys:
            return None
        found = self._registry.resolve(entry.given_pk)
        return found if found in self._known else None

    def _resolution(self, entry: ParsedEntry, given: str | None, brand: str | None) -> tuple[Resolution, str]:
        """Return what an entry means, and how far that hangs on whiskies."""
        if given is not None:
            return Resolution(state=RESOLVED, pk=given, reason=NAMED_BY_FILE), _GIVEN
        self._index.searched = False
        found = resolve_entry(entry.text, self._index, age_years=entry.age_years, vintage_year=entry.vintage_year)
        scope = _SEARCHED if self._index.searched or brand is None else _FITTING if found.pk is not None else _RANKED
        if entry.given_pk is not None:
            found = dataclasses.replace(found, reason=f"{found.reason}; {NAMED_KEY_UNKNOWN}")
        return found, scope


class _WatchedIndex(FindIndex):
    """An index that remembers whether it was searched: such an answer hangs on the whiskies of all brands."""

    searched = False

    def find(self, text: str, limit: int = 10) -> list[Found]:
        """Search, and remember it."""
        self.searched = True
        return super().find(text, limit)


class _HungOn:
    """Digests of the whiskies that a note hangs on."""

    def __init__(self, whiskies: Iterable[Whisky], reference: Reference) -> None:
        self._reference = reference
        self._whiskies = list(whiskies)
        self._of_brand: dict[str, list[Whisky]] = defaultdict(list)
        for row in self._whiskies:
            self._of_brand[fold(row.brand or "")].append(row)
        self._known: dict[tuple[str, str], str] = {}

    def digest_of(self, told: str, scope: str, brand: str | None) -> str:
        """Return the input digest of an entry of this brand, for how far it hangs on whiskies."""
        name = "" if brand is None or scope in (_GIVEN, _SEARCHED) else fold(self._reference.brand_name(brand))
        if (scope, name) not in self._known:
            self._known[(scope, name)] = digest(list(self._rows(scope, name)))
        return digest([told, scope, self._known[(scope, name)]])

    def _rows(self, scope: str, name: str) -> list[list[object]]:
        if scope == _GIVEN:
            return []
        if scope == _SEARCHED:
            return [[getattr(row, column) for column in _SEARCH_COLUMNS] for row in self._whiskies]
        columns = _FIT_COLUMNS if scope == _FITTING else _RANK_COLUMNS
        return [[getattr(row, column) for column in columns] for row in self._of_brand[name]]


_SEARCH_COLUMNS = tuple(field.name for field in dataclasses.fields(Whisky) if field.name not in _UNSEARCHED)
_SHARED_COLUMNS = tuple(
    sorted({field.name for field in dataclasses.fields(ParsedEntry)} & {one.name for one in dataclasses.fields(Entry)})
)


def _scopes(given: str | None, brand: str | None) -> tuple[str, ...]:
    """Return how far an entry can hang on whiskies."""
    if given is not None:
        return (_GIVEN,)
    return (_SEARCHED,) if brand is None else (_FITTING, _RANKED, _SEARCHED)


def _entry(entry: ParsedEntry, found: Resolution, input_digest: str) -> Entry:
    return Entry(
        **{name: getattr(entry, name) for name in _SHARED_COLUMNS},
        state=found.state,
        whisky_pk=found.pk,
        candidates=found.candidates,
        reason=found.reason,
        input_digest=input_digest,
        maker_version=MAKER,
    )


def _told(entry: ParsedEntry) -> Mapping[str, object]:
    """Return what the person wrote and how it was read; its place in the file counts for nothing."""
    told = dataclasses.asdict(entry)
    del told["ordinal"]
    return told
