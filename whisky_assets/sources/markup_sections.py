"""The sections `[table]` and `[json_ld]` of a feed's TOML: neither must stand there, as both have defaults.

Not here: the other sections (`loading`), and whether CSS can be meant (`place_checks`).
"""

from __future__ import annotations

from whisky_assets.domain.toml_file import TomlTable
from whisky_assets.sources.markup_plans import JsonLdPlan, TablePlan
from whisky_assets.sources.source import FieldRule


def table_plan(table: TomlTable | None, total: FieldRule | None) -> TablePlan:
    """Return where the tables stand; without a section, any table of the page that has the declared columns.

    Raises:
        UsageError: names file, line and key.
    """
    if table is None:
        return TablePlan(region="table", drop=(), next=None, total=None)
    plan = TablePlan(
        region=table.text("region", default="table"),
        drop=table.texts("drop", default=()),
        next=table.maybe_text("next"),
        total=total,
    )
    table.has("total")
    table.finish()
    return plan


def json_ld_plan(table: TomlTable | None) -> JsonLdPlan:
    """Return where schema.org blocks lead; without a section, nowhere.

    Raises:
        UsageError: names file, line and key.
    """
    if table is None:
        return JsonLdPlan(next=None, page=None)
    plan = JsonLdPlan(next=table.maybe_text("next"), page=table.maybe_pattern("page"))
    table.finish()
    return plan
