"""Bodies are whole or refused, in whatever pieces they come and wherever they are cut."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import FetchError
from whisky_assets.fetching.bodies import BodyReader, is_gzip
from whisky_assets.fetching.failures import LaterAnswerError, RefusedAnswerError, code_of
from whisky_assets_tests.fetching.servers import gzipped

URL = "http://hanok.sample/"
MEMBERS = st.lists(st.binary(max_size=300), min_size=1, max_size=4)


def read(wire: bytes, sizes: list[int], *, limit: int = 10_000, zipped: bool = True) -> bytes:
    """Read wire bytes in pieces of these sizes, over and over."""
    rest = wire
    turn = 0

    def next_piece(most: int) -> bytes:
        nonlocal rest, turn
        size = min(sizes[turn % len(sizes)], most)
        turn += 1
        piece, rest = rest[:size], rest[size:]
        return piece

    return BodyReader(URL, limit=limit, gzip=zipped).read_all(next_piece)


@given(MEMBERS, st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_members_in_any_pieces_are_one_body(members: list[bytes], sizes: list[int]) -> None:
    wire = b"".join(gzipped(member) for member in members)
    assert read(wire, sizes) == gzip.decompress(wire) == b"".join(members)


@given(MEMBERS, st.data())
def test_no_cut_passes_as_whole(members: list[bytes], data: st.DataObject) -> None:
    parts = [gzipped(member) for member in members]
    wire = b"".join(parts)
    ends = {sum(len(part) for part in parts[:count]) for count in range(len(parts) + 1)}
    cut = data.draw(st.integers(1, len(wire) - 1).filter(lambda place: place not in ends))
    with pytest.raises(LaterAnswerError) as caught:
        read(wire[:cut], [7])
    assert code_of(caught.value) == "truncated"


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_flipped_bit_never_gives_another_body(body: bytes, data: st.DataObject) -> None:
    wire = bytearray(gzipped(body))
    place = data.draw(st.integers(0, len(wire) * 8 - 1))
    wire[place // 8] ^= 1 << (place % 8)
    try:
        got = read(bytes(wire), [64])
    except FetchError:
        return
    assert got == body


@given(st.integers(0, 300), st.integers(1, 100), st.booleans())
def test_the_limit_is_exact(size: int, limit: int, zipped: bool) -> None:
    body = bytes(size)
    # The limit holds on the wire as well, so gzip's own twenty-odd bytes need room.
    limit += 50
    wire = gzipped(body) if zipped else body
    if size <= limit:
        assert read(wire, [16], limit=limit, zipped=zipped) == body
        return
    with pytest.raises(RefusedAnswerError) as caught:
        read(wire, [16], limit=limit, zipped=zipped)
    assert code_of(caught.value) == "too_large"


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_cut_body_is_its_beginning(body: bytes, limit: int) -> None:
    pieces = iter([body[:100], body[100:200], body[200:], b""])
    reader = BodyReader(URL, limit=limit, gzip=False, cut=True)
    assert reader.read_all(lambda _most: next(pieces, b"")) == body[:limit]
    assert reader.is_cut == (len(body) > limit)


@pytest.mark.parametrize("name", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "x"])
def test_an_encoding_that_was_not_asked_for_is_refused(name: str) -> None:
    with pytest.raises(RefusedAnswerError):
        is_gzip(name, URL)


def test_gzip_has_two_names_and_identity_none() -> None:
    assert [is_gzip(name, URL) for name in ("gzip", " GZIP ", "x-gzip", "identity", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]
