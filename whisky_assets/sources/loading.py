"""A feed's TOML as a checked `Source`: what it says is complete and can be meant, or one error names the line.

Not here: which folders hold feeds (`registry`) and what any value does (`source`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from whisky_assets.domain.records.shared import NAME_PATTERN
from whisky_assets.parsing.html import check_selector
from whisky_assets.sources.source import (
    CARD_ITSELF,
    DECIMAL_SIGNS,
    DECLARED_KINDS,
    FIELD_NAMES,
    FILE_FORMATS,
    PRESETS,
    VOLUME_UNITS,
    WITNESSES,
    WORLDS,
    AsOfRule,
    CardPlan,
    Feed,
    FetchPlan,
    FieldRule,
    FilePlan,
    Functions,
    Kinds,
    Licence,
    PagePlan,
    SellerRule,
    Source,
    fold_category,
    origin_of,
)
from whisky_assets.sources.toml_file import TomlTable, read_toml

PACE_SECONDS = 2.0
"""Seconds between two requests to one host where a feed says nothing: what no shop's log would show as a load."""

REQUESTS_PER_HOUR = 60
MAX_PAGES = 1_000
DEADLINE_SECONDS = 30.0

HTML_PRESETS = ("product_pages", "cards")
"""Presets whose places are CSS selectors."""

PRODUCT_PATHS = ("id", "title", "handle", "vendor", "product_type", "tags", "body")
VARIANT_PATHS = (
    "id",
    "title",
    "sku",
    "barcode",
    "price",
    "compare_at_price",
    "available",
    "option1",
    "option2",
    "option3",
)
SHOPIFY_PATHS = (*PRODUCT_PATHS, *(f"variant.{path}" for path in VARIANT_PATHS))
"""Where a value can stand in Shopify's answer."""

_NAME_MEANING = "a name of small letters, digits and _ that starts with a letter"


def load_source(path: Path) -> Source:
    """Return the feed that a TOML declares.

    Raises:
        UsageError: the file cannot be read, a key is unknown, missing or of another type, two parts contradict each
            other, or the file's name is not the feed's; names file, line and key.
    """
    root = read_toml(path)
    feed = _feed(_required(root, "feed"))
    licence = _licence(_required(root, "licence"))
    crawled = feed.preset != "csv_xlsx"
    fetch_table = _section(root, "fetch", needed=crawled, preset=feed.preset)
    pages_table = _section(root, "pages", needed=feed.preset == "product_pages", preset=feed.preset)
    cards_table = _section(root, "cards", needed=feed.preset == "cards", preset=feed.preset)
    file_table = _section(root, "file", needed=not crawled, preset=feed.preset)
    source = Source(
        feed=feed,
        licence=licence,
        fetch=_fetch(fetch_table) if fetch_table else None,
        pages=_pages(pages_table) if pages_table else None,
        cards=_cards(cards_table) if cards_table else None,
        file=_file(file_table) if file_table else None,
        fields=_rules(root.table("fields"), allowed=FIELD_NAMES),
        details=_rules(root.table("details"), allowed=None),
        kinds=_kinds(root.table("kinds")),
        seller_rules=tuple(_seller_rule(table) for table in root.tables("seller_rules")),
        functions=_functions(root.table("functions"), preset=feed.preset),
        path=str(path),
    )
    root.finish()
    _agree(root, source)
    _check_places(root, source)
    return source


def _required(root: TomlTable, name: str) -> TomlTable:
    table = root.table(name)
    if table is None:
        raise root.error(name, "is missing")
    return table


def _section(root: TomlTable, name: str, *, needed: bool, preset: str) -> TomlTable | None:
    table = root.table(name)
    if table is None and needed:
        raise root.error(name, f"is missing; the preset {preset} needs it")
    if table is not None and not needed:
        raise root.error(name, f"cannot be used with the preset {preset}")
    return table


def _feed(table: TomlTable) -> Feed:
    name = table.matching("name", NAME_PATTERN, _NAME_MEANING)
    feed = Feed(
        name=name,
        title=table.text("title"),
        world=table.choice("world", WORLDS),
        enabled=table.flag("enabled", default=True),
        preset=table.choice("preset", PRESETS),
        seller=table.text("seller"),
        witness=table.choice("witness", WITNESSES, default="column"),
        id_space=table.matching("id_space", NAME_PATTERN, _NAME_MEANING, default=name),
        country=table.matching("country", "[A-Z]{2}", "an ISO 3166-1 code like GB"),
        language=table.matching("language", "[a-z]{2}", "an ISO 639-1 code like en"),
        currency=table.matching("currency", "[A-Z]{3}", "an ISO 4217 code like EUR"),
        complete=table.flag("complete", default=False),
        cadence_days=table.whole("cadence_days", least=1) if table.has("cadence_days") else None,
    )
    if name != table.path.stem:
        raise table.error("name", f"is {name!r}, but the file is called {table.path.name}: both must be the same")
    table.finish()
    return feed


