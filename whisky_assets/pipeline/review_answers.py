"""What people answered to open questions: written at once as files of the curation, and taken back by the last one.

`same`, `different`, `rename` and `correction` are decisions (`curation/decisions/`); `unknown` puts a question off
(`curation/review/`), whose file says until when it is not asked. Beside these lies the log of what was answered here,
for taking back: it names files with their digests, so a file that a person wrote or changed is never deleted. Not here:
which questions there are (`review`), whether an answer contradicts another (`review_guard`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import hashlib
import json
import os
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

import tomlkit

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.corrections import read_correction, read_new_name
from whisky_assets.identity.decision_writing import decision_file_name, decision_text, one_line
from whisky_assets.identity.decisions import FOLDER, Decision, Decisions, Listing, load_decisions, subject_of
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.durable import publish_bytes, sync_path

SAME, DIFFERENT, UNKNOWN, RENAME, CORRECTION = "same", "different", "unknown", "rename", "correction"
ANSWERS = (SAME, DIFFERENT, UNKNOWN, RENAME, CORRECTION)
ASKED_AGAIN_AFTER = timedelta(days=28)
"""How long a question rests that somebody could not answer."""

REVIEW_FOLDER = "review"
_LOG = "answers.jsonl"
_LOCK = "curation"
_LOCK_SECONDS = 30.0

Pair: TypeAlias = tuple[str, str]
"""Two sides of a question in order of text: listings, or a listing and its key."""


def pair_of(left: str, right: str) -> Pair:
    """Return two sides in the one order in which pairs are compared."""
    return (left, right) if left <= right else (right, left)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to be written; `told_in` says where it comes from (`row 7`), for errors. An empty `why` gets words.

    `right` is the other side; of a rename the new name (`Ardbeg Ten`, `ko=아드벡 10년`) or the key that has it, of a
    correction `FIELD=VALUE`. A new name that no key has is a correction of the whisky's own name.
    """

    answer: str
    left: str
    right: str
    why: str = ""
    told_in: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A question that somebody could not answer, and the first day on which it is asked again."""

    when: date
    who: str

    @property
    def until(self) -> date:
        """The day from which it is asked again."""
        return self.when + ASKED_AGAIN_AFTER


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """All answers of a home: decisions in force, and what was put off."""

    decisions: Decisions
    put_off: Mapping[Pair, PutOff]

    @property
    def decided(self) -> frozenset[Pair]:
        """Every pair that a decision calls the same or different."""
        return frozenset(pair_of(str(one.subject), str(one.object)) for one in self.decisions.of(SAME, DIFFERENT))

    def count_in_week_of(self, day: date) -> int:
        """Return how many answers were given in the week (Monday to Sunday) of a day."""
        week = day.isocalendar()[:2]
        days = [one.when for one in self.decisions.of(SAME, DIFFERENT)] + [one.when for one in self.put_off.values()]
        return sum(one.isocalendar()[:2] == week for one in days)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was written: files below `curation/`, and how many answers stood there before."""

    files: tuple[str, ...]
    standing: int


def answered(workspace: Workspace) -> Answered:
    """Return every answer that lies in a home's curation.

    Raises:
        UsageError: a file cannot be read as what it should be, or two decisions contradict; names the files.
    """
    curation = workspace.home.curation
    return Answered(decisions=load_decisions(curation), put_off=dict(_put_off(curation / REVIEW_FOLDER)))


