"""Every copy is read in turn, rot is found wherever it lies, and made good from a whole one; nothing is thrown away."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import ArchiveFile, Listing
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import Written
from whisky_assets.storage.personal_key import KeyDamagedError, key_path
from whisky_assets.storage.places import IDENTITY, QUARANTINE, segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.repairing import NoWholeCopyError, repair_copy
from whisky_assets.storage.upkeep.retiring import UNLINKED_AFTER, let_go, unlink_due
from whisky_assets.storage.upkeep.scrubbing import Scrubbed, known_rot, proofs, scrub
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.storage.worlds import NOW, World, archive_file, listing, open_world

LATER = NOW + timedelta(days=30)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A home with a drive beside it."""
    made = open_world(tmp_path / "home")
    (tmp_path / "drive").mkdir()
    made.store.volumes.add("drive", "drive", str(tmp_path / "drive"), NOW)
    yield made
    made.db.close()


def stored(world: World, count: int = 3) -> list[Segment]:
    """Writes segments and a proven copy of each on the drive."""
    made = [world.store.write(Listing, [listing(number)], partition="hanok", now=NOW) for number in range(count)]
    for segment in made:
        copy_segment(world.store, segment.id, "drive", NOW)
    return made


def file_of(world: World, segment: Segment, volume: str) -> Path:
    copy = next(copy for copy in world.store.copies(segment.id) if copy.volume == volume)
    root = Path(world.store.volumes.get(volume).place)
    return root / segment_name(segment.dataset, segment.id, copy.stored_sha256)


def spoil(path: Path, at: int = 100) -> bytes:
    """Flips one bit and returns what lies there then."""
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 4
    path.write_bytes(content)
    return bytes(content)


def scrubbed(world: World) -> Scrubbed:
    return scrub(world.store, proofs(world.store), now=lambda: LATER, progress=Quiet())


def test_every_copy_on_every_volume_is_read_and_noted(world: World) -> None:
    stored(world)
    found = scrubbed(world)
    assert (found.copies, found.rotten, found.left) == (6, (), ())
    assert {one.verified_at for one in proofs(world.store)} == {LATER}
    assert found.size_bytes == sum(one.size_bytes for one in proofs(world.store))


def test_those_never_proven_come_first_and_then_the_one_proven_longest_ago(world: World) -> None:
    first, second, third = stored(world)
    with world.db.transaction() as connection:
        for segment, microsecond in ((second, 1), (third, 2)):
            for volume in ("local", "drive"):
                connection.execute(
                    "UPDATE copies SET verified_at = ? WHERE segment = ? AND volume = ?",
                    (microsecond, segment.id, volume),
                )
    order = [(one.segment, one.volume) for one in proofs(world.store)]
    assert order[0] == (first.id, "local")
    assert [segment for segment, _volume in order[1:]] == [second.id, second.id, third.id, third.id, first.id]


@settings(max_examples=20)
@given(limit=st.integers(1, 20_000))
def test_a_budget_of_bytes_is_kept_and_the_next_runs_go_on_where_one_stopped(
    tmp_path_factory: pytest.TempPathFactory, limit: int
) -> None:
    world = open_world(tmp_path_factory.mktemp("home") / "home")
    for number in range(4):
        world.store.write(Listing, [listing(number)], partition="hanok", now=NOW)
    seen: list[str] = []
    for number in range(4):
        moment = LATER + timedelta(days=number)
        before = {one.segment: one.verified_at for one in proofs(world.store)}
        run = scrub(
            world.store,
            proofs(world.store),
            now=lambda moment=moment: moment,  # type: ignore[misc] # bound now
            progress=Quiet(),
            budget=Budget(max_bytes=limit),
        )
        after = {one.segment: one.verified_at for one in proofs(world.store)}
        seen += [segment for segment in after if after[segment] != before[segment]]
        assert run.copies == 1 or run.size_bytes <= limit
        assert run.copies + len(run.left) == 4
    assert set(seen) == {segment.id for segment in world.store.segments("staged/listings")}
    world.db.close()


