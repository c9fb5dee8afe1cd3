"""Writes decisions as the files that people write, for tests that read them."""

from pathlib import Path

import tomlkit

from whisky_assets.identity.decisions import FOLDER, Decision, Listing

KEYS = ("kind", "subject", "object", "members", "field", "value", "who", "when", "why")


def decision_text(decision: Decision) -> str:
    """Return the TOML text of a decision."""
    document = tomlkit.document()
    for key in KEYS:
        value = getattr(decision, key)
        if value is None or value in ("", ()):
            continue
        if isinstance(value, tuple):
            value = [str(item) for item in value]
        document[key] = str(value) if isinstance(value, Listing) else value
    return tomlkit.dumps(document)


def write_decision(curation: Path, decision: Decision) -> Path:
    """Write one decision below a curation folder and return its file."""
    path = curation / FOLDER / f"{decision.kind}_{decision.digest[:8]}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(decision_text(decision), encoding="utf-8", newline="")
    return path
