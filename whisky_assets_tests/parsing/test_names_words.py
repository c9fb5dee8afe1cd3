"""Woods, styles, strength, peat and flavours are gathered from the words that tell them, and the rest stays."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets_tests.parsing.told import MAKERS, told

REFERENCE = load_reference()

CASES: list[tuple[str, list[str], str]] = [
    ("Oban Barrel Finish Sherry", ["cask ('sherry',) <Sherry> cask word"], ""),
    ("Oban Sherry Barrel Finish", ["cask ('sherry',) <Sherry> cask word"], ""),
    ("Arran Cask Finish", [], "cask finish"),
    ("Arran Oloroso Sherry Wine", ["cask ('oloroso', 'wine') <Oloroso> cask word"], ""),
    ("Arran Sauternes wine cask", ["cask ('sauternes',) <Sauternes> cask word"], ""),
    ("Arran sherry wine cask", ["cask ('sherry', 'wine') <sherry> cask word"], ""),
    ("Arran bourbon cask", ["cask ('bourbon_cask',) <bourbon cask> cask word"], ""),
    ("Arran Port & Sherry casks", ["cask ('port', 'sherry') <Port> cask word"], ""),
    ("Arran sherry heron cask", ["cask ('sherry',) <sherry> cask word"], "heron cask"),
    ("Arran Cask heron Sherry cask", ["cask ('sherry',) <Sherry cask> what bodega sherry cask is"], "cask heron"),
    ("Arran malt rye", ["style ('rye',) <rye> style word"], ""),
    ("Arran Honey", ["flavour ('honey',) <Honey> flavour word"], "honey"),
    ("Arran honey apple", ["flavour ('apple', 'honey') <honey> flavour word"], "honey apple"),
    (
        "Arran Honey vodka",
        ["flavour ('honey',) <Honey> flavour word", "other_good vodka <vodka> other_good word"],
        "honey vodka",
    ),
    ("Arran gin", ["other_good gin <gin> other_good word"], "gin"),
    ("Arran gin vodka", ["other_good gin <gin> other_good word"], "gin vodka"),
    ("Arran cask strength full proof", ["strength cask_strength <cask strength> strength word"], ""),
    ("Arran Cask Strength Cask", ["strength cask_strength <Cask Strength> strength word"], "cask"),
    ("Arran peated unpeated", ["peat peated <peated> peat word"], ""),
    ("Arran smoky", [], "smoky"),
    ("Arran Islay Highland", ["region ('highland', 'islay') <Islay> region word"], ""),
    ("Arran & Moon", [], "moon"),
    ("Arran + Moon", [], "moon"),
    ("Arran Moon % Tide", [], "moon tide"),
    ("아란 쉐리 포트", ["cask ('port', 'sherry') <쉐리> cask word"], ""),
    ("アラン ハニー", ["flavour ('honey',) <ハニー> flavour word"], "honey"),
    ("雅柏 雪莉桶", ["cask ('sherry',) <雪莉桶> cask word"], ""),
    ("아란 블랙", [], "black"),
    ("아란 더블 캐스크", [], "double cask"),
    ("Arran heron Whisky", [], "heron"),
    ("Arran shop 送料無料", [], ""),
    ("Arran 並行 heron", [], "heron"),
    ("Arran Single Cask", [], "single cask"),
    ("Arran Single Barrel Bourbon Cask", ["cask ('bourbon_cask',) <Bourbon Cask> cask word"], "single"),
    ("Arran sherry matured", ["cask ('sherry',) <sherry> cask word"], ""),
    ("Arran matured in sherry and port casks", ["cask ('port', 'sherry') <sherry> cask word"], ""),
    ("Oban Sherry Cask", ["cask ('sherry',) <Sherry> cask word"], ""),
    ("Oban Cask Sherry", ["cask ('sherry',) <Sherry> cask word"], ""),
    ("Oban Sherry Cask Finish", ["cask ('sherry',) <Sherry> cask word"], ""),
    ("Oban Sherry Cask Port Cask", ["cask ('port', 'sherry') <Sherry> cask word"], ""),
    ("Oban Cask heron Sherry cask", ["cask ('sherry',) <Sherry> cask word"], "cask heron"),
    ("Oban fino sherry cask", ["cask ('fino',) <fino> cask word"], ""),
    ("Oban PX sherry", ["cask ('px',) <PX> cask word"], ""),
    ("Oban manzanilla sherry", ["cask ('manzanilla',) <manzanilla> cask word"], ""),
    ("Oban amontillado sherry", ["cask ('amontillado',) <amontillado> cask word"], ""),
    ("Oban palo cortado sherry", ["cask ('palo_cortado',) <palo cortado> cask word"], ""),
    ("Oban moscatel sherry", ["cask ('moscatel',) <moscatel> cask word"], ""),
    ("Oban barolo wine", ["cask ('barolo',) <barolo> cask word"], ""),
    ("Oban bordeaux wine", ["cask ('bordeaux',) <bordeaux> cask word"], ""),
    ("Oban burgundy wine", ["cask ('burgundy',) <burgundy> cask word"], ""),
    ("Oban amarone wine", ["cask ('amarone',) <amarone> cask word"], ""),
    ("Oban rioja wine", ["cask ('rioja',) <rioja> cask word"], ""),
    ("Oban tokaji wine", ["cask ('tokaji',) <tokaji> cask word"], ""),
    ("Oban chardonnay wine", ["cask ('chardonnay',) <chardonnay> cask word"], ""),
    ("Oban icewine wine", ["cask ('icewine',) <icewine> cask word"], ""),
    ("Oban madeira wine", ["cask ('madeira',) <madeira> cask word"], ""),
    ("Oban madeira sherry", ["cask ('madeira', 'sherry') <madeira> cask word"], ""),
    ("Oban Double Sherry Cask heron Cask", ["cask ('sherry',) <Sherry> cask word"], "double heron cask"),
    ("오반 쉐리 캐스크 피니쉬", ["cask ('sherry',) <쉐리> cask word"], ""),
    ("오반 셰리 헤론 캐스크", ["cask ('sherry',) <셰리> cask word"], "헤론 cask"),
    ("オーバン シェリーカスク フィニッシュ", ["cask ('sherry',) <シェリー> cask word"], ""),
    ("Oban bourbon cask sherry cask", ["cask ('bourbon_cask', 'sherry') <bourbon cask> cask word"], ""),
    ("Oban cask heron", [], "cask heron"),
    ("Oban whisky whisky", [], ""),
    ("Oban lightly peated", ["peat lightly_peated <lightly peated> peat word"], ""),
    ("Oban vodka gin", ["other_good vodka <vodka> other_good word"], "vodka gin"),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] for case in CASES])
def test_a_word_of_the_tables_fills_its_field_and_others_stay(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover
