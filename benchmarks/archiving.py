"""What the archive of raw pages costs: its size beside the usual forms, one page read at random, a batch made durable.

Peers: gzip a document, WARC.gz (a gzip member a record, by `warcio`), and one zstd stream with a window of 128 MiB over
all pages in the archive's order, which nobody can read a single page of. Not here: tables (`storing`).
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.archive_pages import VISITS, draw, page_of, saved_pages, shop_body, weekly_visits
from benchmarks.report import Report, promise, ratio, shown, side_by_side, timed
from whisky_assets.contracts.arrow import arrow_schema
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import Page
from whisky_assets.storage.copies import verify_segment
from whisky_assets.storage.durable import HashingFile
from whisky_assets.storage.packing import KEPT_FOR_LONG, WRITTEN_ONCE, Packing, packing_of
from whisky_assets.storage.parquet import encode
from whisky_assets.storage.upkeep.scrubbing import proofs, scrub
from whisky_assets_tests.storage.worlds import NOW, World, open_world
from whisky_assets_tests.tooling import parts

ACROSS, WITHIN = "all sites in one segment", "a segment a site"
MOST_OF_WARC_ACROSS, MOST_OF_WARC_WITHIN = 0.80, 0.35
MOST_SECONDS_OF_A_PAGE = 0.020
LEAST_OF_PLAIN_WRITES = 0.7
LEAST_OF_PLAIN_HASHING = 0.7
MOST_GROWTH_OF_MEMORY = 1.5
SIZE_HEADERS = (
    "pages",
    "bytes",
    "gzip",
    "WARC.gz",
    "zstd, long window",
    "ours, as fetched",
    "ours, joined",
    "÷ WARC.gz",
)
TYPE_HEADERS = ("media type", "bytes", "zstd: MB/s", "of raw", "by the rule: MB/s", "of raw")


def run(scratch: Path) -> Iterator[Report]:
    """Yield the tables of sizes, of types of data, of one page and one batch, of proving, and of memory."""
    try:
        folder = parts.find_shared(os.environ) / "data" / "pages"
    except parts.PartMissingError as missing:
        yield Report(title="the archive's size", skipped=parts.skip_text(parts.PARTS["shared"], str(missing)))
    else:
        yield sizes(saved_pages(folder))
        yield types(saved_pages(folder))
    yield speed(scratch)
    yield proving(scratch)
    yield memory(scratch)


def sizes(saved: Sequence[Page]) -> Report:
    """Return the bytes of every form: of all saved pages, of a segment a site, and of sites that were fetched often."""
    by_site: dict[str, list[Page]] = defaultdict(list)
    for page in saved:
        by_site[page.feed].append(page)
    often = {site: weekly_visits(pages) for site, pages in by_site.items() if len(pages) > 1}
    within = [_size_row(f"{site}, {VISITS} weekly visits", [pages]) for site, pages in often.items()]
    across = _size_row(ACROSS, [saved])
    rows = [across, _size_row(WITHIN, list(by_site.values())), *within]
    return Report(
        title="the archive's size, in % of the raw bodies",
        headers=SIZE_HEADERS,
        rows=tuple(row.shown() for row in rows),
        notes=(
            promise("across sites, by WARC.gz", across.by_warc, most=MOST_OF_WARC_ACROSS),
            promise(
                "within one site, the worst, by WARC.gz", max(row.by_warc for row in within), most=MOST_OF_WARC_WITHIN
            ),
            "a home keeps a segment a feed: with two pages of a site its footer of 1.4 kB weighs",
            f"weekly visits: the same pages {VISITS} times, with another digit in a tenth of their lines",
            "of the long window nobody reads one page without all before it; of ours a page is a row",
        ),
    )


class _Sizes:
    """The bytes of the forms of some pages, over the groups that would be files of ours."""

    def __init__(self, what: str, groups: Sequence[Sequence[Page]]) -> None:
        pages = [page for group in groups for page in group]
        self.what = what
        self.pages = len(pages)
        self.raw = sum(len(page.body) for page in pages)
        self.gzip = sum(len(gzip.compress(page.body, mtime=0)) for page in pages)
        self.warc = sum(len(_warc(group)) for group in groups)
        self.window = sum(len(_long_window(group)) for group in groups)
        self.fetched = sum(len(_segment(group, WRITTEN_ONCE)) for group in groups)
        self.joined = sum(len(_segment(group, KEPT_FOR_LONG)) for group in groups)

    @property
    def by_warc(self) -> float:
        return self.joined / self.warc

    def shown(self) -> tuple[object, ...]:
        forms = (self.gzip, self.warc, self.window, self.fetched, self.joined)
        return (
            f"{self.what}: {self.pages:,}",
            self.raw,
            *(f"{form / self.raw:.1%}" for form in forms),
            f"{self.by_warc:.2f}",
        )


def _size_row(what: str, groups: Sequence[Sequence[Page]]) -> _Sizes:
    return _Sizes(what, groups)


def types(saved: Sequence[Page]) -> Report:
    """Return what compressing costs and saves for each type of data, with and without the rule for it."""
    noise = draw(1)
    pictures = [
        page_of("pictures", f"{number}.jpg", noise.randbytes(60_000), number, "image/jpeg") for number in range(80)
    ]
    html = [page for page in saved if page.media_type == "text/html"]
    texts = [page for page in saved if page.media_type == "application/json"]
    rows = []
    for name, pages in (("text/html", html), ("application/json", texts), ("image/jpeg (random bytes)", pictures)):
        raw = sum(len(page.body) for page in pages)
        told: list[object] = [name, raw]
        for packing in (WRITTEN_ONCE, packing_of(Page, pages)):
            seconds, content = timed(partial(_segment, pages, packing))
            told += [f"{raw / 1e6 / seconds:,.0f}", f"{len(content) / raw:.1%}"]
        rows.append(tuple(told))
    return Report(title="compression by type of data", headers=TYPE_HEADERS, rows=tuple(rows))


def speed(scratch: Path, *, pages: int = 10_000, repeats: int = 5) -> Report:
    """Return the time of one page at random from a segment of many, and of a durable batch beside a plain one."""
    world = open_world(scratch / "home")
    many = [page_of("shop", f"{number:06d}.html", shop_body(number, 4_000), number) for number in range(pages)]
    segment = world.store.write(Page, many, partition="shop", now=NOW)
    chosen = draw(1).sample(many, 50)
    seconds, found = timed(lambda: [_one(world, segment.id, page.url) for page in chosen])
    if found != [page.body for page in chosen]:
        raise AssertionError("the segment gave another body than was put in")
    batches = iter([_batch(number) for number in range(repeats + 1)])
    plain = _batch(repeats + 1)
    writing = side_by_side(
        [
            ("ours", lambda: world.store.write(Page, next(batches), partition="batch", now=NOW)),
            ("peer", lambda: _write_plain(plain, scratch / "plain.parquet")),
        ],
        repeats=repeats,
    )
    world.db.close()
    ours, peer = writing["ours"].seconds, writing["peer"].seconds
    each = seconds / len(chosen)
    return Report(
        title="one page at random, and one batch of 16 MiB made durable",
        headers=("what", "who", "wall", "÷ peer"),
        rows=(
            (f"one page of {pages:,}", "SegmentStore", shown(each), "-"),
            ("a batch of pages", "SegmentStore: fsync, checksums, digests, row", shown(ours), ratio(ours, peer)),
            ("", "pyarrow, the same codec and groups, no fsync", shown(peer), "1"),
        ),
        notes=(
            promise("milliseconds of one page", each * 1000, most=MOST_SECONDS_OF_A_PAGE * 1000),
            promise("durable writes a second by plain ones'", peer / ours, least=LEAST_OF_PLAIN_WRITES),
        ),
    )


def proving(scratch: Path, *, segments: int = 6, repeats: int = 5) -> Report:
    """Return what a scrub costs beside sha256 of the same files, both from the medium."""
    world = open_world(scratch / "proven")
    noise = draw(7)
    for number in range(segments):
        rows = [
            page_of("noise", f"{number}-{place}.jpg", noise.randbytes(1 << 20), place, "image/jpeg")
            for place in range(32)
        ]
        world.store.write(Page, rows, partition="noise", now=NOW)
    files = sorted(world.home.local_volume.rglob("*.parquet"))
    size_bytes = sum(path.stat().st_size for path in files)
    sides = side_by_side(
        [
            ("ours", lambda: scrub(world.store, proofs(world.store), now=lambda: NOW, progress=Quiet()).size_bytes),
            ("peer", lambda: sum(_plain_sha256(path) for path in files)),
        ],
        repeats=repeats,
    )
    world.db.close()
    ours, peer = sides["ours"].seconds, sides["peer"].seconds
    if sides["ours"].answer != sides["peer"].answer:
        raise AssertionError("the two read different bytes")
    return Report(
        title=f"proving {segments} segments of {size_bytes / 1e6:,.0f} MB together",
        headers=("who", "wall", "MB/s", "÷ peer"),
        rows=(
            (
                "scrub: identity, sha256, note in the state database",
                shown(ours),
                f"{size_bytes / 1e6 / ours:,.0f}",
                ratio(ours, peer),
            ),
            ("sha256 of each file", shown(peer), f"{size_bytes / 1e6 / peer:,.0f}", "1"),
        ),
        notes=(promise("scrub's bytes a second by plain sha256's", peer / ours, least=LEAST_OF_PLAIN_HASHING),),
    )


def _plain_sha256(path: Path) -> int:
    """Hash a file as read from its medium, and return its size."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        hashlib.file_digest(file, "sha256")
        return file.tell()


