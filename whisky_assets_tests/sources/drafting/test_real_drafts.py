"""Drafts of the saved lists of real shops, as a new user makes them: what is right at once, and after how few lines.

Right is a listing whose name, price, currency, size, strength, address, stock and kind are those that the shipped feed
reads. The table in docs/sources.md holds these numbers.
"""

import dataclasses
import re
from pathlib import Path

import pytest

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets.sources.document import ReadItem
from whisky_assets.sources.drafting.document_draft import draft_document
from whisky_assets.sources.drafting.elements import tree_of
from whisky_assets.sources.drafting.model import Draft
from whisky_assets.sources.drafting.site import Given, page_url
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.drafting.pages_for_drafts import DAY, document

SHOPS = (
    ("berry_bros", "berrybrosrudd/bottle-list.html", 1, 6, 6),
    ("compass_box", "compassbox/bottle-list.html", 2, 3, 3),
    ("astor_wines", "astorwines/bottle-list.html", 0, 12, 12),
    ("healthy_spirits", "healthyspirits/bottle-list.html", 1, 68, 72),
    ("reserve_bar", "reservebar/bottle-list.html", 2, 24, 25),
    ("wooden_cork", "woodencork/bottle-list.html", 0, 40, 40),
    ("rozetka", "rozetka/rozetka-page-7.html", 1, 57, 60),
    ("saq_shop", "saq/product_list_3.html", 3, 99, 100),
    ("vinmonopolet_shop", "vinmonopolet/135d31d4.html", 1, 30, 30),
    ("lcbo_shop", "lcbo/product_list_a.html", 4, 99, 100),
    ("lcbo_shop", "lcbo/product_list_b.html", 3, 94, 100),
    ("bruichladdich", "bruichladdich/bottle-list.json", 3, 12, 12),
    ("douglas_laing", "douglaslaing/bottle-list.json", 3, 11, 12),
    ("gordon_macphail", "gordonmacphail/bottle-list.json", 4, 5, 6),
    ("mission_liquor", "missionliquor/bottle-list.json", 3, 15, 16),
    ("ncnean", "ncnean/bottle-list.json", 3, 14, 15),
    ("north_star", "northstarspirits/bottle-list.json", 4, 5, 6),
    ("single_cask_nation", "singlecasknation/bottle-list.json", 4, 10, 10),
    ("cadenhead", "cadenheads/bottle-list.json", 3, 7, 7),
    ("thompson_bros", "thompsonbros/bottle-list.json", 2, 9, 9),
    ("dramfool", "dramfool/bottle-list.json", 2, 6, 7),
    ("smws", "smws/bottle-list.json", 3, 0, 128),
)
"""Feed, saved page, options that the page made necessary, listings right without an edit, listings."""

DOUBLED = "name = { from = '.title', attr = 'title', pattern = '^(?:(.{3,}) (?=\\1(?: |$)))?(?P<value>.+)$' }"

EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "healthy_spirits": (
        (
            "fields",
            DOUBLED,
        ),
    ),
    "reserve_bar": (("kinds", "names = { 'gift-set' = 'bundle' }"),),
    "rozetka": (
        ("fields", r"abv = { from = 'a.tile-title', pattern = '\d{2}(?:[.,]\d)?\s?%', search = true }"),
        ("fields", r"volume = { from = 'a.tile-title', pattern = '\d(?:[.,]\d+)?\s?л', search = true }"),
    ),
    "saq_shop": (("kinds", "default = 'other'"),),
    "lcbo_shop": (
        ("fields", r"price = { from = 'b', pattern = '^(?:NOW: )?(\$ ?[\d,.]+)$' }"),
        ("kinds", "names = { 'shiraz|red 2006' = 'other' }"),
    ),
    "douglas_laing": (("kinds", "names = { 'miniature gift pack' = 'bundle', 'cocktail' = 'other' }"),),
    "gordon_macphail": (
        ("kinds", "default = 'whisky'"),
        ("kinds", "names = { 'gin' = 'other' }"),
    ),
    "mission_liquor": (("kinds", r"names = { 'gift set \d+x' = 'bundle', '^buy \d' = 'other' }"),),
    "ncnean": (("kinds", "names = { 'six set' = 'bundle', 'botanical spirit' = 'other' }"),),
    "north_star": (
        ("kinds", "default = 'whisky'"),
        ("kinds", "names = { 'dry gin' = 'other' }"),
    ),
    "dramfool": (("kinds", "\"1\" = 'whisky'"),),
    "smws": (
        ("fetch", "origins = ['https://api.smws.com', 'https://smws.com']"),
        ("fields", "name = { from = ['cask_no', 'name'], form = 'SMWS {} {}' }"),
        ("fields", "url = { from = 'url', form = 'https://smws.com{}' }"),
        ("fields", r"volume = { from = 'sku', pattern = '^.{8}(\d{4})', unit = 'ml' }"),
    ),
}
"""Lines that a person puts in, each in its section in place of the line with its key, until all listings are right."""


