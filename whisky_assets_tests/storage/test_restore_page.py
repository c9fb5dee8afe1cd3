"""The page on each volume: what it says is true, also for somebody who has nothing but the drive."""

import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from whisky_assets.domain.records import ArchiveFile, Listing
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.personal_key import key_path
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.restore_page import PAGE, refresh_restore_page, restore_page
from whisky_assets.storage.volumes import VolumeRow
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, listing


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Path:
    """An external drive that was added as the volume `usb`."""
    folder = tmp_path / "usb"
    folder.mkdir()
    world.store.volumes.add("usb", "drive", str(folder), NOW)
    return folder


def commands(page: str) -> list[str]:
    return [line.strip() for line in page.splitlines() if line.startswith("    ") and not line.startswith("     ")]


def test_the_page_is_written_once_and_again_when_a_key_is_made_or_it_is_lost(world: World, drive: Path) -> None:
    assert refresh_restore_page(world.store.volumes, "usb")
    assert not refresh_restore_page(world.store.volumes, "usb")
    assert "no key yet" in (drive / PAGE).read_text("utf-8")
    segment = world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    copy_segment(world.store, segment.id, "usb", LATER)
    assert refresh_restore_page(world.store.volumes, "usb")
    secret = key_path(world.home).read_text().splitlines()[-1]
    page = (drive / PAGE).read_text("utf-8")
    assert secret not in page
    assert re.search(r"^age1[a-z0-9]{58}$", page, re.MULTILINE)
    (drive / PAGE).unlink()
    assert refresh_restore_page(world.store.volumes, "usb")


def test_what_the_page_says_reads_a_segment_with_plain_pyarrow(world: World, drive: Path) -> None:
    segment = world.store.write(Listing, [listing(7)], partition="hanok", volume="usb", now=NOW)
    refresh_restore_page(world.store.volumes, "usb")
    told = [line for line in commands((drive / PAGE).read_text("utf-8")) if line.startswith("python3 -c")]
    assert len(told) == 4
    path = drive / segment_name(segment.dataset, segment.id)
    shown = []
    for line in told[:2]:
        command = line.replace("python3", f"'{sys.executable}'", 1).replace("FILE.parquet", f"'{path}'")
        shown.append(subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout)  # noqa: S602 - its own words
    assert "0007" in shown[0]
    assert "staged/listings" in shown[1]
    assert sha256(path.read_bytes()).hexdigest() == path.stem


def test_what_the_page_says_opens_a_sealed_segment_with_plain_age(
    age_program: str, world: World, drive: Path, tmp_path: Path
) -> None:
    segment = world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    copy_segment(world.store, segment.id, "usb", LATER)
    refresh_restore_page(world.store.volumes, "usb")
    (told,) = {line for line in commands((drive / PAGE).read_text("utf-8")) if line.startswith("age ")}
    (path,) = drive.rglob("*.age")
    shutil.copy(key_path(world.home), tmp_path / "personal.key")
    command = (
        told.replace("age ", f"{age_program} ", 1).replace("FILE.age", str(path)).replace("FILE.parquet", "out.parquet")
    )
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # noqa: S602 - the page's own words
    assert sha256((tmp_path / "out.parquet").read_bytes()).hexdigest() == segment.id


@pytest.mark.parametrize("kind", ["directory", "drive", "gcs", "rclone"])
def test_the_page_of_every_kind_says_the_same_in_english_and_korean(kind: str) -> None:
    row = VolumeRow(name="far", uuid="u-1", kind=kind, location="gs://b/x")
    page = restore_page(row, "home-1", "age1public")
    english, korean = page.split("이 볼륨은 무엇인가")
    assert commands(english) == commands(korean)
    for part in (english, korean):
        assert all(word in part for word in ("far", "u-1", "home-1", "age1public", "volume.json", "24", "--only home"))
        assert ("gs://b/x" in part) == (kind in ("gcs", "rclone"))
    assert max(len(line) for line in english.splitlines()) <= 120
    assert page == restore_page(row, "home-1", "age1public")
