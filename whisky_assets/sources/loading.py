"""A feed's TOML as a checked `Source`: what it says is complete and can be meant, or one error names the line.

Not here: which folders hold feeds (`registry`) and what any value does (`source`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from whisky_assets.domain.records.shared import NAME_PATTERN
from whisky_assets.domain.toml_file import TomlTable, read_toml
from whisky_assets.sources.declared_kinds import DECLARED_KINDS, NAMED_KINDS, Kinds, fold_category
from whisky_assets.sources.fetch_section import fetch_plan, noise_plan
from whisky_assets.sources.markup_plans import WHOLE_PAGE, TablePlan
from whisky_assets.sources.markup_sections import json_ld_plan, table_plan
from whisky_assets.sources.permission import permission_in, refuse_uninvited
from whisky_assets.sources.place_checks import check_places
from whisky_assets.sources.platforms import with_defaults
from whisky_assets.sources.refusals import refuse_forbidden
from whisky_assets.sources.source import (
    ALL_FIELDS,
    DECIMAL_SIGNS,
    FIELD_NAMES,
    FILE_FORMATS,
    LICENSED_FIELDS,
    MINOR_UNIT,
    PAGE_PRESETS,
    PRESETS,
    USUAL_WORLD,
    VOLUME_UNITS,
    WITNESSES,
    WORLDS,
    AsOfRule,
    CardPlan,
    Feed,
    FieldRule,
    FilePlan,
    Functions,
    JsonPlan,
    Licence,
    PagePlan,
    SellerRule,
    Source,
)

HTML_PRESETS = (*PAGE_PRESETS, "cards")
"""Presets that call a feed's own functions, each on the part of a page that is one product."""

PRESETS_THAT_KNOW_NO_PLACE = ("csv_xlsx", "cards", "table")
"""Presets of documents in which only the feed knows where number and name of a product stand."""

SITEMAP_ADDRESS = re.compile(r"sitemap[^/]*\.xml(?:\.gz)?(?:\?|$)")
"""Addresses of sitemaps where a feed of the preset `sitemap` names none."""

_NAME_MEANING = "a name of small letters, digits and _ that starts with a letter"


def load_source(path: Path) -> Source:
    """Return the feed that a TOML declares.

    Raises:
        UsageError: the file cannot be read, a key is unknown, missing or of another type, two parts contradict each
            other, or the file's name is not the feed's; names file, line and key.
    """
    root = read_toml(path, remedy="Mend that line; until then this feed alone is disabled.")
    feed = _feed(_required(root, "feed"))
    licence = _licence(_required(root, "licence"), feed)
    permission_table = root.table("permission")
    crawled = feed.preset != "csv_xlsx"
    fetch_table = _section(root, "fetch", needed=crawled, preset=feed.preset)
    noise_table = root.table("noise")
    pages_table = _section(root, "pages", needed=feed.preset in PAGE_PRESETS, preset=feed.preset)
    cards_table = _section(root, "cards", needed=feed.preset == "cards", preset=feed.preset)
    json_table = _section(root, "json", needed=feed.preset == "json_api", preset=feed.preset)
    table_table = _section(root, "table", needed=feed.preset == "table", preset=feed.preset, optional=True)
    json_ld_table = _section(root, "json_ld", needed=feed.preset == "json_ld", preset=feed.preset, optional=True)
    file_table = _section(root, "file", needed=not crawled, preset=feed.preset)
    source = Source(
        feed=feed,
        licence=licence,
        fetch=fetch_plan(fetch_table, feed.cadence_days) if fetch_table else None,
        noise=noise_plan(noise_table) if noise_table else None,
        pages=_pages(pages_table, feed.preset) if pages_table else None,
        cards=_cards(cards_table) if cards_table else None,
        json=_json(json_table) if json_table else None,
        json_ld=json_ld_plan(json_ld_table) if feed.preset == "json_ld" else None,
        table=_table(table_table) if feed.preset == "table" else None,
        file=_file(file_table) if file_table else None,
        fields=with_defaults(feed.preset, _rules(root.table("fields"), allowed=FIELD_NAMES)),
        details=_rules(root.table("details"), allowed=None),
        kinds=_kinds(root.table("kinds")),
        seller_rules=tuple(_seller_rule(table) for table in root.tables("seller_rules")),
        functions=_functions(root.table("functions"), preset=feed.preset),
        path=str(path),
        permission=permission_in(permission_table) if permission_table else None,
    )
    root.finish()
    refuse_forbidden(root, source)
    if permission_table is not None and source.permission is not None:
        refuse_uninvited(permission_table, source.permission, source.fetch.invited if source.fetch else None)
    _agree(root, source)
    check_places(root, source)
    return source


