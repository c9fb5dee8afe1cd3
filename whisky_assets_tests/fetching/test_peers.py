"""No address inside a private network counts as public, however it is wrapped."""

from __future__ import annotations

import pytest

from whisky_assets.fetching.peers import is_public, is_sample


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, nothing binds to it
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "::7f00:1",
        "::ffff:0:a00:1",
        "fec0::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "no address",
    ],
)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_a_public_address_is(address: str) -> None:
    assert is_public(address)


def test_a_sample_name_ends_in_sample() -> None:
    assert is_sample("hanok.sample")
    assert is_sample("Hanok.SAMPLE.")
    assert not is_sample("sample")
    assert not is_sample("hanok.sample.example")
