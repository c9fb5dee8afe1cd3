"""`deploy/update`: another tag in the place of this version, proven, or this version again as it was.

Every step is noted before it is taken; whatever a kill left half done, the next call goes back first. Standard library
alone, read whole before it begins: the update changes the files that lie beside it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from deploy import serving
from deploy.checkout import (
    check_out,
    fetched_commit,
    git,
    install,
    lock_digest,
    prove,
    put_venv_back,
    standing,
    venv_aside,
)
from deploy.files import (
    USAGE,
    DeployError,
    notes_of,
    one_at_a_time,
    read_note,
    remove_note,
    remove_tree,
    write_note,
)
from deploy.rows import rows_since, steps_of

UNDERWAY = "update.json"
LAST = "last.json"
UPDATER = "updater"
_COPIES = "state"
_SHOWN = 5


class LosesRowsError(DeployError):
    """Going back would drop what was committed since the tables of the home changed."""


def update(root: Path, tag: str, *, remote: str, home: str) -> str:
    """Bring a checkout and its home to a tag; on any failure all is as it was, and the error says why.

    Raises:
        DeployError: refused before anything was changed, or failed and gone back.
    """
    before = standing(root)
    commit = fetched_commit(root, remote, tag)
    if commit == before["commit"]:
        return f"this is {tag} already"
    facts = prove(root, "home", home)
    serving.refuse_foreign(root, facts)
    note: dict[str, Any] = {
        "tag": tag,
        "commit": commit,
        "before": before,
        "home": facts["home"] if facts["stands"] else "",
        "ui": serving.running(root),
        "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    _begin(root, note)
    try:
        _bring(root, note)
    except BaseException as error:
        _go_back(root, note, error)
        raise
    write_note(notes_of(root) / LAST, note)
    remove_note(notes_of(root) / UNDERWAY)
    _drop_old_copies(root, note)
    return f"{tag} runs; the way back: deploy/update --back"


def back(root: Path) -> str:
    """Bring a checkout and its home back to the version before the last update.

    Raises:
        DeployError: there was none, another version was checked out since, or rows were committed since that the
            version before cannot hold; then nothing is changed.
    """
    note = read_note(notes_of(root) / LAST)
    if note is None:
        raise DeployError("no update was made here, so there is no way back", exit_code=USAGE)
    if standing(root)["commit"] != note["commit"]:
        raise DeployError(
            f"another version than {note['tag']} is checked out",
            exit_code=USAGE,
            remedy=f"First: git -C {root} checkout {note['tag']}",
        )
    serving.refuse_foreign(root, prove(root, "home", str(note["home"])))
    note["ui"] = serving.running(root)
    _refuse_loss(note)
    _begin(root, note)
    _return(root, note)
    remove_note(notes_of(root) / LAST)
    return f"{_name_of(root, note)} runs again"


def mend(root: Path) -> str:
    """Go back from an update that a kill or a power cut left half done; empty where there is none."""
    note = read_note(notes_of(root) / UNDERWAY)
    if note is None:
        return ""
    _return(root, note)
    return f"an update to {note['tag']} had not ended; {_name_of(root, note)} is back as it was"


def _begin(root: Path, note: dict[str, Any]) -> None:
    """Keep this program beside the checkout, which a kill may leave with files of two versions, and note the update."""
    kept = notes_of(root) / UPDATER
    own = Path(__file__).resolve().parent
    if own.parent != kept:
        remove_tree(kept)
        shutil.copytree(own, kept / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    write_note(notes_of(root) / UNDERWAY, note)


def _bring(root: Path, note: dict[str, Any]) -> None:
    serving.stop(root)
    if note["home"]:
        _say("backing the state database up")
        kept = prove(root, "keep", note["home"], str(notes_of(root) / _COPIES))
        for problem in kept["problems"]:
            _say(f"to know: {problem}")
        _note(root, note, copy=kept["copy"])
    _say(f"checking {note['tag']} out")
    check_out(root, note["commit"])
    lock = lock_digest(root, note["before"]["commit"])
    if lock_digest(root, note["commit"]) != lock:
        _say("installing: the lock changed")
        aside = venv_aside(root, lock)
        remove_tree(aside)
        _note(root, note, venv_aside=str(aside))
        install(root, aside)
    if note["home"]:
        _try_tables(root, note)
    _say("loading the definitions")
    prove(root, "load", note["home"])
    if note["home"]:
        _say("opening the home")
        for feed in prove(root, "opened", note["home"])["broken_feeds"]:
            _say(f"to know: feed {feed} is broken")
    _serve_again(root, note)


def _try_tables(root: Path, note: dict[str, Any]) -> None:
    _say("trying the new tables on a copy")
    copy = Path(note["copy"])
    scratch = copy.with_name(f"trial-{copy.stem[:12]}-{note['commit'][:12]}.sqlite")
    tried = prove(root, "trial", str(copy), str(scratch))
    _note(root, note, trial=str(scratch), compared=tried["compared"])


def _go_back(root: Path, note: dict[str, Any], error: BaseException) -> None:
    _say(f"failed: {str(error) or type(error).__name__}")
    _return(root, note)
    _say(f"{_name_of(root, note)} is back as it was")


def _return(root: Path, note: dict[str, Any]) -> None:
    """Let all be as the note says it was before; each step may have been taken already.

    Raises:
        LosesRowsError: the tag stays with its home, for the version before could not read it.
    """
    serving.stop(root)
    try:
        _refuse_loss(note)
    except LosesRowsError:
        write_note(notes_of(root) / LAST, note)
        remove_note(notes_of(root) / UNDERWAY)
        _serve_again(root, note)
        raise
    check_out(root, note["before"]["commit"], note["before"]["branch"])
    if "venv_aside" in note:
        put_venv_back(root, Path(note["venv_aside"]))
    if _is_migrated(note):
        prove(root, "put-back", note["home"], note["copy"], note["trial"])
    _serve_again(root, note)
    remove_note(notes_of(root) / UNDERWAY)


def _serve_again(root: Path, note: dict[str, Any]) -> None:
    if note["ui"]:
        _say("starting the UI again")
        serving.start(root, note["ui"]["home"], int(note["ui"]["port"]))


def _is_migrated(note: dict[str, Any]) -> bool:
    """Return whether the home's tables took steps that the version before does not know."""
    if not note["home"] or "trial" not in note:
        return False
    return steps_of(Path(note["home"]) / "state.sqlite") != steps_of(Path(note["copy"]))


