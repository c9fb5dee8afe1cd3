"""Takes rows over that nothing has changed, and makes only the others anew, counted by reason.

A derived row carries `input_digest` (all it was made from) and `maker_version` (the code that made it). When both are
what a maker would write now, the stored row is the answer; its volatile columns alone are brought up to date.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from whisky_assets.domain.record import spec_of

Row = TypeVar("Row")

NEW = "new key"
INPUT = "changed input"
MAKER = "new maker version"


class Carrier(Generic[Row]):
    """One table's earlier rows by key; `row` gives back the old one or makes it anew.

    A group of rows that are made together (all claims of one whisky) goes through `group`.
    """

    def __init__(self, record_type: type[Row], previous: Iterable[Row], maker_version: str) -> None:
        """Index the earlier rows by the record's own key."""
        self._spec = spec_of(record_type)
        self._volatile = tuple(column.name for column in self._spec.columns if column.volatile)
        self._maker_version = maker_version
        self._previous: dict[tuple[object, ...], Row] = {self.key_of(row): row for row in previous}
        self.rows: list[Row] = []
        self.carried = 0
        self.reasons: Counter[str] = Counter()

    def key_of(self, row: object) -> tuple[object, ...]:
        """Return the values of the record's key columns."""
        return tuple(getattr(row, name) for name in self._spec.key)

    def previous(self, key: tuple[object, ...]) -> Row | None:
        """Return the earlier row of a key, if there is one."""
        return self._previous.get(key)

    def row(
        self,
        key: tuple[object, ...],
        input_digest: str,
        make: Callable[[], Row],
        volatile: Mapping[str, object] | None = None,
    ) -> Row:
        """Return the row of a key, carried over when digest and maker are equal, else made; keep it in `rows`.

        Args:
            key: the record's key values.
            input_digest: digest of all that `make` would read.
            make: makes the row; called only when it must be.
            volatile: present values of volatile columns, for a row that is carried over.
        """
        old: Any = self._previous.get(key)
        if old is not None and old.input_digest == input_digest and old.maker_version == self._maker_version:
            self.carried += 1
            row: Row = dataclasses.replace(old, **volatile) if volatile else old
        else:
            self.reasons[self._why(old)] += 1
            row = make()
        self.rows.append(row)
        return row

    def keep(self, row: Row) -> None:
        """Keep an earlier row as it is, whatever a maker would write now."""
        self.carried += 1
        self.rows.append(row)

    def stands(self, key: tuple[object, ...], input_digest: str) -> bool:
        """Say whether the earlier row of a key would be carried over."""
        old: Any = self._previous.get(key)
        return old is not None and old.input_digest == input_digest and old.maker_version == self._maker_version

    @property
    def made(self) -> int:
        """Rows that were made anew."""
        return sum(self.reasons.values())

    def _why(self, old: Any) -> str:
        if old is None:
            return NEW
        return INPUT if old.maker_version == self._maker_version else MAKER


class GroupCarrier(Generic[Row]):
    """Earlier rows by a group (a document, a whisky): a whole group is carried over or made anew."""

    def __init__(self, group_of: Callable[[Row], object], previous: Iterable[Row], maker_version: str) -> None:
        """Collect the earlier rows by group; all rows of one group carry the same digest."""
        self._maker_version = maker_version
        self._groups: dict[object, list[Row]] = {}
        for row in previous:
            self._groups.setdefault(group_of(row), []).append(row)
        self.rows: list[Row] = []
        self.carried = 0
        self.reasons: Counter[str] = Counter()

    def take(self, group: object, input_digest: str) -> list[Row] | None:
        """Carry a group over and return its rows, or None when it has to be made; a group without rows is made."""
        rows: list[Any] = self._groups.get(group, [])
        if not rows or any(
            row.input_digest != input_digest or row.maker_version != self._maker_version for row in rows
        ):
            return None
        self.carried += len(rows)
        self.rows.extend(rows)
        return rows

    def put(self, group: object, rows: Iterable[Row]) -> None:
        """Keep rows that were made anew for a group."""
        made = list(rows)
        old: list[Any] = self._groups.get(group, [])
        if made:
            self.reasons[self._why(old)] += len(made)
        self.rows.extend(made)

    def _why(self, old: list[Any]) -> str:
        if not old:
            return NEW
        return INPUT if old[0].maker_version == self._maker_version else MAKER

    @property
    def made(self) -> int:
        """Rows that were made anew."""
        return sum(self.reasons.values())
