"""Whom we may talk to: names to addresses within a time, and no private, loopback or multicast peer.

The sample world's names (`*.sample`) have a loopback address of their own and no other name has one. Not here: the
connection itself (`connections.py`).
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Mapping, Sequence

from whisky_assets.domain.errors import UsageError
from whisky_assets.fetching.addresses import DEFAULT_PORTS
from whisky_assets.fetching.failures import (
    DEADLINE,
    PRIVATE_PEER,
    UNKNOWN_NAME,
    BlockedAnswerError,
    LaterAnswerError,
)

SAMPLE_SUFFIX = ".sample"

Resolver = Callable[[str, int], Sequence[str]]
"""A name and a port to numeric addresses in order of preference; raises OSError where there is none."""

_UNICAST = ipaddress.ip_network("2000::/3")  # all that is given out; the rest wraps IPv4 or is reserved
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Return the addresses that this machine finds for a name; heeds no deadline of its own."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_sample(host: str) -> bool:
    """Return whether a name belongs to the sample world."""
    return host.lower().rstrip(".").endswith(SAMPLE_SUFFIX)


def is_public(address: str) -> bool:
    """Return whether a numeric address is one of the open internet, seen through every IPv6 wrapping of IPv4."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = _unwrapped(parsed)
        if inner is not None:
            parsed = inner
        elif parsed not in _UNICAST:
            return False
    return parsed.is_global and not parsed.is_multicast


def _unwrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


class Peers:
    """Decides, for a host and port of an address, which numeric addresses and port may be connected to."""

    def __init__(self, resolve: Mapping[str, tuple[str, int]], resolver: Resolver = system_resolver) -> None:
        """Take the sample names' places and the resolver for all others.

        Raises:
            UsageError: a place is given for a name outside `.sample`, or one that is not loopback.
        """
        for host, (address, _port) in resolve.items():
            if not is_sample(host):
                raise UsageError(
                    f"{host}: only names that end in {SAMPLE_SUFFIX} may be given a place of their own.",
                    remedy="Use the name's public address.",
                )
            if not ipaddress.ip_address(address).is_loopback:
                raise UsageError(
                    f"{host}: a sample shop stands on this machine, not at {address}.",
                    remedy="Give it a loopback address.",
                )
        self._places = {host.lower(): place for host, place in resolve.items()}
        self._resolver = resolver

    def candidates(self, host: str, port: int, seconds: float) -> tuple[tuple[str, int], ...]:
        """Return (address, port) pairs to try in order; every one of them is allowed.

        Raises:
            BlockedAnswerError: an address of the name is not public, or a sample name has no place here.
            LaterAnswerError: the name is unknown, or finding it took longer than `seconds`.
        """
        name = host.lower().rstrip(".")
        if is_sample(name):
            return (self._sample_place(name, port),)
        addresses = self._resolve(name, port, seconds)
        for address in addresses:
            self.require_allowed(name, address)
        return tuple((address, port) for address in addresses)

    def require_allowed(self, host: str, address: str) -> None:
        """Accept a connected or found address of a host.

        Raises:
            BlockedAnswerError: it is private, loopback or multicast, and not the place of a sample name.
        """
        place = self._places.get(host.lower().rstrip("."))
        if place is not None and address == place[0]:
            return
        if is_sample(host) or not is_public(address):
            raise BlockedAnswerError(
                f"{host}: leads to {address}, which is no public address; nothing was sent.",
                code=PRIVATE_PEER,
                remedy="Check the feed's address; a name that leads into a private network is never fetched.",
            )

    def _sample_place(self, name: str, port: int) -> tuple[str, int]:
        place = self._places.get(name)
        if place is None or port not in DEFAULT_PORTS.values():
            raise BlockedAnswerError(
                f"{name}: is a shop of the sample world, which is not open here.",
                code=PRIVATE_PEER,
                remedy="Use the sample home, whose runs open the sample shops.",
            )
        return place

    def _resolve(self, name: str, port: int, seconds: float) -> Sequence[str]:
        answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolver(name, port))
            except OSError as error:
                answers.put(error)
            except UnicodeError as error:
                answers.put(OSError(f"no valid name: {error}"))

        # The system's look-up heeds no deadline, so a thread that nobody waits for does it.
        threading.Thread(target=look_up, name=f"look-up-{name}", daemon=True).start()
        try:
            found = answers.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            raise LaterAnswerError(f"{name}: its address was not found in time.", code=DEADLINE) from None
        if isinstance(found, OSError) or not found:
            raise LaterAnswerError(f"{name}: has no address ({found or 'empty answer'}).", code=UNKNOWN_NAME)
        return found
