"""Pages that reach for what is not theirs, in a real Chromium: other sockets stay silent, and each try is named."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.fetching.browser.loading import Loading
from whisky_assets.fetching.browser.refusals import METHOD
from whisky_assets.fetching.failures import FOREIGN_ORIGIN, code_of
from whisky_assets_tests.fetching.browser.lab import SHOP, Lab, ignoring_errors, texts
from whisky_assets_tests.fetching.servers import plain

OTHER = "http://other.sample"
THIRD_PARTIES = """
<script src="http://other.sample/a.js"></script>
<link rel="stylesheet" href="http://other.sample/a.css">
<img src="http://other.sample/a.png">
<iframe src="http://other.sample/frame"></iframe>
<iframe srcdoc="&lt;script src='http://other.sample/deep.js'&gt;&lt;/script&gt;"></iframe>
<script>
  fetch("http://other.sample/fetch", {mode: "no-cors"});
  navigator.sendBeacon("http://other.sample/beacon", "told");
  for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433"])
    fetch(`http://${host}:PORT/inside`, {mode: "no-cors"});
  new WebSocket("ws://127.0.0.1:PORT/chat");
  new WebSocket("ws://other.sample/chat");
  new EventSource("http://other.sample/events");
  new Worker(URL.createObjectURL(new Blob(['fetch("http://other.sample/worker", {mode: "no-cors"})'])));
