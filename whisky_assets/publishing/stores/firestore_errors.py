"""Google's errors as ours, in sentences: which kind it is, for which database, and what its owner does about it.

Google's own text is left out, for it can hold paths with a person's id and parts of a key's answer. Not here: the calls
(`stores.firestore`).
"""

from __future__ import annotations

import dataclasses
import shlex

from whisky_assets.domain.errors import BudgetStoppedError, OutOfReachError, WhiskyError
from whisky_assets.publishing.stores.port import ConflictError, UnknownOutcomeError

# gRPC tells a key that gets no token as a service that is away, in these words.
_NO_TOKEN = "metadata from plugin failed"  # noqa: S105 - no secret, but words of gRPC


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One Firestore database, as an error names it."""

    project: str
    database: str
    emulator_host: str | None

    def __str__(self) -> str:
        """Return `project/database`, or where the emulator is."""
        return f"the emulator at {self.emulator_host}" if self.emulator_host else f"{self.project}/{self.database}"

    @property
    def command(self) -> str:
        """The command that publishes there."""
        name = "emulator" if self.emulator_host else f"firestore:{self.project}/{self.database}"
        return f"whisky publish --apply --target {shlex.quote(name)}"


def translated(error: Exception, place: Place, *, writes: bool) -> WhiskyError:
    """Return our error for one of Google's.

    Args:
        error: what a call raised; of a retried call the last error.
        place: the database.
        writes: whether the call was a commit, whose outcome may be unknown and whose `NotFound` is a document.
    """
    return (
        _of_key(error, place)
        or (_of_commit(error, place) if writes else _of_read(error, place))
        or _of_limits(error, place)
        or OutOfReachError(
            f"Firestore ({place}) is out of reach: {type(error).__name__}.",
            remedy=f"Look at the network, then run again: {place.command}",
        )
    )


def _of_key(error: Exception, place: Place) -> WhiskyError | None:
    from google.api_core import exceptions
    from google.auth import exceptions as auth_exceptions

    if isinstance(error, auth_exceptions.DefaultCredentialsError):
        return OutOfReachError(
            f"Nothing says who publishes to Firestore ({place}): no service account's key is named.",
            remedy="Name its file: export GOOGLE_APPLICATION_CREDENTIALS=KEY.json",
        )
    if isinstance(error, auth_exceptions.TransportError):
        return OutOfReachError(
            f"Google's sign-in for Firestore ({place}) is out of reach.",
            remedy=f"Look at the network, then run again: {place.command}",
        )
    if isinstance(error, auth_exceptions.GoogleAuthError | exceptions.Unauthenticated) or _NO_TOKEN in str(error):
        return OutOfReachError(
            f"Firestore ({place}) does not accept the service account's key: it was revoked, is of another project, or"
            " this machine's clock is wrong.",
            remedy="Make a new key in the Firebase console (Project settings, Service accounts) and name its file:"
            " export GOOGLE_APPLICATION_CREDENTIALS=KEY.json",
        )
    if isinstance(error, exceptions.Forbidden):
        return OutOfReachError(
            f"Permission denied: the service account may not use Firestore ({place}), or the project has no Firestore.",
            remedy="In the Google Cloud console enable the Cloud Firestore API and give the account the role `Cloud"
            f" Datastore User`; then run again: {place.command}",
        )
    return None


def _of_commit(error: Exception, place: Place) -> WhiskyError | None:
    from google.api_core import exceptions

    kind = type(error).__name__
    if isinstance(error, exceptions.AlreadyExists | exceptions.NotFound | exceptions.FailedPrecondition):
        return ConflictError(f"Firestore refused a commit: {kind}. Nothing of it was written.")
    unknown = (exceptions.ServerError, exceptions.Aborted, exceptions.Cancelled)
    if isinstance(error, unknown) and not isinstance(error, exceptions.MethodNotImplemented):
        return UnknownOutcomeError(
            f"Firestore ({place}) did not say whether a commit was written ({kind}).",
            remedy=f"Run again, it finds out and goes on: {place.command}",
        )
    return None


def _of_read(error: Exception, place: Place) -> WhiskyError | None:
    from google.api_core import exceptions

    if isinstance(error, exceptions.NotFound):
        return OutOfReachError(
            f"There is no such database: {place}.",
            remedy="Make it in the Firebase console (Firestore Database, Create database), or name the right one, and"
            f" run again: {place.command}",
        )
    if isinstance(error, exceptions.FailedPrecondition):
        return OutOfReachError(
            f"The database {place} is none for apps: it is in Datastore mode, or not ready yet.",
            remedy="Make one in native mode in the Firebase console (Firestore Database), and run again:"
            f" {place.command}",
        )
    if isinstance(error, exceptions.DeadlineExceeded):
        return OutOfReachError(
            f"Firestore ({place}) did not answer in time.",
            remedy=f"Look at the network, then run again: {place.command}",
        )
    return None


def _of_limits(error: Exception, place: Place) -> WhiskyError | None:
    from google.api_core import exceptions

    if isinstance(error, exceptions.ResourceExhausted) and "exceeds maximum size" not in str(error):
        return BudgetStoppedError(
            f"The quota of {place} is used up for today.",
            remedy=f"After midnight Pacific time it goes on where it stopped: {place.command}",
        )
    if isinstance(error, exceptions.InvalidArgument | exceptions.ResourceExhausted):
        return WhiskyError(
            f"Firestore ({place}) refused a request as malformed ({type(error).__name__}); nothing of it was written.",
            remedy="That is a mistake of this program. What it would write: `whisky publish --plan`.",
        )
    return None