def drafted(shared_data: Path, feed: str, page: str) -> tuple[Draft, int, bytes]:
    """Return the draft of a saved list, how many options it needed, and the page."""
    shipped = load_source(SHIPPED_FEEDS / f"{feed}.toml")
    assert shipped.fetch is not None
    body = (shared_data / "data" / "pages" / "shops" / page).read_bytes()
    given = Given(name="trial")
    options = 0
    if not page.endswith(".html") or not page_url(tree_of(decode(body).text)[1]):
        given, options = dataclasses.replace(given, url=shipped.fetch.start[0]), 1
    draft = draft_document(document(body, url=""), Path(page).name, given)
    if draft.missing:
        options += len(draft.missing)
        given = dataclasses.replace(given, **{key: getattr(shipped.feed, key) for key in draft.missing})
        draft = draft_document(document(body, url=""), Path(page).name, given)
    return draft, options, body


def edited(toml: str, edits: tuple[tuple[str, str], ...]) -> str:
    """Return a TOML with each line put into its section, in place of the line with the same key."""
    for section, line in edits:
        head, _, rest = toml.partition(f"[{section}]\n")
        own, gap, after = rest.partition("\n\n")
        key = re.escape(line.partition(" =")[0])
        lines = [one for one in own.rstrip("\n").split("\n") if not re.match(f"{key} =", one)]
        toml = f"{head}[{section}]\n" + "\n".join([*lines, line]) + "\n" + gap.removesuffix("\n") + after
    return toml


def told(source: Source, item: ReadItem) -> tuple[object, ...]:
    """Return what must be right of a listing."""
    name, _ = clean_name(item.name)
    parsed = parse_name(
        name,
        load_reference(),
        producer=item.producer,
        category=item.category,
        abv_pct=item.abv_pct,
        language=item.language,
    )
    limits = shipped_thresholds().abv
    kind = kind_of(source.kinds, item.category, name, parsed, item.abv_pct, item.volume_ml, limits).kind
    sold_out = item.available is False
    return item.name, item.price_minor, item.currency, item.volume_ml, item.abv_pct, item.url, sold_out, kind


def right(folder: Path, toml: str, feed: str, url: str, body: bytes) -> tuple[int, int]:
    """Return how many listings a TOML reads as the shipped feed does, and how many there are."""
    shipped = load_source(SHIPPED_FEEDS / f"{feed}.toml")
    assert shipped.fetch is not None
    path = folder / "trial.toml"
    path.write_text(toml, encoding="utf-8")
    mine = load_source(path)
    page = document(body, url=shipped.fetch.start[0])
    wanted = [told(shipped, item) for item in read_document(shipped, page).items]
    found = [told(mine, item) for item in read_document(mine, dataclasses.replace(page, url=url)).items]
    assert len(found) == len(wanted)
    return sum(one == other for one, other in zip(wanted, found, strict=True)), len(wanted)


@pytest.mark.parametrize(("feed", "page", "options", "at_once", "listings"), SHOPS)
def test_a_draft_of_a_saved_list_is_right_as_often_as_the_docs_say(
    shared_data: Path, tmp_path: Path, feed: str, page: str, options: int, at_once: int, listings: int
) -> None:
    draft, needed, body = drafted(shared_data, feed, page)
    toml = toml_of(draft, world="real", day=DAY)

    assert right(tmp_path, toml, feed, draft.url, body) == (at_once, listings)
    assert needed == options
    whole = edited(toml, EDITS.get(feed, ()))
    assert right(tmp_path, whole, feed, draft.url, body) == (listings, listings)


def test_no_draft_of_a_common_platform_is_longer_than_thirty_lines(shared_data: Path) -> None:
    for feed, page, *_ in SHOPS:
        draft, _, _ = drafted(shared_data, feed, page)
        lines = [line for line in toml_of(draft, world="real", day=DAY).splitlines() if line.strip()]
        assert len(lines) <= 30 or draft.preset == "json_api", feed


def test_the_docs_tell_the_same_numbers(project_root: Path) -> None:
    text = (project_root / "docs" / "sources.md").read_text(encoding="utf-8")
    for feed, _, options, at_once, listings in SHOPS:
        row = f"| `{feed}` | {listings} | {at_once} | {options} | {len(EDITS.get(feed, ()))} |"
        assert row in text, row
