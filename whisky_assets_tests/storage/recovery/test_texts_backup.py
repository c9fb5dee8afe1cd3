"""The texts of a home lie on every volume, sealed where it can be carried away, written only when they changed."""

import io
import re
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, WhiskyError
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.recovery.backup_files import KEEP_LAST
from whisky_assets.storage.recovery.state_seals import sealer, unsealer
from whisky_assets.storage.recovery.texts_backup import (
    TextsReport,
    back_up_texts,
    packed_texts,
    texts_on,
    unpack_texts,
)
from whisky_assets_tests.storage.worlds import NOW, World

DECISION = "left,right,answer\na,b,same\n"


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Path:
    """An external drive that was added as the volume `usb`."""
    folder = tmp_path / "usb"
    folder.mkdir()
    world.store.volumes.add("usb", "drive", str(folder), NOW)
    return folder


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def decide(world: World, text: str = DECISION) -> None:
    write(world.home.root, "curation/decisions/mina.csv", text)


def back_up(world: World, hours: float = 0) -> TextsReport:
    now = NOW + timedelta(hours=hours)
    return back_up_texts(world.home, world.store.volumes, now, seal=sealer(world.store.volumes, now))


def files_of(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("drive")
def test_what_a_person_decided_comes_back_byte_for_byte_from_any_volume(world: World, tmp_path: Path) -> None:
    decide(world)
    write(world.home.root, "config.toml", '[contact]\naddress = "킴@example.org"\n')
    assert set(back_up(world).written) == {LOCAL, "usb"}
    for name in (LOCAL, "usb"):
        volume = world.store.volumes.get(name)
        target = tmp_path / f"from-{name}"
        target.mkdir()
        unpack_texts(texts_on(volume)[0], volume, target, unseal=unsealer(world.home))
        assert files_of(target) == {
            "curation/decisions/mina.csv": DECISION,
            "config.toml": '[contact]\naddress = "킴@example.org"\n',
        }


def test_a_drive_that_is_found_in_the_street_tells_no_decision(world: World, drive: Path) -> None:
    decide(world)
    back_up(world)
    assert not any(b"mina" in path.read_bytes() for path in drive.rglob("*") if path.is_file())
    (backup,) = texts_on(world.store.volumes.get("usb"))
    assert backup.sealed
    with pytest.raises(WhiskyError, match="key is not at hand"):
        unpack_texts(backup, world.store.volumes.get("usb"), drive / "elsewhere")


def test_secrets_and_whatever_is_not_named_are_never_packed(world: World) -> None:
    decide(world)
    for name in ("keys/personal.key", "names.key", "inbox/list.csv", "curation/.git/config", "notes.txt"):
        write(world.home.root, name, "secret")
    assert b"secret" not in packed_texts(world.home.root)


def test_a_linked_repository_is_followed_and_a_circle_of_links_ends(world: World, tmp_path: Path) -> None:
    write(tmp_path, "team/decisions/kim.csv", DECISION)
    world.home.curation.rmdir()
    world.home.curation.symlink_to(tmp_path / "team")
    (tmp_path / "team" / "again").symlink_to(tmp_path / "team")
    with tarfile.open(fileobj=io.BytesIO(packed_texts(world.home.root))) as archive:
        assert archive.getnames() == ["curation/decisions/kim.csv"]


@pytest.mark.usefixtures("drive")
def test_equal_texts_are_written_once_though_sealing_never_gives_equal_bytes(world: World) -> None:
    decide(world)
    back_up(world)
    (world.home.curation / "decisions" / "mina.csv").touch()
    report = back_up(world, 1)
    assert (report.written, set(report.unchanged)) == ((), {LOCAL, "usb"})
    decide(world, DECISION * 2)
    assert set(back_up(world, 2).written) == {LOCAL, "usb"}
    assert [len(texts_on(world.store.volumes.get(name))) for name in (LOCAL, "usb")] == [2, 2]


def test_the_last_ten_and_one_of_each_of_seven_days_stay(world: World) -> None:
    for hour in range(0, 24 * 20, 6):
        decide(world, str(hour))
        back_up(world, hour)
    stay = texts_on(world.store.volumes.get(LOCAL))
    assert len(stay[:KEEP_LAST]) == KEEP_LAST
    assert len({one.made_at.date() for one in stay}) == 7
    assert len(stay) < KEEP_LAST + 7


def test_after_a_clock_was_set_back_the_newest_texts_are_still_the_newest(world: World, tmp_path: Path) -> None:
    decide(world, "old")
    back_up(world, 1_000)
    decide(world, "new")
    back_up(world)
    volume = world.store.volumes.get(LOCAL)
    unpack_texts(texts_on(volume)[0], volume, tmp_path / "restored")
    assert files_of(tmp_path / "restored") == {"curation/decisions/mina.csv": "new"}


def test_a_flipped_bit_is_told_and_nothing_is_unpacked(world: World, tmp_path: Path) -> None:
    decide(world)
    back_up(world)
    volume = world.store.volumes.get(LOCAL)
    (backup,) = texts_on(volume)
    path = world.home.local_volume / backup.path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptDataError, match=re.escape(backup.path)):
        unpack_texts(backup, volume, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
