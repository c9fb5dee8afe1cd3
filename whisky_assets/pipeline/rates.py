"""An owner's rates of exchange in `curation/reference/rates.csv`: read, and added to from a file.

Not here: what a rate means (`reference.rates`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.reference.rates import RATE_COLUMNS, RATES_FILE, Rate, Rates, read_rates
from whisky_assets.storage.durable import locked_folder, make_folders, publish_bytes


def rates_file(curation: Path) -> Path:
    """Return where a home's rates lie."""
    return curation / "reference" / RATES_FILE


def known_rates(curation: Path) -> list[Rate]:
    """Return the rates of a home in order of day and currency, none where it has no file.

    Raises:
        UsageError: a line of the file cannot be meant, or one day and pair has two rates.
    """
    path = rates_file(curation)
    if not path.exists():
        return []
    told: dict[tuple[object, ...], Rate] = {}
    for rate in read_rates(path):
        _refuse_another(told.setdefault(rate.key, rate), rate, path, f"Take the wrong line out of {path}.")
    return sorted(told.values())


def rates_of(curation: Path) -> Rates:
    """Return the rates of a home, to be asked.

    Raises:
        UsageError: as `known_rates`.
    """
    return Rates(known_rates(curation))


def add_rates(curation: Path, source: Path, currencies: Iterable[str] = ()) -> int:
    """Add the rates of a file to a home's, durably and all at once; return how many are new.

    Two that add at once wait for each other.

    Args:
        curation: the home's folder of that name.
        source: a table of the European Central Bank, or a file of our own columns.
        currencies: only these, none for all.

    Raises:
        UsageError: a line cannot be meant, or one day and pair is told twice with two rates; nothing was added.
        OutOfReachError: the disk is full; what stood there stays.
    """
    told = read_rates(source)
    wanted = set(currencies)
    if wanted:
        told = [rate for rate in told if {rate.base, rate.currency} & wanted]
    make_folders(rates_file(curation).parent)
    with locked_folder(rates_file(curation).parent):
        known = {rate.key: rate for rate in known_rates(curation)}
        new = _unknown(told, known, curation, source)
        if new:
            _write(rates_file(curation), sorted([*known.values(), *new.values()]))
    return len(new)


def _unknown(
    told: Iterable[Rate], known: Mapping[tuple[date, str, str], Rate], curation: Path, source: Path
) -> dict[tuple[date, str, str], Rate]:
    """Return the rates that a home has not, each once."""
    new: dict[tuple[date, str, str], Rate] = {}
    for rate in told:
        stands = new.get(rate.key) or known.get(rate.key)
        if stands is None:
            new[rate.key] = rate
        else:
            remedy = f"Take the wrong one out of {rates_file(curation)} or of the file; nothing was added."
            _refuse_another(stands, rate, source, remedy)
    return new


def _refuse_another(stands: Rate, told: Rate, path: Path, remedy: str) -> None:
    if stands.rate != told.rate:
        pair = f"{told.day} {told.base} {told.currency}"
        raise UsageError(f"{pair}: {told.rate} in {path}, but {stands.rate} by {stands.origin}", remedy=remedy)


def _write(path: Path, rates: Iterable[Rate]) -> None:
    told = io.StringIO(newline="")
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(RATE_COLUMNS)
    writer.writerows((rate.day.isoformat(), rate.base, rate.currency, rate.rate, rate.origin) for rate in rates)
    publish_bytes(path.parent, path.name, told.getvalue().encode())
