"""Documents in Firestore, real or the emulator, over the low-level commit that is four times as fast as the client's.

The app of firebase-admin holds project and credentials; requests are filled as protobuf, because the client's own
encoding is the limit and takes more types than documents may have. Google's packages load at the first call. Every
call has a deadline of its own, and one that ended without an answer is `UnknownOutcomeError`, never a refusal. Not
here: day budgets and leases, and what Google's errors mean (`stores.firestore_errors`).
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.publishing.stores.firestore_errors import Place, translated
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    PUT,
    UPDATE,
    Operation,
    StoredDocument,
    check_operations,
)

if TYPE_CHECKING:
    from google.cloud.firestore_v1.services.firestore import FirestoreClient

Answer = TypeVar("Answer")

CONNECT_SECONDS = 1.0
PROBE_SECONDS = 5.0
ATTEMPT_SECONDS = 15.0
"""One attempt; the client's own `timeout` bounds an attempt and never the whole call."""

CALL_SECONDS = 20.0
"""All attempts of one call together; the client's default is 60 s for a commit and 300 s for a read."""

PATHS_AT_ONCE = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FirestoreStore:
    """A `DocumentStore` in one Firestore database; the connection is made at the first call, one a process."""

    def __init__(
        self,
        *,
        project: str,
        database: str = "(default)",
        emulator_host: str | None = None,
        credentials_file: Path | None = None,
    ) -> None:
        """Remember where to go; contacts nobody and loads nothing of Google's.

        Args:
            project: the Firebase project's id.
            database: the database inside it.
            emulator_host: `host:port` of an emulator; None means the real service.
            credentials_file: a service account's key; None means the machine's own identity.
        """
        self._project = project
        self._emulator_host = emulator_host
        self._credentials_file = credentials_file
        self._database = f"projects/{project}/databases/{database}"
        self._place = Place(project=project, database=database, emulator_host=emulator_host)
        self._prefix = f"{self._database}/documents/"
        # A gRPC channel does not survive a fork, so each process has its own.
        self._connections: dict[int, _Connection] = {}

    def probe(self) -> None:
        """Return when the service answers a read, within seconds."""
        if self._emulator_host is not None:
            _probe_port(self._emulator_host)
        connection = self._connection()
        # Not get_document, for which an absent document and an absent database are one answer.
        request = {"database": self._database, "documents": [f"{self._prefix}meta/current"]}

        def ask() -> None:
            answers = connection.client.batch_get_documents(
                request=request, retry=None, timeout=PROBE_SECONDS, metadata=connection.metadata
            )
            list(answers)

        self._named(ask)

    def commit(self, operations: Sequence[Operation]) -> list[datetime]:
        """Write all operations or none; sent again while the service is unavailable, for at most 20 seconds."""
        check_operations(operations)
        connection = self._connection()
        from google.cloud.firestore_v1.types import CommitRequest

        filled = CommitRequest.pb(CommitRequest()).__class__(database=self._database)
        for operation in operations:
            _fill_write(filled.writes.add(), operation, self._prefix)
        response = self._named(
            lambda: connection.client.commit(
                request=CommitRequest.wrap(filled),
                retry=connection.retry,
                timeout=ATTEMPT_SECONDS,
                metadata=connection.metadata,
            ),
            writes=True,
        )
        answer = type(response).pb(response)
        committed = _time(answer.commit_time)
        return [
            _time(result.update_time) if result.HasField("update_time") else committed
            for result in answer.write_results
        ]

    def get(self, paths: Sequence[str]) -> dict[str, StoredDocument]:
        """Return the documents that exist among these paths."""
        connection = self._connection()
        found: dict[str, StoredDocument] = {}
        for start in range(0, len(paths), PATHS_AT_ONCE):
            names = [f"{self._prefix}{path}" for path in paths[start : start + PATHS_AT_ONCE]]
            request = {"database": self._database, "documents": names}

            def read(request: Any = request) -> list[StoredDocument]:
                answers = connection.client.batch_get_documents(
                    request=request, retry=connection.retry, timeout=ATTEMPT_SECONDS, metadata=connection.metadata
                )
                filled = (type(answer).pb(answer) for answer in answers)
                return [self._stored(answer.found) for answer in filled if answer.HasField("found")]

            found.update((document.path, document) for document in self._named(read))
        return found

    def list(self, collection: str) -> Iterator[StoredDocument]:
        """Yield a collection's documents in the order of their ids' UTF-8 bytes, 300 a request."""
        connection = self._connection()
        token = ""
        while True:
            request = {
                "parent": self._prefix.rstrip("/"),
                "collection_id": collection,
                "page_size": PATHS_AT_ONCE,
                "page_token": token,
            }

            def read(request: Any = request) -> Any:
                pager = connection.client.list_documents(
                    request=request, retry=connection.retry, timeout=ATTEMPT_SECONDS, metadata=connection.metadata
                )
                page = next(iter(pager.pages))
                return type(page).pb(page)

            page = self._named(read)
            yield from (self._stored(document) for document in page.documents)
            token = page.next_page_token
            if not token:
                return

    def close(self) -> None:
        """Close this process's connection and forget its app."""
        connection = self._connections.pop(os.getpid(), None)
        if connection is not None:
            connection.close()

    def _connection(self) -> _Connection:
        pid = os.getpid()
        if pid not in self._connections:
            self._connections[pid] = self._named(
                lambda: _Connection(self._project, self._emulator_host, self._credentials_file, self._database)
            )
        return self._connections[pid]

    def _stored(self, document: Any) -> StoredDocument:
        return StoredDocument(
            path=document.name.removeprefix(self._prefix),
            body={name: _read_value(value) for name, value in document.fields.items()},
            update_time=_time(document.update_time),
        )

    def _named(self, call: Callable[[], Answer], *, writes: bool = False) -> Answer:
        from google.api_core import exceptions
        from google.auth import exceptions as auth_exceptions

        try:
            return call()
        except exceptions.RetryError as error:
            found: Exception = error.cause or error
        except (exceptions.GoogleAPICallError, auth_exceptions.GoogleAuthError) as error:
            found = error
        # Raised out here, so that Google's error, which can hold a person's id, is not even this one's context.
        raise translated(found, self._place, writes=writes)


