"""A shop of many plain pages on loopback, in a process of its own so that no side pays for it.

Every page has an ETag, so that a revisit can be answered with 304. Prints its port and serves until its input closes.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE_BYTES = 40_000
"""About what a product page of a shop weighs without its pictures."""


class Pages(BaseHTTPRequestHandler):
    """Answers `/pages/N` with a page, `/list` with links to so many, `/robots.txt` with leave for all."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes, and without this the second waits for the first one's receipt.
    disable_nagle_algorithm = True
    count = 0

    def do_GET(self) -> None:
        """Answer one request."""
        body = self._body()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing: a line a request would be measured too."""

    def _body(self) -> bytes:
        if self.path == "/robots.txt":
            return b"User-agent: *\nAllow: /\n"
        if self.path == "/list":
            links = "".join(f'<a href="/pages/{number}">{number}</a>' for number in range(self.count))
            return f"<html><body>{links}</body></html>".encode()
        head = f"<html><head><title>{self.path}</title></head><body><h1>Whisky {self.path}</h1>"
        return f"{head}<p>{'peat ' * (PAGE_BYTES // 5)}</p></body></html>".encode()


def main(count: int) -> int:
    """Serve `count` pages on a free port until standard input closes."""
    Pages.count = count
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
