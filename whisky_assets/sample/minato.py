"""minato, a Japanese importer: a price list as XLSX with title rows above its header and a footnote below.

Not here: what is on the list (`world.py`) and reading it (`sources/feeds/minato.toml`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook

from whisky_assets.sample.listing import Listing, TruthRow
from whisky_assets.sample.wording import STOCK, in_shop

HEADER = (
    "商品コード",
    "商品名",
    "メーカー",
    "分類",
    "容量",
    "度数",
    "価格(円)",
    "JANコード",
    "在庫",
    "原産国",
    "地域",
)
SHEET = "価格表"
FOOTNOTE = "※価格は税込です。品切れの場合はご容赦ください。"
_NUMBER = re.compile(r"\d+(\.\d+)?")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_CORE_DATE = re.compile(rb">\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<")


def file_name(edition: date) -> str:
    """Return the name of an edition, which states its date as the title row does."""
    return f"minato_pricelist_{edition:%Y%m%d}.xlsx"


def price_list(listings: Sequence[Listing], edition: date) -> bytes:
    """Return the file: two titles and an empty row, the header in row 4, one row a listing, a footnote.

    As in real lists the stated dimension lies (`A1`), and numbers are numbers, so that a barcode loses its noughts.
    """
    book = Workbook()
    sheet = book.create_sheet(SHEET, 0)
    del book["Sheet"]
    sheet.append(["港酒販 価格表"])
    sheet.append([f"{edition.year}年{edition.month}月{edition.day}日現在"])
    sheet.append([])
    sheet.append(HEADER)
    for listing in listings:
        sheet.append(_row(listing))
    sheet.append([FOOTNOTE])
    written = io.BytesIO()
    book.save(written)
    return _same_everywhere(written.getvalue(), edition)


def footnote_truth() -> TruthRow:
    """Return the truth of the list's last row, which is no product."""
    return TruthRow(
        id_space="minato",
        source_id="",
        kind="refused",
        truth_key="",
        why="a footnote below the list",
        traps=("footnote",),
        present=True,
    )


def _row(listing: Listing) -> list[str | int | float | None]:
    return [
        listing.source_id,
        listing.title or None,
        listing.producer,
        listing.category,
        listing.size or None,
        _cell(listing.abv),
        _cell(listing.price),
        _cell(listing.gtin),
        in_shop(STOCK[listing.stock], "m"),
        listing.country or None,
        listing.region or None,
    ]


def _cell(text: str) -> str | int | float | None:
    """Return a number where a spreadsheet would make one of the text."""
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def _same_everywhere(written: bytes, edition: date) -> bytes:
    """Return the same workbook without what hangs on the machine: clock, zip dates, compressor."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = _CORE_DATE.sub(f">{edition.isoformat()}T09:00:00Z<".encode(), body)
            elif name == "xl/worksheets/sheet1.xml":
                body = re.sub(rb'<dimension ref="[A-Z0-9:]+"', b'<dimension ref="A1"', body)
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.external_attr = 0o600 << 16
            member.create_system = 3
            target.writestr(member, body)
    return packed.getvalue()
