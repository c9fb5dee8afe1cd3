"""The proxy alone, spoken to over raw sockets: what it lets through, to whom, and how much."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from whisky_assets.fetching.browser.proxy import GuardProxy, Traffic
from whisky_assets.fetching.browser.refusals import METHOD, OVER, STRANGER, Refusals
from whisky_assets.fetching.connections import Gate
from whisky_assets.fetching.failures import FOREIGN_ORIGIN, PRIVATE_PEER
from whisky_assets.fetching.peers import Peers
from whisky_assets.fetching.watchdog import Deadline
from whisky_assets_tests.fetching.servers import Server, dripping, message, plain, raw, running

ORIGINS = ("http://hanok.sample", "https://hanok.sample", "http://inside.example")
LIMIT = 10_000
PATIENCE = 10.0


class Client:
    """Somebody on this machine who speaks to the proxy."""

    def __init__(self, proxy: GuardProxy, *, secret: str | None = None) -> None:
        """Take the proxy's port, and its secret unless another is given."""
        told = f"{proxy.user}:{proxy.secret if secret is None else secret}".encode()
        self._port = proxy.port
        self._secret = f"Proxy-Authorization: Basic {base64.b64encode(told).decode()}\r\n"

    def says(self, first: str, *, more: str = "", secret: bool = True) -> bytes:
        """Send one head and return all that comes until the proxy hangs up."""
        head = f"{first} HTTP/1.1\r\n{more}{self._secret if secret else ''}\r\n"
        with self.connected() as connected:
            connected.sendall(head.encode())
            return everything(connected)

    def connected(self) -> socket.socket:
        """Return a connection to the proxy."""
        return socket.create_connection(("127.0.0.1", self._port), PATIENCE)

    def head(self, first: str) -> bytes:
        """Return a head with the secret."""
        return f"{first} HTTP/1.1\r\n{self._secret}\r\n".encode()


def everything(connected: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):  # it hung up on what was still being said
        while chunk := connected.recv(65_536):
            found += chunk
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.fixture
def refusals() -> Refusals:
    """No refusals yet."""
    return Refusals()


@pytest.fixture
def proxy(server: Server, refusals: Refusals) -> Iterator[GuardProxy]:
    """A proxy to hanok.sample, and to inside.example, which leads to this machine."""
    peers = Peers({"hanok.sample": server.place}, lambda _host, _port: ["127.0.0.1"])
    with GuardProxy(Gate(peers), ORIGINS, refusals) as opened:
        yield opened


@pytest.fixture
def page(proxy: GuardProxy) -> Iterator[Traffic]:
    """A page that is being loaded."""
    with proxy.page(Deadline(PATIENCE), LIMIT) as traffic:
        yield traffic


@pytest.mark.usefixtures("page")
def test_a_declared_origin_answers_and_gets_a_request_of_its_own(proxy: GuardProxy, server: Server) -> None:
    server.routes["/a?b=1"] = raw(message(b"here", headers={"Keep-Alive": "9"}), close=True)
    told = "Host: other.sample\r\nAccept: text/css\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\n"
    answer = Client(proxy).says("GET http://hanok.sample/a?b=1", more=told)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (status(answer), body) == (200, b"here")
    assert b"connection: close" in head.lower()
    assert b"keep-alive" not in head.lower()
    assert server.requests[0].headers == {"host": "hanok.sample", "accept": "text/css", "connection": "close"}


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("secret", [True, False])
def test_nobody_without_the_secret_gets_through(
    proxy: GuardProxy, server: Server, refusals: Refusals, secret: bool
) -> None:
    stranger = Client(proxy, secret="guessed")  # noqa: S106 - a wrong one
    assert status(stranger.says("GET http://hanok.sample/", secret=secret)) == 407
    assert status(stranger.says("CONNECT update.example:443", secret=secret)) == 407
    assert refusals.counts() == {(STRANGER, "update.example"): 1}
    assert server.connections == 0


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("first", "whom"),
    [
        ("GET http://other.sample/", "http://other.sample"),
        ("GET http://hanok.sample:8080/", "http://hanok.sample:8080"),
        ("GET http://127.0.0.1:{port}/", "http://127.0.0.1:{port}"),
        ("CONNECT 127.0.0.1:{port}", "https://127.0.0.1:{port}"),
        ("CONNECT hanok.sample:80", "https://hanok.sample:80"),
        ("CONNECT other.sample:443", "https://other.sample"),
        ("CONNECT [::1]:443", "https://[::1]"),
    ],
)
def test_an_undeclared_origin_gets_nothing_and_is_named(
    proxy: GuardProxy, server: Server, refusals: Refusals, first: str, whom: str
) -> None:
    assert status(Client(proxy).says(first.format(port=server.port))) == 403
    assert refusals.counts() == {(FOREIGN_ORIGIN, whom.format(port=server.port)): 1}
    assert server.connections == 0


@pytest.mark.usefixtures("page")
def test_a_declared_name_that_leads_into_this_machine_gets_nothing(proxy: GuardProxy, refusals: Refusals) -> None:
    assert status(Client(proxy).says("GET http://inside.example/")) == 403
    assert refusals.counts() == {(PRIVATE_PEER, "http://inside.example"): 1}


