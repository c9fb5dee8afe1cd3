"""Texts by field become typed products: each row is one item or one refusal, each bad value is refused alone.

Not here: where the texts stand in a document (`presets`) and what holds for whiskies only (`cleaning`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import Json
from whisky_assets.parsing.measures import Volume, find_abv, find_volume, read_abv, read_count, read_volume
from whisky_assets.parsing.money import Price, read_currency, read_minor_units, read_price
from whisky_assets.parsing.untold import UNTOLD
from whisky_assets.sources.document import LONGEST_EVIDENCE, Evidence, RawRow, ReadItem, RefusedItem, refused_row
from whisky_assets.sources.page_links import PLAIN_ADDRESS
from whisky_assets.sources.pictures import picture_link
from whisky_assets.sources.source import IMAGE_COLUMN, MINOR_UNIT, FieldRule, Source

Value = TypeVar("Value")

YES_WORDS = frozenset({"yes", "true"})
NO_WORDS = frozenset({"no", "false"})

NO_DETAILS = Json("{}")

_ANY = FieldRule()


def read_rows(source: Source, rows: Iterable[RawRow], address: str = "") -> tuple[list[ReadItem], list[RefusedItem]]:
    """Return one item or one refusal (scope `row`) for every row, and besides one refusal for every bad value.

    A number told again in the same document with equal content is kept as it is: it is a repeat. Told with other
    content it is refused as `duplicate_id`, because nobody can say which of both is meant; another picture of it is no
    other content. `address` is the document's, which links of pictures are made whole by.
    """
    items: list[ReadItem] = []
    refused: list[RefusedItem] = []
    first: dict[tuple[str, str], ReadItem] = {}
    for row in rows:
        reader = _RowReader(source, row, address)
        try:
            item = reader.read()
        except InputRefusedError as error:
            refused.append(refused_row(row.ordinal, error.reason, str(error), row.evidence))
            continue
        former = first.setdefault((item.id_space, item.source_id), item)
        if former is not item and not _is_repeat(item, former):
            refused.append(_duplicate(item, former, row.evidence))
            continue
        items.append(item)
        refused += reader.refused
    return items, refused


def _is_repeat(item: ReadItem, former: ReadItem) -> bool:
    return dataclasses.replace(item, ordinal=former.ordinal, image_url=former.image_url) == former


def _duplicate(item: ReadItem, former: ReadItem, evidence: Evidence) -> RefusedItem:
    differing = [
        field.name
        for field in dataclasses.fields(item)
        if field.name not in ("ordinal", IMAGE_COLUMN) and getattr(item, field.name) != getattr(former, field.name)
    ]
    return refused_row(
        item.ordinal,
        "duplicate_id",
        f"{item.id_space}:{item.source_id} ({item.name!r}) stands in this document already, as row {former.ordinal} "
        f"({former.name!r}), and differs in {', '.join(differing)}. The first is kept; ask the seller which is right.",
        evidence,
    )


class _RowReader:
    """Reads one row; refused values gather in `refused` while the row goes on without them."""

    def __init__(self, source: Source, row: RawRow, address: str) -> None:
        self.source = source
        self.row = row
        self.address = address
        self.refused: list[RefusedItem] = []
        self.flags: list[str] = list(row.flags)

    def read(self) -> ReadItem:
        feed = self.source.feed
        name = self._text("name")
        if name is None:
            raise InputRefusedError(
                "the row has no name.", reason="no_name", remedy="Nothing to do, if it is no product."
            )
        source_id = self._text("source_id")
        if source_id is None:
            raise InputRefusedError(f"{name!r} has no product number.", reason="no_id")
        seller, id_space = self._seller(name)
        volume_text, volume = self._volume()
        abv_text, abv = self._abv()
        price_text, price = self._price()
        return ReadItem(
            ordinal=self.row.ordinal,
            id_space=id_space,
            source_id=source_id,
            seller=seller,
            name=name,
            url=self._url(),
            image_url=self._picture(),
            producer=self._text("producer"),
            category=self._text("category"),
            country=self._text("country"),
            region=self._text("region"),
            language=feed.language,
            abv_text=abv_text,
            abv_pct=abv,
            volume_text=volume_text,
            volume_ml=volume.volume_ml if volume else None,
            pack_count=self._pack_count(volume),
            price_text=price_text,
            price_minor=price.price_minor if price else None,
            currency=price.currency if price and price.price_minor is not None else None,
            gtin_text=self._text("gtin"),
            available=self._available(),
            details=Json(canonical_json(dict(self.row.details))) if self.row.details else NO_DETAILS,
            flags=tuple(sorted(set(self.flags))),
            licence=self.source.licence.key,
            permission=None if self.source.permission is None else str(self.source.permission),
        )

    def _texts(self, field: str) -> tuple[str, ...]:
        return self.row.texts.get(field, ())

    def _text(self, field: str) -> str | None:
        for text in self._texts(field):
            folded = " ".join(text.split())
            if folded:
                return folded
        return None

    def _number_text(self, field: str) -> str | None:
        text = self._text(field)
        return None if text is None or text.casefold() in UNTOLD else text

    def _rule(self, field: str) -> FieldRule:
        return self.source.fields.get(field, _ANY)

    def _seller(self, name: str) -> tuple[str, str]:
        feed = self.source.feed
        if not self.source.seller_rules:
            return feed.seller, feed.id_space
        for rule in self.source.seller_rules:
            if rule.match.search(self._text(rule.field) or ""):
                return rule.seller, rule.id_space
        raise InputRefusedError(
            f"no seller rule matches {name!r}.",
            reason="seller_unknown",
            remedy=f"Add a [[seller_rules]] to {self.source.path}.",
        )

    def _try(self, field: str, text: str, read: Callable[[], Value]) -> Value | None:
        """Return what `read` makes of a text; refuse that value by name where it cannot."""
        try:
            return read()
        except InputRefusedError as error:
            self.flags.append(error.reason)
            self.refused.append(
                RefusedItem(
                    ordinal=self.row.ordinal,
                    field=field,
                    scope="value",
                    reason=error.reason,
                    message=f"{self._text('source_id')} ({self._text('name')}): {error}",
                    evidence=text[:LONGEST_EVIDENCE],
                )
            )
            return None

    def _url(self) -> str | None:
        """Return the first address at one of the feed's own hosts; refuse one of another shop by name."""
        fetch = self.source.fetch
        hosts = _hosts_of(fetch.origins) if fetch else None
        foreign: str | None = None
        for text in self._texts("url"):
            url = without_port(text)
            if url is not None and (hosts is None or _host_of(url) in hosts):
                return url
            foreign = foreign or url
        if foreign is not None:
            self._try("url", foreign, partial(_refuse_foreign, foreign))
        return None

    def _picture(self) -> str | None:
        told = self._texts("image")
        return self._try(IMAGE_COLUMN, told[0], lambda: picture_link(told, self.address)) if told else None

    def _volume(self) -> tuple[str | None, Volume | None]:
        rule = self._rule("volume")
        if rule.search or "volume" not in self.source.fields:
            return next(((text, found) for text in self._texts("volume") if (found := find_volume(text))), (None, None))
        text = self._number_text("volume")
        if text is None:
            return None, None
        return text, self._try("volume_ml", text, lambda: read_volume(text, rule.unit))

    def _abv(self) -> tuple[str | None, float | None]:
        if self._rule("abv").search or "abv" not in self.source.fields:
            return next(
                ((text, found.abv_pct) for text in self._texts("abv") if (found := find_abv(text))), (None, None)
            )
        text = self._number_text("abv")
        if text is None:
            return None, None
        read = self._try("abv_pct", text, lambda: read_abv(text, self.source.feed.country))
        return text, read.abv_pct if read else None

    def _price(self) -> tuple[str | None, Price | None]:
        text = self._number_text("price")
        if text is None:
            return None, None
        price = self._try("price_minor", text, lambda: self._read_price(text, self._currency()))
        if price is not None:
            self.flags += price.flags
        return text, price

    def _read_price(self, text: str, currency: str) -> Price:
        feed = self.source.feed
        if currency != feed.currency:
            raise InputRefusedError(
                f"{text[:80]!r} is told in {currency}, but the feed's currency is {feed.currency}.",
                reason="currency_clash",
            )
        if self._rule("price").unit == MINOR_UNIT:
            return read_minor_units(text, currency, self.row.price_digits)
        return read_price(text, currency, feed.language, self.row.price_decimal)

    def _currency(self) -> str:
        own = self.source.feed.currency
        told = self._text("currency")
        return own if told is None else read_currency(told, own)

    def _pack_count(self, volume: Volume | None) -> int:
        text = self._number_text("pack")
        told = self._try("pack_count", text, lambda: read_count(text)) if text is not None else None
        return told or (volume.pack_count if volume else 1)

    def _available(self) -> bool | None:
        text = self._text("available")
        if text is None:
            return None
        rule = self._rule("available")
        if rule.no is not None and rule.no.search(text):
            return False
        if rule.yes is not None and rule.yes.search(text):
            return True
        if re.fullmatch("[0-9]{1,9}", text):
            return int(text) > 0
        if text.casefold() in YES_WORDS | NO_WORDS:
            return text.casefold() in YES_WORDS
        self.flags.append("available_unknown")
        return None


@lru_cache
def _hosts_of(origins: tuple[str, ...]) -> frozenset[str | None]:
    return frozenset(urlsplit(origin).hostname for origin in origins)


def _host_of(url: str) -> str | None:
    plain = PLAIN_ADDRESS.fullmatch(url)
    return plain["host"] if plain else urlsplit(url).hostname


def _refuse_foreign(url: str) -> None:
    raise InputRefusedError(
        f"{url[:200]} leads to a host that the feed does not declare.",
        reason="foreign_link",
        remedy="If it is the shop's own, name it under origins in [fetch] of the feed.",
    )


def without_port(url: str | None) -> str | None:
    """Return a URL without port, user and fragment, None where it is no http or https URL."""
    if url is None or PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