def _refuse_loss(note: dict[str, Any]) -> None:
    if not _is_migrated(note):
        return
    found = rows_since(Path(note["home"]) / "state.sqlite", Path(note["trial"]), note["compared"])
    if found:
        most = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        told = ", ".join(f"{count:,} in {table}" for table, count in most[:_SHOWN])
        raise LosesRowsError(
            f"going back would lose {sum(found.values()):,} rows of the state database that were committed since"
            f" {note['tag']} changed its tables on {note['began']}: {told}",
            remedy=f"{note['tag']} stays. Go on with a tag that mends it: deploy/update TAG",
        )


def _note(root: Path, note: dict[str, Any], **more: object) -> None:
    note.update(more)
    write_note(notes_of(root) / UNDERWAY, note)


def _drop_old_copies(root: Path, note: dict[str, Any]) -> None:
    """Keep the copies of the way back alone, and the packages of the version before while they differ."""
    wanted = {Path(str(note.get(name, ""))).name for name in ("copy", "trial")}
    for path in (notes_of(root) / _COPIES).glob("*.sqlite*"):
        if path.name not in wanted:
            path.unlink()
    for path in notes_of(root).glob("venv-*"):
        if str(path) != note.get("venv_aside"):
            remove_tree(path)


def _name_of(root: Path, note: dict[str, Any]) -> str:
    commit = str(note["before"]["commit"])
    return git(root, "describe", "--tags", "--always", commit)


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Bring the checkout to a tag, or back; the exit code is that of the page of exit codes."""
    parser = argparse.ArgumentParser(prog="deploy/update", description="Another tag, proven; or all as it was.")
    parser.add_argument("--root", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--called-from", required=True, type=Path, help=argparse.SUPPRESS)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("tag", nargs="?", metavar="TAG", help="a tag of the remote")
    what.add_argument("--back", action="store_true", help="to the version before the last update")
    parser.add_argument("--remote", default="origin", metavar="R", help="where tags come from (origin)")
    parser.add_argument("--home", default="", metavar="DIR", help="the home (else WHISKY_HOME, else .whisky/)")
    told = parser.parse_args()
    try:
        with one_at_a_time(told.root):
            mended = mend(told.root)
            if mended:
                _say(mended)
            if told.back:
                _say(back(told.root))
            else:
                _say(update(told.root, told.tag, remote=told.remote, home=serving.named_home(told)))
    except DeployError as error:
        print(f"deploy/update: {error.message}", file=sys.stderr)
        if error.remedy:
            print(error.remedy, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("deploy/update: stopped by you", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
