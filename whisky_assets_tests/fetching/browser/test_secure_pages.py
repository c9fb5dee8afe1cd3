"""A page over TLS: a tunnel that nobody looks into, through which nothing but its own origin is reached."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from whisky_assets.fetching.browser.chromium import Programs
from whisky_assets.fetching.browser.transport import BrowserTransport
from whisky_assets.fetching.failures import FOREIGN_ORIGIN, code_of
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets_tests.fetching.browser.lab import Lab, texts
from whisky_assets_tests.fetching.servers import Server, running
from whisky_assets_tests.fetching.test_transport import certificate_for

SHOP = "https://hanok.sample"
pytestmark = pytest.mark.slow


class SecureLab(Lab):
    """The same over TLS."""

    def get(self, path: str = "/p"):  # type: ignore[no-untyped-def]  # as its parent's
        """Return a page of the secure shop as drawn."""
        return self.transport.get(SHOP + path)


@pytest.fixture(scope="module")
def secure(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureLab]:
    """A shop at https://hanok.sample, whose certificate only its guest and its guest's browser trust."""
    pem, context = certificate_for("hanok.sample", tmp_path_factory.mktemp("tls"))
    trusting = replace(programs, switches=(f"--ignore-certificate-errors-spki-list={fingerprint(pem)}",))
    with ExitStack() as stack:
        server = stack.enter_context(running(Server(), tls=context))
        other = stack.enter_context(running(Server()))
        places = {"hanok.sample": server.place, "other.sample": other.place}
        limits = TransportLimits(deadline_seconds=20, body_bytes=1_000_000)
        guarded = stack.enter_context(GuardedTransport(resolve=places, certificates=pem, limits=limits))
        transport = stack.enter_context(BrowserTransport(guarded, trusting, origins=[SHOP]))
        yield SecureLab(server, other, transport)


def fingerprint(pem: Path) -> str:
    key = x509.load_pem_x509_certificate(pem.read_bytes()).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


def test_a_secure_page_is_drawn_through_the_tunnel(secure: SecureLab) -> None:
    secure.serve("/api", "Ardbeg", media_type="text/plain")
    answer = secure.page(
        """
        fetch("/api").then(a => a.text()).then(text => { document.getElementById("here").textContent = text });
        fetch("https://other.sample/x", {mode: "no-cors"}).catch(() => {});
        """
    )
    assert texts(answer, "#here") == ["Ardbeg"]
    assert secure.asked_by_pages() == ["/api"]
    assert secure.other.connections == 0
    assert (FOREIGN_ORIGIN, "https://other.sample") in secure.refused()


def test_no_service_worker_stays_behind(secure: SecureLab) -> None:
    secure.server.requests.clear()
    secure.serve("/sw.js", 'addEventListener("fetch", () => {})', media_type="text/javascript")
    answer = secure.page(
        """
        const say = word => { document.getElementById("here").textContent = word };
        say(String(isSecureContext) + " " + ("serviceWorker" in navigator));
        navigator.serviceWorker?.register("/sw.js");
        """
    )
    assert texts(answer, "#here") == ["true false"]
    assert secure.asked_by_pages() == []


def test_a_tunnel_is_cut_at_the_limit_of_the_page(secure: SecureLab) -> None:
    secure.serve("/big", b"x" * 2_000_000, media_type="text/plain")
    secure.serve("/p", '<body><script>fetch("/big")</script></body>')
    assert code_of(secure.failure()) == "too_large"