def memory(scratch: Path, *, few: int = 1_000, many: int = 100_000) -> Report:
    """Return the peak memory of writing, reading and proving few and many pages, each in a process of its own."""
    peaks = [(count, _peak_bytes(scratch / f"memory-{count}", count)) for count in (few, many)]
    growth = peaks[1][1] / peaks[0][1]
    return Report(
        title="peak memory of a process that writes all pages in batches, reads them all and proves them",
        headers=("pages", "peak", "÷ the first"),
        rows=tuple((f"{count:,}", f"{peak / 1e6:,.0f} MB", ratio(peak, peaks[0][1])) for count, peak in peaks),
        notes=(promise("memory of many by few", growth, most=MOST_GROWTH_OF_MEMORY),),
    )


def work_through(root: Path, count: int) -> None:
    """Write pages in batches of 500, read all of them as rows, and prove every copy.

    Raises:
        AssertionError: other than so many were read.
    """
    world = open_world(root)
    for first in range(0, count, 500):
        numbers = range(first, first + 500)
        rows = [page_of("shop", f"{number:06d}.html", shop_body(number, 2_000), number) for number in numbers]
        world.store.write(Page, rows, partition="shop", now=NOW)
    segments = [segment.id for segment in world.store.segments("raw/pages", "shop")]
    if sum(1 for _row in world.store.read(segments, Page)) != count:
        raise AssertionError("pages were lost")
    for segment in segments:
        verify_segment(world.store, segment, "local", NOW)
    world.db.close()


