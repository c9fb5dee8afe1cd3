"""The sample shops over HTTP: names by Host, validators, dead shops, speed, and nothing left open."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.sample.pages import answer
from whisky_assets.sample.server import SampleServer
from whisky_assets.sample.world import World

LEAST_PAGES_A_SECOND = 500


class Client:
    """One kept-alive connection to the sample shops."""

    def __init__(self, server: SampleServer) -> None:
        self.address = server.resolve()["hanok.sample"]
        self.connection = http.client.HTTPConnection(*self.address, timeout=10)

    def get(
        self, host: str, target: str, *, method: str = "GET", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, target, headers={"Host": host, **named})
        response = self.connection.getresponse()
        return response, response.read()


@pytest.fixture(scope="module")
def shops() -> Iterator[SampleServer]:
    with SampleServer(2) as server:
        yield server


@pytest.fixture
def client(shops: SampleServer) -> Iterator[Client]:
    client = Client(shops)
    yield client
    client.connection.close()


def test_both_shops_resolve_to_one_loopback_port(shops: SampleServer) -> None:
    resolved = shops.resolve()
    assert set(resolved) == {"harbour.sample", "hanok.sample"}
    assert len(set(resolved.values())) == 1
    assert {ip for ip, _ in resolved.values()} == {"127.0.0.1"}


def test_the_host_header_chooses_the_shop_whatever_port_and_case_it_has(client: Client) -> None:
    _, harbour = client.get("harbour.sample:80", "/robots.txt")
    _, hanok = client.get("HANOK.sample", "/robots.txt")
    assert b"Sitemap: http://hanok.sample/sitemap.xml" in hanok
    assert harbour != hanok
    response, _ = client.get("elsewhere.sample", "/robots.txt")
    assert response.status == 404


def test_a_page_comes_as_the_world_has_it(client: Client) -> None:
    response, body = client.get("hanok.sample", "/product/10010")
    expected = answer(World(), 2, "hanok.sample", "/product/10010")
    assert (response.status, body) == (200, expected.body)
    assert response.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert response.headers["ETag"] == expected.etag
    assert response.headers["Last-Modified"] == "Mon, 05 Jan 2026 09:00:00 GMT"


def test_the_date_header_is_the_sample_worlds_clock(client: Client) -> None:
    response, _ = client.get("hanok.sample", "/robots.txt")
    assert response.headers["Date"] == "Mon, 12 Jan 2026 09:00:00 GMT"


def test_a_matching_validator_is_answered_with_304_and_no_body(client: Client) -> None:
    response, _ = client.get("hanok.sample", "/product/10010")
    etag, since = response.headers["ETag"], response.headers["Last-Modified"]
    for headers in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"other", W/{etag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": since},
        {"If_None_Match": etag, "If_Modified_Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
    ):
        again, body = client.get("hanok.sample", "/product/10010", **headers)
        assert (again.status, body) == (304, b""), headers
        assert again.headers["ETag"] == etag


def test_a_validator_that_does_not_match_is_answered_with_the_page(client: Client) -> None:
    for headers in (
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_None_Match": '"other"', "If_Modified_Since": "Mon, 01 Jan 2029 00:00:00 GMT"},
    ):
        response, body = client.get("hanok.sample", "/product/10010", **headers)
        assert response.status == 200, headers
        assert body


def test_an_unchanged_page_keeps_its_validator_over_weeks_and_a_changed_one_does_not() -> None:
    tags = {
        path: [answer(World(), week, "hanok.sample", path).etag for week in (1, 2)]
        for path in ("/product/10010", "/product/10060")
    }
    assert tags["/product/10060"][0] != tags["/product/10060"][1]
    same = [
        listing
        for listing in World().listings(2)
        if listing.feed == "hanok" and listing.live and World().changed_week(listing, 2) == 1
    ]
    for listing in same:
        path = f"/product/{listing.source_id}"
        assert answer(World(), 1, "hanok.sample", path).etag == answer(World(), 2, "hanok.sample", path).etag


def test_missing_pages_answer_404_and_one_410_even_with_a_validator(client: Client) -> None:
    assert client.get("hanok.sample", "/product/10460", If_None_Match="*")[0].status == 404
    assert client.get("hanok.sample", "/product/10950")[0].status == 410
    assert client.get("hanok.sample", "/product/1")[0].status == 404
    assert client.get("harbour.sample", "/nothing")[0].status == 404


def test_head_answers_the_same_headers_without_a_body(client: Client) -> None:
    asked, body = client.get("hanok.sample", "/sitemap.xml", method="HEAD")
    assert body == b""
    assert asked.headers["Content-Length"] == str(len(client.get("hanok.sample", "/sitemap.xml")[1]))


def test_a_dead_shop_answers_500_to_all_and_the_other_one_lives() -> None:
    with SampleServer(1, dead=frozenset({"hanok"})) as server:
        client = Client(server)
        assert client.get("hanok.sample", "/robots.txt")[0].status == 500
        assert client.get("hanok.sample", "/product/10010")[0].status == 500
        assert client.get("harbour.sample", "/products.json")[0].status == 200
        client.connection.close()


def test_a_silent_shop_closes_the_connection_without_a_word() -> None:
    with SampleServer(1, dead=frozenset({"harbour"}), dead_how="silent") as server:
        client = Client(server)
        with pytest.raises(http.client.RemoteDisconnected):
            client.get("harbour.sample", "/products.json")
        assert client.get("hanok.sample", "/robots.txt")[0].status == 200
        client.connection.close()


def test_a_dead_shop_that_does_not_exist_is_refused_with_the_names_that_do() -> None:
    with pytest.raises(UsageError, match=r"no sample feed is called hanoc.*elbe, hanok, harbour, minato"):
        SampleServer(1, dead=frozenset({"hanoc"}))


def test_a_week_below_one_is_refused_before_anything_listens() -> None:
    with pytest.raises(UsageError, match="no week 0"):
        SampleServer(0)


def test_a_closed_server_resolves_nothing_and_can_be_opened_again() -> None:
    server = SampleServer(1, world=World(cut=40))
    with pytest.raises(UsageError, match="closed"):
        server.resolve()
    for _ in range(2):
        with server:
            client = Client(server)
            assert client.get("hanok.sample", "/robots.txt")[0].status == 200
            client.connection.close()
    with pytest.raises(UsageError, match="closed"):
        server.resolve()


def test_the_end_closes_idle_connections_the_port_and_every_thread_at_once() -> None:
    before = set(threading.enumerate())
    with SampleServer(1) as server:
        client = Client(server)
        client.get("hanok.sample", "/robots.txt")
        address = client.address
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert set(threading.enumerate()) <= before  # another test's thread may end meanwhile
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(address, timeout=1)
    client.connection.close()


def test_a_client_that_resets_its_connection_leaves_no_word_and_the_others_alone(
    shops: SampleServer, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        rude = socket.create_connection(client.address, timeout=5)
        rude.sendall(b"GET /product/10010 HTTP/1.1\r\nHost: hanok.sample\r\n\r\nGET")
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.close()
    assert client.get("hanok.sample", "/robots.txt")[0].status == 200
    assert Client(shops).address == client.address
    assert capfd.readouterr().err == ""


def test_one_connection_is_served_far_faster_than_any_crawl_asks(client: Client) -> None:
    paths = [f"/product/{listing.source_id}" for listing in World().shelf("hanok", 2)]
    began = time.perf_counter()
    for path in paths * 4:
        assert client.get("hanok.sample", path)[0].status == 200
    assert len(paths) * 4 / (time.perf_counter() - began) >= LEAST_PAGES_A_SECOND


def test_eight_clients_at_once_are_all_answered(shops: SampleServer) -> None:
    found: list[int] = []

    def ask() -> None:
        client = Client(shops)
        found.extend(client.get("hanok.sample", "/product/10010")[0].status for _ in range(10))
        client.connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 80
