"""Says whether a build or a release would change nothing, so that a run without news does neither.

A snapshot keeps a digest of all that its build read: the feeds' heads and terms, people's files, curation, reference
tables and the code that makes rows. A build whose inputs are equal would make the same tables. Not here: what a build
does.
"""

from __future__ import annotations

from whisky_assets.domain.digests import digest
from whisky_assets.identity.decisions import load_decisions
from whisky_assets.identity.survivorship import MAKER_VERSION
from whisky_assets.pipeline import offering, resolving
from whisky_assets.pipeline.archive_import import FILES, take_sample_archives
from whisky_assets.pipeline.graph import gated_tables
from whisky_assets.pipeline.match_rows import MATCHES_MAKER
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.publishing.releases import DONE, last_release, unfinished_release
from whisky_assets.publishing.targets import LOCAL, Target
from whisky_assets.sources.maker import CLEANER_PARTS
from whisky_assets.storage.heads import Heads

MAKERS = (offering.MAKER, MATCHES_MAKER, MAKER_VERSION, resolving.MAKER)


def build_inputs(workspace: Workspace, heads: Heads) -> str:
    """Return a digest of all that a build reads of these heads and of the home as it stands."""
    versions = {feed: {dataset: one.id for dataset, one in tables.items()} for feed, tables in heads.items()}
    feeds = {
        feed: source.digest_of(*CLEANER_PARTS) for feed, source in workspace.sources.enabled.items() if feed in heads
    }
    decisions = [decision.digest for decision in load_decisions(workspace.home.curation).all]
    files = sorted(segment.id for segment in workspace.store.segments(FILES))
    curated = [decisions, workspace.reference.version, workspace.thresholds.version]
    licences = {(one.licence.key, one.licence.attribution) for one in workspace.sources.sources.values()}
    pictures = {name: line for name, one in workspace.sources.sources.items() if (line := one.picture_line)}
    terms = [sorted(workspace.sources.closed_licences), sorted(licences), pictures]
    return digest([versions, feeds, terms, files, curated, MAKERS])


def inputs_of(step: Step) -> str:
    """Return the digest of what a step's own build reads: the heads that it pinned.

    Empty if it made not all of it, or if decisions changed while it did: the next run then builds again.
    """
    build = step.open_build()
    made = step.workspace.candidates(step.build, gated_tables())
    if set(made) != set(gated_tables()):
        return ""
    began = report_of_build(step.workspace, step.build, "offers").get("metadata", {})
    if began.get(offering.DECISIONS) != load_decisions(step.workspace.home.curation).version:
        return ""  # a person answered while it was built: which of its tables obey that is not known
    return build_inputs(step.workspace, step.workspace.pinned_heads(build))


def build_stands(workspace: Workspace) -> bool:
    """Say whether the current snapshot was built of exactly what a build would read now."""
    take_sample_archives(workspace)
    snapshot = workspace.current_snapshot()
    if snapshot is None:
        return False
    told = report_of_build(workspace, snapshot.build, "snapshot").get("metadata", {})
    return bool(told.get("inputs") == build_inputs(workspace, workspace.build_heads()))


def release_stands(workspace: Workspace, target: Target) -> bool:
    """Say whether the current snapshot is the one that a target was last given, whole."""
    snapshot = workspace.current_snapshot()
    with workspace.db.reading() as connection:
        last = last_release(connection, target.name)
        is_open = unfinished_release(connection, target.name) is not None
    if snapshot is None or last is None or is_open:
        return False
    if target.kind == LOCAL and not workspace.documents_path.exists():
        return False
    return last.state == DONE and last.snapshot == snapshot.name
