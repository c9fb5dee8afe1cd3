"""Storage's own tables in the state database, as steps that never change once released.

Times are INTEGER UTC microseconds, digests lower-case hex, `pid`, `host` and `process_start` a `ProcessIdentity`. Not
here: the frontier and pace (`fetching`), the manifest (`publishing`).
"""

from __future__ import annotations

from whisky_assets.storage.state import Migration

_FIRST = """
CREATE TABLE volumes (
    name TEXT PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,                 -- one that `volumes` knows
    location TEXT NOT NULL,             -- a folder, relative to the home where it lies in it; else as its kind says
    storage_class TEXT NOT NULL DEFAULT 'fast' CHECK (storage_class IN ('fast', 'cold', 'off-site')),
    capacity_bytes INTEGER,             -- what the owner gives it; NULL: all that its file system has
    reserve_bytes INTEGER NOT NULL DEFAULT 0, -- stays free whatever happens
    seen_at INTEGER,                    -- when it was last there; NULL: never since it was added
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE segments (
    id TEXT PRIMARY KEY,                -- sha256 of the file
    dataset TEXT NOT NULL,
    partition TEXT NOT NULL,
    person TEXT,                        -- whose rows they are; NULL: no person's
    rows INTEGER NOT NULL CHECK (rows > 0),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    content_digest TEXT NOT NULL,       -- over the stable columns
    full_digest TEXT NOT NULL,          -- over all columns
    footer_sha256 TEXT NOT NULL,        -- page checksums do not cover the footer
    schema_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX segments_by_table ON segments (dataset, partition);
CREATE INDEX segments_by_rows ON segments (full_digest, dataset);

CREATE TABLE copies (
    segment TEXT NOT NULL REFERENCES segments (id),
    volume TEXT NOT NULL REFERENCES volumes (name),
    created_at INTEGER NOT NULL,
    verified_at INTEGER,
    stored_bytes INTEGER,               -- size of the file there; NULL: the segment's own
    stored_sha256 TEXT,                 -- of the file there, where it is sealed; NULL: it lies there in the clear
    PRIMARY KEY (segment, volume)
) STRICT;
CREATE INDEX copies_by_volume ON copies (volume);

CREATE TABLE rotten_copies (
    segment TEXT NOT NULL,
    volume TEXT NOT NULL,
    why TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (segment, volume),
    FOREIGN KEY (segment, volume) REFERENCES copies (segment, volume) ON DELETE CASCADE
) STRICT;

CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    partition TEXT NOT NULL,
    rows INTEGER NOT NULL,
    content_digest TEXT NOT NULL,
    full_digest TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    maker TEXT NOT NULL,                -- the build or run that made it first
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE version_segments (
    version TEXT NOT NULL REFERENCES versions (id),
    position INTEGER NOT NULL,
    segment TEXT NOT NULL REFERENCES segments (id),
    PRIMARY KEY (version, position)
) STRICT;
CREATE INDEX version_segments_by_segment ON version_segments (segment);

CREATE TABLE candidates (
    build TEXT NOT NULL,
    dataset TEXT NOT NULL,
    partition TEXT NOT NULL,
    version TEXT NOT NULL REFERENCES versions (id),
    made_at INTEGER NOT NULL,
    PRIMARY KEY (build, dataset, partition)
) STRICT;

CREATE TABLE verdicts (
    build TEXT NOT NULL,
    dataset TEXT NOT NULL,
    partition TEXT NOT NULL,
    name TEXT NOT NULL,
    passed INTEGER NOT NULL,
    severity TEXT NOT NULL,
    summary TEXT NOT NULL,
    count INTEGER NOT NULL,
    cases TEXT NOT NULL,                -- JSON list of texts
    PRIMARY KEY (build, dataset, partition, name)
) STRICT;

CREATE TABLE builds (
    build TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'committed', 'rejected')),
    reason TEXT NOT NULL,
    parent TEXT,                        -- the snapshot that was current when it was opened
    pinned_heads TEXT NOT NULL,         -- JSON: feed -> dataset -> version
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    process_start TEXT NOT NULL
) STRICT;

CREATE TABLE heads (
    feed TEXT NOT NULL,
    dataset TEXT NOT NULL,
    version TEXT NOT NULL REFERENCES versions (id),
    maker TEXT NOT NULL,
    since INTEGER NOT NULL,
    held INTEGER NOT NULL,              -- 1: `undo` put it here, until the feed is run by name
    PRIMARY KEY (feed, dataset)
) STRICT;

CREATE TABLE snapshots (
    number INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL UNIQUE,     -- 0: none; UNIQUE: no parent has two children
    build TEXT NOT NULL UNIQUE REFERENCES builds (build),
    committed_at INTEGER NOT NULL,
    CHECK (number = parent + 1)
) STRICT;

CREATE TABLE snapshot_tables (
    snapshot INTEGER NOT NULL REFERENCES snapshots (number),
    dataset TEXT NOT NULL,
    partition TEXT NOT NULL,
    version TEXT NOT NULL REFERENCES versions (id),
    PRIMARY KEY (snapshot, dataset, partition)
) STRICT;

CREATE TABLE snapshot_heads (
    snapshot INTEGER NOT NULL REFERENCES snapshots (number),
    feed TEXT NOT NULL,
    dataset TEXT NOT NULL,
    version TEXT NOT NULL REFERENCES versions (id),
    PRIMARY KEY (snapshot, feed, dataset)
) STRICT;

CREATE TABLE placements (
    segment TEXT NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    volume TEXT NOT NULL REFERENCES volumes (name) ON DELETE CASCADE,
    placed_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (segment, volume)
) STRICT;

CREATE TABLE pins (
    snapshot INTEGER PRIMARY KEY REFERENCES snapshots (number),
    why TEXT NOT NULL,
    pinned_at INTEGER NOT NULL
) STRICT;

CREATE TABLE retirements (
    kind TEXT NOT NULL CHECK (kind IN ('snapshot', 'version', 'segment')),
    item TEXT NOT NULL,                 -- name of the snapshot, id of the version or of the segment
    dataset TEXT NOT NULL,              -- empty for a snapshot
    partition TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,        -- of a segment; else 0
    reason TEXT NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (kind, item)
) STRICT;

CREATE TABLE retired_copies (
    segment TEXT NOT NULL,              -- no row of `segments` while its file waits to be unlinked
    volume TEXT NOT NULL REFERENCES volumes (name),
    dataset TEXT NOT NULL,
    person TEXT,                        -- whose rows they are; NULL: no person's
    size_bytes INTEGER NOT NULL,        -- of the file there
    stored_sha256 TEXT,                 -- as in `copies`: of the file there, where it is sealed
    retired_at INTEGER NOT NULL,
    unlinked_at INTEGER,                -- NULL: the file still lies there
    PRIMARY KEY (segment, volume)
) STRICT;

CREATE TABLE retention_confirmed (
    number INTEGER PRIMARY KEY,         -- the highest one is in force
    rules TEXT NOT NULL,                -- JSON: data set to what stays, and quotas; later plans inside it run alone
    plan TEXT NOT NULL,                 -- hash of the plan that a person saw
    confirmed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE state_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- of the home, never given twice
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,              -- JSON list of the primary key's values
    person TEXT,                        -- whose row it is, or was; NULL: no person's
    UNIQUE (table_name, row_key)
) STRICT;

CREATE TABLE dropped_segments (
    segment TEXT PRIMARY KEY            -- was registered and is no more: a file of it that turns up stays unknown
) STRICT;
CREATE TRIGGER segment_dropped AFTER DELETE ON segments BEGIN
    INSERT OR REPLACE INTO dropped_segments (segment) VALUES (OLD.id);
END;
CREATE TRIGGER segment_registered AFTER INSERT ON segments BEGIN
    DELETE FROM dropped_segments WHERE segment = NEW.id;
END;

CREATE TABLE erasures (
    person_sha256 TEXT PRIMARY KEY,     -- of the key of a person whose rows of before then nobody brings back
    erased_at INTEGER NOT NULL
) STRICT;

CREATE TABLE locks (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    process_start TEXT NOT NULL,
    since INTEGER NOT NULL              -- of the machine's clock
) STRICT;
"""

_LEASES = """
CREATE TABLE leases (
    term INTEGER PRIMARY KEY,           -- counts up by one with each taking
    place TEXT NOT NULL,                -- id of one home folder on one machine
    machine TEXT NOT NULL,
    taken_by TEXT NOT NULL,             -- not `person`: that would make it a row of one of the app's users
    why TEXT NOT NULL,
    taken_at INTEGER NOT NULL,          -- by the clock of that place
    learned INTEGER NOT NULL            -- 1: read on a volume; what that place wrote since is not in this database
) STRICT;
"""

MIGRATIONS: tuple[Migration, ...] = (Migration("storage", 1, _FIRST), Migration("storage", 2, _LEASES))
"""Storage's steps, to be opened together with those of `fetching` and `publishing`."""