def _licence(table: TomlTable) -> Licence:
    licence = Licence(
        key=table.matching("key", NAME_PATTERN, _NAME_MEANING),
        title=table.text("title"),
        terms_url=table.text("terms_url", default=""),
        checked=table.day("checked"),
        attribution=table.text("attribution", default=""),
        publish=table.flag("publish"),
        allowed_fields=table.texts("allowed_fields", default=("*",)),
    )
    table.finish()
    return licence


def _fetch(table: TomlTable) -> FetchPlan:
    start = table.texts("start")
    own = tuple(dict.fromkeys(_origin(table, "start", url) for url in start))
    origins = tuple(_origin(table, "origins", url) for url in table.texts("origins", default=own))
    plan = FetchPlan(
        start=start,
        origins=origins,
        pace_seconds=table.number("pace_seconds", least=0, default=PACE_SECONDS),
        per_hour=table.whole("per_hour", least=1, default=REQUESTS_PER_HOUR),
        max_pages=table.whole("max_pages", least=1, default=MAX_PAGES),
        deadline_seconds=table.number("deadline_seconds", least=1, default=DEADLINE_SECONDS),
    )
    table.finish()
    if outside := [origin for origin in own if origin not in origins]:
        raise table.error("origins", f"must hold the origin of every start: {outside[0]} is not there")
    return plan


def _origin(table: TomlTable, key: str, url: str) -> str:
    try:
        return origin_of(url)
    except ValueError as error:
        raise table.error(key, f"must hold http or https URLs: {error}") from error


def _pages(table: TomlTable) -> PagePlan:
    plan = PagePlan(
        index=table.pattern("index"),
        page=table.pattern("page"),
        links=table.text("links", default="a[href]"),
        region=table.text("region", default="body"),
        drop=table.texts("drop", default=()),
        json_ld=table.flag("json_ld", default=True),
    )
    table.finish()
    return plan


def _cards(table: TomlTable) -> CardPlan:
    plan = CardPlan(
        region=table.text("region", default="body"),
        card=table.text("card"),
        drop=table.texts("drop", default=()),
        next=table.maybe_text("next"),
        total=_rule(table, "total") if table.has("total") else None,
    )
    table.finish()
    return plan


def _file(table: TomlTable) -> FilePlan:
    form = table.choice("format", FILE_FORMATS)
    for key, owner in (("sheet", "xlsx"), ("encoding", "csv"), ("delimiter", "csv")):
        if table.has(key) and form != owner:
            raise table.error(key, f"is for {owner} alone, the format is {form}")
    plan = FilePlan(
        patterns=table.texts("patterns"),
        format=form,
        sheet=table.maybe_text("sheet"),
        header_row=table.whole("header_row", least=1) if table.has("header_row") else None,
        encoding=_encoding(table),
        delimiter=table.matching("delimiter", "(?s).", "one character", default=","),
        decimal=table.choice("decimal", DECIMAL_SIGNS, default="."),
        as_of=_as_of(table.table("as_of")),
        ignore=table.texts("ignore", default=()),
    )
    table.finish()
    return plan


def _encoding(table: TomlTable) -> str | None:
    name = table.maybe_text("encoding")
    if name is not None:
        try:
            "".encode(name)
        except LookupError as error:
            raise table.error("encoding", f"{name!r} is no encoding that Python knows") from error
    return name


def _as_of(table: TomlTable | None) -> AsOfRule | None:
    if table is None:
        return None
    places = [place for place in ("file_name", "title") if table.has(place)]
    table.finish()
    if len(places) != 1:
        raise table.error("file_name", "or title: exactly one of both must stand in as_of")
    return AsOfRule(where=places[0], pattern=table.pattern(places[0], groups=("year",)))


def _rules(table: TomlTable | None, *, allowed: tuple[str, ...] | None) -> Mapping[str, FieldRule]:
    if table is None:
        return {}
    for name in allowed or ():
        table.has(name)
    rules = {}
    for key in table.keys():  # noqa: SIM118 - a TOML table is no Mapping; only what was asked for is known
        if allowed is None and not re.fullmatch(NAME_PATTERN, key):
            raise table.error(key, f"must be {_NAME_MEANING}")
        if allowed is None or key in allowed:
            rules[key] = _rule(table, key)
    table.finish()
    return rules


def _rule(table: TomlTable, key: str) -> FieldRule:
    inner = table.table(key) if table.is_table(key) else None
    if inner is None:
        return FieldRule(places=table.texts(key))
    rule = FieldRule(
        places=inner.texts("from", default=()),
        labels=inner.texts("label", default=()),
        attribute=inner.maybe_text("attr"),
        pattern=inner.maybe_pattern("pattern"),
        unit=inner.choice("unit", VOLUME_UNITS) if inner.has("unit") else None,
        yes=inner.maybe_pattern("yes"),
        no=inner.maybe_pattern("no"),
        search=inner.flag("search", default=False),
        optional=inner.flag("optional", default=False),
    )
    inner.finish()
    if not rule.places and not rule.labels:
        raise table.error(key, "must say from or label: where the value stands")
    return rule


