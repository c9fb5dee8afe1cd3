"""Barcodes of the sample world: made up, valid, and never those of a real product.

They stand under GS1's prefix for demonstrations (952) and, for American whiskies, under the example company prefix of
a twelve-digit code (012345). Not here: reading barcodes (`parsing/gtin.py`).
"""

from __future__ import annotations

_AMERICAN_SIZES = {50: 0, 200: 1, 500: 2, 700: 3, 750: 4, 1000: 5}


def check_digit(digits: str) -> str:
    """Return the mod-10 check digit of a GTIN's other digits (GS1 General Specifications, section 7.9)."""
    total = sum(int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def barcode(number: int, size_ml: int, country: str) -> str:
    """Return the one barcode of a size of a whisky: 12 digits for the United States, else 13."""
    # An American code has only five free digits, so its sizes are numbered.
    american = f"012345{number:04d}{_AMERICAN_SIZES.get(size_ml, 9)}"
    digits = american if country == "US" else f"952{number:05d}{size_ml:04d}"
    return digits + check_digit(digits)


def spoiled(code: str) -> str:
    """Return the same barcode with a wrong check digit."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)
