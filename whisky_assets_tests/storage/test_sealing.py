"""Personal segments beside this PC: sealed, read as any other with the key, proven without it, lost without a trace."""

import shutil
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.records import ArchiveFile, Listing
from whisky_assets.storage.copies import copy_segment, unregistered, verify_segment
from whisky_assets.storage.personal_key import (
    KeyMissingError,
    key_path,
    phrase,
    phrase_of,
    read_key,
    restore_key,
    secret_of,
)
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.segment_facts import Copy, Segment
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, listing

NOTES = b'{"notes": "smoke, salt, a secret of kim"}'


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Path:
    """An external drive that was added as the volume `usb`."""
    folder = tmp_path / "usb"
    folder.mkdir()
    world.store.volumes.add("usb", "drive", str(folder), NOW)
    return folder


@pytest.fixture
def segment(world: World) -> Segment:
    """A person's file, on the home's own volume."""
    return written(world)


def written(world: World, volume: str = "local", body: bytes = NOTES) -> Segment:
    return world.store.write(ArchiveFile, [archive_file("kim", body)], person="kim", volume=volume, now=NOW)


def copy_on(world: World, segment: Segment, volume: str = "usb") -> Copy:
    return next(copy for copy in world.store.copies(segment.id) if copy.volume == volume)


def sealed_file(drive: Path, copy: Copy) -> Path:
    return drive / segment_name("archives/files", copy.segment, copy.stored_sha256)


def lose_locally(world: World, segment: Segment) -> None:
    (world.home.local_volume / segment_name(segment.dataset, segment.id)).unlink()


def test_a_persons_segment_is_sealed_on_a_drive_and_reads_as_any_other(
    world: World, drive: Path, segment: Segment
) -> None:
    copy_segment(world.store, segment.id, "usb", LATER)
    copy = copy_on(world, segment)
    content = sealed_file(drive, copy).read_bytes()
    assert (copy.stored_bytes, copy.stored_sha256) == (len(content), sha256(content).hexdigest())
    assert content.startswith(b"age-encryption.org/v1")
    assert copy.verified_at == LATER
    assert [path.suffix for path in drive.rglob("*") if path.is_file() and path.stem != "volume"] == [".age"]
    lose_locally(world, segment)
    assert list(world.store.read([segment.id], ArchiveFile)) == [archive_file("kim", NOTES)]


def test_a_persons_segment_that_is_written_to_a_drive_lands_at_home_first(world: World, drive: Path) -> None:
    segment = written(world, "usb")
    assert [(copy.volume, copy.is_sealed) for copy in world.store.copies(segment.id)] == [
        ("local", False),
        ("usb", True),
    ]
    assert not list(drive.rglob("*.parquet"))


def test_what_is_nobodys_and_what_stays_on_this_pc_lies_in_the_clear(
    world: World, drive: Path, segment: Segment, tmp_path: Path
) -> None:
    shop = world.store.write(Listing, [listing(1)], partition="hanok", volume="usb", now=NOW)
    assert copy_on(world, shop).stored_sha256 is None
    (tmp_path / "second").mkdir()
    world.store.volumes.add("second", "directory", str(tmp_path / "second"), NOW)
    copy_segment(world.store, segment.id, "second", LATER)
    assert copy_on(world, segment, "second").stored_sha256 is None
    assert not list(drive.rglob("*.age"))
    assert read_key(world.home) is None


def test_the_key_is_made_once_for_its_owner_alone_and_never_lies_on_a_volume(
    world: World, drive: Path, segment: Segment
) -> None:
    copy_segment(world.store, segment.id, "usb", LATER)
    made = key_path(world.home).read_text()
    copy_segment(world.store, written(world, body=b"{}").id, "usb", LATER)
    assert key_path(world.home).read_text() == made
    assert stat.S_IMODE(key_path(world.home).stat().st_mode) == 0o600
    assert stat.S_IMODE(key_path(world.home).parent.stat().st_mode) == 0o700
    secret = made.splitlines()[-1].encode()
    kept = [path for place in (drive, world.home.local_volume) for path in place.rglob("*") if path.is_file()]
    assert len(kept) == 6
    assert all(secret not in path.read_bytes() for path in kept)


