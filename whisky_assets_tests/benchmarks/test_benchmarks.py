"""Each benchmark runs on small input, and what it compares is equal; a peer that tells something else is found."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import (
    archive_pages,
    archiving,
    building,
    fetching,
    finding,
    list_pages,
    main_job,
    matching,
    perturbing,
    placing,
    publishing,
    reading,
    report,
    storing,
)
from benchmarks.report import Report
from whisky_assets.reference import load_reference


def _only(reports: Iterator[Report]) -> Report:
    found = list(reports)
    assert len(found) == 1
    return found[0]


def _column(table: Report, name: str) -> list[object]:
    return [row[table.headers.index(name)] for row in table.rows]


def test_every_question_has_a_module_and_every_module_a_question(project_root: Path) -> None:
    modules = {path.stem for path in (project_root / "benchmarks").glob("*.py")}
    parts_of_questions = {
        "__init__",
        "__main__",
        "report",
        "perturbing",
        "page_server",
        "scrapy_peer",
        "list_pages",
        "archive_pages",
    }
    assert modules - parts_of_questions == set(command.QUESTIONS)


def test_a_crawl_and_bare_requests_read_the_same_pages_and_a_revisit_reads_none(tmp_path: Path) -> None:
    table = fetching.fetched(tmp_path, 12)
    assert table.title.startswith("12 pages")
    assert _column(table, "who")[:2] == ["whisky_assets", "requests, one Session"]
    assert _column(table, "bodies read again")[:2] == [0, 0]


def test_saved_list_pages_are_read_alike_by_three_readers(shared_data: Path) -> None:
    table = list_pages.listed(shared_data / "data" / "pages" / "shops", repeats=1)
    assert len(table.rows) == len(list_pages.LISTS)
    assert sum(int(str(rows)) for rows in _column(table, "rows")) == 448


def test_a_peer_that_tells_another_value_of_a_list_page_stops_the_benchmark() -> None:
    ours: dict[object, list_pages.Values] = {"7": {"name": "Ardbeg 10", "price": 4500}}
    assert list_pages._assert_equal("a page", ours, [{**ours, "8": {"name": "Sweets"}}]) == "2 values"
    with pytest.raises(AssertionError, match="a page, 7: ours"):
        list_pages._assert_equal("a page", ours, [{"7": {"name": "Ardbeg 10"}}])


def test_help_tells_each_question_and_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        command.main(["--help"])
    assert told.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text and question in text for name, question in command.QUESTIONS.items())
    with pytest.raises(SystemExit) as refused:
        command.main(["--only", "distilling"])
    assert refused.value.code == 2


def test_only_the_chosen_question_is_asked_and_its_folder_is_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []

    def run(scratch: Path) -> Iterator[Report]:
        folders.append(scratch)
        assert scratch.is_dir()
        yield Report(title="a title", headers=("who", "wall"), rows=(("ours", "1 s"),), notes=("a note",))

    monkeypatch.setattr(storing, "run", run)
    assert command.main(["--only", "storing"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Python ")
    assert lines[3:8] == ["a title", "who   wall", "----  ----", "ours  1 s", "  a note"]
    assert not folders[0].exists()
    assert "== reading" not in "\n".join(lines)


def test_readers_and_their_peers_read_the_same_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISKY_SHARED", str(tmp_path))
    table = _only(reading.run(tmp_path, repeats=1))
    assert [name for name in _column(table, "input") if name] == [title for _, title, _, _ in reading.PEERS]
    assert _column(table, "rows")[::2] == [77, 100, 74, 44]
    assert any("left out" in note and "WHISKY_SHARED" in note for note in table.notes)


def test_a_peer_that_reads_something_else_stops_the_benchmark() -> None:
    with pytest.raises(AssertionError, match="2: ours"):
        reading._assert_equal("a list", {"1": ("a", 1), "2": ("b", 2)}, {"1": ("a", 1), "2": ("b", 3)})
    with pytest.raises(AssertionError, match="a list"):
        reading._assert_equal("a list", {}, {"1": ("a", 1)})
    assert reading._assert_equal("a list", {"1": ("a", 1)}, {"1": ("a", 1), "3": ("c", 3)}) == 1


ROWS = [
    {"rid": "1", "name": "Ardbeg 10 Year Old 70cl"},
    {"rid": "2", "name": "ARDBEG 10 yo Whisky"},
    {"rid": "3", "name": "Ardbeg Uigeadail Islay Malt"},
    {"rid": "4", "name": "Ardbeg Islay Malt Uigeadail"},
    {"rid": "5", "name": "Ardbeg 17"},
]


def test_the_peers_join_what_they_are_said_to_join() -> None:
    by_name = matching.by_normalised_name(ROWS)
    assert by_name["1"] == by_name["2"]
    assert len({by_name[rid] for rid in ("1", "3", "4", "5")}) == 4
    by_fuzz = matching.by_fuzzy_name(ROWS)
    assert by_fuzz["1"] == by_fuzz["2"]
    assert by_fuzz["3"] == by_fuzz["4"]
    assert by_fuzz["1"] != by_fuzz["5"], "other numbers are never joined"


def test_without_the_shared_data_matching_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISKY_SHARED", str(tmp_path))
    told = _only(matching.run(tmp_path))
    assert "WHISKY_SHARED" in told.skipped
    assert command.lines_of(told)[0].startswith("matching: skipped, [shared]")


def test_listings_are_made_of_real_ones_the_same_each_time_and_fewer_begin_more() -> None:
    reference = load_reference()
    real = [
        {"source": "a", "name": "Ardbeg 10 Year Old", "abv_pct": "46.0", "gtin": "4006381333931", "producer": "Ardbeg"},
        {"source": "a", "name": "아드벡 10년", "abv_pct": "", "gtin": "", "producer": ""},
    ]
    made = list(perturbing.perturbed(real, reference, 200))
    assert list(perturbing.perturbed(real, reference, 50)) == made[:50]
    assert list(perturbing.perturbed(real, reference, 50, seed=2)) != made[:50]
    assert len({row["rid"] for row in made}) == len({(row["source"], row["source_id"]) for row in made}) == 200
    assert len({row["name"].casefold() for row in made}) > 60
    kept = [row for row in made if row["gtin"]]
    assert kept
    assert all("ardbeg" in row["name"].casefold() and row["abv_pct"] == "46.0" for row in kept)


@pytest.fixture
def few_records(tmp_path: Path) -> Path:
    """A folder whose `records.csv` holds one listing."""
    with (tmp_path / "records.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, ["rid", "source", "source_id", "name", "abv_pct", "gtin", "producer"])
        writer.writeheader()
        writer.writerow({"rid": "1", "source": "a", "source_id": "1", "name": "Ardbeg 10 Year Old", "abv_pct": "46.0"})
    return tmp_path


def test_growth_is_told_by_size_and_the_answers_are_whole(few_records: Path) -> None:
    table = matching.grown(few_records, few_records, (20, 40))
    assert _column(table, "listings") == [20, 40]
    assert _column(table, "÷ first")[0] == "1.00"
    assert all(0 < int(str(count)) <= 40 for count in _column(table, "whiskies"))
    assert all(int(str(peak)) > 20 for peak in _column(table, "peak MiB"))


def test_a_run_with_few_new_listings_is_measured_beside_the_one_before_it(few_records: Path) -> None:
    table = matching.added(few_records, few_records, 200)
    assert _column(table, "listings") == [200, 202]
    assert _column(table, "÷ first")[0] == "1.00"
    assert any("promised under 10%" in note for note in table.notes)


def test_a_build_with_few_new_listings_is_measured_step_by_step_beside_a_full_one(tmp_path: Path) -> None:
    row = {"rid": "1", "source": "a", "source_id": "1", "name": "Ardbeg 10 Year Old", "abv_pct": "46.0"}
    row |= {"producer": "Ardbeg", "category": "Malt", "price": "50.00", "gtin": ""}
    with (tmp_path / "records.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(row))
        writer.writeheader()
        writer.writerow(row)
    table = building.added(tmp_path / "records.csv", tmp_path / "home", 100)
    steps = ["core/offers", "core/matches", "core/whiskies", "archives/entries", "core/snapshot", "all"]
    assert _column(table, "step") == steps
    assert table.title == "a build of 100 listings, then of 1 new among them"
    assert any("promised under 10%" in note for note in table.notes)


@pytest.mark.slow
def test_matching_is_better_than_its_peers_on_the_labelled_listings(shared_data: Path) -> None:
    table = matching.compared(shared_data / "gold")
    ours, *peers = (float(str(value)) for value in _column(table, "F1"))
    assert ours > max(peers)


def test_searches_find_and_miss_what_they_are_said_to() -> None:
    ours = finding.measured_here(finding.with_ours, 600, 1)
    like = finding.measured_here(finding.with_like, 600, 1)
    fuzzy = finding.measured_here(finding.with_fuzz, 600, 1)
    place = [text for text, _ in finding.QUESTIONS].index
    assert all(found[0] == f"{pk}_pk" for (_, pk), found in zip(finding.QUESTIONS, ours.answers, strict=True) if pk)
    assert like.answers[place("Lagavulin 16")][0] == "lagavulin_16_pk"
    assert like.answers[place("ardbeg ten")] == [], "ten stands in no name"
    assert fuzzy.answers[place("lagavullin 16")][0] == "lagavulin_16_pk"
    assert ours.answers[place("xyzzy")] == like.answers[place("xyzzy")] == []


def test_the_whiskies_that_are_searched_are_the_same_every_time_and_fewer_are_the_first_of_more() -> None:
    reference = load_reference()
    few, many = (list(finding.whiskies(count, reference)) for count in (200, 300))
    assert few == many[:200]
    assert len({row.whisky_pk for row in many}) == 300
    assert len({row.brand for row in many[140:]}) > 50


def test_segments_and_plain_files_give_back_the_same_rows(tmp_path: Path) -> None:
    table = _only(storing.run(tmp_path, row_count=50, repeats=1))
    assert [what for what in _column(table, "what") if what] == [
        "write new rows",
        "write the same rows again",
        "read all rows",
    ]
    assert _column(table, "bytes")[2] == 0, "the same rows are not written again"


def test_rows_that_are_not_given_back_stop_the_benchmark() -> None:
    told = storing._edition(0, 2)
    plain = [{"name": "another"}]
    with pytest.raises(AssertionError, match="the segment"):
        storing._assert_given_back(told, told[:1], plain)
    with pytest.raises(AssertionError, match="the plain file"):
        storing._assert_given_back(told, told, plain)


def test_a_plan_writes_what_changed_and_a_loop_writes_all(tmp_path: Path) -> None:
    table = _only(publishing.run(tmp_path, document_count=200))
    assert _column(table, "documents written") == [200, 200, 0, 200, 2, 200]


@pytest.mark.slow
def test_the_main_job_is_measured_by_stage_and_again_makes_nothing(tmp_path: Path) -> None:
    table = _only(main_job.run(tmp_path, cut=True))
    first, again, later = table.rows
    place = {name: table.headers.index(name) for name in table.headers}
    assert (again[place["documents parsed"]], again[place["documents written"]]) == (0, 0)
    assert again[place["ingest"]] == "0.0 ms", "no feed is due"
    assert (first[place["÷ first"]], first[place["÷ first run's"]]) == ("1.00", "1.00")
    assert all(run[place["documents written"]] for run in (first, later))


def test_sides_are_timed_in_turn_after_one_unmeasured_round() -> None:
    calls: list[str] = []
    numbers = itertools.count()

    def side(name: str) -> int:
        calls.append(name)
        return next(numbers)

    found = report.side_by_side([("a", lambda: side("a")), ("b", lambda: side("b"))], repeats=2)
    assert calls == ["a", "b"] * 3
    assert (found["a"].answer, found["b"].answer) == (4, 5)


def test_times_and_ratios_are_shown_as_a_person_reads_them() -> None:
    assert [report.shown(seconds) for seconds in (0.0123, 2.5)] == ["12.3 ms", "2.50 s"]
    assert [report.ratio(3, 2), report.ratio(1, 0)] == ["1.50", "-"]


def test_the_archive_is_smaller_than_the_usual_forms_and_each_form_holds_every_page(shared_data: Path) -> None:
    saved = archive_pages.saved_pages(shared_data / "data" / "pages")
    table = archiving.sizes(saved)
    assert table.rows[0][0] == f"{archiving.ACROSS}: {len(saved)}"
    assert {float(str(ratio)) < 1 for ratio in _column(table, "÷ WARC.gz")} == {True}


def test_one_page_of_many_is_found_and_a_batch_is_written_by_both_sides(tmp_path: Path) -> None:
    table = archiving.speed(tmp_path, pages=300, repeats=1)
    assert [row[0] for row in table.rows] == ["one page of 300", "a batch of pages", ""]


def test_a_scrub_reads_the_bytes_that_a_plain_hash_reads(tmp_path: Path) -> None:
    table = archiving.proving(tmp_path, segments=1, repeats=1)
    assert len(table.rows) == 2


def test_pages_are_worked_through_in_a_process_of_their_own(tmp_path: Path) -> None:
    table = archiving.memory(tmp_path, few=500, many=1_000)
    assert _column(table, "pages") == ["500", "1,000"]


def test_a_promise_says_whether_a_figure_keeps_it() -> None:
    assert report.promise("size", 0.75, most=0.8) == "size: 0.75, promised at most 0.8: kept"
    assert report.promise("speed", 0.5, least=0.7) == "speed: 0.5, promised at least 0.7: NOT kept"
    with pytest.raises(ValueError, match="one bound"):
        report.promise("size", 1.0)


def test_plans_of_copies_are_even_and_move_a_joined_drive_no_more_than_its_fair_share(tmp_path: Path) -> None:
    table = _only(placing.run(tmp_path, segment_count=300))
    assert _column(table, "who") == ["ours", "rendezvous", "ours", "ours", "rendezvous"]
    assert _column(table, "bytes moved")[2] == "0"
    ours, _, _, evened, hashed = _column(table, "fullest - emptiest")
    assert float(str(ours)) < 0.05
    assert float(str(evened)) < float(str(hashed))
    fair = re.search(r"fair share is (0\.\d+)", " ".join(table.notes))
    assert fair is not None
    assert float(str(_column(table, "bytes moved")[3])) <= float(fair[1]) + 0.001