def record(workspace: Workspace, guard: DecisionGuard, answers: Sequence[Answer], *, who: str) -> Recorded:
    """Check answers together, then write each durably as its file: all, or none where one is wrong.

    Killed between two files, the same answers can be given again: what stands is not written twice.

    Raises:
        UsageError: a side or a field is unknown, an answer is none of `ANSWERS`, or one contradicts another or a
            decision that stands; nothing was written.
        BusyError: another command writes answers.
    """
    who = one_line(who) or "owner"
    today = workspace.now().date()
    with _held(workspace):
        stands = answered(workspace)
        decided = [decision_of(guard, one, who, today) for one in answers]
        new = {one.digest: one for one in decided if one.kind != UNKNOWN and one.cause not in stands.decisions.in_force}
        try:
            guard.check(stands.decisions.all, tuple(new.values()))
        except UsageError as error:
            remedy = f"Nothing was written. If the earlier answer is wrong, delete its file in {_folder(workspace)}."
            raise UsageError(error.message, remedy=remedy) from error
        files: dict[str, bytes] = {}
        for one in decided:
            if one.kind == UNKNOWN:
                files[f"{REVIEW_FOLDER}/{_put_off_name(one)}"] = _put_off_text(one).encode()
            elif one.digest in new:
                files[f"{FOLDER}/{decision_file_name(one)}"] = decision_text(one).encode()
        if files:
            _write(workspace, files)
    return Recorded(files=tuple(files), standing=len(decided) - len(files))


def take_back(workspace: Workspace, *, expected: Sequence[str] | None = None) -> tuple[str, ...]:
    """Delete what the last answer (or import of answers) wrote, and return its files.

    Args:
        workspace: the home.
        expected: the files of the answer that is meant; another one that came after it is left alone.

    Raises:
        UsageError: there is none, it is not the expected one, or a file was changed since by another hand; nothing was
            deleted.
        BusyError: another command writes answers.
    """
    curation = workspace.home.curation
    with _held(workspace):
        log = _log(curation)
        while log and not any((curation / name).exists() for name in log[-1]["files"]):
            log.pop()
        if not log:
            raise UsageError(
                "no answer is left that `whisky review` wrote",
                remedy=f"A decision of another hand goes with its file in {_folder(workspace)}.",
            )
        files = {name: told for name, told in log.pop()["files"].items() if (curation / name).exists()}
        if expected is not None and not set(expected) >= set(files):
            raise UsageError(
                f"another command answered since: {', '.join(files)}",
                remedy=f"Take that back first: whisky review{home_words(workspace)} --undo",
            )
        for name, told in files.items():
            if _sha256((curation / name).read_bytes()) != told:
                raise UsageError(
                    f"{curation / name} was changed since it was answered", remedy="Delete it yourself if you mean it."
                )
        for name in files:
            (curation / name).unlink()
            sync_path((curation / name).parent)
        _write_log(curation, log)
    return tuple(files)


def decision_of(guard: DecisionGuard, one: Answer, who: str, today: date) -> Decision:
    """Return what an answer decides; `unknown` too, which is no decision but is told by the same sides.

    Raises:
        UsageError: a side or a field is unknown, a value is of another kind, or the answer is none of `ANSWERS`.
    """
    try:
        said = _said(guard, one, who, today)
    except UsageError as error:
        where = f"{one.told_in}: " if one.told_in else ""
        raise UsageError(f"{where}{error.message}", remedy=error.remedy) from error
    return dataclasses.replace(said, file=one.told_in or decision_file_name(said))


def _said(guard: DecisionGuard, one: Answer, who: str, today: date) -> Decision:
    if one.answer not in ANSWERS:
        raise UsageError(f"{one.answer!r} is no answer", remedy=f"Write one of {', '.join(ANSWERS)}.")
    left = guard.subject(one.left, is_corrected=one.answer == CORRECTION)
    why = one_line(one.why) or f"Looked at in `whisky review`: {_IN_WORDS[one.answer]}."
    if one.answer == CORRECTION:
        field, value = read_correction(left, one_line(one.right))
        return Decision(kind=CORRECTION, subject=left, field=field, value=value, who=who, when=today, why=why)
    if one.answer == RENAME and not isinstance(left, Listing) and not _is_subject(one.right):
        field, name = read_new_name(one_line(one.right))
        why = one_line(one.why) or f"Looked at in `whisky review`: {_IN_WORDS[CORRECTION]}."
        return Decision(kind=CORRECTION, subject=left, field=field, value=name, who=who, when=today, why=why)
    right = guard.subject(one.right)
    if left == right:
        raise UsageError(f"{left} is asked against itself", remedy="Name two sides.")
    if one.answer == RENAME and (isinstance(left, Listing) or isinstance(right, Listing)):
        raise UsageError(
            "a rename names two keys, not listings, or a key and its new name", remedy="Copy keys from `whisky find`."
        )
    return Decision(kind=one.answer, subject=left, object=right, who=who, when=today, why=why)


