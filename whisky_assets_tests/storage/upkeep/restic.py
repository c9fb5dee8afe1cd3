"""Asks restic which snapshots a policy keeps: many invented histories in one repository, one call a policy.

`restic backup` takes a second a snapshot, so the snapshots' own files are written here as restic writes them: JSON,
sealed with the repository's key (AES-256-CTR and Poly1305-AES), named by their sha256.
"""

import base64
import dataclasses
import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from whisky_assets.storage.upkeep.policies import RetentionRule

_OPTIONS = ("keep_last", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What restic says of one history: the times that it keeps, each with its reasons, and those that it removes."""

    kept: Mapping[datetime, tuple[str, ...]]
    removed: frozenset[datetime]


class Repository:
    """A repository whose histories are told apart by host."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._run("init")
        key = json.loads(self._run("cat", "masterkey"))
        self._encrypt = base64.b64decode(key["encrypt"])
        self._mac_key, self._mac_round = base64.b64decode(key["mac"]["k"]), base64.b64decode(key["mac"]["r"])

    def add(self, host: str, times: Sequence[datetime]) -> None:
        """Puts one snapshot a time into the history of a host."""
        for time in times:
            told = {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tree": "0" * 64,
                "paths": ["/data"],
                "hostname": host,
            }
            sealed = self._sealed(json.dumps(told).encode())
            (self._folder / "snapshots" / hashlib.sha256(sealed).hexdigest()).write_bytes(sealed)

    def forget(self, rule: RetentionRule) -> dict[str, Verdict]:
        """Returns what a policy means for each host; nothing is removed."""
        counts = [f"--{name.replace('_', '-')}={getattr(rule, name)}" for name in _OPTIONS if getattr(rule, name)]
        told = json.loads(self._run("forget", "--dry-run", "--json", "--group-by", "host", *counts))
        return {group["host"]: _verdict(group) for group in told}

    def _sealed(self, content: bytes) -> bytes:
        nonce = os.urandom(16)
        sealed = Cipher(algorithms.AES(self._encrypt), modes.CTR(nonce)).encryptor().update(content)
        pad = Cipher(algorithms.AES(self._mac_key), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block, as the format says
        return nonce + sealed + Poly1305.generate_tag(self._mac_round + pad, sealed)

    def _run(self, *words: str) -> str:
        command = [self._program, "--repo", str(self._folder), "--no-cache", *words]
        environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "TZ": "UTC", "RESTIC_PASSWORD": "oracle"}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environ).stdout


def _verdict(group: Mapping[str, Any]) -> Verdict:
    reasons = {_time(one["snapshot"]): tuple(one["matches"]) for one in group["reasons"]}
    return Verdict(
        kept={_time(one): reasons[_time(one)] for one in group["keep"]},
        removed=frozenset(_time(one) for one in group["remove"] or ()),
    )


def _time(snapshot: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(snapshot["time"]).astimezone(UTC)