def _peak_bytes(root: Path, count: int) -> int:
    """Return the most memory that a process of its own held at once, looked at fifty times a second."""
    code = (
        "import sys; from pathlib import Path; from benchmarks.archiving import work_through;"
        "work_through(Path(sys.argv[1]), int(sys.argv[2]))"
    )
    peak = 0
    # Not the system's own mark of the highest: a child begins with that of its parent.
    with subprocess.Popen([sys.executable, "-c", code, str(root), str(count)]) as child:  # noqa: S603 - our own program
        seen = psutil.Process(child.pid)
        while child.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                peak = max(peak, seen.memory_info().rss)
            time.sleep(0.02)
    if child.returncode:
        raise RuntimeError(f"the process with {count} pages ended with {child.returncode}")
    return peak


def _one(world: World, segment: str, url: str) -> bytes:
    (row,) = world.store.read([segment], Page, where={"url": url})
    return row.body


def _batch(number: int) -> list[Page]:
    return [
        page_of("batch", f"{number}-{place:04d}.html", shop_body(number * 1_000 + place, 40_000), place)
        for place in range(400)
    ]


def _segment(pages: Sequence[Page], packing: Packing) -> bytes:
    target = io.BytesIO()
    ordered = sorted(pages, key=lambda page: (page.feed, page.url, page.fetched_at))
    encode(_InMemory(target), Page, ordered, {}, packing=packing)
    return target.getvalue()


class _InMemory(HashingFile):
    """What `encode` writes to, without a disk."""

    def __init__(self, target: io.BytesIO) -> None:
        super().__init__(target)
        self._bytes = target

    def read_back(self, offset: int, length: int) -> bytes:
        """Return bytes that were written before."""
        return self._bytes.getvalue()[offset : offset + length]


def _warc(pages: Sequence[Page]) -> bytes:
    target = io.BytesIO()
    writer = WARCWriter(target, gzip=True)
    for page in pages:
        headers = StatusAndHeaders("200 OK", [("Content-Type", page.media_type)], protocol="HTTP/1.1")
        record = writer.create_warc_record(page.url, "response", payload=io.BytesIO(page.body), http_headers=headers)
        writer.write_record(record)
        record.raw_stream.close()  # a temporary file of warcio's
    return target.getvalue()


def _long_window(pages: Sequence[Page]) -> bytes:
    settings = zstandard.ZstdCompressionParameters.from_level(10, window_log=27, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=settings)
    return compressor.compress(b"".join(page.body for page in pages))


def _write_plain(pages: Sequence[Page], path: Path) -> None:
    schema = arrow_schema(Page)
    columns = {name: [getattr(page, name) for page in pages] for name in schema.names}
    table = pa.table(columns, schema=schema)
    texts = [column.name for column in spec_of(Page).columns if column.type is str]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=WRITTEN_ONCE.level,
        row_group_size=105,  # 4 MiB of bodies, as ours
        use_dictionary=texts,
        write_statistics=["feed", "url", "fetched_at"],
    )
