"""One listing of a sample shop in one week: what is true of it and every text the shop prints for it.

Not here: how these texts are laid out in documents, and how a listing changes from week to week (`world.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One product number of one shop; all texts are as printed, empty where the shop says nothing."""

    code: str
    """Its name in the tables: `h70:ardbeg_10`, `h:401`."""
    letter: str
    feed: str
    number: int
    """The whisky's or special's number: listings of one shop with equal numbers are sizes of one product."""
    source_id: str
    """The shop's product number; empty where the shop forgot it."""
    kind: str
    """whisky, spirit_drink, bundle, other or refused."""
    truth_key: str
    """What it truly is; empty for what is no whisky or spirit drink."""
    why: str
    traps: tuple[str, ...]
    cut: bool
    base_title: str
    """Its first title, from which its page's address is made."""
    title: str
    producer: str
    category: str
    country: str
    region: str
    size: str
    abv: str
    price_minor: int
    price: str
    old_price: str
    gtin: str
    stock: str
    """`yes` or `no`."""
    shelf: str
    """live, absent (404), gone (410) or error (a 200 page that is an error page)."""
    copies: str
    """Empty, `same` (told twice), `other_price` (told twice, with two prices) or `next_page`."""
    charset: str
    """What its page says its character set is; empty for UTF-8."""

    @property
    def live(self) -> bool:
        """Whether a document tells it now."""
        return self.shelf == "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """What one listing truly is.

    `kind` is whisky, spirit_drink, bundle, other or refused. `truth_key` is set for whiskies and spirit drinks: two
    rows are the same bottling if and only if their keys are equal. A refused row has the product number that it
    states, empty where that is what it lacks. `present` says whether a document of this week still tells it.
    """

    id_space: str
    source_id: str
    kind: str
    truth_key: str
    why: str
    traps: tuple[str, ...]
    present: bool