def _is_subject(text: str) -> bool:
    """Say whether a text is written as a listing or a key, and so is no name."""
    try:
        subject_of(text)
    except ValueError:
        return False
    return True


_IN_WORDS = {
    SAME: "they are one whisky",
    DIFFERENT: "they are two whiskies",
    UNKNOWN: "nobody could tell",
    RENAME: "it is sold under the other name now",
    CORRECTION: "this is what it really is",
}


def _folder(workspace: Workspace) -> Path:
    return workspace.home.curation / FOLDER


def _write(workspace: Workspace, files: Mapping[str, bytes]) -> None:
    """Name the files in the log first: what a kill leaves half-written can still be taken back."""
    curation = workspace.home.curation
    told = {name: _sha256(body) for name, body in files.items()}
    _write_log(curation, [*_log(curation), {"files": told}])
    for name, body in files.items():
        publish_bytes((curation / name).parent, Path(name).name, body)


def _log(curation: Path) -> list[dict[str, dict[str, str]]]:
    path = curation / REVIEW_FOLDER / _LOG
    if not path.exists():
        return []
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [{"files": {str(name): str(sha256) for name, sha256 in entry["files"].items()}} for entry in told]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path} is no log of answers: {error}", remedy=f"Delete it: rm {path}") from error


def _write_log(curation: Path, log: Sequence[object]) -> None:
    text = "".join(f"{json.dumps(entry, sort_keys=True)}\n" for entry in log)
    publish_bytes(curation / REVIEW_FOLDER, _LOG, text.encode())


def _put_off(folder: Path) -> Iterator[tuple[Pair, PutOff]]:
    for path in sorted(folder.glob("*.toml")):
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            sides, when, who = (str(told["subject"]), str(told["object"])), told["when"], str(told["who"])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
            raise UsageError(f"{path}: no question that was put off ({error})", remedy="Delete the file.") from error
        if type(when) is not date:
            raise UsageError(f"{path}: when is no date", remedy="Write it without quotes: when = 2026-01-05")
        yield pair_of(*sides), PutOff(when=when, who=who)


def _put_off_name(one: Decision) -> str:
    return f"{UNKNOWN}_{digest(pair_of(str(one.subject), str(one.object)))[:16]}.toml"


def _put_off_text(one: Decision) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Asked again from {one.when + ASKED_AGAIN_AFTER} on, or at once without this file."))
    for key in ("kind", "subject", "object", "who", "when", "why"):
        value = getattr(one, key)
        document[key] = value if isinstance(value, date) else str(value)
    return tomlkit.dumps(document)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@contextlib.contextmanager
def _held(workspace: Workspace) -> Iterator[None]:
    """Let one command at a time write answers: two of them could contradict each other unseen."""
    owner = f"review/{os.getpid()}-{threading.get_ident()}"
    locks.acquire(workspace.db, _LOCK, owner, wait_seconds=_LOCK_SECONDS)
    try:
        yield
    finally:
        locks.release(workspace.db, _LOCK, owner)


def machine_user() -> str:
    """Return the user name of this machine, `owner` where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "owner"


def next_words(workspace: Workspace) -> str:
    """Return the line that says when answers count."""
    return f"the next run applies what was decided: whisky run{home_words(workspace)}"