@pytest.mark.usefixtures("drive")
def test_the_words_bring_the_key_back_and_the_sealed_rows_with_it(world: World, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", LATER)
    words = phrase(world.home)
    assert len(words.split()) == 24
    lose_locally(world, segment)
    kept = key_path(world.home).read_bytes()
    shutil.rmtree(key_path(world.home).parent)
    with pytest.raises(KeyMissingError, match="is sealed on volume usb and cannot be opened: the key") as told:
        list(world.store.read([segment.id], ArchiveFile))
    assert told.value.remedy.endswith("whisky storage key --restore")
    restore_key(world.home, f"  {words.upper()}\n", LATER)
    restore_key(world.home, words, LATER)
    assert key_path(world.home).read_bytes().splitlines()[1:] == kept.splitlines()[1:]
    assert list(world.store.read([segment.id], ArchiveFile)) == [archive_file("kim", NOTES)]


def test_a_lost_key_is_not_replaced_by_a_new_one(world: World, drive: Path, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", LATER)
    key_path(world.home).unlink()
    other = written(world, body=b"{}")
    before = sorted(drive.rglob("*"))
    with pytest.raises(KeyMissingError, match="the key of personal segments is missing"):
        copy_segment(world.store, other.id, "usb", LATER)
    assert not key_path(world.home).exists()
    assert [path for path in sorted(drive.rglob("*")) if path.is_file()] == [path for path in before if path.is_file()]


def test_a_sealed_copy_is_proven_without_the_key_and_its_rot_is_named(
    world: World, drive: Path, segment: Segment
) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    key_path(world.home).unlink()
    verify_segment(world.store, segment.id, "usb", LATER)
    assert copy_on(world, segment).verified_at == LATER
    path = sealed_file(drive, copy_on(world, segment))
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptDataError, match="on volume usb is damaged"):
        verify_segment(world.store, segment.id, "usb", LATER)
    lose_locally(world, segment)
    with pytest.raises((CorruptDataError, OutOfReachError)):
        list(world.store.read([segment.id], ArchiveFile))


def test_with_the_key_a_rotten_sealed_copy_is_named_and_never_served(
    world: World, drive: Path, segment: Segment
) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    lose_locally(world, segment)
    path = sealed_file(drive, copy_on(world, segment))
    whole = path.read_bytes()
    for place in (0, 30, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CorruptDataError, match="on volume usb is damaged"):
            list(world.store.read([segment.id], ArchiveFile))
    path.write_bytes(whole)
    assert len(list(world.store.read([segment.id], ArchiveFile))) == 1


def test_verify_looks_inside_where_the_key_is_at_hand(world: World, drive: Path, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    key = read_key(world.home)
    assert key is not None
    other = pyrage.encrypt(b"another file", [key.to_public()])
    digest = sha256(other).hexdigest()
    path = drive / segment_name(segment.dataset, segment.id, digest)
    path.write_bytes(other)
    with world.db.transaction() as connection:
        connection.execute(
            "UPDATE copies SET stored_sha256 = ?, stored_bytes = ? WHERE volume = 'usb'", (digest, len(other))
        )
    with pytest.raises(CorruptDataError, match="its sealed bytes are another file's"):
        verify_segment(world.store, segment.id, "usb", LATER)
    key_path(world.home).unlink()
    verify_segment(world.store, segment.id, "usb", LATER)


@pytest.mark.usefixtures("drive")
def test_the_key_of_another_home_opens_nothing_and_is_told(world: World, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    lose_locally(world, segment)
    key_path(world.home).write_text(f"{pyrage.x25519.Identity.generate()}\n")
    verify_segment(world.store, segment.id, "usb", LATER)
    with pytest.raises(KeyMissingError, match="not the one that it was sealed with"):
        list(world.store.read([segment.id], ArchiveFile))


def test_a_sealed_file_that_no_row_knows_is_told(world: World, drive: Path, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    path = sealed_file(drive, copy_on(world, segment))
    stray = path.with_name(f"{segment.id}.{'0' * 64}.age")  # as after a kill between the file and its row
    shutil.copy(path, stray)
    assert unregistered(world.store, "usb") == (("archives/files", segment.id),)
    stray.unlink()
    assert unregistered(world.store, "usb") == ()


def test_a_copy_sealed_anew_takes_the_place_of_a_lost_one(world: World, drive: Path, segment: Segment) -> None:
    copy_segment(world.store, segment.id, "usb", NOW)
    first = copy_on(world, segment)
    sealed_file(drive, first).unlink()
    copy_segment(world.store, segment.id, "usb", LATER)
    second = copy_on(world, segment)
    assert first.stored_sha256 != second.stored_sha256
    assert second.verified_at == LATER
    verify_segment(world.store, segment.id, "usb", LATER)


def test_plain_age_opens_a_sealed_segment_with_the_key_file(
    age_program: str, world: World, drive: Path, segment: Segment
) -> None:
    copy_segment(world.store, segment.id, "usb", LATER)
    path = sealed_file(drive, copy_on(world, segment))
    command = [age_program, "--decrypt", "-i", str(key_path(world.home)), str(path)]
    clear = subprocess.run(command, check=True, capture_output=True).stdout
    assert sha256(clear).hexdigest() == segment.id


def test_every_key_has_words_and_the_words_are_the_key() -> None:
    for _number in range(50):
        secret = str(pyrage.x25519.Identity.generate())
        assert secret_of(phrase_of(secret)) == secret
    zero = secret_of(" ".join(["abandon"] * 23 + ["art"]))
    assert phrase_of(zero).split() == ["abandon"] * 23 + ["art"]


def test_wrong_words_are_told_without_being_repeated(world: World) -> None:
    words = [*(["abandon"] * 23), "art"]
    swapped = [*(["abandon"] * 22), "art", "abandon"]
    for wrong in (words[:23], ["whiskyish", *words[1:]], swapped):
        with pytest.raises(UsageError, match="not the 24 words") as told:
            restore_key(world.home, " ".join(wrong), NOW)
        shown = str(told.value) + str(told.value.__cause__)
        assert "whiskyish" not in shown
    assert not key_path(world.home).exists()


def test_words_of_another_key_never_replace_the_one_that_is_there(world: World) -> None:
    restore_key(world.home, phrase_of(str(pyrage.x25519.Identity.generate())), NOW)
    kept = key_path(world.home).read_bytes()
    with pytest.raises(UsageError, match="is another key than these words stand for"):
        restore_key(world.home, phrase_of(str(pyrage.x25519.Identity.generate())), NOW)
    assert key_path(world.home).read_bytes() == kept
    key_path(world.home).write_text("AGE-SECRET-KEY-1BROKEN\n")
    with pytest.raises(CorruptDataError, match="holds no whole age key") as told:
        phrase(world.home)
    assert "BROKEN" not in str(told.value)


def test_a_home_without_a_key_says_when_it_is_made(world: World) -> None:
    with pytest.raises(KeyMissingError, match="there is no key yet"):
        phrase(world.home)