def _required(root: TomlTable, name: str) -> TomlTable:
    table = root.table(name)
    if table is None:
        raise root.error(name, "is missing")
    return table


def _section(root: TomlTable, name: str, *, needed: bool, preset: str, optional: bool = False) -> TomlTable | None:
    table = root.table(name)
    if table is None and needed and not optional:
        raise root.error(name, f"is missing; the preset {preset} needs it")
    if table is not None and not needed:
        raise root.error(name, f"cannot be used with the preset {preset}")
    return table


def _feed(table: TomlTable) -> Feed:
    name = table.matching("name", NAME_PATTERN, _NAME_MEANING)
    seller = table.text("seller")
    feed = Feed(
        name=name,
        title=table.text("title", default=seller),
        world=table.choice("world", WORLDS, default=USUAL_WORLD),
        enabled=table.flag("enabled", default=True),
        preset=table.choice("preset", PRESETS),
        seller=seller,
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


def _licence(table: TomlTable, feed: Feed) -> Licence:
    publish = table.flag("publish")
    licence = Licence(
        key=table.matching("key", NAME_PATTERN, _NAME_MEANING, default=feed.name),
        title=table.text("title", default=None if publish else "No licence stated"),
        terms_url=table.text("terms_url", default=""),
        checked=table.day("checked"),
        attribution=table.text("attribution", default=feed.seller),
        publish=publish,
        allowed_fields=table.choices("allowed_fields", (ALL_FIELDS, *LICENSED_FIELDS), default=(ALL_FIELDS,)),
    )
    table.finish()
    return licence


def _pages(table: TomlTable, preset: str) -> PagePlan:
    is_named = table.has("index") or preset != "sitemap"
    plan = PagePlan(
        index=table.pattern("index") if is_named else SITEMAP_ADDRESS,
        page=table.pattern("page"),
        links=table.text("links", default="a[href]"),
        total=_rule(table, "total") if table.has("total") else None,
        region=table.text("region", default=WHOLE_PAGE),
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


def _table(table: TomlTable | None) -> TablePlan:
    return table_plan(table, _rule(table, "total") if table is not None and table.has("total") else None)


def _json(table: TomlTable) -> JsonPlan:
    plan = JsonPlan(
        items=table.text("items", default=""),
        variants=table.maybe_text("variants"),
        total=table.maybe_text("total"),
        page=table.maybe_text("page"),
        offset=table.maybe_text("offset"),
        next=table.maybe_text("next"),
        cursor=table.maybe_text("cursor"),
        size=table.whole("size", least=1) if table.has("size") else None,
        decimal=table.choice("decimal", DECIMAL_SIGNS, default="."),
        range=table.pattern("range", groups=("first", "last")) if table.has("range") else None,
        error=_rule(table, "error") if table.has("error") else None,
        index=table.text("index", default=""),
        link=_rule(table, "link") if table.has("link") else None,
    )
    table.finish()
    if sum(way is not None for way in (plan.page, plan.offset, plan.next, plan.range)) > 1:
        raise table.error("next", "or page, offset or range: at most one of them says how pages follow each other")
    if plan.cursor is not None and plan.next is None:
        raise table.error("cursor", "takes what stands at next, which is missing")
    if plan.index and plan.link is None:
        raise table.error("index", "is for link alone: it says where in an index the products stand")
    if plan.size is not None and plan.page is None and plan.offset is None:
        raise table.error("size", "is for page and offset alone: nothing else counts by it")
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
        form=inner.maybe_text("form"),
        unit=inner.choice("unit", (MINOR_UNIT,) if key == "price" else VOLUME_UNITS) if inner.has("unit") else None,
        yes=inner.maybe_pattern("yes"),
        no=inner.maybe_pattern("no"),
        search=inner.flag("search", default=False),
        optional=inner.flag("optional", default=False),
    )
    inner.finish()
    if not rule.places and not rule.labels:
        raise table.error(key, "must say from or label: where the value stands")
    if rule.form is not None and not _fits(rule.form, rule.places):
        raise table.error(key, f"has {len(rule.places)} places, so its form must hold as many {{}} and no other brace")
    return rule


def _fits(form: str, places: tuple[str, ...]) -> bool:
    rest = form.replace("{}", "")
    return form.count("{}") == len(places) and "{" not in rest and "}" not in rest


def _kinds(table: TomlTable | None) -> Kinds:
    if table is None:
        return Kinds(default=None, by_category={})
    by_category: dict[str, str] = {}
    default = table.choice("default", DECLARED_KINDS) if table.has("default") else None
    by_name = _kinds_by_name(table.table("names"))
    for key in table.keys():  # noqa: SIM118 - a TOML table is no Mapping; only what was asked for is known
        if key in ("default", "names"):
            continue
        if fold_category(key) in by_category:
            raise table.error(key, "stands there twice, but for case and spaces")
        by_category[fold_category(key)] = table.choice(key, DECLARED_KINDS)
    return Kinds(default=default, by_category=by_category, by_name=by_name)


def _kinds_by_name(table: TomlTable | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns of names in the file's order, case ignored."""
    if table is None:
        return ()
    kinds = []
    for key in table.keys():  # noqa: SIM118 - a TOML table is no Mapping; only what was asked for is known
        kind = table.choice(key, NAMED_KINDS)
        try:
            kinds.append((re.compile(key, re.IGNORECASE), kind))
        except re.error as error:
            raise table.error(key, f"is no regular expression: {error}") from error
    return tuple(kinds)


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
        those = " and ".join((", ".join(HTML_PRESETS[:-1]), HTML_PRESETS[-1]))
        raise table.error("module", f"cannot be used with the preset {preset}: only {those} call functions")
    path = table.path.with_name(f"{module}.py")
    try:
        code = path.read_bytes()
    except OSError as error:
        raise table.error("module", f"names {path.name}, which cannot be read: {error.strerror}") from error
    return Functions(module=module, path=str(path), code_digest=hashlib.sha256(code).hexdigest())


def _agree(root: TomlTable, source: Source) -> None:
    """Refuse parts that contradict each other."""
    missing = [name for name in ("source_id", "name") if name not in source.fields]
    if missing and source.feed.preset in PRESETS_THAT_KNOW_NO_PLACE:
        raise root.error("fields", f"must say where {' and '.join(missing)} stands")
    if source.feed.preset == "csv_xlsx" and source.feed.cadence_days is not None:
        raise root.error("feed", "cannot have cadence_days: a file comes when a person puts it in")
    if source.feed.complete and (source.cards is not None or source.table is not None):
        raise root.error("feed", "cannot be complete: a list page is a cut, and absence from it proves nothing")
    if source.noise is not None and source.fetch is None:
        raise root.error("noise", "cannot be used with a feed of files: a person puts in what is news")
    if source.kinds.default == "review" and "price" in source.fields:
        raise root.error("fields", "cannot say where price stands: a review sells nothing")
    if lost := [rule.field for rule in source.seller_rules if rule.field not in source.fields]:
        raise root.error("seller_rules", f"looks at {lost[0]}, which [fields] does not declare")
