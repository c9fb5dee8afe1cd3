"""Bytes become text by one ladder, with the encoding that was used and a flag for every lie or loss.

Not here: mending text that a source had damaged before it sent it (`cleaning.texts`).
"""

from __future__ import annotations

import codecs
import dataclasses

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from whisky_assets.domain.errors import InputRefusedError

GUESSED_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp949", "cp932", "euc_jp", "big5", "gb18030"]
"""What a guess may come to: the single-byte code pages and East Asian sets that shops still send without saying so."""

LEAST_BYTES_TO_GUESS = 512
"""Below this a guess is a coin toss: charset-normalizer takes the two words `Té Bheag` for UTF-16."""

MARKUP = ("html", "xml")


@dataclasses.dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a body, the encoding that was used, and what was amiss.

    Flags: `charset_lies` (another was declared), `charset_guessed`, `charset_assumed`, `bytes_lost`, `nul_removed`.
    `utf8` is the body where it is the text in UTF-8, sign by sign, else None: who reads bytes need not make them again.
    """

    text: str
    encoding: str
    flags: tuple[str, ...]
    utf8: bytes | None = None


def decode(body: bytes, declared: str | None = None, media_type: str = "") -> Decoded:
    """Return the text of a body, whatever its header says.

    The ladder: byte order mark, strict UTF-8, the header's charset, the document's own declaration, a guess (long
    bodies only), cp1252 with a flag. Strict UTF-8 stands before the header because text in another encoding is almost
    never valid UTF-8, while headers are often a server's default (measured on saved shop pages that declare
    ISO-8859-1 and are UTF-8).

    Args:
        body: the bytes after transfer and content encoding.
        declared: the charset of the Content-Type header, if any.
        media_type: the media type as told; markup and untold types are searched for a declaration of their own.
    """
    encoding, text, flags = _climb(body, declared, media_type)
    if "\x00" in text:
        text = text.replace("\x00", "")
        flags = (*flags, "nul_removed")
    is_changed = body.startswith(codecs.BOM_UTF8) or not {"nul_removed", "bytes_lost"}.isdisjoint(flags)
    utf8 = body if encoding == "utf-8" and not is_changed else None
    return Decoded(text=text, encoding=encoding, flags=flags, utf8=utf8)


def decode_as(body: bytes, encoding: str) -> str:
    """Return the text of a file whose owner says its encoding, and refuse a file that is in another one.

    Raises:
        InputRefusedError: reason `wrong_encoding`: the bytes are invalid in it, or they have a byte order mark or are
            valid UTF-8 (with more than ASCII) while another encoding is declared.
    """
    ours = codecs.lookup(encoding).name
    marked, bom = read_bom(body)
    if marked is not None and bom is not None:
        if codecs.lookup(marked).name != ours and not (ours == "utf-8-sig" and marked == "utf-8"):
            raise _wrong(encoding, marked, "it begins with that encoding's byte order mark")
        body = body[len(bom) :]
        ours = "utf-8" if ours == "utf-8-sig" else ours
    elif ours not in ("utf-8", "utf-8-sig") and not body.isascii() and _try(body, "utf-8") is not None:
        raise _wrong(encoding, "utf-8", "its bytes are valid UTF-8 with more than ASCII")
    try:
        return body.decode(ours)
    except UnicodeDecodeError as error:
        other = decode(body).encoding
        raise _wrong(encoding, other, f"byte {error.start} cannot be decoded") from error


def _wrong(expected: str, found: str, evidence: str) -> InputRefusedError:
    return InputRefusedError(
        f"the text should be {expected} but looks like {found}: {evidence}.",
        reason="wrong_encoding",
        remedy=f'Save it as {expected}, or say encoding = "{found}" in [file] of the feed.',
    )


def _climb(body: bytes, declared: str | None, media_type: str) -> tuple[str, str, tuple[str, ...]]:
    marked, bom = read_bom(body)
    if marked is not None and bom is not None:
        return _lossy(body[len(bom) :], marked, ())
    told = _known(declared)
    utf8 = _try(body, "utf-8")
    if utf8 is not None:
        lies = told not in (None, "utf-8") and not body.isascii()
        return "utf-8", utf8, ("charset_lies",) if lies else ()
    for encoding in (told, _own_declaration(body, media_type)):
        text = _try(body, encoding) if encoding else None
        if encoding and text is not None:
            return encoding, text, ()
    guessed = _guess(body)
    if guessed is not None:
        return guessed[0], guessed[1], ("charset_guessed",)
    return _lossy(body, "cp1252", ("charset_assumed",))


def _lossy(body: bytes, encoding: str, flags: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    text = _try(body, encoding)
    if text is not None:
        return encoding, text, flags
    return encoding, body.decode(encoding, "replace"), (*flags, "bytes_lost")


def _known(name: str | None) -> str | None:
    """Return the encoding that browsers mean by a label (ISO-8859-1 is cp1252), None for an unknown one."""
    return resolve_encoding(name) if name else None


def _own_declaration(body: bytes, media_type: str) -> str | None:
    if media_type and not any(kind in media_type for kind in MARKUP):
        return None
    return html_body_declared_encoding(body)


def _try(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(body: bytes) -> tuple[str, str] | None:
    if len(body) < LEAST_BYTES_TO_GUESS:
        return None
    best = from_bytes(body, cp_isolation=GUESSED_ENCODINGS).best()
    if best is None:
        return None
    # Encodings that give the same text are one guess; its usual name is told.
    encoding = "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding
    text = _try(body, encoding)
    return None if text is None else (encoding, text)
