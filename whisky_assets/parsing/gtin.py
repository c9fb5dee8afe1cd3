"""A barcode number is either a valid GTIN, zero-filled to 14 digits, or refused with a reason.

Not here: whether a valid code is evidence; one that stands on two brands is none, which identity decides.
"""

from __future__ import annotations

import re
import unicodedata

from whisky_assets.domain.errors import InputRefusedError

SHORTEST = 8
"""GTIN-8 is the shortest barcode; a shorter number is a shop's own (measured: a 7-digit code is never one)."""

PLACEHOLDERS = frozenset({"00036602301979"})
"""Valid codes that shop software puts on anything: this one stands on ten whiskies of ten shops."""

MISSING = re.compile(r"(?i)^(|0+|n/?a|none|null|-+|\.)$")
"""How sources write that there is no code; zeros alone are one of these."""

WRITTEN_AS_FLOAT = re.compile(r"(?<=[0-9]{8})\.0+$")
"""What programs add to a whole number that they hold as a fraction; all its digits still stand."""
ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
"""How a spreadsheet shows a long number; its last digits are lost."""


def gtin14(text: str | None) -> str | None:
    """Return a valid GTIN zero-filled to 14 digits, None where there is none or it is not valid."""
    try:
        return read_gtin(text)
    except InputRefusedError:
        return None


def read_gtin(text: str | None) -> str | None:
    """Return a valid GTIN zero-filled to 14 digits, None where the source says that there is none.

    The check digit is GS1's mod 10 (General Specifications, 7.9). Codes of 11 digits are UPC-A less a leading zero.

    Raises:
        InputRefusedError: reasons `gtin_unreadable` (no digits, or fewer than 8 or more than 14 of them),
            `gtin_check_digit`, `gtin_in_store` (GS1 prefixes 02, 04 and 20-29, which every shop uses as it likes),
            `gtin_placeholder`.
    """
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text or ""))
    digits = WRITTEN_AS_FLOAT.sub("", digits)
    if MISSING.match(digits):
        return None
    if ROUNDED.fullmatch(digits):
        raise _refused("gtin_unreadable", text, "a spreadsheet rounded it; export that column as text")
    if not re.fullmatch(r"[0-9]+", digits) or not SHORTEST <= len(digits) <= 14:
        raise _refused("gtin_unreadable", text, f"a barcode has {SHORTEST} to 14 digits")
    code = digits.zfill(14)
    if not check_digit_is_right(code):
        raise _refused("gtin_check_digit", text, f"its check digit should be {check_digit(code[:-1])}")
    if code[0] == "0" and (code[1:3] in ("02", "04") or code[1] == "2"):
        raise _refused("gtin_in_store", text, "numbers of this range are given by each shop itself")
    if code in PLACEHOLDERS:
        raise _refused("gtin_placeholder", text, "shop software writes this code on any product")
    return code


def check_digit(body: str) -> int:
    """Return the check digit of a code without its last digit: weights 3, 1, 3, ... from the right."""
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))) % 10


def check_digit_is_right(code: str) -> bool:
    """Whether the last digit of a code is the check digit of the others."""
    return check_digit(code[:-1]) == int(code[-1])


def _refused(reason: str, text: str | None, why: str) -> InputRefusedError:
    return InputRefusedError(f"{text!r} is no usable barcode: {why}.", reason=reason)