</script>
"""


def wander(lab: Lab) -> None:
    lab.serve("/p", f"<body>{THIRD_PARTIES.replace('PORT', str(lab.other.port))}<p id=here>whole</p></body>")
    assert texts(lab.get(), "#here") == ["whole"]


def test_no_undeclared_place_is_reached_and_each_is_named(lab: Lab) -> None:
    wander(lab)
    assert (lab.other.connections, lab.asked_by_pages()) == (0, [])
    tried = {whom for why, whom in lab.refused() if why == FOREIGN_ORIGIN}
    port = lab.other.port
    assert tried >= {OTHER, f"http://127.0.0.1:{port}", f"http://localhost:{port}", f"http://[::1]:{port}"}
    assert lab.refused()[METHOD, OTHER] == 1
    told = "\n".join(problem.message for problem in lab.transport.refusals.problems("hanok"))
    assert f"hanok: {OTHER} is none of the declared origins; refused" in told


def test_the_proxy_alone_lets_nothing_through(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loading, "_is_allowed", lambda _self, _request: True)
    lab.hurried(3)
    ignoring_errors(lambda: wander(lab))
    assert lab.other.connections == 0
    assert {whom for why, whom in lab.refused() if why == FOREIGN_ORIGIN} >= {OTHER, "https://other.sample:80"}


def test_pages_send_nothing(lab: Lab) -> None:
    answer = lab.page('fetch("/cart", {method: "POST", body: "one"}).catch(() => {})')
    assert texts(answer, "#here") == ["plain"]
    assert lab.asked_by_pages() == []
    assert lab.refused() == {(METHOD, SHOP): 1}


def test_a_page_that_sends_a_form_by_itself_is_refused(lab: Lab) -> None:
    form = '<form method="post" action="/order"><input name="a" value="b"></form>'
    lab.serve("/p", f"<body>{form}<script>document.forms[0].submit()</script></body>")
    error = lab.failure()
    assert code_of(error) == METHOD
    assert f"{SHOP}/order" in error.message
    assert lab.asked_by_pages() == []


@pytest.mark.parametrize(
    "script",
    [
        'location.href = "{to}"',
        pytest.param('location.replace("{to}")', marks=pytest.mark.slow),
        pytest.param(
            'document.head.innerHTML = \'<meta http-equiv="refresh" content="0;url={to}">\'', marks=pytest.mark.slow
        ),
        pytest.param('setTimeout(() => {{ location = "{to}" }}, 100)', marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("to", ["/q", "http://other.sample/q"])
def test_a_page_that_leads_on_is_a_redirect_that_the_browser_does_not_follow(lab: Lab, script: str, to: str) -> None:
    lab.serve("/q", "there")
    answer = lab.page(script.format(to=to))
    assert (answer.status, answer.headers["location"]) == (302, to if ":" in to else SHOP + to)
    assert lab.asked_by_pages() == []
    assert lab.other.connections == 0


def test_a_redirect_of_a_part_is_judged_at_each_step(lab: Lab) -> None:
    lab.route("/part", plain(b"", status=302, headers={"Location": "http://other.sample/part"}))
    lab.page('fetch("/part", {mode: "no-cors"}).catch(() => {})')
    assert lab.asked_by_pages() == ["/part"]
    assert lab.other.connections == 0
    assert lab.refused() == {(FOREIGN_ORIGIN, OTHER): 1}


def test_dialogs_stop_no_page(lab: Lab) -> None:
    answer = lab.page(
        """
        alert("a"); const said = confirm("b") + "," + prompt("c");
        document.getElementById("here").textContent = said;
        addEventListener("beforeunload", event => event.preventDefault());
        """
    )
    assert texts(answer, "#here") == ["false,null"]


def test_no_window_opens(lab: Lab) -> None:
    lab.serve("/pop", "popped")
    shown = 'document.getElementById("here").textContent = String(open("/pop"))'
    answer = lab.page(
        f'{shown}; document.querySelector("a").click()', body="<a target=_blank href=/pop></a><p id=here>"
    )
    assert texts(answer, "#here") == ["null"]
    assert lab.asked_by_pages() == []


@pytest.mark.slow
def test_no_permission_is_given(lab: Lab) -> None:
    answer = lab.page(
        """
        const say = word => { document.getElementById("here").textContent += word + " " };
        navigator.geolocation.getCurrentPosition(() => say("place"), () => say("no-place"));
        Notification.requestPermission().then(say);
        """,
        body="<p id=here></p>",
    )
    assert "place" not in texts(answer, "#here")[0].split()
    assert "granted" not in texts(answer, "#here")[0]


@pytest.mark.slow
def test_nothing_is_downloaded(lab: Lab) -> None:
    attached = {"Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="list.zip"'}
    lab.route("/list.zip", plain(b"ZIPPED" * 1_000, headers=attached))
    ignoring_errors(
        lambda: lab.page(
            'document.querySelector("a").click()',
            body='<a download="mine.zip" href="data:application/zip,ZIPPED"></a><iframe src="/list.zip"></iframe>',
        )
    )
    browser = lab.transport._browser
    assert browser is not None
    kept = [
        path for path in Path(browser._folder).rglob("*") if path.is_file() and path.suffix in {".zip", ".crdownload"}
    ]
    assert "/list.zip" in lab.asked_by_pages()
    assert kept == []


@pytest.mark.slow
def test_no_file_of_this_machine_is_read(lab: Lab, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<p>secret</p>")
    address = secret.as_uri()
    answer = lab.page(
        f'fetch("{address}").then(answer => answer.text()).then(text => document.body.append(text)).catch(() => {{}})',
        body=f'<iframe src="{address}"></iframe><object data="{address}"></object><p id=here>whole</p>',
    )
    assert texts(answer, "#here") == ["whole"]
    assert b"<p>secret" not in answer.body


@pytest.fixture
def datagrams() -> Iterator[socket.socket]:
    """A socket that datagrams may come to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)  # noqa: FBT003 - the socket's own interface
        yield opened


def test_nothing_leaves_past_the_proxy(lab: Lab, datagrams: socket.socket) -> None:
    port = datagrams.getsockname()[1]
    answer = lab.page(
        f"""
        const found = [];
        for (const place of [window, document.querySelector("iframe").contentWindow]) {{
          if (!place.RTCPeerConnection) continue;
          found.push("rtc");
          const peer = new place.RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{port}"}}]}});
          peer.createDataChannel("a");
          peer.createOffer().then(offer => peer.setLocalDescription(offer));
        }}
        if (window.WebTransport) {{
          found.push("transport");
          new WebTransport("https://127.0.0.1:{port}/").ready.catch(() => {{}});
        }}
        document.getElementById("here").textContent = found.join() || "nothing";
        """,
        body="<iframe></iframe><p id=here></p>",
    )
    assert texts(answer, "#here") == ["nothing"]
    with pytest.raises(BlockingIOError):
        datagrams.recv(2_000)
