"""A place becomes a volume: proven by writing, reading back and deleting, limited as its owner says, or no volume."""

import shutil
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import ArchiveFile
from whisky_assets.pipeline import copying
from whisky_assets.pipeline.volumes import (
    KeyBack,
    NewVolume,
    add_volume,
    bring_key_back,
    key_phrase,
    key_state,
    kind_of,
    replace_lost_key,
)
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.personal_key import KeyMissingError, key_path, phrase_of
from whisky_assets.storage.places import segment_name
from whisky_assets_tests.storage.worlds import NOW, archive_file


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A folder for a new volume."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


def test_a_volume_is_proven_limited_and_says_what_it_is(workspace: Workspace, drive: Path) -> None:
    told = NewVolume(name="usb", place=str(drive), kind="drive", capacity="400G", reserve="20 GB")
    added = add_volume(workspace, told)
    row = workspace.volumes.row("usb")
    assert (row.kind, row.storage_class, row.capacity_bytes, row.reserve_bytes) == ("drive", "cold", 400e9, 20e9)
    assert row.seen_at == workspace.now()
    assert sorted(path.name for path in drive.iterdir()) == ["RESTORE.txt", "volume.json"]
    assert added.as_result()["proven"] == ["written", "read back", "deleted"]
    text = "\n".join(added.lines())
    assert "written, read back, deleted: it works" in text
    assert "volume usb lies on the same disk as local" in text
    assert "20.0 GB stay free" in text
    assert "local: holds" in text


def test_added_again_it_changes_what_is_said_and_keeps_the_rest(workspace: Workspace, drive: Path) -> None:
    add_volume(workspace, NewVolume(name="usb", place=str(drive), kind="drive", capacity="400G"))
    add_volume(workspace, NewVolume(name="usb", place=str(drive), reserve="1G", storage_class="fast"))
    row = workspace.volumes.row("usb")
    assert (row.kind, row.storage_class, row.capacity_bytes, row.reserve_bytes) == ("drive", "fast", 400e9, 1e9)


def test_a_place_that_gives_back_other_bytes_is_no_volume(
    workspace: Workspace, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lies(self: DirectoryVolume, path: str, source: BinaryIO, written: Any) -> None:
        del source, written
        self.replace_file(path, b"other bytes")

    monkeypatch.setattr(DirectoryVolume, "put_file", lies)
    with pytest.raises(CorruptDataError, match="gave back other bytes than were written"):
        add_volume(workspace, NewVolume(name="usb", place=str(drive)))
    assert [row.name for row in workspace.volumes.rows()] == ["local"]


def test_a_place_that_keeps_what_was_deleted_is_no_volume(
    workspace: Workspace, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DirectoryVolume, "remove_file", lambda _self, _path: None)
    with pytest.raises(CorruptDataError, match="keeps what was deleted"):
        add_volume(workspace, NewVolume(name="usb", place=str(drive)))
    assert [row.name for row in workspace.volumes.rows()] == ["local"]


def test_a_place_without_room_for_the_proof_is_no_volume(workspace: Workspace, drive: Path) -> None:
    with pytest.raises(OutOfReachError, match="no space left at volume usb"):
        add_volume(workspace, NewVolume(name="usb", place=str(drive), reserve="900 TB"))
    assert [row.name for row in workspace.volumes.rows()] == ["local"]
    add_volume(workspace, NewVolume(name="usb", place=str(drive)))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"capacity": "much"}, "capacity: 'much' is not a size"),
        ({"reserve": "-3"}, "reserve: '-3' is not a size"),
        ({"name": "My Drive"}, "'My Drive' is no name of a volume"),
        ({"storage_class": "warm"}, "fast, cold or off-site"),
        ({"kind": "tape"}, "not 'tape'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    workspace: Workspace, drive: Path, told: dict[str, str], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        add_volume(workspace, NewVolume(**{"name": "usb", "place": str(drive), **told}))
    assert list(drive.iterdir()) == []
    assert [row.name for row in workspace.volumes.rows()] == ["local"]


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("gs://bucket/x", "gcs"),
        (":sftp,host=h:/x", "rclone"),
        ("nas:whisky", "rclone"),
        ("/Volumes/WHISKY", "directory"),
        ("~/copies", "directory"),
    ],
)
def test_the_spelling_of_a_place_tells_its_kind(workspace: Workspace, place: str, kind: str) -> None:
    assert kind_of(workspace, place) == kind
    assert kind_of(workspace, place, "drive") == "drive"


