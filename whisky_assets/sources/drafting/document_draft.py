"""Drafts a feed from one document of any kind: a price list, an API's answer, a page with blocks, a table or cards.

The order is that of trust: what is said in a form made for programs comes before what only looks like it.
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import looks_like_html, parse_page
from whisky_assets.parsing.jsonld import read_json
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.drafting.cards_page import draft_cards
from whisky_assets.sources.drafting.elements import tree_of
from whisky_assets.sources.drafting.json_answer import draft_json
from whisky_assets.sources.drafting.markup_page import draft_json_ld, draft_table, single_product
from whisky_assets.sources.drafting.model import Draft
from whisky_assets.sources.drafting.platform import is_binary, is_bot_wall, is_json, is_workbook, looks_like_list
from whisky_assets.sources.drafting.price_list import draft_price_list
from whisky_assets.sources.drafting.site import Given, page_url

CARDS_LEAD = 1.2
"""How many cards to one schema.org product of a page, from which on the blocks are only a part of its list."""

NO_ADDRESS = "no_url"
"""Why a saved page cannot be drafted of which nobody says where it is from."""


def draft_document(document: RawDocument, file_name: str, given: Given) -> Draft:
    """Return the draft of a feed that reads documents like this one.

    Args:
        document: the bytes; its URL is empty where nobody told it yet.
        file_name: of a saved file, empty for an answer of a site.
        given: what the person said.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html` (a picture, a PDF), `bot_wall`, `no_product`, `one_product`,
            `no_name`, `no_url` (nobody says where the page is from), and those of price lists and JSON.
    """
    body = document.body
    where = document.url or file_name
    if not body.strip():
        raise InputRefusedError(f"{where} is empty.", reason="empty_file", remedy="Save or fetch it again.")
    if is_workbook(body):
        return draft_price_list(body, file_name or where.rpartition("/")[2], given)
    if is_binary(body):
        raise _unreadable(where)
    text = decode(body, document.charset, document.media_type or "text/html").text
    if is_json(text):
        return draft_json(read_json(text), _required(given.url or document.url, where), given)
    if looks_like_html(text):
        return _draft_page(text, document, file_name, given)
    if looks_like_list(file_name, text):
        return draft_price_list(body, file_name or where.rpartition("/")[2], given)
    raise _unreadable(where)


def _draft_page(text: str, document: RawDocument, file_name: str, given: Given) -> Draft:
    root, elements = tree_of(text)
    title = next((one.text() for one in elements if one.tag == "title"), "")
    if is_bot_wall(text, title):
        raise InputRefusedError(
            f"{document.url or file_name} is no list: it asks its visitor for a proof that no robot gives.",
            reason="bot_wall",
            remedy="The site does not want programs. Ask it for a list, or, if its terms allow that, save the page in "
            "your browser and give the file.",
        )
    url = _required(given.url or document.url or page_url(elements), file_name)
    page = parse_page(text)
    blocks = draft_json_ld(page, root, elements, text, url, given)
    if blocks is None:
        table = draft_table(page, root, elements, text, url, given)
        if table is not None:
            return table[0]
    try:
        cards = draft_cards(root, elements, text, url, given)
    except InputRefusedError as error:
        if blocks is not None:
            return blocks[0]
        raise _no_list(error, page_name=single_product(page), url=url) from error
    if blocks is not None and cards.products <= CARDS_LEAD * blocks[1]:
        return blocks[0]
    return cards


def _required(url: str, where: str) -> str:
    if not url:
        raise InputRefusedError(
            f"{where} does not say from which address it was saved, and links in it may lead anywhere.",
            reason=NO_ADDRESS,
            remedy="Give its address with --url.",
        )
    return url


def _no_list(error: InputRefusedError, *, page_name: str, url: str) -> InputRefusedError:
    if not page_name:
        return error
    return InputRefusedError(
        f"{url} is the page of one product ({page_name[:80]}), not a list of them.",
        reason="one_product",
        remedy="Give the shop's list of whiskies, a page that leads to many such pages.",
    )


def _unreadable(where: str) -> InputRefusedError:
    return InputRefusedError(
        f"{where} is neither a page, nor JSON, nor a price list.",
        reason="not_html",
        remedy="Give a list page of the shop, its products in JSON, or a price list as CSV or XLSX.",
    )
