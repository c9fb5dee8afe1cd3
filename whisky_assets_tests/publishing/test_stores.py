"""The contract of a document store, over the SQLite file and the real Firestore emulator alike."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.contracts.documents import LARGEST_DOCUMENT_BYTES, document_size
from whisky_assets.domain.errors import (
    BudgetStoppedError,
    CorruptDataError,
    InputRefusedError,
    OutOfReachError,
    WhiskyError,
)
from whisky_assets.publishing.stores.firestore import FirestoreStore, _fill_write
from whisky_assets.publishing.stores.opening import open_store
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    MOST_COMMIT_BYTES,
    MOST_OPERATIONS,
    PUT,
    REPLACE,
    UPDATE,
    ConflictError,
    DocumentStore,
    Operation,
    UnknownOutcomeError,
    wire_size,
)
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets.publishing.targets import parse_target
from whisky_assets_tests.contracts.test_documents import bodies, field_names
from whisky_assets_tests.publishing.conftest import MONDAY, standing_clock

EVERY_TYPE: dict[str, Any] = {
    "none": None,
    "yes": True,
    "whole": -(2**63),
    "float": 46.0,
    "text": "아드벡 10\u0000é",
    "at": datetime(2026, 1, 5, 18, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9))),
    "list": [1, "two", None, {"three": [3.5]}, True],
    "map": {"name": {"ko": "아드벡", "이름": 1}, "empty": {}, "at": MONDAY},
    "no_items": [],
}


def create(path: str, **body: object) -> Operation:
    return Operation(action=CREATE, path=path, body=body)


def update(path: str, *mask: str, **body: object) -> Operation:
    return Operation(action=UPDATE, path=path, body=body, mask=mask)


def body_of(store: DocumentStore, path: str) -> dict[str, object] | None:
    found = store.get([path])
    return found[path].body if path in found else None


def test_a_document_of_every_type_comes_back_as_it_was(store: DocumentStore) -> None:
    store.probe()
    assert store.get(["whisky/a_pk"]) == {}
    times = store.commit([create("whisky/a_pk", **EVERY_TYPE)])
    found = store.get(["whisky/a_pk", "whisky/b_pk"])
    assert list(found) == ["whisky/a_pk"]
    assert found["whisky/a_pk"].body == EVERY_TYPE
    assert found["whisky/a_pk"].update_time == times[0]
    body = found["whisky/a_pk"].body
    assert [type(body[name]) for name in ("yes", "whole", "float", "at")] == [bool, int, float, datetime]
    assert body["at"] == datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)


def test_create_needs_the_document_absent(store: DocumentStore) -> None:
    store.commit([create("whisky/a_pk", name="first")])
    with pytest.raises(ConflictError):
        store.commit([create("whisky/b_pk", name="b"), create("whisky/a_pk", name="second")])
    assert body_of(store, "whisky/a_pk") == {"name": "first"}
    assert body_of(store, "whisky/b_pk") is None, "a commit is all or nothing"


@pytest.mark.parametrize("action", [REPLACE, UPDATE])
def test_replace_and_update_never_bring_back_what_was_deleted(store: DocumentStore, action: str) -> None:
    store.commit([create("whisky_archive/u_1", note="lemon")])
    store.commit([Operation(action=DELETE, path="whisky_archive/u_1")])
    with pytest.raises(ConflictError):
        store.commit([Operation(action=action, path="whisky_archive/u_1", body={"note": "x"}, mask=("note",))])
    assert body_of(store, "whisky_archive/u_1") is None


def test_an_update_touches_the_fields_of_its_mask_alone(store: DocumentStore) -> None:
    store.commit([create("whisky_archive/u_1", note="lemon", whisky={"name": "a", "old": 1}, rating=5, gone="x")])
    store.commit([update("whisky_archive/u_1", "whisky", "gone", whisky={"name": "b"}, note="ours", rating=1)])
    assert body_of(store, "whisky_archive/u_1") == {"note": "lemon", "whisky": {"name": "b"}, "rating": 5}


def test_a_field_name_of_any_script_can_be_updated(store: DocumentStore) -> None:
    names = ["이름", "a.b", "with space", "tick`", "back\\slash", "9"]
    store.commit([create("whisky/a_pk", keep=1, **dict.fromkeys(names, "old"))])
    store.commit([update("whisky/a_pk", *names, **dict.fromkeys(names, "new"))])
    assert body_of(store, "whisky/a_pk") == {"keep": 1, **dict.fromkeys(names, "new")}


@pytest.mark.parametrize("action", [REPLACE, UPDATE, DELETE])
def test_a_write_that_names_a_time_needs_the_document_as_it_was_then(store: DocumentStore, action: str) -> None:
    def write(moment: datetime, text: str) -> Operation:
        body: dict[str, object] | None = None if action == DELETE else {"note": text}
        return Operation(action=action, path="user/u", body=body, mask=("note",), update_time=moment)

    (first,) = store.commit([create("user/u", note="lemon")])
    (second,) = store.commit([update("user/u", "note", note="theirs")])
    with pytest.raises(ConflictError):
        store.commit([create("user/other", n=1), write(first, "ours")])
    assert body_of(store, "user/u") == {"note": "theirs"}
    assert body_of(store, "user/other") is None
    store.commit([write(second, "ours")])
    assert body_of(store, "user/u") == (None if action == DELETE else {"note": "ours"})
    store.commit([Operation(action=DELETE, path="user/u")])
    with pytest.raises(ConflictError):
        store.commit([write(second, "again")])
    assert body_of(store, "user/u") is None


def test_a_document_made_again_has_another_time_than_the_deleted_one(store: DocumentStore) -> None:
    (first,) = store.commit([create("user/u", n=1)])
    store.commit([Operation(action=DELETE, path="user/u")])
    (second,) = store.commit([create("user/u", n=1)])
    assert second > first


def test_an_update_of_no_field_is_refused(store: DocumentStore) -> None:
    store.commit([create("user/u", note="lemon")])
    with pytest.raises(InputRefusedError, match="An update of no field"):
        store.commit([update("user/u", note="x")])
    assert body_of(store, "user/u") == {"note": "lemon"}


@pytest.mark.parametrize("shape", ["maps", "lists-of-maps", "list-last"])
def test_twenty_levels_of_maps_and_lists_are_taken_and_one_more_refused(store: DocumentStore, shape: str) -> None:
    def nested(levels: int) -> object:
        value: object = 1
        for level in range(levels):
            is_list = level % 2 == 1 if shape == "lists-of-maps" else level == 0 and shape == "list-last"
            value = [value] if is_list else {"m": value}
        return value

    store.commit([create("whisky/a", deep=nested(20))])
    assert body_of(store, "whisky/a") == {"deep": nested(20)}
    with pytest.raises(InputRefusedError, match="nested deeper than 20 maps and lists"):
        store.commit([create("whisky/b", deep=nested(21))])


def test_replace_leaves_nothing_of_the_old_body(store: DocumentStore) -> None:
    store.commit([create("user/u", nickname="a", age=30)])
    store.commit([Operation(action=REPLACE, path="user/u", body={"withdrawn": True})])
    assert body_of(store, "user/u") == {"withdrawn": True}


def test_put_and_delete_need_nothing(store: DocumentStore) -> None:
    store.commit([Operation(action=DELETE, path="meta/current")])
    for number in (1, 2):
        store.commit([Operation(action=PUT, path="meta/current", body={"release": number})])
    assert body_of(store, "meta/current") == {"release": 2}
    store.commit([Operation(action=DELETE, path="meta/current")])
    assert body_of(store, "meta/current") is None


def test_update_times_rise_with_every_write_of_a_document(store: DocumentStore) -> None:
    times = [store.commit([Operation(action=PUT, path="meta/a", body={"n": number})])[0] for number in range(3)]
    assert times == sorted(set(times))
    assert all(moment.tzinfo is not None for moment in times)


def test_a_commit_tells_a_time_for_each_operation_in_order(store: DocumentStore) -> None:
    store.commit([create("whisky/gone", n=0)])
    operations = [create("whisky/a", n=1), Operation(action=DELETE, path="whisky/gone"), create("whisky/b", n=2)]
    times = store.commit(operations)
    found = store.get(["whisky/a", "whisky/b"])
    assert len(times) == 3
    assert [found["whisky/a"].update_time, found["whisky/b"].update_time] == [times[0], times[2]]


def test_a_collection_is_listed_in_the_order_of_utf8_bytes(store: DocumentStore) -> None:
    # U+FF5E sorts after U+1F943 in UTF-16 and before it in UTF-8.
    ids = ["a", "B", "아드벡", "é", "~", "\U0001f943", "\uff5e", "a b", "0"]
    store.commit([create(f"whisky/{one}", n=1) for one in ids] + [create("user/z", n=1)])
    expected = sorted(ids, key=lambda one: one.encode())
    assert [document.path for document in store.list("whisky")] == [f"whisky/{one}" for one in expected]
    assert list(store.list("nothing")) == []


def test_more_documents_than_one_request_holds_are_read_and_listed(store: DocumentStore) -> None:
    paths = [f"whisky/{number:04}_pk" for number in range(650)]
    for start in range(0, len(paths), MOST_OPERATIONS):
        store.commit([create(path, n=1) for path in paths[start : start + MOST_OPERATIONS]])
    assert [document.path for document in store.list("whisky")] == paths
    assert sorted(store.get([*paths, "whisky/none"])) == paths


@pytest.mark.parametrize(
    "document_id",
    ["", ".", "..", "__x__", "__id7__", "a/b/c", "가" * 501, "\ud800"],
    ids=["empty", "dot", "dots", "reserved", "reserved-number", "slash", "long", "surrogate"],
)
def test_an_id_that_firestore_does_not_take_is_refused_and_not_shown(store: DocumentStore, document_id: str) -> None:
    with pytest.raises(InputRefusedError, match=r"^whisky_archive: an id") as refused:
        store.commit([create(f"whisky_archive/{document_id}", n=1)])
    assert "가" not in str(refused.value)
    assert "a/b" not in str(refused.value)


def test_an_id_of_1500_bytes_is_taken(store: DocumentStore) -> None:
    path = f"whisky/{'가' * 500}"
    store.commit([create(path, n=1)])
    assert body_of(store, path) == {"n": 1}


@pytest.mark.parametrize("shape", ["one-text", "many-fields", "lists-and-maps"])
def test_a_document_of_1048576_bytes_is_taken_and_one_more_refused(store: DocumentStore, shape: str) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "one-text": {},
        "many-fields": {f"field_{number}": 46.0 for number in range(200)},
        "lists-and-maps": {"list": [MONDAY, None, True, "가"] * 50, "map": {"inner": {"이름": [1, 2]}}},
    }
    body = {**shapes[shape], "filler": "", "second": ""}
    room = LARGEST_DOCUMENT_BYTES - document_size("whisky/a_pk", body)
    body["filler"], body["second"] = "x" * (room // 2), "x" * (room - room // 2)
    assert document_size("whisky/a_pk", body) == LARGEST_DOCUMENT_BYTES
    store.commit([create("whisky/a_pk", **body)])
    with pytest.raises(InputRefusedError, match="a document of 1048577 bytes, most of them in the field second"):
        store.commit([create("whisky/b_pk", **{**body, "second": body["second"] + "xx", "filler": body["filler"][1:]})])


def test_a_document_of_40000_index_entries_is_taken_and_one_more_refused(store: DocumentStore) -> None:
    tokens = [str(number) for number in range(40_000 - 2 - 2 - 2)]
    store.commit([create("whisky/a_pk", name="a", search_tokens=tokens)])
    with pytest.raises(InputRefusedError, match="a document of 40001 index entries, most of them of the field search_"):
        store.commit([create("whisky/b_pk", name="a", search_tokens=[*tokens, "one more"])])


@pytest.mark.parametrize("value", [{1}, float("nan"), 2**63, b"x", [[1]], {"__x__": 1}, "\ud800"], ids=repr)
def test_a_value_that_firestore_cannot_hold_is_refused_by_field(store: DocumentStore, value: object) -> None:
    with pytest.raises(InputRefusedError, match=r"whisky\.field"):
        store.commit([create("whisky/a_pk", good=1), create("whisky/b_pk", field=value)])
    assert store.get(["whisky/a_pk"]) == {}


def test_a_commit_beyond_the_limits_is_refused(store: DocumentStore) -> None:
    with pytest.raises(InputRefusedError, match="401 operations; at most 400"):
        store.commit([create(f"whisky/{number}", n=1) for number in range(401)])
    with pytest.raises(InputRefusedError, match="writes one document twice"):
        store.commit([create("whisky/a", n=1), create("whisky/a", n=1)])
    with pytest.raises(InputRefusedError, match=f"at most {MOST_COMMIT_BYTES} go into one"):
        store.commit([create(f"whisky/{number}", text="x" * 950_000) for number in range(4)])


def test_the_largest_commit_is_taken(store: DocumentStore) -> None:
    count, room = MOST_OPERATIONS, MOST_COMMIT_BYTES // MOST_OPERATIONS
    empty = wire_size(create("whisky/000", text="", tokens=[]))
    operations = [create(f"whisky/{number:03}", text="x" * (room - empty), tokens=[]) for number in range(count)]
    assert MOST_COMMIT_BYTES - count < sum(map(wire_size, operations)) <= MOST_COMMIT_BYTES
    assert len(store.commit(operations)) == count


def test_closing_twice_is_allowed_and_the_next_call_opens_again(store: DocumentStore) -> None:
    store.commit([create("whisky/a", n=1)])
    store.close()
    store.close()
    assert body_of(store, "whisky/a") == {"n": 1}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies, st.lists(field_names, max_size=3))
def test_the_wire_size_is_never_less_than_the_request(body: dict[str, Any], mask: list[str]) -> None:
    from google.cloud.firestore_v1.types import CommitRequest

    operation = Operation(action=UPDATE, path="whisky/a_pk", body=body, mask=(*mask, *body))
    request = CommitRequest.pb(CommitRequest()).__class__()
    _fill_write(request.writes.add(), operation, f"projects/{'p' * 30}/databases/{'d' * 63}/documents/")
    assert request.ByteSize() <= wire_size(operation)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def test_an_absent_emulator_is_told_within_seconds() -> None:
    store = FirestoreStore(project="demo-absent", emulator_host=f"127.0.0.1:{free_port()}")
    with pytest.raises(OutOfReachError, match=r"No Firestore emulator answers at 127\.0\.0\.1"):
        store.probe()
    target = parse_target("emulator")
    with pytest.raises(OutOfReachError, match="set FIRESTORE_EMULATOR_HOST"):
        open_store(target, local_path=Path("x"), emulator_host=None, credentials_file=None, now=standing_clock)


def test_an_answer_that_never_comes_is_unknown_and_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from whisky_assets.publishing.stores import firestore

    monkeypatch.setattr(firestore, "ATTEMPT_SECONDS", 0.3)
    monkeypatch.setattr(firestore, "CALL_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = FirestoreStore(project="demo-silent", emulator_host=f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(UnknownOutcomeError, match="did not say whether a commit was written"):
            store.commit([create("whisky/a", n=1)])
        with pytest.raises(OutOfReachError, match="did not answer in time") as caught:
            store.get(["whisky/a"])
        store.close()
    assert "whisky/a" not in str(caught.value)


def raising(store: FirestoreStore, error: Exception) -> FirestoreStore:
    """Return the store with a service that answers every call with an error."""

    def fail(**_: object) -> None:
        raise error

    client = store._connection().client
    for name in ("commit", "batch_get_documents", "list_documents"):
        setattr(client, name, fail)
    return store


def whole_text(error: BaseException) -> str:
    """Return what an error and all that led to it say, as a log of a failed step keeps it."""
    chain = (error.__cause__, error.__context__)
    return "\n".join([str(error), *(whole_text(one) for one in chain if one is not None)])


SECRET = "projects/p/databases/d/documents/user/uid-lemony -----BEGIN PRIVATE KEY-----"  # noqa: S105 - a marker


def refusals() -> list[Any]:
    from google.api_core import exceptions
    from google.auth import exceptions as auth_exceptions

    plugin = "Getting metadata from plugin failed with error: invalid_grant "
    return [
        pytest.param(exceptions.NotFound, "", "There is no such database: demo-refused/diary", id="no-database"),
        pytest.param(exceptions.FailedPrecondition, "", "it is in Datastore mode", id="datastore-mode"),
        pytest.param(exceptions.PermissionDenied, "", "Permission denied", id="permission"),
        pytest.param(exceptions.Unauthenticated, "", "does not accept the service account's key", id="unauthenticated"),
        pytest.param(auth_exceptions.RefreshError, "", "does not accept the service account's key", id="revoked"),
        pytest.param(exceptions.ServiceUnavailable, plugin, "does not accept the service account's key", id="no-token"),
        pytest.param(auth_exceptions.TransportError, "", "sign-in .* is out of reach", id="no-network"),
        pytest.param(exceptions.DeadlineExceeded, "", "did not answer in time", id="deadline"),
        pytest.param(exceptions.ServiceUnavailable, "", "is out of reach: ServiceUnavailable", id="unavailable"),
    ]


@pytest.mark.parametrize(("error", "text", "sentence"), refusals())
def test_a_service_that_refuses_is_told_in_a_sentence_without_its_own_words(
    error: type[Exception], text: str, sentence: str
) -> None:
    store = FirestoreStore(project="demo-refused", database="diary")
    refused = raising(FirestoreStore(project="demo-refused", emulator_host="127.0.0.1:1"), error(text + SECRET))
    store._connections = refused._connections
    for call in (store.probe, lambda: store.get(["user/uid-lemony"]), lambda: list(store.list("user"))):
        with pytest.raises(OutOfReachError, match=sentence) as caught:
            call()
        assert caught.value.exit_code == 7
        assert caught.value.remedy
        assert not any(word in whole_text(caught.value) for word in ("lemony", "PRIVATE KEY", "invalid_grant"))
    store.close()


def test_a_commit_that_is_refused_for_its_key_is_no_unknown_outcome() -> None:
    from google.api_core import exceptions

    store = FirestoreStore(project="demo-refused", emulator_host="127.0.0.1:1")
    plugin = "Getting metadata from plugin failed "
    kinds: list[tuple[type[Exception], str, type[WhiskyError]]] = [
        (exceptions.PermissionDenied, "", OutOfReachError),
        (exceptions.ServiceUnavailable, plugin, OutOfReachError),
        (exceptions.InternalServerError, "", UnknownOutcomeError),
        (exceptions.DeadlineExceeded, "", UnknownOutcomeError),
        (exceptions.Aborted, "", UnknownOutcomeError),
        (exceptions.NotFound, "", ConflictError),
        (exceptions.AlreadyExists, "", ConflictError),
        (exceptions.ResourceExhausted, "", BudgetStoppedError),
        (exceptions.InvalidArgument, "", WhiskyError),
    ]
    for error, text, kind in kinds:
        with pytest.raises(WhiskyError) as caught:
            raising(store, error(text + SECRET)).commit([create("user/u", n=1)])
        assert type(caught.value) is kind
        assert "lemony" not in whole_text(caught.value)
    store.close()


def test_a_machine_without_any_key_is_told_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", True)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    store = FirestoreStore(project="my-app-1")
    for call in (store.probe, lambda: store.commit([create("whisky/a", n=1)]), lambda: store.get(["whisky/a"])):
        with pytest.raises(OutOfReachError, match="no service account's key is named") as caught:
            call()
        assert caught.value.remedy.endswith("export GOOGLE_APPLICATION_CREDENTIALS=KEY.json")


def test_a_key_that_is_none_is_told(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text("{}")
    store = FirestoreStore(project="demo-x", credentials_file=key)
    with pytest.raises(OutOfReachError, match=r"key\.json is no service account's key"):
        store.probe()


def test_each_process_has_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FirestoreStore(project=f"demo-{uuid.uuid4()}", emulator_host="127.0.0.1:1")
    first = store._connection()
    assert store._connection() is first
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        assert store._connection() is not first
        store.close()
    store.close()
    assert store._connections == {}


def test_reading_makes_no_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "documents.sqlite", standing_clock)
    assert (store.get(["whisky/a"]), list(store.list("whisky"))) == ({}, [])
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(CorruptDataError, match=r"documents\.sqlite is damaged"):
        SqliteStore(path, standing_clock).probe()


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutOfReachError, match="cannot be used"):
        SqliteStore(tmp_path, standing_clock).probe()


def test_a_store_is_made_without_loading_google_or_touching_a_disk(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, datetime\n"
        "from whisky_assets.publishing.stores.opening import open_store\n"
        "from whisky_assets.publishing.targets import parse_target\n"
        "from whisky_assets.publishing import targets\n"
        "for name in ('local', 'emulator', 'firestore:my-app-1'):\n"
        "    open_store(parse_target(name), local_path=pathlib.Path(sys.argv[1]), emulator_host='127.0.0.1:1',\n"
        "               credentials_file=None, now=lambda: datetime.datetime.now(datetime.timezone.utc))\n"
        "print(sorted({'google', 'firebase_admin', 'grpc', 'pandas', 'pandera', 'dagster'} & sys.modules.keys()))\n"
    )
    path = tmp_path / "documents.sqlite"
    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"
    assert not path.exists()