@pytest.mark.usefixtures("page")
def test_pages_only_ask(proxy: GuardProxy, server: Server, refusals: Refusals) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert status(Client(proxy).says(f"{method} http://hanok.sample/cart")) == 403
    assert refusals.counts() == {(METHOD, "http://hanok.sample"): 3}
    assert server.connections == 0


def test_what_no_page_asks_for_gets_nothing(proxy: GuardProxy, server: Server, refusals: Refusals) -> None:
    with proxy.page(Deadline(PATIENCE), LIMIT):
        pass
    assert status(Client(proxy).says("GET http://hanok.sample/late")) == 403
    assert refusals.counts() == {(OVER, "http://hanok.sample"): 1}
    assert server.connections == 0


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "first",
    [
        "GET /relative",
        "GET https://hanok.sample/",
        "GET file:///etc/passwd",
        "GET http://me:word@hanok.sample/",
        "CONNECT nowhere:port",
        "get http://hanok.sample/",
        "GET http://hanok.sample/ a",
    ],
)
def test_a_request_that_cannot_be_meant_gets_nothing(proxy: GuardProxy, server: Server, first: str) -> None:
    assert status(Client(proxy).says(first)) == 400
    assert server.connections == 0


@pytest.mark.usefixtures("page")
def test_a_head_without_end_is_refused(proxy: GuardProxy) -> None:
    assert status(Client(proxy).says("GET http://hanok.sample/", more="A: b\r\n" * 20_000)) == 400


@pytest.mark.usefixtures("page")
def test_a_second_request_on_one_connection_reaches_nobody(proxy: GuardProxy, server: Server) -> None:
    server.routes["*"] = plain(b"one")
    client = Client(proxy)
    with client.connected() as connected:
        connected.sendall(client.head("GET http://hanok.sample/1") * 2)
        connected.shutdown(socket.SHUT_WR)
        everything(connected)
    assert len(server.targets) <= 1


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("answer", [b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", b"no HTTP at all\r\n\r\n"])
def test_no_answer_changes_the_protocol(proxy: GuardProxy, server: Server, answer: bytes) -> None:
    server.routes["*"] = raw(answer + b"free talk")
    assert Client(proxy).says("GET http://hanok.sample/chat") == b""


@pytest.mark.usefixtures("page")
def test_interim_answers_are_passed_over(proxy: GuardProxy, server: Server) -> None:
    server.routes["/a"] = raw(b"HTTP/1.1 103 Early\r\nLink: </b>\r\n\r\n" + message(b"late"), close=True)
    answer = Client(proxy).says("GET http://hanok.sample/a")
    assert (status(answer), answer[-4:]) == (200, b"late")


def test_a_page_that_loads_more_than_its_limit_is_cut(proxy: GuardProxy, server: Server, page: Traffic) -> None:
    server.routes["/half"] = raw(message(b"x" * (LIMIT // 2)), close=True)
    client = Client(proxy)
    found = []
    for _time in range(2):
        answer = client.says("GET http://hanok.sample/half")
        found.append((len(answer) > LIMIT // 2, page.is_too_large))
    assert found == [(True, False), (False, True)]
    assert status(client.says("GET http://hanok.sample/half")) == 403


def test_a_page_over_its_deadline_is_cut(proxy: GuardProxy, server: Server) -> None:
    server.routes["*"] = dripping(message(b"")[:-2] + b"\r\n", b".")
    with proxy.page(Deadline(0.3), LIMIT) as traffic:
        Client(proxy).says("GET http://hanok.sample/slow")
        assert traffic.deadline.passed()


def test_the_end_of_a_page_cuts_what_it_still_loads(proxy: GuardProxy, server: Server) -> None:
    server.routes["*"] = raw(b"")  # never answers
    client = Client(proxy)
    with client.connected() as connected:
        with proxy.page(Deadline(PATIENCE), LIMIT):
            connected.sendall(client.head("GET http://hanok.sample/silent"))
            while not server.requests:
                time.sleep(0.005)
        assert everything(connected) == b""


def test_a_declared_secure_origin_is_reached_through_a_tunnel(refusals: Refusals) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(running(Server()))
        server.routes["/t"] = plain(b"through")
        peers = Peers({"hanok.sample": server.place})
        proxy = stack.enter_context(GuardProxy(Gate(peers), ORIGINS, refusals))
        traffic = stack.enter_context(proxy.page(Deadline(PATIENCE), LIMIT))
        client = Client(proxy)
        with client.connected() as connected:
            connected.sendall(client.head("CONNECT hanok.sample:443"))
            assert status(connected.recv(1_000)) == 200
            connected.sendall(b"GET /t HTTP/1.1\r\nHost: hanok.sample\r\n\r\n")
            assert connected.recv(1_000).endswith(b"through")
            connected.sendall(b"x" * 2 * LIMIT)
            everything(connected)
        assert traffic.is_too_large


def test_closing_leaves_no_thread_and_no_port(server: Server, refusals: Refusals) -> None:
    before = set(threading.enumerate())
    with GuardProxy(Gate(Peers({"hanok.sample": server.place})), ORIGINS, refusals) as proxy:
        idle = Client(proxy).connected()
        assert len(set(threading.enumerate()) - before) >= 1
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        Client(proxy).connected()
    idle.close()