def test_time_ends_a_run_too(world: World) -> None:
    stored(world)
    seconds = iter(range(100))
    found = scrub(
        world.store,
        proofs(world.store),
        now=lambda: LATER,
        progress=Quiet(),
        budget=Budget(max_seconds=2, clock=lambda: next(seconds)),
    )
    assert (found.copies, len(found.left)) == (2, 4)


def test_rot_and_loss_are_named_and_are_not_noted_as_proven(world: World) -> None:
    first, second, _third = stored(world)
    spoil(file_of(world, first, "drive"))
    file_of(world, second, "local").unlink()
    found = scrubbed(world)
    assert {(one.segment, one.volume) for one in found.rotten} == {(first.id, "drive"), (second.id, "local")}
    assert found.copies == 4
    unproven = {(one.segment, one.volume) for one in proofs(world.store) if one.verified_at != LATER}
    assert unproven == {(first.id, "drive"), (second.id, "local")}


def test_rot_is_remembered_until_the_copy_is_whole_again_and_no_promise_rests_on_it(world: World) -> None:
    first, *_others = stored(world)
    scrubbed(world)
    path = file_of(world, first, "drive")
    whole = path.read_bytes()
    spoil(path)
    scrubbed(world)
    assert [(one.segment, one.volume) for one in known_rot(world.db)] == [(first.id, "drive")]
    assert next(one for one in proofs(world.store)).segment == first.id  # looked at first the next time
    assert {copy.volume: copy.verified_at for copy in world.store.copies(first.id)} == {"local": LATER, "drive": None}
    path.write_bytes(whole)
    scrubbed(world)
    assert known_rot(world.db) == []


def test_a_repair_forgets_the_rot(world: World) -> None:
    first, *_others = stored(world)
    spoil(file_of(world, first, "drive"))
    scrubbed(world)
    repair_copy(world.store, first.id, "drive", LATER)
    assert known_rot(world.db) == []
    assert {copy.verified_at for copy in world.store.copies(first.id)} == {LATER}


def test_a_drive_that_is_away_is_told_and_the_others_are_read(world: World, tmp_path: Path) -> None:
    stored(world)
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    found = scrubbed(world)
    assert found.copies == 3
    assert list(found.absent) == ["drive"]


def test_a_rotten_copy_is_made_good_and_what_lay_there_is_kept_aside(world: World) -> None:
    first, *_others = stored(world)
    path = file_of(world, first, "drive")
    rotten = spoil(path)
    repaired = repair_copy(world.store, first.id, "drive", LATER)
    assert repaired is not None
    assert (repaired.source, repaired.kept_aside is None) == ("local", False)
    assert path.read_bytes() == file_of(world, first, "local").read_bytes()
    drive = Path(world.store.volumes.get("drive").place)
    assert (drive / str(repaired.kept_aside)).read_bytes() == rotten
    assert (drive / QUARANTINE).is_dir()
    assert scrubbed(world).rotten == ()


def test_a_missing_copy_is_made_anew_and_nothing_is_kept_aside(world: World) -> None:
    first, *_others = stored(world)
    file_of(world, first, "local").unlink()
    repaired = repair_copy(world.store, first.id, "local", LATER)
    assert repaired is not None
    assert (repaired.source, repaired.kept_aside) == ("drive", None)
    assert list(world.store.read([first.id], Listing)) == [listing(0)]


def test_a_whole_copy_is_left_alone(world: World) -> None:
    first, *_others = stored(world)
    assert repair_copy(world.store, first.id, "drive", LATER) is None


def test_the_only_copy_stays_as_it_is_and_the_remedy_is_told(world: World) -> None:
    segment = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    rotten = spoil(file_of(world, segment, "local"))
    with pytest.raises(NoWholeCopyError, match="no other volume was given one"):
        repair_copy(world.store, segment.id, "local", LATER)
    assert file_of(world, segment, "local").read_bytes() == rotten


def test_two_rotten_copies_are_both_left(world: World) -> None:
    first, *_others = stored(world)
    rotten = [spoil(file_of(world, first, volume)) for volume in ("local", "drive")]
    with pytest.raises(NoWholeCopyError, match="volume local is damaged"):
        repair_copy(world.store, first.id, "drive", LATER)
    assert [file_of(world, first, volume).read_bytes() for volume in ("local", "drive")] == rotten


