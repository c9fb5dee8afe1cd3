"""Which of the links that a document tells for a product is its picture's. A link is a text: no picture is asked for.

Not here: whose picture a whisky shows (`identity.witnesses`) and under which terms (`Licence.allows`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit, urlunsplit

from whisky_assets.domain.errors import InputRefusedError

LONGEST_LINK = 2_000

_FIRST_OF_SET = re.compile(r"(\S+)\s+\d+(?:\.\d+)?[wx](?:,|$)")
_NO_SIGN_OF_LINKS = re.compile(r'[\s"<>\\^`|]')
_TEMPLATE = re.compile(r"\{[^{}]*\}")
_STANDS_IN = re.compile(
    r"(?<![a-z])(?:no|missing)[-_ ]?(?:image|img|photo|picture|pic)(?![a-z])"
    r"|(?<![a-z])default[-_]?(?:image|img|product)(?![a-z])"
    r"|placeholder|(?:image|photo|picture|coming)[-_]?(?:coming[-_]?)?soon|(?<![a-z])(?:loading|lazyload)\.gif",
    re.IGNORECASE,
)
_PIXEL = re.compile(
    r"(?<![0-9a-z-])1x1(?![0-9])|(?<![a-z])(?:pixel|spacer|blank|transparent)\.(?:gif|png|webp|jpe?g)$", re.IGNORECASE
)
_SIDES = frozenset({"w", "h", "width", "height"})


def picture_link(told: Sequence[str], address: str) -> str | None:
    """Return the link of a product's picture, made whole by the document's address: https before http, else the first.

    None where nothing is told but what stands in for a picture: data in the page, a pixel that counts visits, a drawn
    sign (svg), `no-image.png`, a template of a script. Another host than the feed's is right: pictures lie on servers
    of their own, and the link is shown, never followed. User, port and fragment are no part of it.

    Raises:
        InputRefusedError: reason `no_picture_link`: only texts that are no http or https link to a public host.
    """
    found: list[str] = []
    refused: InputRefusedError | None = None
    for text in told:
        try:
            link = _link(text, address)
        except InputRefusedError as error:
            refused = refused or error
            continue
        if link is not None:
            found.append(link)
    if not found and refused is not None:
        raise refused
    return next((link for link in found if link.startswith("https:")), next(iter(found), None))


def _link(told: str, address: str) -> str | None:
    text = told.strip()
    first = _FIRST_OF_SET.match(text)
    text = first[1] if first else text
    if not text or text.casefold().startswith(("data:", "about:", "#")) or _TEMPLATE.search(text):
        return None
    parts = _split(f"https:{text}" if text.startswith("//") else text, address)
    if parts is None or len(text) > LONGEST_LINK:
        raise InputRefusedError(
            f"{text[:200]!r} is no http or https link to a picture on a public host.",
            reason="no_picture_link",
            remedy="If the page tells it elsewhere, name that place: image under [fields] of the feed.",
        )
    if _stands_in(parts):
        return None
    host = parts.hostname or ""
    return urlunsplit((parts.scheme, host, _spelled(parts.path), _spelled(parts.query), ""))


def _split(text: str, address: str) -> SplitResult | None:
    """Return a link made whole, None where it leads to no public host."""
    try:
        parts = urlsplit(urljoin(address, text))
        return parts if _is_public(parts, address) else None
    except ValueError:
        return None


def _is_public(parts: SplitResult, address: str) -> bool:
    """Say whether a link leads to a host that an app can reach: the document's own, else a name with a dot."""
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return False
    if host == urlsplit(address).hostname:
        return True
    usual_port = parts.port in (None, 80, 443)
    return usual_port and "." in host and not _is_number(host) and not host.endswith((".local", ".internal"))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _stands_in(parts: SplitResult) -> bool:
    """Say whether a link leads to what stands in for a picture; a site's front page is none either."""
    path = parts.path.strip("/")
    sides = [side for name, side in parse_qsl(parts.query) if name.casefold() in _SIDES]
    is_pixel = bool(sides) and all(side in ("0", "1") for side in sides)
    is_drawn = path.casefold().endswith(".svg")
    is_page = not path and not parts.query
    return is_page or is_drawn or is_pixel or bool(_STANDS_IN.search(path) or _PIXEL.search(path))


def _spelled(part: str) -> str:
    """Return a part of a link with the signs that no link holds written as browsers send them; all else as told."""
    return _NO_SIGN_OF_LINKS.sub(lambda sign: quote(sign[0]), part)
