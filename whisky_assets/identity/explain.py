"""Say in words why two listings are one whisky or are not: each field, both sides, and the rule that decided.

Not here: the decision (`identity.cluster`).
"""

from __future__ import annotations

import json

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.record import Json
from whisky_assets.identity.compare import AGREE, CONFLICT, UNKNOWN, Comparison, compare
from whisky_assets.identity.model import Facts
from whisky_assets.identity.rules import RULES, Rule

_LABELS = {
    "brand": "brand",
    "age": "age",
    "abv": "alcohol (% vol)",
    "vintage": "distilled in",
    "bottled": "bottled in",
    "year": "year",
    "cask_number": "cask number",
    "batch": "batch or edition",
    "release": "code of the release",
    "bottler": "bottler",
    "style": "style",
    "region": "region",
    "cask": "wood",
    "strength": "strength",
    "peat": "peat",
    "flavour": "flavour",
    "mixed": "pack of several whiskies",
    "leftover": "other words of the name",
}
_SIGNS = {AGREE: "agree", CONFLICT: "CONFLICT", UNKNOWN: "unknown"}


def evidence(comparison: Comparison) -> Json:
    """Return every field that at least one side tells as canonical JSON: field to {left, right, verdict}."""
    return Json(
        canonical_json(
            {
                name: {"left": field.left, "right": field.right, "verdict": field.verdict}
                for name, field in comparison.fields.items()
                if field.left or field.right
            }
        )
    )


def evidence_rows(told: Json) -> list[tuple[str, str, str, str]]:
    """Return stored evidence in words: field, what each side tells, and agree, CONFLICT or unknown."""
    fields = json.loads(told)
    return [
        (label, _shown(fields[name]["left"]), _shown(fields[name]["right"]), _SIGNS[fields[name]["verdict"]])
        for name, label in {**_LABELS, **{name: name for name in fields if name not in _LABELS}}.items()
        if name in fields
    ]


def reason(left: Facts, right: Facts, comparison: Comparison, rule: Rule) -> str:
    """Return one line: `brand; age=12; leftover equal; abv 40.0~40.17; via gtin`."""
    parts = ["brand" if left.subject.parsed.brand is not None else "first word of the name"]
    for name, field in comparison.fields.items():
        if field.verdict == AGREE and name not in {"brand", "abv", "leftover", "mixed"}:
            parts.append(f"{name}={_shown(field.left)}")
        elif field.verdict == CONFLICT and name != "leftover":
            parts.append(f"{name} {_shown(field.left)} against {_shown(field.right)}")
    leftover = comparison.fields["leftover"]
    parts.append("leftover equal" if leftover.verdict == AGREE else f"leftover {leftover.left!r}~{leftover.right!r}")
    if left.abv_pct is not None and right.abv_pct is not None:
        parts.append(f"abv {left.abv_pct}~{right.abv_pct}")
    else:
        parts.append("abv untold by one" if left.abv_pct is not None or right.abv_pct is not None else "abv untold")
    if not rule.by_text:
        parts.append(rule.words)
    return "; ".join(parts)


def why(left: Facts, right: Facts, rule_name: str | None) -> list[str]:
    """Return in lines why two listings are one whisky (`rule_name` of their link) or are not (None).

    First both names, then every field that one of them tells, last the deciding rule with its measured precision, or
    what keeps them apart.
    """
    comparison = compare(left, right)
    lines = [f"A  {left.subject.key}  {left.subject.name}", f"B  {right.subject.key}  {right.subject.name}"]
    for name, field in comparison.fields.items():
        if not field.left and not field.right:
            continue
        told = f"A: {_shown(field.left)}, B: {_shown(field.right)}"
        lines.append(f"  {_LABELS[name]}: {_SIGNS[field.verdict]} ({told})")
    lines.append(_verdict(comparison, rule_name))
    return lines


def _verdict(comparison: Comparison, rule_name: str | None) -> str:
    rule = next((rule for rule in RULES if rule.name == rule_name), None)
    if rule is not None:
        return f"One whisky: {rule.words}. Labelled pairs that this rule joined rightly: {rule.measured}."
    if comparison.hard_conflict:
        return f"Two whiskies: {', '.join(_LABELS[name] for name in comparison.conflicts)} cannot both be true of one."
    if comparison.fields["leftover"].verdict == CONFLICT:
        return "Two whiskies: one name holds words that the other lacks, and a new expression begins like that."
    return "Kept apart: what one tells and the other does not is too much to join them by their names alone."


def _shown(value: object) -> str:
    if value is None or value == "":
        return "untold"
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
