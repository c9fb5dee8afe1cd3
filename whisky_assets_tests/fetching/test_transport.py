"""The guarded transport against servers that behave and servers that do not: every answer ends, in time and in size."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer

from whisky_assets.domain.errors import BlockedError, FetchError, RetryLaterError, UsageError
from whisky_assets.fetching.failures import code_of
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets_tests.fetching.servers import Route, Server, dripping, gzipped, plain, raw, running

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SHOP = "http://hanok.sample"
DEADLINE_SECONDS = 0.4


def failure(transport: GuardedTransport, url: str = f"{SHOP}/") -> FetchError:
    with pytest.raises(FetchError) as caught:
        transport.get(url)
    return caught.value


# What is sent and what comes back.


def test_a_page_comes_back_byte_for_byte_with_its_headers(transport: GuardedTransport, server: Server) -> None:
    body = "아드벡 10 <p>₩ 89,000</p>".encode()
    server.routes["/page"] = plain(body, headers={"ETag": '"one"', "Content-Type": "text/html; charset=EUC-KR"})
    answer = transport.get(f"{SHOP}/page")
    assert (answer.status, answer.body, answer.url) == (200, body, f"{SHOP}/page")
    assert answer.headers["etag"] == '"one"'
    assert (answer.media_type, answer.charset) == ("text/html", "EUC-KR")


def test_only_declared_headers_are_sent_whatever_the_machine_says(
    transport: GuardedTransport, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine hanok.sample login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.routes["/"] = plain(b"hello")
    transport.get(f"{SHOP}/", {"If-None-Match": '"x"'})
    sent = server.requests[0].headers
    assert sent == {
        "host": "hanok.sample",
        "user-agent": transport.user_agent,
        "accept": "*/*",
        "accept-encoding": "gzip",
        "if-none-match": '"x"',
    }


def test_cookies_never_go_back(transport: GuardedTransport, server: Server) -> None:
    server.routes["*"] = raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        + b"".join(b"Set-Cookie: c%d=1; Path=/\r\n" % n for n in range(90))
        + b"\r\nok"
    )
    transport.get(f"{SHOP}/a")
    transport.get(f"{SHOP}/b")
    assert [request.headers.get("cookie") for request in server.requests] == [None, None]


def test_a_connection_is_kept_for_the_next_page(transport: GuardedTransport, server: Server) -> None:
    server.routes["/plain"] = plain(b"a")
    server.routes["/gzip"] = plain(gzipped(b"b"), headers={"Content-Encoding": "gzip"})
    server.routes["/chunks"] = raw(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n")
    server.routes["/empty"] = plain(b"", status=204)
    bodies = [
        transport.get(f"{SHOP}{path}").body for path in ("/plain", "/gzip", "/chunks", "/empty", "/gone", "/plain")
    ]
    assert bodies == [b"a", b"b", b"c", b"", b"", b"a"]
    assert server.connections == 1


def test_a_kept_connection_is_under_the_deadline_too(hurried: GuardedTransport, server: Server) -> None:
    server.routes["/good"] = plain(b"a")
    server.routes["/drip"] = dripping(OK + b"Content-Length: 9999\r\n\r\n", b".")
    hurried.get(f"{SHOP}/good")
    begun = time.monotonic()
    assert code_of(failure(hurried, f"{SHOP}/drip")) == "deadline"
    assert time.monotonic() - begun < DEADLINE_SECONDS + 1
    assert server.connections == 1


def test_many_threads_share_one_transport(hurried: GuardedTransport, server: Server) -> None:
    server.routes["/slow"] = dripping(OK + b"Content-Length: 9999\r\n\r\n", b".")
    server.routes["/good"] = plain(b"a")
    outcomes: list[str] = []

    def ask(path: str) -> None:
        try:
            outcomes.append(hurried.get(f"{SHOP}{path}").body.decode())
        except FetchError as error:
            outcomes.append(code_of(error))

    threads = [threading.Thread(target=ask, args=(path,)) for path in ("/slow", "/good") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(outcomes) == ["a"] * 4 + ["deadline"] * 4


def test_a_plain_web_server_is_read_through_the_guard(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/list", query_string="page=2").respond_with_data("text", content_type="text/plain")
    with GuardedTransport(resolve={"plain.sample": ("127.0.0.1", httpserver.port)}) as transport:
        answer = transport.get("http://plain.sample/list?page=2#top")
    assert (answer.status, answer.body, answer.media_type) == (200, b"text", "text/plain")


# Deadlines: hostile behaviours 1 to 5.

ENDLESS = {
    "a dripped body": dripping(OK + b"Content-Length: 100000\r\n\r\n", b"."),
    "a dripped body without length": dripping(OK + b"\r\n", b"."),
    "dripped headers": dripping(OK, b"X-A: 1\r\n", 0.05),
    "a dripped status line": dripping(b"HTTP/1.1 2", b"0"),
    "endless hundreds": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence": dripping(b"", b""),
    "a dripped redirect": dripping(b"HTTP/1.1 302 Go\r\nLocation: /a\r\nContent-Length: 99999\r\n\r\n", b"."),
    "dripped trailers": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"X-T: 1\r\n"),
}


@pytest.mark.parametrize("behaviour", ENDLESS)
def test_no_answer_outlives_its_deadline(hurried: GuardedTransport, server: Server, behaviour: str) -> None:
    server.routes["/"] = ENDLESS[behaviour]
    begun = time.monotonic()
    error = failure(hurried)
    assert time.monotonic() - begun < DEADLINE_SECONDS + 1
    assert isinstance(error, RetryLaterError)
    assert code_of(error) == "deadline"


def test_a_name_that_is_never_found_ends_at_the_deadline() -> None:
    release = threading.Event()

    def never(_host: str, _port: int) -> tuple[str, ...]:
        release.wait(5)
        return ()

    limits = TransportLimits(deadline_seconds=0.2)
    with GuardedTransport(contact="me@example.org", resolver=never, limits=limits) as transport:
        begun = time.monotonic()
        assert code_of(failure(transport, "http://slow.example/")) == "deadline"
        assert time.monotonic() - begun < 1.2
    release.set()


# Sizes: 6 to 8.


def test_an_endless_body_is_refused_at_its_limit(transport: GuardedTransport, server: Server) -> None:
    server.routes["/"] = dripping(OK + b"\r\n", b"x" * 200_000, 0)
    error = failure(transport)
    assert code_of(error) == "too_large"
    assert not isinstance(error, RetryLaterError)


def test_a_gzip_bomb_is_refused_before_it_is_inflated(transport: GuardedTransport, server: Server) -> None:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezer.compress(bytes(1_000_000)) for _ in range(50)) + squeezer.flush()
    server.routes["/"] = plain(bomb, headers={"Content-Encoding": "gzip"})
    assert code_of(failure(transport)) == "too_large"


def test_a_bomb_in_a_bomb_is_refused_unopened(transport: GuardedTransport, server: Server) -> None:
    server.routes["/"] = plain(gzipped(gzipped(bytes(9_000_000))), headers={"Content-Encoding": "gzip, gzip"})
    assert code_of(failure(transport)) == "malformed"


def test_a_page_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(
    transport: GuardedTransport, server: Server
) -> None:
    server.routes["/fits"] = plain(gzipped(bytes(1_000_000)), headers={"Content-Encoding": "gzip"})
    server.routes["/over"] = plain(gzipped(bytes(1_000_001)), headers={"Content-Encoding": "gzip"})
    server.routes["/plain"] = plain(bytes(1_000_001))
    assert len(transport.get(f"{SHOP}/fits").body) == 1_000_000
    assert code_of(failure(transport, f"{SHOP}/over")) == "too_large"
    assert code_of(failure(transport, f"{SHOP}/plain")) == "too_large"


def test_a_body_in_chunks_of_two_bytes_weighs_no_more_than_itself(transport: GuardedTransport, server: Server) -> None:
    server.routes["/"] = raw(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 100_000 + b"0\r\n\r\n")
    tracemalloc.start()
    answer = transport.get(f"{SHOP}/")
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.body == b"ab" * 100_000
    assert peak_bytes < 3_000_000


# Truncation: 9 to 12.

WHOLE_GZIP = gzipped(b"a page that is long enough to be cut " * 50)
CUT = {
    "gzip cut, no length": raw(OK + b"Content-Encoding: gzip\r\n\r\n" + WHOLE_GZIP[:-12], close=True),
    "gzip cut, right length": plain(WHOLE_GZIP[:-12], headers={"Content-Encoding": "gzip"}),
    "second gzip member cut": plain(WHOLE_GZIP + WHOLE_GZIP[:20], headers={"Content-Encoding": "gzip"}),
    "short of its length": raw(OK + b"Content-Length: 50\r\n\r\nhalf", close=True),
    "cut inside a chunk": raw(OK + b"Transfer-Encoding: chunked\r\n\r\n20\r\nhalf", close=True),
    "cut between chunks": raw(OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", close=True),
    "reset in the body": raw(OK + b"Content-Length: 50\r\n\r\nhalf", reset=True),
}


@pytest.mark.parametrize("behaviour", CUT)
def test_an_answer_cut_short_is_never_taken_for_whole(
    transport: GuardedTransport, server: Server, behaviour: str
) -> None:
    server.routes["/"] = CUT[behaviour]
    error = failure(transport)
    assert isinstance(error, RetryLaterError)
    assert code_of(error) == "truncated"


def test_all_members_of_a_gzip_body_are_read_and_padding_is_none(transport: GuardedTransport, server: Server) -> None:
    body = gzipped(b"one ") + gzipped(b"two") + bytes(5)
    server.routes["/"] = plain(body, headers={"Content-Encoding": "gzip"})
    assert transport.get(f"{SHOP}/").body == b"one two"


# Malformed: 13 to 20, and 28, 49, 50.

MALFORMED: dict[str, Route] = {
    "two lengths": raw(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
    "a length that is no number": raw(OK + b"Content-Length: many\r\n\r\nabc", close=True),
    "a bad chunk size": raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n"),
    "plain text as gzip": plain(b"plain text", headers={"Content-Encoding": "gzip"}),
    "brotli that was not asked for": plain(b"\x0b\x02\x80abc\x03", headers={"Content-Encoding": "br"}),
    "zstd that was not asked for": plain(b"\x28\xb5\x2f\xfd", headers={"Content-Encoding": "zstd"}),
    "101 headers": raw(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(101)) + b"Content-Length: 0\r\n\r\n"),
    "a header of 70 kB": raw(OK + b"X-A: " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n"),
    "switching protocols": raw(b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n"),
    "no HTTP at all": raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", close=True),
}


@pytest.mark.parametrize("behaviour", MALFORMED)
def test_a_malformed_answer_is_refused_for_good(transport: GuardedTransport, server: Server, behaviour: str) -> None:
    server.routes["/"] = MALFORMED[behaviour]
    error = failure(transport)
    assert code_of(error) == "malformed"
    assert not isinstance(error, RetryLaterError | BlockedError)


def test_a_server_that_hangs_up_without_a_word_may_be_asked_later(transport: GuardedTransport, server: Server) -> None:
    server.routes["/"] = raw(b"", close=True)
    error = failure(transport)
    assert isinstance(error, RetryLaterError)
    assert code_of(error) == "no_answer"


def test_bytes_past_the_length_are_no_part_of_this_page_or_the_next(
    transport: GuardedTransport, server: Server
) -> None:
    server.routes["/long"] = raw(OK + b"Content-Length: 4\r\n\r\npageHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
    server.routes["/next"] = plain(b"next")
    assert transport.get(f"{SHOP}/long").body == b"page"
    assert transport.get(f"{SHOP}/next").body == b"next"


def test_a_status_that_nobody_knows_and_a_body_where_none_may_be_are_plain_answers(
    transport: GuardedTransport, server: Server
) -> None:
    server.routes["/999"] = plain(b"go away", status=999)
    server.routes["/204"] = raw(b"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\nbody")
    server.routes["/next"] = plain(b"next")
    assert (transport.get(f"{SHOP}/999").status, transport.get(f"{SHOP}/204").body) == (999, b"")
    assert transport.get(f"{SHOP}/next").body == b"next"


# Refused, nothing sent: 21, 24, 26, 27.


def test_loopback_is_reached_by_sample_names_only(server: Server) -> None:
    public_names = GuardedTransport(contact="me@example.org", resolver=lambda _host, _port: ("127.0.0.1",))
    with public_names as transport:
        error = failure(transport, f"http://shop.example:{server.port}/")
        assert isinstance(error, BlockedError)
        assert code_of(error) == "private_peer"
        for spelling in ("127.1", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost"):
            assert code_of(failure(transport, f"http://{spelling}:{server.port}/")) == "private_peer"
    assert server.connections == 0


def test_a_name_that_turns_to_a_private_address_is_refused_at_the_turn(server: Server) -> None:
    answers = iter([("127.0.0.1",), ("93.184.215.14", "10.0.0.1")])
    with GuardedTransport(contact="me@example.org", resolver=lambda _host, _port: next(answers)) as transport:
        for _turn in range(2):
            assert code_of(failure(transport, f"http://rebound.example:{server.port}/")) == "private_peer"
    assert server.connections == 0


def test_a_place_of_its_own_is_for_sample_names_and_loopback_only() -> None:
    with pytest.raises(UsageError, match=r"\.sample"):
        GuardedTransport(resolve={"shop.example": ("127.0.0.1", 80)})
    with pytest.raises(UsageError, match="loopback"):
        GuardedTransport(resolve={"shop.sample": ("10.0.0.1", 80)})


def test_a_sample_name_without_a_place_leads_nowhere(transport: GuardedTransport) -> None:
    assert code_of(failure(transport, "http://closed.sample/")) == "private_peer"
    assert code_of(failure(transport, "http://hanok.sample:8080/")) == "private_peer"


def test_no_live_site_is_asked_without_a_contact(transport: GuardedTransport) -> None:
    with pytest.raises(UsageError, match="contact"):
        transport.get("https://shop.example/")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://hanok.sample/a", "hanok.sample/a", "http:///a"])
def test_only_http_addresses_are_asked_for(transport: GuardedTransport, url: str) -> None:
    assert code_of(failure(transport, url)) == "bad_url"


def certificate_for(name: str, directory: Path) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = directory / f"{name}.pem"
    pem.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file = directory / f"{name}.key"
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    return pem, context


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A TLS server for hanok.sample and the certificate to trust."""
    pem, context = certificate_for("hanok.sample", tmp_path)
    with running(Server(), tls=context) as started:
        yield started, pem