def _kinds(table: TomlTable | None) -> Kinds:
    if table is None:
        return Kinds(default=None, by_category={})
    by_category: dict[str, str] = {}
    default = table.choice("default", DECLARED_KINDS) if table.has("default") else None
    for key in table.keys():  # noqa: SIM118 - a TOML table is no Mapping; only what was asked for is known
        if key == "default":
            continue
        if fold_category(key) in by_category:
            raise table.error(key, "stands there twice, but for case and spaces")
        by_category[fold_category(key)] = table.choice(key, DECLARED_KINDS)
    return Kinds(default=default, by_category=by_category)


def _seller_rule(table: TomlTable) -> SellerRule:
    rule = SellerRule(
        field=table.choice("field", FIELD_NAMES),
        match=table.pattern("match"),
        seller=table.text("seller"),
        id_space=table.matching("id_space", NAME_PATTERN, _NAME_MEANING),
    )
    table.finish()
    return rule


def _functions(table: TomlTable | None, *, preset: str) -> Functions | None:
    if table is None:
        return None
    module = table.matching("module", NAME_PATTERN, _NAME_MEANING)
    table.finish()
    if preset not in HTML_PRESETS:
        both = " and ".join(HTML_PRESETS)
        raise table.error("module", f"cannot be used with the preset {preset}: only {both} call functions")
    path = table.path.with_name(f"{module}.py")
    try:
        code = path.read_bytes()
    except OSError as error:
        raise table.error("module", f"names {path.name}, which cannot be read: {error.strerror}") from error
    return Functions(module=module, path=str(path), code_digest=hashlib.sha256(code).hexdigest())


def _agree(root: TomlTable, source: Source) -> None:
    """Refuse parts that contradict each other."""
    if source.feed.preset == "csv_xlsx":
        if missing := [name for name in ("source_id", "name") if name not in source.fields]:
            raise root.error("fields", f"must say where {' and '.join(missing)} stands")
        if source.feed.cadence_days is not None:
            raise root.error("feed", "cannot have cadence_days: a file comes when a person puts it in")
    if source.cards is not None:
        if missing := [name for name in ("source_id", "name") if name not in source.fields]:
            raise root.error("fields", f"must say where {' and '.join(missing)} stands")
        if source.feed.complete:
            raise root.error("feed", "cannot be complete: a list page is a cut, and absence from it proves nothing")
    if lost := [rule.field for rule in source.seller_rules if rule.field not in source.fields]:
        raise root.error("seller_rules", f"looks at {lost[0]}, which [fields] does not declare")


def _check_places(root: TomlTable, source: Source) -> None:
    """Refuse places that the preset cannot look at: bad CSS, unknown paths, labels in a price list."""
    _check_regions(root, source)
    for name, rules in (("fields", source.fields), ("details", source.details)):
        for key, rule in rules.items():
            table = _required(root, name)
            if source.feed.preset == "product_pages":
                _check_css(table, key, tuple(place for place in rule.places if (key, place) != ("source_id", "url")))
            elif source.cards is not None and not rule.labels:
                _check_css(table, key, tuple(place for place in rule.places if place != CARD_ITSELF))
            elif rule.labels or rule.attribute:
                raise table.error(key, f"cannot use label or attr with the preset {source.feed.preset}")
            if source.feed.preset == "shopify":
                _check_paths(table, key, rule.places)


def _check_regions(root: TomlTable, source: Source) -> None:
    """Refuse bad CSS of the sections that say where on a page products stand."""
    told: list[tuple[str, str, tuple[str, ...]]] = []
    if (pages := source.pages) is not None:
        told += [
            ("pages", "links", (pages.links,)),
            ("pages", "region", (pages.region,)),
            ("pages", "drop", pages.drop),
        ]
    if (cards := source.cards) is not None:
        told += [("cards", "region", (cards.region,)), ("cards", "card", (cards.card,)), ("cards", "drop", cards.drop)]
        told.append(("cards", "next", (cards.next,) if cards.next else ()))
        told.append(("cards", "total", cards.total.places if cards.total else ()))
    for section, key, selectors in told:
        _check_css(_required(root, section), key, selectors)


def _check_css(table: TomlTable, key: str, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        try:
            check_selector(selector)
        except ValueError as error:
            raise table.error(key, f"is no CSS selector: {error}") from error


def _check_paths(table: TomlTable, key: str, paths: tuple[str, ...]) -> None:
    for path in paths:
        if path not in SHOPIFY_PATHS:
            raise table.error(
                key, f"looks at {path!r}, which Shopify does not tell; it tells {', '.join(SHOPIFY_PATHS)}"
            )
