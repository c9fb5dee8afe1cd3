"""Drafts a feed from an address or a saved file, reads that document with the draft, and writes it into the home.

An address is asked for as a crawl asks: robots, pace, deadline, one site, a contact. The draft is read by the code that
will read the feed. Not here: how a draft is made (`sources.drafting`).
"""

from __future__ import annotations

import dataclasses
import mimetypes
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from whisky_assets.domain.errors import ExitCode, InputRefusedError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.domain.records.shared import NAME_PATTERN
from whisky_assets.pipeline.drafting_fetch import ask
from whisky_assets.pipeline.feed_trial import FeedTrial, try_document
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.drafting.document_draft import NO_ADDRESS, draft_document
from whisky_assets.sources.drafting.model import UNSURE, Draft, Finding, toml_text
from whisky_assets.sources.drafting.platform import json_list_of
from whisky_assets.sources.drafting.site import Given, is_whole
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.refusals import refusal_of
from whisky_assets.sources.source import Source

EXAMPLES = {"country": "GB", "language": "en", "currency": "GBP"}
"""How the keys that a page may not tell are written, for the command to paste."""

EXAMPLE_URL = "https://shop.example/whisky"

_ANY_DAY = date(2000, 1, 1)

STAND_INS = {"country": "ZZ", "language": "en", "currency": "XXX"}
"""What a trial reads with where a page does not tell a key: `ZZ` and `XXX` are no country and no currency."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft, its TOML, what it reads in its own document (None: it cannot be loaded yet), and what a person must do.

    `path` is where the TOML will lie or lies.
    """

    draft: Draft
    toml: str
    trial: FeedTrial | None
    todo: tuple[str, ...]
    problems: tuple[Problem, ...]
    path: Path

    @property
    def is_whole(self) -> bool:
        """Whether the TOML says all that a feed needs."""
        return not self.problems


def draft_source(workspace: Workspace, place: str, given: Given, progress: Progress) -> Drafted:
    """Return the draft of a feed from an address or a file; nothing is written.

    Raises:
        UsageError: the place is neither, the site is refused, no contact is set, or the name cannot be meant or is
            taken.
        FetchError: no page could be had: robots, time-out, an error of the server.
        InputRefusedError: the document holds no list of products; its remedy says what to give instead.
    """
    for url in (place, given.url):
        _refuse_forbidden(url)
    if given.name and not re.fullmatch(NAME_PATTERN, given.name):
        raise UsageError(
            f"{given.name!r} is no name of a feed: small letters, digits and _, a letter first",
            remedy=f"Name it: whisky sources new{home_words(workspace)} {shlex.quote(place)} --name my_shop",
        )
    if given.url and not is_whole(given.url):
        raise UsageError(
            f"{given.url!r} is no http or https address", remedy="Copy it from the browser: --url https://…"
        )
    document, file_name, draft = _drafted(workspace, place, given, progress)
    _refuse_forbidden(draft.url)
    path = _free_path(workspace, draft.name, place, given)
    toml = toml_of(draft, world=workspace.home.world, day=workspace.now().date())
    told = dataclasses.replace(document, url=document.url or f"file:{file_name}")
    if draft.preset != "csv_xlsx":
        told = dataclasses.replace(told, url=draft.url, role="page")
    problems = _problems(workspace, draft, place, given)
    trial = _trial(workspace, draft, told)
    return Drafted(
        draft=draft, toml=toml, trial=trial, todo=tuple(_todo(workspace, draft)), problems=problems, path=path
    )


def write_draft(workspace: Workspace, drafted: Drafted) -> None:
    """Write the TOML of a whole draft to its place, where nothing may stand yet; the home knows the feed at once.

    Raises:
        UsageError: a file has come there since.
    """
    drafted.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with drafted.path.open("x", encoding="utf-8") as file:
            file.write(drafted.toml)
    except FileExistsError as error:
        raise UsageError(f"{drafted.path} stands there already", remedy="Give another name with --name.") from error
    workspace.read_anew()


def _drafted(workspace: Workspace, place: str, given: Given, progress: Progress) -> tuple[RawDocument, str, Draft]:
    if not is_whole(place):
        document = _file(workspace, place)
        name = Path(place).name
        try:
            draft = draft_document(document, name, given)
        except InputRefusedError as error:
            raise _with_command(workspace, error, place, given) from error
        return document, name, _with_platform(draft, document)
    document = ask(workspace, place, progress)
    shop = json_list_of(document.body[:2_000_000].decode("utf-8", "replace"), document.url)
    if shop is not None:
        title, address = shop
        try:
            answer = ask(workspace, address, progress)
            draft = draft_document(answer, "", dataclasses.replace(given, url=""))
        except WhiskyError as error:
            progress.note(f"{title} shop, but {address} gave no list, so the page itself is read: {error.message}")
        else:
            note = f"the page is made with {title}, and its products in JSON say more: {address}"
            return answer, "", dataclasses.replace(draft, notes=(*draft.notes, note))
    return document, "", draft_document(document, "", given)


def _file(workspace: Workspace, place: str) -> RawDocument:
    path = Path(place)
    try:
        body = path.read_bytes()
    except OSError as error:
        remedy = (
            f"Name a saved page or list, or an address: whisky sources new{home_words(workspace)} https://SHOP/whisky"
        )
        raise UsageError(f"{place} cannot be read: {error.strerror}", remedy=remedy) from error
    media_type = mimetypes.guess_type(path.name)[0] or ""
    return RawDocument(url="", role="file", media_type=media_type, charset=None, body=body, fetched_at=workspace.now())


