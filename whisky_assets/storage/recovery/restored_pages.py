"""Fetched bodies of a home as plain files, byte for byte as they came, and a list that says what each is.

Not here: tables (`restored_tables`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import Page
from whisky_assets.storage.durable import HashingFile, make_folders, open_folder, publish_at
from whisky_assets.storage.recovery.lent_home import forget_rotten
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore

INDEX = "pages.csv"
COLUMNS = ("feed", "url", "fetched_at", "status", "media_type", "charset", "sha256", "file")

_ENDINGS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/json": "json",
    "application/ld+json": "json",
    "text/csv": "csv",
    "text/plain": "txt",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
"""How files end, by media type; all others end in `bin`."""


@dataclass(slots=True, kw_only=True)
class RestoredPages:
    """What became files: `pages` fetched bodies, equal ones one file, by feed.

    `rotten` are damaged copies in whose place whole ones were read; `lost` names each segment that could not be read,
    with its error.
    """

    pages: dict[str, int] = field(default_factory=dict)
    rotten: list[str] = field(default_factory=list)
    lost: list[tuple[str, CorruptDataError | OutOfReachError]] = field(default_factory=list)


def restore_pages(
    store: SegmentStore, folder: Path, progress: Progress, *, feed: str | None = None, as_of: datetime | None = None
) -> RestoredPages:
    """Write every fetched body to `pages/FEED/SHA256.ENDING` and their list to `pages.csv`, which comes last.

    Each body is compared with its sha256. A segment that cannot be read is told, and all others come.

    Args:
        store: the home's segments.
        folder: where the files go.
        progress: told of each segment.
        feed: only this feed's; all without it.
        as_of: only what was fetched until then.

    Raises:
        OutOfReachError: the disk is full.
    """
    told = RestoredPages()
    segments = store.segments(spec_of(Page).dataset, feed)
    progress.start("pages", len(segments))

    def write(file: HashingFile) -> None:
        file.write(_line(COLUMNS))
        for segment in segments:
            try:
                lines = _of_segment(store, segment, folder, as_of, told)
            except (CorruptDataError, OutOfReachError) as error:
                told.lost.append((segment.id, error))
            else:
                file.write(b"".join(lines))
                if lines:
                    told.pages[segment.partition] = told.pages.get(segment.partition, 0) + len(lines)
            progress.advance()

    make_folders(folder)
    with open_folder(folder) as root:
        publish_at(root, "", lambda _written: INDEX, write, where=str(folder))
    return told


def _of_segment(
    store: SegmentStore, segment: Segment, folder: Path, as_of: datetime | None, told: RestoredPages
) -> Sequence[bytes]:
    try:
        return _written(store, segment, folder, as_of)
    except CorruptDataError:
        rotten = forget_rotten(store, [segment.id])
        if not rotten:
            raise
        try:
            lines = _written(store, segment, folder, as_of)
        except CorruptDataError as error:
            raise CorruptDataError("; ".join(rotten), remedy=error.remedy) from error
        told.rotten += rotten
        return lines


def _written(store: SegmentStore, segment: Segment, folder: Path, as_of: datetime | None) -> Sequence[bytes]:
    place = folder / "pages" / segment.partition
    place.mkdir(parents=True, exist_ok=True)
    lines = []
    for page in store.read([segment.id], Page):
        if as_of is not None and page.fetched_at > as_of:
            continue
        if hashlib.sha256(page.body).hexdigest() != page.body_sha256:
            raise CorruptDataError(f"the body of {page.url} in segment {segment.id[:12]} is not what was fetched")
        name = f"{page.body_sha256}.{_ENDINGS.get(page.media_type, 'bin')}"
        # Not synced one by one: what a power cut leaves of them is written anew, for the list comes last.
        (place / name).write_bytes(page.body)
        values = (page.feed, page.url, utc_text(page.fetched_at), str(page.status), page.media_type, page.charset or "")
        lines.append(_line((*values, page.body_sha256, f"pages/{page.feed}/{name}")))
    return lines


def _line(values: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(values)
    return text.getvalue().encode()
