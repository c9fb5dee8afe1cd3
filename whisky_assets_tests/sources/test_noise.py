"""Two bodies that differ in declared noise alone have one digest; any other difference gives another."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.sources.noise import content_digest
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML, document, source_of

URL = "http://shelf.sample/product/1"
PAGE = "<html><body nonce='{nonce}'><!-- {made} --><article class='product'><h1>{name}</h1></article></body></html>"
NOISE = ("[pages]", "[noise]\npatterns = [\"nonce='[^']*'\", '<!--.*?-->']\n[pages]")


def digest_of(source: Source, nonce: str = "a", made: str = "09:00", name: str = "Ardbeg 10") -> str | None:
    return content_digest(source, document(PAGE.format(nonce=nonce, made=made, name=name).encode(), URL, "page"))


@pytest.mark.parametrize(
    ("told", "same"),
    [({"nonce": "b7"}, True), ({"made": "10:30:01"}, True), ({"name": "Ardbeg 12"}, False), ({"name": ""}, False)],
)
def test_only_declared_noise_changes_nothing(tmp_path: Path, told: dict[str, str], *, same: bool) -> None:
    source = source_of(tmp_path, PAGES_TOML, NOISE)
    assert (digest_of(source, **told) == digest_of(source)) is same


def test_a_feed_that_declares_no_noise_has_no_digest(tmp_path: Path) -> None:
    assert digest_of(source_of(tmp_path, PAGES_TOML)) is None


def test_other_patterns_give_another_digest_also_where_they_find_nothing(tmp_path: Path) -> None:
    less = ("[pages]", "[noise]\npatterns = [\"nonce='[^']*'\"]\n[pages]")
    assert digest_of(source_of(tmp_path, PAGES_TOML, NOISE)) != digest_of(source_of(tmp_path, PAGES_TOML, less))


def test_patterns_that_take_most_of_a_page_away_hide_nothing(tmp_path: Path) -> None:
    greedy = source_of(tmp_path, PAGES_TOML, ("[pages]", "[noise]\npatterns = ['(?s)<body.*</body>']\n[pages]"))
    assert digest_of(greedy) == digest_of(greedy)
    assert digest_of(greedy, name="Ardbeg 12") != digest_of(greedy)
    assert digest_of(greedy, nonce="b") != digest_of(greedy)


def test_noise_is_found_in_text_whatever_its_encoding(tmp_path: Path) -> None:
    source = source_of(tmp_path, PAGES_TOML, ("[pages]", "[noise]\npatterns = ['재고 \\d+']\n[pages]"))
    bodies = [f"<html><body>{'품절 ' * 20}재고 {count}</body></html>".encode("cp949") for count in (3, 14)]
    digests = {content_digest(source, document(body, URL, "page", charset="cp949")) for body in bodies}
    assert len(digests) == 1