def test_where_the_whole_copy_is_away_the_error_says_which_drive(world: World, tmp_path: Path) -> None:
    first, *_others = stored(world)
    spoil(file_of(world, first, "local"))
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    with pytest.raises(NoWholeCopyError, match="drive"):
        repair_copy(world.store, first.id, "local", LATER)


def test_a_copy_on_a_drive_that_is_away_cannot_be_repaired_and_says_so(world: World, tmp_path: Path) -> None:
    first, *_others = stored(world)
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    with pytest.raises(OutOfReachError, match="drive"):
        repair_copy(world.store, first.id, "drive", LATER)


def test_a_volume_without_a_copy_is_wrong_use(world: World) -> None:
    segment = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    with pytest.raises(UsageError, match="no copy on volume drive"):
        repair_copy(world.store, segment.id, "drive", LATER)


def test_a_sealed_copy_is_made_good_from_the_clear_one_and_the_clear_one_from_the_sealed(world: World) -> None:
    segment = world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    copy_segment(world.store, segment.id, "drive", NOW)
    spoil(file_of(world, segment, "drive"))
    assert [one.volume for one in scrubbed(world).rotten] == ["drive"]
    assert repair_copy(world.store, segment.id, "drive", LATER) is not None
    assert scrubbed(world).rotten == ()
    drive = Path(world.store.volumes.get("drive").place)
    sealed = [path for path in drive.rglob("*.age") if QUARANTINE not in path.parts]
    assert sealed == [file_of(world, segment, "drive")]  # the rotten one is no second copy beside it
    spoil(file_of(world, segment, "local"))
    assert repair_copy(world.store, segment.id, "local", LATER) is not None
    assert list(world.store.read([segment.id], ArchiveFile)) == [archive_file("kim")]


@settings(max_examples=30)
@given(at=st.integers(0, 1 << 20), volume=st.sampled_from(["local", "drive"]))
def test_a_bit_flipped_anywhere_is_found_and_made_good(
    tmp_path_factory: pytest.TempPathFactory, at: int, volume: str
) -> None:
    folder = tmp_path_factory.mktemp("home")
    world = open_world(folder / "home")
    (folder / "drive").mkdir()
    world.store.volumes.add("drive", "drive", str(folder / "drive"), NOW)
    (segment,) = stored(world, 1)
    spoil(file_of(world, segment, volume), at)
    assert [one.volume for one in scrubbed(world).rotten] == [volume]
    assert repair_copy(world.store, segment.id, volume, LATER) is not None
    assert scrubbed(world).rotten == ()
    world.db.close()


def fail_to_read(monkeypatch: pytest.MonkeyPatch, path: Path, number: int) -> None:
    """Lets the medium refuse to give one file back, as a bad sector does."""
    bad = path.stat().st_ino
    read = DirectoryVolume.from_medium

    def from_medium(volume: DirectoryVolume, file: BinaryIO) -> None:
        if os.fstat(file.fileno()).st_ino == bad:
            raise OSError(number, os.strerror(number))
        read(volume, file)

    monkeypatch.setattr(DirectoryVolume, "from_medium", from_medium)


def test_a_bad_sector_is_rot_of_one_copy_and_the_others_are_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, *others = stored(world)
    fail_to_read(monkeypatch, file_of(world, bad, "drive"), errno.EIO)
    found = scrubbed(world)
    (rot,) = found.rotten
    assert (rot.segment, rot.volume) == (bad.id, "drive")
    assert "it cannot be read (Input/output error)" in rot.why
    assert found.copies == 2 * len(others) + 1


def test_a_file_that_may_not_be_read_is_no_rot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, *_others = stored(world)
    fail_to_read(monkeypatch, file_of(world, bad, "drive"), errno.EACCES)
    found = scrubbed(world)
    assert found.rotten == ()
    assert bad.id in found.absent["drive"]


def personal(world: World) -> Segment:
    """Writes a person's segment and its sealed copy on the drive."""
    segment = world.store.write(ArchiveFile, [archive_file("mina", b"photo")], person="mina", now=NOW)
    copy_segment(world.store, segment.id, "drive", NOW)
    return segment


