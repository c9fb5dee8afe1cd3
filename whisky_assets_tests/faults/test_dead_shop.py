"""A shop that does not answer: it is named, the others are built and published, and its last good tables stay."""

from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.heads import heads
from whisky_assets.storage.snapshots import current
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import Tables, copied_home, documents, left_open, new_home, opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STAGED = ("staged/sightings", "staged/listings", "staged/quarantine")
HOW = pytest.mark.parametrize("how", ["hanok", "hanok:silent"])


def staged(tables: Tables, *feeds: str) -> Tables:
    """The digests of the staged tables of some feeds."""
    return {name: tables[name] for dataset in STAGED for feed in feeds if (name := f"{dataset}[{feed}]") in tables}


@HOW
def test_the_others_are_built_and_published_and_the_dead_one_is_named(
    how: str, tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    home = new_home(tmp_path / "home")
    (home / "dead_shops").write_text(how)
    ended = whisky(home, "run", "--json")
    assert ended.code == 3, ended
    (problem,) = ended.problems
    assert (problem["code"], problem["subject"]) == (3, "feed hanok")
    assert "hanok.sample" in problem["message"]
    assert left_open(home) == []
    with opened(home) as store:
        assert set(heads(store.db)) == {"elbe", "harbour", "minato"}
        found = storage_digest(store.db).tables
        snapshot = current(store.db)
        assert snapshot is not None
        assert snapshot.table("core/whiskies").rows > 0
    good = undisturbed(1).digest.tables
    assert staged(found, "elbe", "harbour", "minato") == staged(good, "elbe", "harbour", "minato")
    assert any(path.startswith("whisky/") for path in documents(home))
    (home / "dead_shops").unlink()
    with opened(home) as store, store.db.transaction() as connection:
        connection.execute("DELETE FROM robots_cache")  # a minute later
    again = whisky(home, "run", "--json")
    assert again.code == 0, again
    with opened(home) as store:
        assert staged(storage_digest(store.db).tables, "hanok") == staged(good, "hanok")


@HOW
def test_its_last_good_tables_stay_in_use_in_the_next_week(
    how: str, tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    home = copied_home(undisturbed(1).home, tmp_path / "home", week=2)
    (home / "dead_shops").write_text(how)
    ended = whisky(home, "run")
    assert ended.code == 3, ended
    assert "! feed hanok: " in ended.err
    assert left_open(home) == []
    before, after = undisturbed(1).digest.tables, undisturbed(2).digest.tables
    with opened(home) as store:
        found = storage_digest(store.db).tables
        snapshot = current(store.db)
        assert snapshot is not None
        assert snapshot.name == "s000002"
        listings = snapshot.heads["hanok"]["staged/listings"]
        assert listings.content_digest == before["staged/listings[hanok]"]
    assert staged(found, "hanok") == staged(before, "hanok")
    assert staged(found, "elbe", "harbour", "minato") == staged(after, "elbe", "harbour", "minato")
