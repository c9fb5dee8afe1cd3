"""elbe, a German wholesaler: a price list as CSV in cp1252, with semicolons and decimal commas.

Not here: what is on the list (`world.py`) and reading it (`sources/feeds/elbe.toml`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from whisky_assets.sample.listing import Listing
from whisky_assets.sample.wording import STOCK, in_shop

HEADER = (
    "Artikelnr",
    "Bezeichnung",
    "Hersteller",
    "Warengruppe",
    "Inhalt",
    "Alkohol",
    "Preis EUR",
    "EAN",
    "Bestand",
    "Herkunft",
    "Region",
)
_ROWS_TO_A_GAP = 25
"""After so many rows the shop leaves one row empty."""


def file_name(edition: date) -> str:
    """Return the name of an edition, which states its date."""
    return f"Elbe_Preisliste_{edition.isoformat()}.csv"


def price_list(listings: Sequence[Listing]) -> bytes:
    """Return the file: header in row 1, one row a listing, CRLF, cp1252."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for position, listing in enumerate(listings, start=1):
        writer.writerows(_rows(listing))
        if position % _ROWS_TO_A_GAP == 0:
            writer.writerow([""] * len(HEADER))
    return text.getvalue().encode("cp1252")


def _rows(listing: Listing) -> Iterator[tuple[str, ...]]:
    yield _row(listing, listing.price)
    if listing.copies == "same":
        yield _row(listing, listing.price)
    elif listing.copies == "other_price":
        yield _row(listing, f"1{listing.price}")


def _row(listing: Listing, price: str) -> tuple[str, ...]:
    return (
        listing.source_id,
        listing.title,
        listing.producer,
        listing.category,
        listing.size,
        listing.abv,
        price,
        listing.gtin,
        in_shop(STOCK[listing.stock], "e"),
        listing.country,
        listing.region,
    )
