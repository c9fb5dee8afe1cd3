"""A CSV to be matched is read like a home's listings: damaged letters mended, corrections in force."""

from pathlib import Path

from whisky_assets.identity.decisions import Decisions
from whisky_assets.pipeline.csv_match import match_listings
from whisky_assets.pipeline.row_spelling import spelled_rows


def row(rid: str, name: str, **columns: str) -> dict[str, str]:
    return {"rid": rid, "source": f"shop{rid}", "source_id": rid, "name": name, "abv_pct": "46", **columns}


def keys_of(rows: list[dict[str, str]], curation: Path | None = None) -> list[str]:
    return [answer["whisky_pk"] for answer in match_listings(rows, text_only=True, curation=curation).answers]


def test_a_name_decoded_by_the_wrong_code_page_finds_its_whisky() -> None:
    plain, broken, entity = keys_of(
        [
            row("1", "Ardbeg Château 10 Years"),
            row("2", "Ardbeg ChÃ¢teau 10 Years"),
            row("3", "Ardbeg Ch&acirc;teau 10 Years"),
        ]
    )
    assert plain == broken == entity


def test_invisible_signs_and_wide_letters_say_nothing() -> None:
    assert (
        len(
            set(
                keys_of(
                    [row("1", "Ardbeg Heron"), row("2", "Ard\u00adbeg Heron"), row("3", "Ａｒｄｂｅｇ　Ｈｅｒｏｎ")]
                )
            )
        )
        == 1
    )


def test_a_corrected_strength_counts_in_a_match(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "one.toml").write_text(
        'kind = "correction"\nsubject = "shop2:2"\nfield = "abv_pct"\nvalue = 46.0\n'
        'who = "me"\nwhen = 2025-01-01\nwhy = "the label says so"\n',
        encoding="utf-8",
    )
    rows = [row("1", "Ardbeg Heron"), row("2", "Ardbeg Heron", abv_pct="57")]
    apart, joined = keys_of(rows), keys_of(rows, tmp_path)
    assert apart[0] != apart[1]
    assert joined[0] == joined[1]


def test_spaces_of_a_name_and_all_other_columns_stay() -> None:
    told = row("1", "Ardbeg  Heron ", producer="N/A", seen="2020")
    assert spelled_rows([told], Decisions()) == [{**told, "producer": ""}]
