"""How sources write that they say nothing, in any column.

Not here: a column's own placeholders (`cleaning.texts`), and those of barcodes, where zeros are one (`gtin`).
"""

from __future__ import annotations

UNTOLD = frozenset({"", "-", "--", "–", "—", "n/a", "na", "nan", "none", "null", "unknown", "not specified"})
"""Case folded; each was seen in a price list or a shop."""
