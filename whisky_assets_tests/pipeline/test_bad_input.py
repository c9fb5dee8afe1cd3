"""Bad input, from the file to the snapshot: nothing good is lost, and the message says what to do."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode, InputRefusedError, UsageError
from whisky_assets.domain.records import Offer, QuarantineRow
from whisky_assets.pipeline import collecting, offering
from whisky_assets.pipeline.collecting import import_path, keep_file
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.summary import cycle_summary
from whisky_assets.pipeline.tables import pages_of, readable
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets.sample.world import World
from whisky_assets.sources.registry import SHIPPED_FEEDS
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

ELBE = "Elbe_Preisliste_2026-01-12.csv"
MINATO = "minato_pricelist_20260112.xlsx"
HEADER = "Artikelnr;Bezeichnung;Hersteller;Warengruppe;Inhalt;Alkohol;Preis EUR;EAN;Bestand;Herkunft;Region"
NEW_ROW = "90777;Glen Example 12;Glen Example;Whisky;0,7 l;46 % vol;49,90;;3;Schottland;Speyside\r\n".encode("cp1252")
ERROR_PAGE = b"<!doctype html><html><title>Not found</title><body>Sorry</body></html>"


def sent(feed: str) -> bytes:
    """Return the file that a shop sends in week 1."""
    ((_, body),) = World(cut=40).files(1)[feed]
    return body


def price_list(*rows: str) -> bytes:
    """Return an elbe price list with these rows."""
    return "\r\n".join([HEADER, *rows]).encode("cp1252")


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built; each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.ingest()
        first.build()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home."""
    root = tmp_path / "home"
    shutil.copytree(built_home.workspace.home.root, root)
    with sample_house(root) as opened:
        opened._number = built_home._number
        yield opened


def offers(house: House) -> Mapping[tuple[str, str], Offer]:
    """Return the current offers by key."""
    return {(row.id_space, row.source_id): row for row in house.workspace.current_rows("core/offers")}


def refused(house: House, feed: str, name: str) -> list[QuarantineRow]:
    """Return what was refused of one file."""
    return [row for row in house.workspace.head_rows(feed, "staged/quarantine") if f"file:{name}@" in row.document]


@pytest.mark.parametrize(
    ("body", "reason", "told"),
    [
        pytest.param(
            sent("elbe").replace(b"Bezeichnung", b"Name"), "wrong_header", "missing: Bezeichnung", id="another header"
        ),
        pytest.param(
            sent("elbe").decode("cp1252").encode(), "wrong_encoding", 'say encoding = "utf-8"', id="wrong encoding"
        ),
        pytest.param(
            sent("elbe").decode("cp1252").encode("utf-16"), "wrong_encoding", "Save it as cp1252", id="utf-16"
        ),
        pytest.param(ERROR_PAGE, "wrong_header", "expected the columns Artikelnr", id="a 200 error page"),
        pytest.param(price_list(), "empty_file", "Export it again", id="a header alone"),
    ],
)
def test_an_unreadable_list_is_refused_whole_and_the_last_good_one_stays(
    house: House, body: bytes, reason: str, told: str
) -> None:
    before = offers(house)
    keep_file(house.workspace, house.workspace.source("elbe"), ELBE, body)
    outcome = house.ingest("elbe")["elbe"]
    (row,) = refused(house, "elbe", ELBE)
    assert (row.scope, row.reason) == ("document", reason)
    assert told in row.message
    (problem,) = outcome.problems
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, "feed elbe")
    assert told in problem.message
    assert problem.remedy.endswith(f"whisky run --home {house.workspace.home.root} --feed elbe")
    house.build()
    # A file that nobody could read is no edition: nothing counts as missing for it.
    assert offers(house) == before
    assert due_feeds(house.workspace) == ()
    assert house.ingest("elbe")["elbe"].problems == ()