def test_a_folder_on_another_disk_is_a_drive_unless_somebody_says_otherwise(workspace: Workspace) -> None:
    other = Path("/dev/shm")  # noqa: S108 - only looked at
    if not other.is_dir() or other.stat().st_dev == workspace.home.root.stat().st_dev:
        pytest.skip("there is no second file system here that anybody may look at")
    assert kind_of(workspace, str(other)) == "drive"


def test_a_run_of_copies_brings_the_page_of_a_volume_up_to_date(
    workspace: Workspace, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))  # each folder a disk of its own
    add_volume(workspace, NewVolume(name="usb", place=str(drive), kind="drive"))
    assert "no key yet" in (drive / "RESTORE.txt").read_text("utf-8")
    workspace.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    rule = '[[copies]]\ndata = "archives/*"\ncopies = 2\noff_this_pc = 1\n'
    (workspace.home.root / "storage.toml").write_text(rule, encoding="utf-8")
    copying.copy(workspace, "me", copying.CopyChoices(), Quiet())
    assert len(list((drive / "archives" / "files").rglob("*.age"))) == 1
    assert str(key_state(workspace).public_key) in (drive / "RESTORE.txt").read_text("utf-8")


@pytest.fixture
def sealed(workspace: Workspace, drive: Path) -> Workspace:
    """A home with one person's file, sealed on the volume `usb`."""
    add_volume(workspace, NewVolume(name="usb", place=str(drive), kind="drive"))
    segment = workspace.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    copy_segment(workspace.store, segment.id, "usb", NOW)
    return workspace


def test_a_key_is_brought_back_and_tried_on_what_is_within_reach(sealed: Workspace, drive: Path) -> None:
    words = key_phrase(sealed)
    assert key_state(sealed).sealed_copies == 1
    shutil.rmtree(key_path(sealed.home).parent)
    assert "cannot be opened without it" in key_state(sealed).lines()[0]
    assert bring_key_back(sealed, words) == KeyBack(path=str(key_path(sealed.home)), opened=("usb",))
    drive.rename(drive.parent / "pulled")
    assert bring_key_back(sealed, words).opened == ()


def test_the_words_of_another_home_are_told_by_a_copy_that_does_not_open(sealed: Workspace) -> None:
    import pyrage

    shutil.rmtree(key_path(sealed.home).parent)
    with pytest.raises(KeyMissingError, match="not the one that it was sealed with"):
        bring_key_back(sealed, phrase_of(str(pyrage.x25519.Identity.generate())))
    assert not key_path(sealed.home).exists()


def test_a_new_key_for_a_lost_one_seals_anew_what_still_lies_at_home(sealed: Workspace, drive: Path) -> None:
    with pytest.raises(UsageError, match="the key is there"):
        replace_lost_key(sealed, confirmed=True)
    alone = sealed.store.write(ArchiveFile, [archive_file("jo")], person="jo", volume="usb", now=NOW)
    with sealed.db.transaction() as connection:
        connection.execute("DELETE FROM copies WHERE segment = ? AND volume = 'local'", (alone.id,))
    key_path(sealed.home).unlink()
    plan = replace_lost_key(sealed, confirmed=False)
    assert (plan.forgotten, plan.stay_closed, plan.is_done) == (1, 1, False)
    assert key_state(sealed).sealed_copies == 2
    assert not key_path(sealed.home).exists()
    done = replace_lost_key(sealed, confirmed=True)
    assert (done.forgotten, done.stay_closed, done.is_done) == (1, 1, True)
    assert [copy.volume for copy in sealed.store.copies(alone.id)] == ["usb"]
    (other,) = (one for one in sealed.store.segments("archives/files") if one.id != alone.id)
    copy_segment(sealed.store, other.id, "usb", NOW)
    (sealed.home.local_volume / segment_name(other.dataset, other.id)).unlink()
    assert list(sealed.store.read([other.id], ArchiveFile)) == [archive_file("kim")]
    with pytest.raises(KeyMissingError, match="not the one that it was sealed with"):
        list(sealed.store.read([alone.id], ArchiveFile))
    assert len(list(drive.rglob("*.age"))) == 3


def test_a_home_without_sealed_copies_says_that_no_key_is_needed_yet(workspace: Workspace) -> None:
    assert key_state(workspace).lines() == [
        "no key yet: it is made when the first file of a person goes to a drive or a cloud"
    ]