def spoil_the_key(world: World) -> None:
    path = key_path(world.home)
    path.write_text(path.read_text("ascii").replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1Q"), "ascii")


def test_a_damaged_key_makes_no_sealed_copy_rotten(world: World) -> None:
    personal(world)
    spoil_the_key(world)
    assert scrubbed(world).rotten == ()
    assert known_rot(world.db) == []


def test_nothing_is_moved_for_a_sealed_copy_that_the_damaged_key_cannot_make_anew(world: World) -> None:
    segment = personal(world)
    path = file_of(world, segment, "drive")
    content = spoil(path)
    spoil_the_key(world)
    with pytest.raises(KeyDamagedError):
        repair_copy(world.store, segment.id, "drive", LATER)
    assert path.read_bytes() == content
    assert not (Path(world.store.volumes.get("drive").place) / QUARANTINE).exists()


def test_what_cannot_be_kept_aside_stays_where_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, *_others = stored(world)
    path = file_of(world, segment, "drive")
    content = spoil(path)
    put = DirectoryVolume.put_file

    def put_file(volume: DirectoryVolume, name: str, source: BinaryIO, written: Written) -> None:
        if name.startswith(QUARANTINE):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        put(volume, name, source, written)

    monkeypatch.setattr(DirectoryVolume, "put_file", put_file)
    with pytest.raises(OutOfReachError, match="cannot be kept in quarantine/"):
        repair_copy(world.store, segment.id, "drive", LATER)
    assert path.read_bytes() == content


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_bit_flipped_anywhere_in_a_file_is_told_by_its_name_and_volume(world: World, *, is_sealed: bool) -> None:
    segment = personal(world) if is_sealed else stored(world, 1)[0]
    path = file_of(world, segment, "drive")
    whole = path.read_bytes()
    # Magic, header or first pages, body, footer, its length, the last byte.
    for at in (0, 5, 60, len(whole) // 2, len(whole) - 200, len(whole) - 6, len(whole) - 1):
        spoil(path, at)
        (rot,) = scrubbed(world).rotten
        assert (rot.segment, rot.volume) == (segment.id, "drive"), at
        assert segment.id in rot.why, at
        assert "drive" in rot.why, at
        path.write_bytes(whole)
        scrubbed(world)


def test_a_bit_flipped_anywhere_in_an_identity_is_told_with_its_place_or_does_no_harm(world: World) -> None:
    stored(world, 1)
    folder = Path(world.store.volumes.get("drive").place)
    (uuid,) = [row.uuid for row in world.store.volumes.rows() if row.name == "drive"]
    whole = (folder / IDENTITY).read_bytes()
    told = 0
    for at in range(len(whole)):
        spoil(folder / IDENTITY, at)
        found = scrubbed(world)
        assert found.rotten == ()
        if found.absent:
            told += 1
            assert str(folder) in found.absent["drive"], at
        (folder / IDENTITY).write_bytes(whole)
    assert told > len(uuid)  # each letter of it, and what makes it JSON


def test_what_is_kept_aside_and_what_waits_to_be_unlinked_counts_for_the_capacity(world: World) -> None:
    segment, other = stored(world, 2)
    before = world.store.volumes.used_bytes("drive")
    spoil(file_of(world, segment, "drive"))
    repair_copy(world.store, segment.id, "drive", LATER)
    assert world.store.volumes.used_bytes("drive") == before + segment.size_bytes
    with world.db.transaction() as connection:
        let_go(connection, other, "a test", LATER)
    (facts,) = [one for one in world.store.volumes.facts() if one.name == "drive"]
    assert facts.used_bytes == before + segment.size_bytes
    unlink_due(world.store, LATER + UNLINKED_AFTER, Quiet())
    assert world.store.volumes.used_bytes("drive") == before + segment.size_bytes - other.size_bytes
    limits = NewLimits(capacity_bytes=before + segment.size_bytes - 1)
    world.store.volumes.add("drive", "drive", world.store.volumes.get("drive").place, NOW, limits=limits)
    more = world.store.write(Listing, [listing(77)], partition="hanok", now=NOW)
    with pytest.raises(OutOfReachError, match="no space left at volume drive"):
        copy_segment(world.store, more.id, "drive", LATER)