def test_over_tls_pages_come_whole_and_the_deadline_holds(secure_server: tuple[Server, Path]) -> None:
    server, pem = secure_server
    server.routes["/page"] = plain(b"secret page")
    server.routes["/drip"] = dripping(OK + b"Content-Length: 9999\r\n\r\n", b".")
    limits = TransportLimits(deadline_seconds=DEADLINE_SECONDS)
    with GuardedTransport(resolve={"hanok.sample": server.place}, certificates=pem, limits=limits) as transport:
        assert transport.get("https://hanok.sample/page").body == b"secret page"
        begun = time.monotonic()
        assert code_of(failure(transport, "https://hanok.sample/drip")) == "deadline"
        assert time.monotonic() - begun < DEADLINE_SECONDS + 1


def test_a_certificate_that_nobody_vouches_for_or_of_another_name_gets_no_request(
    secure_server: tuple[Server, Path],
) -> None:
    server, pem = secure_server
    server.routes["*"] = plain(b"page")
    places = {"hanok.sample": server.place, "other.sample": server.place}
    for trusted, url in ((None, "https://hanok.sample/"), (pem, "https://other.sample/")):
        with GuardedTransport(resolve=places, certificates=trusted) as transport:
            error = failure(transport, url)
        assert isinstance(error, BlockedError)
        assert code_of(error) == "bad_tls"
    assert server.requests == []


def test_a_tls_handshake_that_never_ends_ends_at_the_deadline(hurried: GuardedTransport, server: Server) -> None:
    begun = time.monotonic()
    assert code_of(failure(hurried, "https://hanok.sample/")) == "deadline"
    assert time.monotonic() - begun < DEADLINE_SECONDS + 1
    assert server.requests == []


def test_a_body_longer_than_asked_for_is_cut_where_the_caller_says_so(
    transport: GuardedTransport, server: Server
) -> None:
    server.routes["/"] = plain(b"x" * 500_000)
    answer = transport.get(f"{SHOP}/", limit_bytes=1_000, cut=True)
    assert (len(answer.body), answer.is_cut) == (1_000, True)
    server.routes["/"] = plain(b"next")
    assert transport.get(f"{SHOP}/").body == b"next"
