"""A draft as the text of a feed's TOML: why each line stands there, and what was seen besides as comments.

Not here: what the draft says (`model`).
"""

from __future__ import annotations

import itertools
from datetime import date

from whisky_assets.sources.drafting.model import SURE, UNSURE, Draft, Finding, remark, toml_text

SECTIONS = ("feed", "licence", "fetch", "cards", "table", "json_ld", "json", "file", "fields", "details", "kinds")
LONGEST_LINE = 120


def toml_of(draft: Draft, *, world: str, day: date) -> str:
    """Return the whole file: off, unpublished, with the licence still to be read by a person.

    A line that is not sure has its reason behind it, and other places that were seen below it as comments. A key that
    nobody told stands as a comment: such a file is refused by name until a person fills it in.
    """
    lines = [f"# Drafted from {remark(draft.url)} on {day}. Lines without a remark are sure."]
    for section in SECTIONS:
        told = list(_lines(draft, section, world, day))
        if told:
            lines += [*([""] if len(lines) > 1 else []), f"[{section}]", *told]
    return "\n".join(lines) + "\n"


def _lines(draft: Draft, section: str, world: str, day: date) -> list[str]:
    found = [one for one in draft.findings if one.section == section]
    lines = list(itertools.chain.from_iterable(_told(one) for one in found))
    if section == "feed":
        head = [f"name = {toml_text(draft.name)}", *([] if world == "real" else [f"world = {toml_text(world)}"])]
        return [*head, "enabled = false", f"preset = {toml_text(draft.preset)}", *lines]
    if section == "licence":
        terms = f"terms_url = {toml_text(draft.terms)}" if draft.terms else '# terms_url = ""  # the page links to none'
        return [terms, f"checked = {day}  # the day of this draft: nobody has read the terms yet", "publish = false"]
    return lines


def _told(finding: Finding) -> list[str]:
    why = remark(finding.why)
    if not finding.value:
        line = f'# {finding.key} = ""  # {finding.surety}: {why}'
    elif finding.surety == SURE:
        line = f"{finding.key} = {finding.value}"
    else:
        line = f"{finding.key} = {finding.value}  # {finding.surety}: {why}"
    return [line, *(f"# {finding.key} = {other}" for other in finding.others if finding.surety == UNSURE)]