def _with_platform(draft: Draft, document: RawDocument) -> Draft:
    """Return a draft that says of a saved page that its shop tells more in JSON."""
    if draft.preset != "cards":
        return draft
    shop = json_list_of(document.body[:2_000_000].decode("utf-8", "replace"), draft.url)
    if shop is None:
        return draft
    title, address = shop
    note = f"the page is made with {title}; a shorter and surer feed may come from: whisky sources new {address}"
    return dataclasses.replace(draft, notes=(*draft.notes, note))


def _refuse_forbidden(url: str) -> None:
    refusal = refusal_of(url) if url else None
    if refusal is not None:
        raise UsageError(
            f"no feed is drafted for {url}: {refusal}",
            remedy="Nothing was asked. With its owner's word in writing, write the TOML yourself and add [permission].",
        )


def _with_command(workspace: Workspace, error: InputRefusedError, place: str, given: Given) -> InputRefusedError:
    """Return a refusal whose remedy is the whole command, where a saved page needs its address; else the same."""
    if error.reason != NO_ADDRESS:
        return error
    words = _options({**dataclasses.asdict(given), "url": EXAMPLE_URL})
    command = f"whisky sources new{home_words(workspace)} {shlex.quote(place)} {words}"
    return InputRefusedError(
        error.message, reason=error.reason, remedy=f"Copy its address from the browser, in place of this one: {command}"
    )


def _free_path(workspace: Workspace, name: str, place: str, given: Given) -> Path:
    path: Path = workspace.home.sources / f"{name}.toml"
    if path.exists() or name in workspace.sources.names:
        standing = path if path.exists() else "a shipped one"
        raise UsageError(
            f"a feed {name} is there already: {standing}",
            remedy=f"Give another name: whisky sources new{home_words(workspace)} {shlex.quote(place)} "
            f"{_options(dataclasses.asdict(given) | {'name': f'{name}_2'})}",
        )
    return path


def _problems(workspace: Workspace, draft: Draft, place: str, given: Given) -> tuple[Problem, ...]:
    """Return what keeps the draft from being a feed: keys that nobody told, and places that a person has to choose."""
    problems = []
    if draft.missing:
        options = {"url": given.url, "name": given.name, "country": given.country, "language": given.language}
        options |= {"currency": given.currency} | {key: _example(draft, key) for key in draft.missing}
        words = _options(options)
        seen = [
            f"{key} could be {', '.join(line.others)}"
            for key in draft.missing
            if (line := draft.of("feed", key)) is not None and line.others
        ]
        problems.append(
            Problem(
                code=ExitCode.DECISION,
                subject=draft.name,
                message=f"the page does not tell {', '.join(draft.missing)}{': ' if seen else ''}{'; '.join(seen)}",
                remedy=f"Say it: whisky sources new{home_words(workspace)} {shlex.quote(place)} {words}",
            )
        )
    for key in ("source_id", "name"):
        line = draft.of("fields", key)
        if line is not None and not line.value:
            problems.append(
                Problem(
                    code=ExitCode.DECISION,
                    subject=draft.name,
                    message=f"no place for {key} is sure: {line.why}",
                    remedy="Take the TOML that is shown, fill that line in, and put it into the home's sources/.",
                )
            )
    return tuple(problems)


def _options(told: Mapping[str, str]) -> str:
    """Return the options of the command as a person types them."""
    return " ".join(f"--{key} {shlex.quote(value)}" for key, value in told.items() if value)


def _example(draft: Draft, key: str) -> str:
    """Return a value that the key could have: one that was seen, else any."""
    line = draft.of("feed", key)
    return line.others[0].strip('"') if line is not None and line.others else EXAMPLES[key]


def _todo(workspace: Workspace, draft: Draft) -> Iterator[str]:
    """Yield what only a person can do before the feed may run."""
    host = (urlsplit(draft.url).hostname or "").removeprefix("www.")
    for name, source in sorted(workspace.sources.sources.items()):
        hosts = {urlsplit(origin).hostname or "" for origin in (source.fetch.origins if source.fetch else ())}
        if host and host in {one.removeprefix("www.") for one in hosts}:
            yield f"the feed {name} reads this site already: look whether you need another one ({source.path})"
    if draft.preset == "csv_xlsx":
        yield "say in [licence] who gave you the list and what you may do with it"
    else:
        terms = draft.terms or "no link to them was seen: look at the foot of the site"
        yield f"read the site's terms: {terms}"
        yield f"what it asks of robots: {urljoin(draft.url, '/robots.txt')} (obeyed whenever it is asked)"
    yield "write into [licence] what they allow and the day that you read them; until then publish = false stays"
    unsure = [line.key for line in draft.findings if line.surety == UNSURE and line.section != "feed"]
    if unsure:
        yield f"look at the lines that are unsure: {', '.join(dict.fromkeys(unsure))}"


def _trial(workspace: Workspace, draft: Draft, document: RawDocument) -> FeedTrial | None:
    """Return what the draft reads in its own document; None where no place for name or number is known."""
    if any((line := draft.of("fields", key)) is not None and not line.value for key in ("source_id", "name")):
        return None
    return try_document(workspace, loaded(draft, world=workspace.home.world), document)


def loaded(draft: Draft, *, world: str) -> Source:
    """Return the feed that a draft's TOML declares, with stand-ins for keys of [feed] that nobody told."""
    filled = dataclasses.replace(draft, findings=tuple(_filled(line) for line in draft.findings))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{draft.name}.toml"
        path.write_text(toml_of(filled, world=world, day=_ANY_DAY), encoding="utf-8")
        return load_source(path)


def _filled(line: Finding) -> Finding:
    if line.section != "feed" or line.value or line.key not in STAND_INS:
        return line
    return dataclasses.replace(line, value=line.others[0] if line.others else toml_text(STAND_INS[line.key]))