@pytest.mark.parametrize(
    ("feed", "name", "body", "reason", "remedy"),
    [
        pytest.param("elbe", ELBE, b"", "empty_file", "Download it again", id="empty"),
        pytest.param(
            "minato", MINATO, sent("minato")[:2_000], "truncated_xlsx", "Copy or download it again", id="cut workbook"
        ),
        pytest.param("minato", MINATO, ERROR_PAGE, "wrong_format", "Save it as .xlsx", id="page as workbook"),
        pytest.param("elbe", "Elbe.csv", sent("elbe"), "date_unreadable", "Rename the file", id="no date"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_at_the_door(
    house: House, tmp_path: Path, feed: str, name: str, body: bytes, reason: str, remedy: str
) -> None:
    before = house.digest()
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(InputRefusedError) as refusal:
        import_path(house.workspace, path, feed)
    assert refusal.value.reason == reason
    assert remedy in refusal.value.remedy
    assert house.digest() == before
    # The same file in the inbox stays there and is named; the run goes on.
    (house.workspace.home.inbox / feed).mkdir(parents=True)
    waiting = Path(shutil.copy(path, house.workspace.home.inbox / feed / name))
    assert due_feeds(house.workspace) == (feed,)
    house.ingest(feed)
    assert waiting.exists()
    assert house.digest() == before
    (problem,) = collecting.collect(house.step("again"), feed, collecting.Limits()).problems
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, f"{feed}/{name}")
    assert remedy in problem.remedy


def test_one_bad_row_or_value_costs_that_row_or_value_alone(house: House) -> None:
    keep_file(
        house.workspace,
        house.workspace.source("elbe"),
        ELBE,
        price_list(
            "90001;;Ardbeg;Single Malt Whisky;0,7 l;46,0;52,90;;ja;Schottland;Islay",
            "90002;Ardbeg Traum;Ardbeg;Single Malt Whisky;0,7 l;5.2014;52,90;;ja;Schottland;Islay",
            "90003;Ardbeg Mond;Ardbeg;Single Malt Whisky;0,7 l;40,17;from £-;;ja;Schottland;Islay",
            "90004;Ardbeg Zwei;Ardbeg;Single Malt Whisky;0,7 l;46,0;52,90;;ja;Schottland;Islay",
            "90004;Ardbeg Zwei;Ardbeg;Single Malt Whisky;0,7 l;46,0;99,90;;ja;Schottland;Islay",
            "90004;Ardbeg Zwei;Ardbeg;Single Malt Whisky;0,7 l;46,0;52,90;;ja;Schottland;Islay",
        ),
    )
    old = set(offers(house))
    outcome = house.ingest("elbe")["elbe"]
    assert outcome.problems == ()
    found = {(row.scope, row.field, row.reason): row for row in refused(house, "elbe", ELBE)}
    assert set(found) == {
        ("row", "", "no_name"),
        ("row", "", "duplicate_id"),
        ("value", "abv_pct", "abv_is_date"),
        ("value", "price_minor", "currency_clash"),
    }
    assert "The first is kept" in found[("row", "", "duplicate_id")].message
    assert "5.2014" in found[("value", "abv_pct", "abv_is_date")].evidence
    house.build()
    now = offers(house)
    assert set(now) == old | {("elbe", "90002"), ("elbe", "90003"), ("elbe", "90004")}
    assert now[("elbe", "90002")].abv_pct is None
    assert now[("elbe", "90003")].abv_pct == pytest.approx(40.17)
    assert now[("elbe", "90003")].price_minor is None
    assert now[("elbe", "90004")].price_minor == 5_290
    (document,) = (row for row in house.workspace.head_rows("elbe", "staged/documents") if row.url == f"file:{ELBE}")
    # Three sightings of which one is a repeat of 90004, one row without a name, one that contradicts.
    assert (document.rows_read, document.sightings, document.refused_rows) == (6, 4, 2)


def test_a_file_imported_twice_is_kept_once(house: House, tmp_path: Path) -> None:
    path = tmp_path / ELBE
    path.write_bytes(sent("elbe"))
    assert import_path(house.workspace, path, "elbe").new
    assert not import_path(house.workspace, path, "elbe").new
    house.ingest("elbe")
    assert house.ingest("elbe")["elbe"].counts["documents_read"] == 0


def test_a_file_that_comes_back_after_another_one_of_its_name_is_the_newest_word(house: House) -> None:
    workspace, source = house.workspace, house.workspace.source("elbe")
    dearer = sent("elbe").replace(b"52,70", b"99,90")
    ardbeg = ("elbe", "00010")
    for body, price_minor in ((dearer, 9_990), (sent("elbe"), 5_270), (dearer, 9_990)):
        assert keep_file(workspace, source, ELBE, body).new
        assert not keep_file(workspace, source, ELBE, body).new
        assert "elbe" in due_feeds(workspace)
        house.ingest("elbe")
        assert "elbe" not in due_feeds(workspace)
        (row,) = (row for row in workspace.head_rows("elbe", "staged/listings") if row.source_id == ardbeg[1])
        assert row.price_minor == price_minor
    pages = list(pages_of(workspace, "elbe").columns(("url", "fetched_at")))
    # The clock of a sample home stands still, and yet no two pages of a name share a moment.
    assert len({(page["url"], page["fetched_at"]) for page in pages}) == len(pages) == 4
    house.build()
    assert offers(house)[ardbeg].price_minor == 9_990


def test_a_broken_feed_is_off_alone_and_its_last_good_rows_stay(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = house.digest()
    folder = tmp_path / "feeds"
    shutil.copytree(SHIPPED_FEEDS, folder)
    monkeypatch.setattr("whisky_assets.pipeline.workspace.SHIPPED_FEEDS", folder)

    def break_it(_: House) -> None:
        text = (folder / "elbe.toml").read_text(encoding="utf-8")
        (folder / "elbe.toml").write_text(text.replace("complete =", "compleet ="), encoding="utf-8")

    broken = reopened(house, break_it)
    line = next(
        number
        for number, row in enumerate((folder / "elbe.toml").read_text(encoding="utf-8").splitlines(), 1)
        if row.startswith("compleet")
    )
    with pytest.raises(UsageError) as error:
        broken.ingest("elbe")
    told = str(error.value)
    assert all(
        word in told for word in (f"elbe.toml:{line}:", "compleet is an unknown key", "did you mean 'complete'?")
    )
    assert "elbe" not in due_feeds(broken.workspace)
    broken.build()
    assert broken.digest() == before
    broken.workspace.close()


def test_a_feed_that_breaks_after_it_told_new_products_leaves_the_build_to_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before, heads = offers(house), house.workspace.heads()["elbe"]
    keep_file(house.workspace, house.workspace.source("elbe"), ELBE, sent("elbe") + NEW_ROW)
    house.ingest("elbe")
    assert house.workspace.heads()["elbe"] != heads
    broken = _broken(house, monkeypatch, tmp_path)
    broken.build()
    snapshot = broken.workspace.current_snapshot()
    assert snapshot is not None
    assert snapshot.heads["elbe"] == heads
    assert offers(broken) == before
    (problem,) = cycle_summary(broken.workspace, "another cycle", None, ()).problems
    assert (problem.code, problem.subject) == (ExitCode.PARTLY, "feed elbe")
    assert "elbe.toml" in problem.message
    assert report_of_build(broken.workspace, snapshot.build, "offers")["problems"][0]["subject"] == "feed elbe"
    broken.workspace.close()


def test_a_feed_that_breaks_while_its_build_is_tried_again_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_file(house.workspace, house.workspace.source("elbe"), ELBE, sent("elbe") + NEW_ROW)
    house.ingest("elbe")
    step = house.step("failed build")
    step.open_build()
    broken = _broken(house, monkeypatch, tmp_path)
    again = dataclasses.replace(step, workspace=broken.workspace)
    with pytest.raises(UsageError, match="TOML of elbe broke") as told:
        offering.offers(again, readable(broken.workspace, "staged/listings", build=step.build))
    assert told.value.remedy.endswith(f"whisky run --home {house.workspace.home.root} --rebuild")
    broken.workspace.close()


def _broken(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> House:
    folder = tmp_path / "feeds"
    shutil.copytree(SHIPPED_FEEDS, folder)
    (folder / "elbe.toml").write_text("world = 'sample'\n[feed\n", encoding="utf-8")
    monkeypatch.setattr("whisky_assets.pipeline.workspace.SHIPPED_FEEDS", folder)
    return reopened(house)


@pytest.fixture
def home(house: House) -> Iterator[str]:
    """The home as the command line opens it."""
    yield str(house.workspace.home.root)
    forget_workspaces()


def test_the_command_names_an_empty_file_and_says_what_to_do(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ELBE
    path.write_bytes(b"")
    assert main(["import", str(path), "--feed", "elbe", "--home", home]) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert f"{ELBE} is empty" in told
    assert "→ Download it again and import that." in told


def test_the_command_names_a_cut_workbook_and_says_what_to_do(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / MINATO
    path.write_bytes(sent("minato")[:2_000])
    assert main(["import", str(path), "--feed", "minato", "--home", home]) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert "the workbook is cut or damaged" in told
    assert "→ Copy or download it again." in told


@pytest.mark.parametrize(
    ("feed", "told"),
    [("elbi", "no feed is called 'elbi'; there are elbe, hanok, harbour, minato"), ("hanok", "feed hanok is crawled")],
)
def test_the_command_refuses_a_feed_that_reads_no_files(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], feed: str, told: str
) -> None:
    path = tmp_path / ELBE
    path.write_bytes(sent("elbe"))
    assert main(["import", str(path), "--feed", feed, "--home", home]) == ExitCode.USAGE
    assert told in capsys.readouterr().err


def test_the_command_keeps_a_good_file_and_names_the_next_one(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ELBE
    path.write_bytes(sent("elbe"))
    assert main(["import", str(path), "--feed", "elbe", "--home", home]) == ExitCode.DONE
    assert f"read it: whisky run --home {home} --feed elbe" in capsys.readouterr().out
