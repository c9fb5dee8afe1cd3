"""What was let go stays away, and what was pinned stays pinned, when the state database is lost and built again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.storage.pins import pin, pins
from whisky_assets.storage.recovery.changes import watch
from whisky_assets.storage.recovery.events import publish_events
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.snapshots import snapshot
from whisky_assets.storage.upkeep.policies import Policies, RetentionRule
from whisky_assets.storage.upkeep.retiring import pending_files, prove, retire, unlink_due
from whisky_assets_tests.storage.recovery.days import digest_of, lose_backups, lose_state, rebuilt, truth, watched_world
from whisky_assets_tests.storage.upkeep.histories import Past

KEEP_ONE = Policies(retention=(RetentionRule(data=("core/*", "staged/*"), keep_last=1),))


@pytest.mark.parametrize("lose", [lose_backups, lambda _root: None], ids=["events alone", "a backup"])
def test_a_rebuilt_state_brings_nothing_back_that_was_let_go(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    root = tmp_path / "home"
    past = Past(root)
    world = past.world
    watch(world.db)
    for number, word in enumerate("abc"):
        past.ingest(number)
        past.commit(word)
        past.wait(days=1)
    pin(world.db, "s000002", "the fair", past.now)
    prove(world.store, past.plan(KEEP_ONE), past.now, Quiet())
    plan = retire(world.db, lambda: past.plan(KEEP_ONE), past.plan(KEEP_ONE).hash, past.now)
    assert plan.segments
    publish_events(world.store, past.now)
    back_up_state(world.db, world.store.volumes, past.now)
    rows, digest = truth(world), digest_of(world)
    world.db.close()
    lose_state(root)
    lose(root)
    rebuilt(world)
    with watched_world(root) as again:
        assert truth(again) == rows
        assert digest_of(again) == digest
        assert [one.snapshot for one in pins(again.db)] == ["s000002"]
        with pytest.raises(UsageError, match="s000001 was let go by retention"):
            snapshot(again.db, "s000001")
        assert pending_files(again.db) == {"local": len(plan.segments)}
        unlinked = unlink_due(again.store, past.now + timedelta(hours=24), Quiet())
        assert (unlinked.files, unlinked.pending) == (len(plan.segments), {})