class _Connection:
    """One process's app, channel and call settings."""

    def __init__(self, project: str, emulator_host: str | None, credentials_file: Path | None, database: str) -> None:
        import firebase_admin
        from google.api_core import exceptions
        from google.api_core.retry import Retry, if_exception_type

        # Not ResourceExhausted, which the default retries for a minute: it means that the quota is used up.
        again = if_exception_type(exceptions.ServiceUnavailable, exceptions.Aborted)
        self.retry = Retry(predicate=again, initial=0.2, maximum=5.0, timeout=CALL_SECONDS)
        self.metadata = [("google-cloud-resource-prefix", database)]
        self._app = firebase_admin.initialize_app(
            _credentials(emulator_host, credentials_file), {"projectId": project}, name=f"whisky-{uuid.uuid4()}"
        )
        self.client = self._client(emulator_host)

    def _client(self, emulator_host: str | None) -> FirestoreClient:
        from google.cloud.firestore_v1.services.firestore import FirestoreClient
        from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

        if emulator_host is None:
            return FirestoreClient(credentials=self._app.credential.get_credential())
        import grpc

        self.metadata.append(("authorization", "Bearer owner"))
        return FirestoreClient(transport=FirestoreGrpcTransport(channel=grpc.insecure_channel(emulator_host)))

    def close(self) -> None:
        import firebase_admin

        self.client.transport.close()  # type: ignore[no-untyped-call]  # its transport has no types
        firebase_admin.delete_app(self._app)


def _credentials(emulator_host: str | None, credentials_file: Path | None) -> Any:
    from firebase_admin import credentials
    from google.auth.credentials import AnonymousCredentials

    class EmulatorCredentials(credentials.Base):  # type: ignore[misc]  # firebase-admin ships no types
        """Nobody's credentials: the emulator asks for none, and the app insists on some."""

        def get_credential(self) -> AnonymousCredentials:
            return AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth ships no types for it

    if emulator_host is not None:
        return EmulatorCredentials()
    try:
        if credentials_file is not None:
            return credentials.Certificate(str(credentials_file))
    except (OSError, ValueError) as error:
        raise OutOfReachError(
            f"{credentials_file} is no service account's key.",
            remedy="Name the JSON file that the Firebase console made.",
        ) from error
    return credentials.ApplicationDefault()


def _probe_port(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS):
            return
    except (OSError, ValueError) as error:
        raise OutOfReachError(
            f"No Firestore emulator answers at {address}.",
            remedy="Start it and set FIRESTORE_EMULATOR_HOST, or use `--target local`.",
        ) from error


def _fill_write(write: Any, operation: Operation, prefix: str) -> None:
    name = f"{prefix}{operation.path}"
    if operation.update_time is not None:
        write.current_document.update_time.FromDatetime(operation.update_time)
    if operation.action == DELETE:
        write.delete = name
        return
    write.update.name = name
    body = operation.body or {}
    masked = operation.action == UPDATE
    for field, value in body.items():
        if not masked or field in operation.mask:
            _fill_value(write.update.fields[field], value)
    if masked:
        write.update_mask.field_paths.extend(_quoted(field) for field in operation.mask)
    if operation.action != PUT and operation.update_time is None:
        write.current_document.exists = operation.action != CREATE


def _quoted(field: str) -> str:
    if field.isascii() and field.isidentifier():
        return field
    escaped = field.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _fill_value(target: Any, value: object) -> None:
    if isinstance(value, list):
        target.array_value.SetInParent()
        for item in value:
            _fill_value(target.array_value.values.add(), item)
    elif isinstance(value, Mapping):
        target.map_value.SetInParent()
        for field, item in value.items():
            _fill_value(target.map_value.fields[field], item)
    elif isinstance(value, datetime):
        target.timestamp_value.FromDatetime(value)
    elif value is None:
        target.null_value = 0
    else:
        setattr(target, _SCALAR_FIELDS[type(value)], value)


_SCALAR_FIELDS = {bool: "boolean_value", int: "integer_value", float: "double_value", str: "string_value"}


def _read_value(value: Any) -> object:
    kind = value.WhichOneof("value_type")
    if kind == "null_value":
        return None
    if kind == "timestamp_value":
        return _time(value.timestamp_value)
    if kind == "array_value":
        return [_read_value(item) for item in value.array_value.values]
    if kind == "map_value":
        return {name: _read_value(item) for name, item in value.map_value.fields.items()}
    plain: object = getattr(value, kind)
    return plain


def _time(stamp: Any) -> datetime:
    moment: datetime = stamp.ToDatetime(tzinfo=UTC)
    return moment
