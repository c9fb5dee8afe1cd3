"""What matching reads of offers: some columns of all of them, and whole ones only of the blocks that it looks at.

Not here: which blocks these are, and what comes of them (`matching`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from whisky_assets.domain.digests import digest
from whisky_assets.domain.records import Offer
from whisky_assets.identity.model import Key, Subject, from_offer
from whisky_assets.identity.source_traits import cut_lengths, number_spaces
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.standing_rows import rows_of_keys
from whisky_assets.pipeline.tables import Table

COLUMNS = ("id_space", "source_id", "kind", "block", "name", "gtin14", "page_state")
"""Columns of every offer that matching reads of all of them."""


def told_offers(offers: Table) -> dict[Key, Any]:
    """Return `COLUMNS` of each offer that stands for a whisky, as attributes, by listing."""
    return {Key(row.id_space, row.source_id): row for row in offers.slices(*COLUMNS) if row.kind in MEMBER_KINDS}


def member_offers(offers: Table, keys: Collection[Key], told: Mapping[Key, Any]) -> Iterator[Offer]:
    """Yield the offers of these listings, which are among those told."""
    if len(keys) == len(told):
        yield from offers.rows(where={"kind": set(MEMBER_KINDS)})
    else:
        yield from rows_of_keys(offers, keys)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SourceTraits:
    """What all listings of a source show of it: at which length it cuts names, and whose numbers it shares."""

    cut_at: Mapping[str, int]
    number_space: Mapping[str, str]

    @classmethod
    def of(cls, offers: Table, told: Mapping[Key, Any]) -> SourceTraits:
        """Return the traits of the sources of all offers; whole ones are read where numbers are shared alone."""
        by_number: dict[str, set[Key]] = defaultdict(set)
        for key in told:
            by_number[key[1].lstrip("0")].add(key)
        shared = {key for keys in by_number.values() if len({space for space, _ in keys}) > 1 for key in keys}
        return cls(
            cut_at=cut_lengths((row.id_space, row.name) for row in told.values()),
            number_space=number_spaces(from_offer(row) for row in member_offers(offers, shared, told)),
        )

    @property
    def digest(self) -> str:
        """Digest of all traits."""
        return digest([dict(self.cut_at), dict(self.number_space)])

    def subject_of(self, offer: Offer) -> Subject:
        """Return what is matched of an offer."""
        return from_offer(
            offer, cut_at=self.cut_at.get(offer.id_space), number_space=self.number_space.get(offer.id_space)
        )
