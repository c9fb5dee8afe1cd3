"""Whether a feed's preset can look at the places that its TOML names: CSS of pages, paths of JSON.

Not here: what stands at a place. Places that come from the preset itself stand in no table and are right.
"""

from __future__ import annotations

from whisky_assets.domain.toml_file import TomlTable
from whisky_assets.parsing.html import check_selector
from whisky_assets.parsing.json_path import parse_path
from whisky_assets.sources.platforms import KEYS, TITLES, is_told
from whisky_assets.sources.source import CARD_ITSELF, JSON_PRESETS, PAGE_PRESETS, FieldRule, JsonPlan, Source


def check_places(root: TomlTable, source: Source) -> None:
    """Refuse places that the preset cannot look at (bad CSS, unknown paths, labels in a price list) and idle keys.

    Raises:
        UsageError: names file, line and key.
    """
    _check_regions(root, source)
    for name, rules in (("fields", source.fields), ("details", source.details)):
        table = root.table(name)
        for key, rule in rules.items():
            if table is None or key not in table.keys():  # noqa: SIM118 - a TOML table is no Mapping
                continue  # the preset's own place
            _check_use(table, key if name == "fields" else "", key, rule)
            if source.feed.preset in PAGE_PRESETS:
                _check_css(table, key, tuple(place for place in rule.places if (key, place) != ("source_id", "url")))
            elif source.cards is not None and not rule.labels:
                _check_css(table, key, tuple(place for place in rule.places if place != CARD_ITSELF))
            elif source.table is not None and not rule.labels:
                _check_css(table, key, (f"[{rule.attribute}]",) if rule.attribute else ())
            elif rule.labels or rule.attribute:
                raise table.error(key, f"cannot use label or attr with the preset {source.feed.preset}")
            if source.feed.preset in JSON_PRESETS:
                _check_paths(table, key, rule.places, source.feed.preset)
            elif rule.form is not None:
                raise table.error(key, f"cannot use form with the preset {source.feed.preset}")


def _check_regions(root: TomlTable, source: Source) -> None:
    """Refuse bad CSS and bad paths of the sections that say where in a document products stand."""
    told: list[tuple[str, str, tuple[str, ...]]] = []
    if (pages := source.pages) is not None:
        told += [
            ("pages", "links", (pages.links,)),
            ("pages", "total", pages.total.places if pages.total else ()),
            ("pages", "region", (pages.region,)),
            ("pages", "drop", pages.drop),
        ]
    if (cards := source.cards) is not None:
        told += [("cards", "region", (cards.region,)), ("cards", "card", (cards.card,)), ("cards", "drop", cards.drop)]
        told.append(("cards", "next", (cards.next,) if cards.next else ()))
        told.append(("cards", "total", cards.total.places if cards.total else ()))
    if source.table is not None and root.table("table") is not None:
        told += [("table", "region", (source.table.region,)), ("table", "drop", source.table.drop)]
        told.append(("table", "next", (source.table.next,) if source.table.next else ()))
        told.append(("table", "total", source.table.total.places if source.table.total else ()))
    if source.json_ld is not None and source.json_ld.next is not None:
        told.append(("json_ld", "next", (source.json_ld.next,)))
    for section, key, selectors in told:
        _check_css(_table(root, section), key, selectors)
    if source.json is not None:
        _check_json(_table(root, "json"), source.json, source.feed.preset)
    for section, total in (("pages", pages), ("cards", cards), ("table", source.table)):
        if total is not None and total.total is not None and total.total.labels:
            raise _table(root, section).error("total", "cannot use label: say from, as CSS")


def _check_json(table: TomlTable, plan: JsonPlan, preset: str) -> None:
    paths = {
        "items": plan.items,
        "variants": plan.variants,
        "total": plan.total,
        "next": plan.next,
        "index": plan.index,
    }
    for key, path in paths.items():
        _check_paths(table, key, (path,) if path else (), preset)
    if any(step.member is not None for step in parse_path(plan.items)):
        raise table.error("items", "must be keys alone: it names one list, and no [member=value] chooses in it")
    for key, rule in (("error", plan.error), ("link", plan.link)):
        if rule is None:
            continue
        if rule.labels or rule.attribute:
            raise table.error(key, f"cannot use label or attr with the preset {preset}")
        _check_paths(table, key, rule.places, preset)


def _check_use(table: TomlTable, field: str, key: str, rule: FieldRule) -> None:
    """Refuse what would be read nowhere: words of availability and units at values that are neither."""
    if (rule.yes or rule.no) and field != "available":
        raise table.error(key, "cannot use yes or no: they are for available in [fields] alone")
    if rule.unit and field not in ("volume", "price"):
        raise table.error(key, "cannot use unit: it is for volume and price in [fields] alone")


def _check_css(table: TomlTable, key: str, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        try:
            check_selector(selector)
        except ValueError as error:
            raise table.error(key, f"is no CSS selector: {error}") from error


def _check_paths(table: TomlTable, key: str, paths: tuple[str, ...], preset: str) -> None:
    for path in paths:
        try:
            if is_told(preset, path):
                continue
        except ValueError as error:
            raise table.error(key, f"is no path into JSON: {error}") from error
        told = ", ".join(sorted(KEYS.get(preset, ())))
        raise table.error(
            key, f"looks at {path!r}, which {TITLES.get(preset, 'no API')} does not tell; it tells {told}"
        )


def _table(root: TomlTable, name: str) -> TomlTable:
    table = root.table(name)
    if table is None:  # `loading` makes no rules of a section that does not stand there
        raise AssertionError(f"[{name}] is checked, but it is not in the TOML")
    return table
