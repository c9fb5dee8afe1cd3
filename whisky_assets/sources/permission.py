"""What a source's owner permits beyond its public terms, and where an operator invites programs past its robots.txt.

Not here: which sources need a permission (`refusals`), and what a robots.txt says (`fetching.robots`).
"""

from __future__ import annotations

import dataclasses
from datetime import date
from urllib.parse import urlsplit

from whisky_assets.domain.toml_file import TomlTable

WHO_TO_SAY = "YOUR NAME"
SCOPE_TO_SAY = "WHAT IT ALLOWS, IN ONE SENTENCE"
"""What stands in lines to paste until a person has put the own words there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Where an operator's documented policy invites programs, whatever its robots.txt tells crawlers.

    `address` is one without parameters, or all below it where it ends in `/`; `policy` is the page that says so.
    """

    address: str
    policy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a source's owner permitted: who said so, on which day, for what; and where robots.txt is set aside for it.

    `robots` is empty, or the one address of the feed's `Invitation`.
    """

    who: str
    when: date
    scope: str
    robots: str = ""

    def __str__(self) -> str:
        """Return it in one line, as it is kept with the data."""
        aside = f"; robots.txt is set aside for {self.robots}" if self.robots else ""
        return f"{self.who}, {self.when}: {self.scope}{aside}"


def permission_in(table: TomlTable) -> Permission:
    """Return what a TOML's [permission] says.

    Raises:
        UsageError: a key is missing, unknown or of another type, or says what only stands in the lines to paste.
    """
    permission = Permission(
        who=table.text("who"), when=table.day("when"), scope=table.text("scope"), robots=table.text("robots", "")
    )
    table.finish()
    for key, told, to_say in (("who", permission.who, WHO_TO_SAY), ("scope", permission.scope, SCOPE_TO_SAY)):
        if to_say in told:
            raise table.error(key, f"still says {to_say!r}: only a person can say that")
    return permission


def invitation_in(table: TomlTable | None, origins: tuple[str, ...]) -> Invitation | None:
    """Return what `invited` of [fetch] says, None where the feed declares none.

    Args:
        table: the table `invited`.
        origins: where the feed may ask.

    Raises:
        UsageError: names file, line and key; also for a whole host, as an invitation is to something, and for an
            address outside of the origins.
    """
    if table is None:
        return None
    invitation = Invitation(address=table.text("address"), policy=table.text("policy"))
    table.finish()
    parts = urlsplit(invitation.address)
    if f"{parts.scheme}://{parts.netloc}" not in origins:
        raise table.error("address", f"{invitation.address} lies outside of the feed's origins")
    if not parts.path.strip("/") or parts.query or parts.fragment or ".." in parts.path:
        raise table.error(
            "address", "must be one address or a folder that ends in /, without parameters, no whole host"
        )
    if not invitation.policy.startswith("https://"):
        raise table.error("policy", "must be the https address of the page on which the operator invites programs")
    return invitation


def refuse_uninvited(table: TomlTable, permission: Permission, invitation: Invitation | None) -> None:
    """Accept a permission that sets robots.txt aside for nothing, or just where the operator invites programs.

    Args:
        table: the [permission] that says so.
        permission: what it says.
        invitation: the feed's own.

    Raises:
        UsageError: it names another address; names file, line, and the address that it may name.
    """
    if permission.robots and (invitation is None or permission.robots != invitation.address):
        may = "no address: the feed declares no `invited` in [fetch]" if invitation is None else invitation.address
        raise table.error("robots", f"sets robots.txt aside for {permission.robots}, but may do so for {may}")
