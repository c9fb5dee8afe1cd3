"""A home that lets its past go, as a program of its own that a test kills anywhere and starts again.

`python -m whisky_assets_tests.storage.upkeep.retiring_labour HOME` retires what one rule drops, unlinks the files a day
later, and prints a line after each thing that it acknowledges.
"""

import sys
from datetime import timedelta
from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.upkeep.policies import Policies, RetentionRule
from whisky_assets.storage.upkeep.retiring import prove, retire, unlink_due
from whisky_assets_tests.storage.labour import tell
from whisky_assets_tests.storage.upkeep.histories import SNAPSHOT_TABLE, Past

POLICIES = Policies(retention=(RetentionRule(data=("core/*", "staged/*", "storage/*"), keep_last=1),))


def prepare(root: Path) -> None:
    """Makes a home with something of each kind that goes, and a second volume that holds a part of it."""
    past = Past(root)
    second = root.parent / "second"
    second.mkdir()
    past.world.store.volumes.add("second", "directory", str(second), past.now)
    past.crawl(1, 2)
    past.take_file("kim", b"notes")
    for number, word in enumerate("abc"):
        past.ingest(number)
        made = past.commit(word, f"{word}{word}")
        copy_segment(past.world.store, made.table(SNAPSHOT_TABLE).segments[0], "second", past.now)
        past.report(word)
        past.reject(f"bad {word}")
        past.wait(days=40)
    past.world.db.close()


def work(root: Path) -> None:
    """Lets go what the rule drops, going on where a killed one stopped; the clock is a year later."""
    past = Past(root)
    past.wait(days=365)
    prove(past.world.store, past.plan(POLICIES), past.now, Quiet())
    seen = past.plan(POLICIES)
    done = retire(past.world.db, lambda: past.plan(POLICIES), seen.hash, past.now)
    tell(f"retired {len(done.segments)}")
    gone = unlink_due(past.world.store, past.now + timedelta(hours=24), Quiet())
    tell(f"unlinked {gone.files}")
    past.world.db.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]))
