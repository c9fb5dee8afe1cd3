"""What a feed says of pages that hold their products as a table or as schema.org blocks.

Not here: the TOML's keys (`markup_sections`) and any page (`presets`).
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whisky_assets.sources.source import FieldRule

WHOLE_PAGE = "body"
"""The region of a page that is the page itself: no error page lacks it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """Which elements hold the tables (CSS), what to cut out first, the next page's link, the list's total."""

    region: str
    drop: tuple[str, ...]
    next: str | None
    total: FieldRule | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JsonLdPlan:
    """The link to the next page (CSS), and which addresses of a list without products are pages of one each."""

    next: str | None
    page: re.Pattern[str] | None
