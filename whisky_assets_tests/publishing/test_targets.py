"""A target is what a person named, and a sample home never reaches real users; people's documents have keyed names."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, UsageError
from whisky_assets.publishing.names import keyed_digest, load_key, shown_name
from whisky_assets.publishing.targets import parse_target, refuse_wrong_world
from whisky_assets.storage import durable


@pytest.mark.parametrize(
    ("text", "name", "project", "database"),
    [
        ("local", "local", "", "(default)"),
        ("emulator", "emulator", "demo-whisky-assets", "(default)"),
        ("firestore:my-app-1", "firestore:my-app-1/(default)", "my-app-1", "(default)"),
        ("firestore:my-app-1/(default)", "firestore:my-app-1/(default)", "my-app-1", "(default)"),
        ("firestore:my-app-1/diary", "firestore:my-app-1/diary", "my-app-1", "diary"),
    ],
)
def test_a_target_is_named(text: str, name: str, project: str, database: str) -> None:
    target = parse_target(text)
    assert (target.name, target.project, target.database) == (name, project, database)
    assert parse_target(target.name) == target
    assert target.is_real == text.startswith("firestore:")


@pytest.mark.parametrize(
    "text", ["", "Local", "firestore", "firestore:", "firestore:a", "firestore:My-App", "firestore:my-app/x/y", "gcs"]
)
def test_what_names_no_target_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(UsageError, match=r"names no target. Say `local`, `emulator`, or `firestore:PROJECT/DATABASE`"):
        parse_target(text)


def test_a_sample_home_does_not_publish_to_a_real_project() -> None:
    with pytest.raises(UsageError, match="A sample home does not publish to firestore:my-app-1"):
        refuse_wrong_world(parse_target("firestore:my-app-1"), "sample")
    for text in ("local", "emulator"):
        refuse_wrong_world(parse_target(text), "sample")
    refuse_wrong_world(parse_target("firestore:my-app-1"), "real")


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(tmp_path / "other.key") != key


def test_a_key_that_did_not_reach_the_disk_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = durable.sync

    def fail(descriptor: int) -> bool:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "the disk failed")
        return sync(descriptor)

    path = tmp_path / "secret.key"
    monkeypatch.setattr(durable, "sync", fail)
    with pytest.raises(OSError, match="the disk failed"):
        load_key(path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(durable, "sync", sync)
    assert len(load_key(path)) == 32


def test_many_that_make_the_key_at_once_find_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_key, [tmp_path / "secret.key"] * 8))) == 1


def test_a_key_file_of_another_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    with pytest.raises(CorruptDataError, match="holds 5 bytes, not 32"):
        load_key(path)


def test_a_persons_document_is_named_by_a_hash_that_needs_the_key() -> None:
    name = shown_name("user", "uid-lemony", personal=True, key=b"a" * 32)
    assert name.startswith("user/#")
    assert "lemony" not in name
    assert name == shown_name("user", "uid-lemony", personal=True, key=b"a" * 32)
    assert name != shown_name("user", "uid-lemony", personal=True, key=b"b" * 32)
    assert shown_name("whisky", "a_pk", personal=False, key=b"a" * 32) == "whisky/a_pk"
    assert len(keyed_digest(b"a" * 32, "x")) == 64
