"""What retention leaves alone because publishing or the crawls need it: releases, and the newest body of each address.

Not here: what storage itself needs, such as heads and open builds (`storage.upkeep.holdings`).
"""

from __future__ import annotations

import json

from whisky_assets.domain.records import Page
from whisky_assets.fetching.frontier import good_documents
from whisky_assets.pipeline.tables import PAGES
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.releases import protected_releases
from whisky_assets.storage.upkeep.holdings import Needed
from whisky_assets.storage.upkeep.policies import Policies


def needed_elsewhere(workspace: Workspace, policies: Policies) -> Needed:
    """Return what stays whatever a rule says: of each target the unfinished, the last and the last but one release.

    Of such a release its snapshot stays, and the documents as they were desired. Pages are looked at only where the
    owner wrote a rule for them.
    """
    with workspace.db.reading() as connection:
        releases = protected_releases(connection)
        reports = connection.execute("SELECT build, report FROM reports WHERE step = 'plan'").fetchall()
    why = {(one.target, one.name): f"release {one.name} of {one.target}" for one in releases}
    builds = {}
    for build, report in reports:
        told = json.loads(report).get("metadata", {})
        if (made := (told.get("target"), told.get("release"))) in why:
            builds[build] = why[made]
    return Needed(
        snapshots={one.snapshot: why[(one.target, one.name)] for one in releases},
        builds=builds,
        segments={} if policies.retention_of(PAGES) is None else _pages_needed(workspace),
    )


def _pages_needed(workspace: Workspace) -> dict[str, str]:
    """Return the page segments with the newest or the last good body of an address: without them whiskies would go."""
    needed: dict[str, str] = {}
    for feed in {segment.partition for segment in workspace.store.segments(PAGES)}:
        with workspace.db.reading() as connection:
            good = {(document.url, document.body_sha256) for document in good_documents(connection, feed)}
        newest: dict[object, tuple[str, str]] = {}
        for segment in workspace.store.segments(PAGES, feed):
            columns = ("url", "body_sha256", "fetched_at")
            for url, body, fetched_at in workspace.store.read_columns([segment.id], Page, columns):
                if (url, body) in good:
                    needed[segment.id] = "the last good body of an address"
                newest[url] = max(newest.get(url, ("", "")), (str(fetched_at), segment.id))
        for _fetched_at, segment_id in newest.values():
            needed.setdefault(segment_id, "the newest body of an address")
    return needed
