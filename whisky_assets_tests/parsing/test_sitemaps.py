"""Sitemaps: every address once with its date, and nothing taken for whole that was cut off."""

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import sitemaps
from whisky_assets.parsing.sitemaps import is_sitemap, read_sitemap, unpacked

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*urls: str) -> str:
    return f'<?xml version="1.0"?><urlset {NS}>{"".join(urls)}</urlset>'


def told(text: str) -> list[str]:
    return [entry.url for entry in read_sitemap(text).entries]


ONE = "<url><loc>http://x.test/p/1</loc></url>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (urlset(ONE), ["http://x.test/p/1"]),
        (urlset(ONE, ONE.replace("1", "2")), ["http://x.test/p/1", "http://x.test/p/2"]),
        (urlset("<url>\n <loc>\n http://x.test/a?b=1&amp;c=2 </loc></url>"), ["http://x.test/a?b=1&c=2"]),
        (urlset("<url><loc><![CDATA[http://x.test/a?b=1&c=2]]></loc></url>"), ["http://x.test/a?b=1&c=2"]),
        (urlset('<url id="7"><LOC >http://x.test/p/1</LOC></url>'), ["http://x.test/p/1"]),
        (urlset("<!-- <url><loc>http://x.test/old</loc></url> -->", ONE), ["http://x.test/p/1"]),
        (
            urlset(
                "<url><image:image><image:loc>http://x.test/1.jpg</image:loc></image:image><loc>http://x.test/p/1</loc>"
                '<xhtml:link rel="alternate" href="http://x.test/de"/></url>'
            ),
            ["http://x.test/p/1"],
        ),
        (urlset("<url><lastmod>2026-01-01</lastmod></url>", "<url><loc> </loc></url>", ONE), ["http://x.test/p/1"]),
        (
            urlset("<url><loc>http://x.test/p/1</url>", ONE.replace("1", "2")),
            ["http://x.test/p/1", "http://x.test/p/2"],
        ),
        (
            '<sm:urlset xmlns:sm="s"><sm:url><sm:loc>http://x.test/p/1</sm:loc></sm:url></sm:urlset>',
            ["http://x.test/p/1"],
        ),
        (urlset(), []),
        (f"<urlset {NS}/>", []),
    ],
)
def test_addresses_are_read_in_every_way_of_writing_them(text: str, expected: list[str]) -> None:
    assert is_sitemap(text)
    assert told(text) == expected
    assert not read_sitemap(text).is_index


def test_an_index_lists_further_sitemaps() -> None:
    text = f"<sitemapindex {NS}><sitemap><loc>http://x.test/s1.xml.gz</loc></sitemap></sitemapindex>"

    found = read_sitemap(text)

    assert found.is_index
    assert [entry.url for entry in found.entries] == ["http://x.test/s1.xml.gz"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
        ("2026-03-04T05:06:07Z", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2026-03-04T05:06:07+09:00", datetime(2026, 3, 3, 20, 6, 7, tzinfo=UTC)),
        ("2026-03-04T05:06", datetime(2026, 3, 4, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("2026-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_utc_or_not_at_all(written: str, moment: datetime | None) -> None:
    text = urlset(f"<url><loc>http://x.test/p/1</loc><lastmod>{written}</lastmod></url>")

    assert read_sitemap(text).entries[0].modified == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (urlset(ONE)[: -len("</urlset>")], "broken_sitemap"),
        (urlset(ONE, "<!-- never closed"), "broken_sitemap"),
        ("<html><body><a href='/p/1'>1</a></body></html>", "broken_sitemap"),
        ("", "broken_sitemap"),
    ],
)
def test_a_sitemap_that_is_cut_off_or_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_sitemap(text)

    assert refused.value.reason == reason
    assert refused.value.remedy


def test_a_sitemap_of_too_many_addresses_or_characters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 2)
    assert len(told(urlset(ONE, ONE))) == 2
    with pytest.raises(InputRefusedError, match="more than 2 addresses") as many:
        read_sitemap(urlset(ONE, ONE, ONE))
    monkeypatch.setattr(sitemaps, "LARGEST_BYTES", 20)
    with pytest.raises(InputRefusedError, match="more than 20 characters") as long:
        read_sitemap(urlset(ONE))

    assert many.value.reason == long.value.reason == "sitemap_too_large"


def test_starts_without_ends_cost_no_more_than_their_length() -> None:
    for piece in ("<url>", "<!--", "<url><loc>", "<![CDATA["):
        with pytest.raises(InputRefusedError):
            read_sitemap(f"<urlset {NS}>{piece * 40_000}")


def test_a_packed_sitemap_is_unpacked_also_in_several_members() -> None:
    whole = urlset(ONE).encode()

    assert unpacked(whole) == whole
    assert unpacked(gzip.compress(whole, mtime=0)) == whole
    assert unpacked(gzip.compress(whole[:30], mtime=0) + gzip.compress(whole[30:], mtime=0) + b"\0\0") == whole


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"x" * 5_000, mtime=0)[:-4],
        gzip.compress(b"x" * 5_000, mtime=0)[:15],
        b"\x1f\x8bno gzip at all",
        gzip.compress(b"x", mtime=0) + b"trailing",
    ],
)
def test_a_packed_file_that_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(InputRefusedError) as refused:
        unpacked(body)

    assert refused.value.reason == "broken_sitemap"


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is_whole() -> None:
    bomb = zlib.compress(b"\0" * (4 * sitemaps.LARGEST_BYTES), level=9, wbits=31)

    assert len(bomb) < 100_000
    with pytest.raises(InputRefusedError) as refused:
        unpacked(bomb)
    assert refused.value.reason == "sitemap_too_large"


def test_a_sitemap_of_very_many_comments_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 3)
    item = "<url><loc>http://a.test/1</loc></url>"

    assert len(read_sitemap(f"<urlset>{'<!-- -->' * 3}{item}</urlset>").entries) == 1
    with pytest.raises(InputRefusedError) as refused:
        read_sitemap(f"<urlset>{'<!-- -->' * 4}{item}</urlset>")

    assert refused.value.reason == "sitemap_too_large"
