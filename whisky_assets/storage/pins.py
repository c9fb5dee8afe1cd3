"""A pinned snapshot stays, whatever rules and quotas say, until a person takes the pin away.

Not here: what else stays (`upkeep.retirement_plan`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.builds import snapshot_name
from whisky_assets.storage.snapshots import snapshot
from whisky_assets.storage.state import StateDatabase, micros, moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One pinned snapshot, why, and since when."""

    snapshot: str
    number: int
    why: str
    pinned_at: datetime


def pin(db: StateDatabase, name: str, why: str, now: datetime) -> Pin:
    """Pin a snapshot and return the pin; pinned before, its reason is the new one.

    Raises:
        UsageError: there is no such snapshot, it is retired, or no reason is given.
    """
    reason = " ".join(why.split())
    if not reason:
        raise UsageError("a pin needs a reason, so that somebody can take it away one day", remedy="Say it with --why.")
    with db.transaction() as connection:
        found = snapshot(db, name)
        connection.execute(
            "INSERT OR REPLACE INTO pins (snapshot, why, pinned_at) VALUES (?, ?, ?)",
            (found.number, reason, micros(now)),
        )
    return Pin(snapshot=found.name, number=found.number, why=reason, pinned_at=now)


def unpin(db: StateDatabase, name: str) -> Pin:
    """Take the pin of a snapshot away and return it; nothing goes by that alone.

    Raises:
        UsageError: the snapshot has no pin.
    """
    with db.transaction() as connection:
        found = next((one for one in pins_in(connection) if one.snapshot == name), None)
        if found is None:
            told = ", ".join(one.snapshot for one in pins_in(connection)) or "none"
            raise UsageError(f"snapshot {name} has no pin; pinned: {told}")
        connection.execute("DELETE FROM pins WHERE snapshot = ?", (found.number,))
    return found


def pins(db: StateDatabase) -> tuple[Pin, ...]:
    """Return all pins, by snapshot."""
    with db.reading() as connection:
        return pins_in(connection)


def pins_in(connection: sqlite3.Connection) -> tuple[Pin, ...]:
    """Return all pins, by snapshot, inside an open transaction or read."""
    rows = connection.execute("SELECT snapshot, why, pinned_at FROM pins ORDER BY snapshot").fetchall()
    return tuple(
        Pin(snapshot=snapshot_name(number) or "", number=number, why=why, pinned_at=moment_of(pinned_at))
        for number, why, pinned_at in rows
    )
