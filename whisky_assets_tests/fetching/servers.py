"""Real servers on loopback: one that answers byte for byte what a test says, good manners or bad.

A route is a coroutine function `(request, writer) -> None`; what it writes goes out as it is. Not here: assertions.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

Route = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: when (monotonic seconds), the raw target and the headers by lower-case name."""

    at: float
    target: str
    headers: dict[str, str]


SEEN: list[Request] = []
"""Every request that any server of this process has read from its socket, in order; for the guest's own watch."""


@dataclass
class Server:
    """A running loopback server: its routes by target (`*` for all others) and what it has seen."""

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """Address and port, as `GuardedTransport(resolve=...)` takes them."""
        return ("127.0.0.1", self.port)

    @property
    def targets(self) -> list[str]:
        """The targets asked for so far, in order."""
        return [request.target for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it ends."""
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError):
                while not writer.is_closing():
                    await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        request = Request(time.monotonic(), lines[0].split(" ")[1], headers)
        self.requests.append(request)
        SEEN.append(request)
        route = self.routes.get(request.target) or self.routes.get("*") or plain(b"not here", status=404)
        await route(request, writer)
        await writer.drain()


@contextlib.contextmanager
def running(server: Server, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve on a free loopback port, in a thread of its own, until the block ends."""
    ready: threading.Event = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 20, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        listener.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _turn in range(3):
            await asyncio.sleep(0)  # aborted connections close in the loop's next turns

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(lambda _loop, _context: None)
        loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run, name="loopback-server")
    thread.start()
    assert ready.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def message(body: bytes = b"", *, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    """Return a well-formed answer with its length."""
    told = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} Word\r\n{lines}\r\n".encode("latin-1") + body


def plain(body: bytes = b"", *, status: int = 200, headers: dict[str, str] | None = None) -> Route:
    """A route that answers well."""
    return raw(message(body, status=status, headers=headers))


def raw(data: bytes, *, close: bool = False, reset: bool = False) -> Route:
    """A route that writes these bytes, then keeps the connection, closes it, or resets it."""

    async def route(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if reset:
            connected: socket.socket = writer.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif close:
            writer.close()

    return route


def dripping(first: bytes, drop: bytes, every_seconds: float = 0.02) -> Route:
    """A route that writes a beginning and then drop after drop for as long as someone listens."""

    async def route(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(every_seconds)

    return route


def conditional(body: bytes, etag: str) -> Route:
    """A route that answers 304 to its own validator and the body to all others."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("if-none-match") == etag:
            writer.write(f"HTTP/1.1 304 Same\r\nETag: {etag}\r\n\r\n".encode())
        else:
            writer.write(message(body, headers={"ETag": etag}))

    return route


def gzipped(body: bytes) -> bytes:
    """One gzip member."""
    return gzip.compress(body, mtime=0)
