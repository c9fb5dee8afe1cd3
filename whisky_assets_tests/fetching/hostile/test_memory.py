"""The whole hostile suite, met in one process, takes no more than 100 MB above that process when it is idle."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whisky_assets_tests.fetching.hostile.behaviours import BEHAVIOURS, OVER_TLS, Behaviour, redirect
from whisky_assets_tests.fetching.servers import Route, Server, plain, running
from whisky_assets_tests.fetching.test_transport import certificate_for

MOST_BYTES = 100_000_000
PRODUCT = "<html><body><article class='product'><h1>Ardbeg 10</h1>{more}</article></body></html>"
LYING: dict[str, Route] = {
    "a page of ten megabytes": plain(PRODUCT.format(more="<p>peat and smoke</p>" * 490_000).encode()),
    "31 a charset that lies": plain(PRODUCT.format(more="é").encode(), headers={"Content-Type": "text/html;charset=x"}),
    "32 NUL bytes": plain(PRODUCT.format(more="\x00" * 1_000_000).encode()),
    "33 a PDF": plain(b"%PDF-1.7" + b"x" * 9_000_000),
    "47 nested tags": plain(PRODUCT.format(more="<div>" * 200_000).encode()),
    "47 attributes": plain(PRODUCT.format(more="<p " + "a=1 " * 200_000 + ">").encode()),
    "48 deep JSON-LD": plain(
        PRODUCT.format(more='<script type="application/ld+json">' + "[" * 100_000 + "</script>").encode()
    ),
}


def weigh(folder: Path, behaviours: tuple[Behaviour, ...], *, tls: bool) -> dict[str, Any]:
    routes = {one.name: one.route for one in behaviours} | LYING
    pem, context = certificate_for("hanok.sample", folder) if tls else (None, None)
    with running(Server(), tls=context) as server:
        server.routes["/p/3"] = redirect("/p/3")
        server.routes |= {f"/hop/{number}": redirect(f"/hop/{number + 1}") for number in range(1, 7)}
        server.routes |= {f"/h/{number}": route for number, route in enumerate(routes.values())}
        listed = "".join(f'<a href="/h/{number}">' for number in range(len(routes)))
        server.routes |= {
            "/calm": plain(PRODUCT.format(more="").encode()),
            "/calm.xml": plain(b'<a href="/calm">'),
            "/hostile.xml": plain(listed.encode()),
        }
        site = f"{'https' if tls else 'http'}://hanok.sample"
        module = "whisky_assets_tests.fetching.hostile.weighed_crawl"
        words = [sys.executable, "-m", module, str(folder), site, str(server.port), *([str(pem)] if pem else [])]
        ended = subprocess.run(words, check=True, capture_output=True, text=True, timeout=300)
    told: dict[str, Any] = json.loads(ended.stdout)
    told["outcomes"] = {name: told["outcomes"].get(f"/h/{number}", "") for number, name in enumerate(routes)}
    return told


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("behaviours", "tls"), [(BEHAVIOURS, False), (OVER_TLS, True)], ids=["http", "tls"])
def test_the_hostile_suite_takes_little_memory_above_the_idle_process(
    tmp_path: Path, behaviours: tuple[Behaviour, ...], *, tls: bool
) -> None:
    told = weigh(tmp_path, behaviours, tls=tls)
    assert told["peak"] - told["idle"] < MOST_BYTES
    wrong = {
        one.name: told["outcomes"][one.name]
        for one in behaviours
        if told["outcomes"][one.name] != f"{one.state} {one.reason}"
    }
    assert wrong == {}
    kept = [name for name in LYING if told["outcomes"][name] == "fetched"]
    assert kept == [name for name in LYING if name != "33 a PDF"]
    assert told["read"] == 1 + len(kept) - 1  # the calm page and all that are kept but the one of too many tags
