"""A release goes to the target that a person named, never to one that credentials happen to reach.

Not here: how a store is reached (`publishing.stores`).
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.domain.errors import UsageError

LOCAL = "local"
EMULATOR = "emulator"
FIRESTORE = "firestore"
DEFAULT_DATABASE = "(default)"
EMULATOR_PROJECT = "demo-whisky-assets"
"""Google's tools never contact anything real for a project whose name begins with `demo-`."""

# https://cloud.google.com/resource-manager/docs/creating-managing-projects and
# https://firebase.google.com/docs/firestore/manage-databases: the forms of both names.
_REAL = re.compile(
    r"firestore:(?P<project>[a-z][a-z0-9-]{4,28}[a-z0-9])(?:/(?P<database>\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]))?"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One store by name: `kind` is local, emulator or firestore; manifest, releases and limits belong to `name`."""

    name: str
    kind: str
    project: str = ""
    database: str = DEFAULT_DATABASE

    @property
    def is_real(self) -> bool:
        """Whether real users read it."""
        return self.kind == FIRESTORE


def parse_target(text: str) -> Target:
    """Return the target that a text names: `local`, `emulator`, or `firestore:PROJECT/DATABASE`.

    Without a database the project's `(default)` one is meant, and the name says so.

    Raises:
        UsageError: it names none.
    """
    if text == LOCAL:
        return Target(name=LOCAL, kind=LOCAL)
    if text == EMULATOR:
        return Target(name=EMULATOR, kind=EMULATOR, project=EMULATOR_PROJECT)
    match = _REAL.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} names no target.",
            remedy="Say `local`, `emulator`, or `firestore:PROJECT/DATABASE` (as in firestore:my-app/(default)).",
        )
    project, database = match["project"], match["database"] or DEFAULT_DATABASE
    return Target(name=f"{FIRESTORE}:{project}/{database}", kind=FIRESTORE, project=project, database=database)


def refuse_wrong_world(target: Target, world: str) -> None:
    """Raise UsageError where a sample home would publish to a real project."""
    if target.is_real and world != "real":
        raise UsageError(
            f"A {world} home does not publish to {target.name}, which real users read.",
            remedy="Use `--target local` or `--target emulator`, or the real home (`whisky init`).",
        )
