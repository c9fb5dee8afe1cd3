"""Faults are planted where a change is one, each by itself, and a test that fails in a copy of the tree sees them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from whisky_assets_tests.mutation.mutants import Mutant, mutants_of
from whisky_assets_tests.mutation.runner import Runner
from whisky_assets_tests.mutation.trial import (
    Verdict,
    all_mutants,
    mirrored_tests,
    other_tests,
    sample_of,
    try_all,
)


def changes(source: str, kind: str) -> set[str]:
    """Return the changed lines of each mutant of one kind."""
    return {
        line.removeprefix("+").strip()
        for mutant in mutants_of("module.py", source)
        if mutant.kind == kind
        for line in mutant.diff().splitlines()
        if line.startswith("+")
    }


@pytest.mark.parametrize(
    ("line", "kind", "made"),
    [
        ("found = one < two", "comparison", {"found = (one <= two)"}),
        ("found = one is None", "comparison", {"found = (one is not None)"}),
        ("found = one in two", "comparison", {"found = (one not in two)"}),
        ("found = low <= one < high", "comparison", {"found = (low < one < high)", "found = (low <= one <= high)"}),
        ("found = one and two", "and/or", {"found = (one or two)"}),
        ("found = not one", "not dropped", {"found = (one)"}),
        ("found = one + two", "plus/minus", {"found = (one - two)"}),
        ("found = one[3]", "one more", {"found = one[(4)]"}),
        ("found = one[3]", "one less", {"found = one[(2)]"}),
        ("found = True", "constant", {"found = (False)"}),
        ("found = 'text'", "constant", {"found = ('')"}),
        ("found = one if two else three", "choice turned", {"found = (three if two else one)"}),
        ("found = max(one)", "other call", {"found = (min(one))"}),
        ("found = any(one)", "other call", {"found = (all(one))"}),
        ("found = call(one, two, three)", "arguments swapped", {"found = (call(two, one, three))"}),
        ("found = [one for one in two if one.is_open]", "filter dropped", {"found = [one for one in two if True]"}),
        ("call(one)", "statement dropped", {"pass"}),
        ("one.part = two", "statement dropped", {"pass"}),
        ("total += one", "statement dropped", {"pass"}),
        ("if one: call()", "condition turned", {"if (not one): call()"}),
    ],
)
def test_each_kind_of_fault_is_planted(line: str, kind: str, made: set[str]) -> None:
    assert changes(line, kind) == made


def test_a_value_that_is_returned_becomes_none() -> None:
    assert changes("def one() -> int:\n    return two\n", "return None") == {"return None"}
    assert changes("def one() -> None:\n    return None\n", "return None") == set()


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "from __future__ import annotations",
        "__all__ = ['one', 'two']",
        "WORDS = frozenset({'one', 'two', *OTHERS})",
        "_MORE_WORDS = ('one', 'two')",
        "raise ValueError('words' + one)",
        "text = f'{one} of {two!r:>3}'",
        "one: Literal['a', 'b']",
        "@decorated('text', 3)\ndef one() -> int: ...",
    ],
)
def test_what_is_no_fault_of_the_code_is_left_alone(source: str) -> None:
    assert mutants_of("module.py", source) == []


def test_letters_of_several_bytes_keep_their_place() -> None:
    assert changes("name = '글렌' if größe < 3 else '山崎'", "comparison") == {
        "name = '글렌' if (größe <= 3) else '山崎'"
    }


def test_every_mutant_of_a_real_module_parses_differs_once_and_keeps_the_rest() -> None:
    mutants = all_mutants(patterns=["whisky_assets/identity/witnesses.py"])
    assert len(mutants) > 50
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        assert ast.dump(ast.parse(mutant.source)) != ast.dump(ast.parse(mutant.original))
        assert mutant.place.startswith("whisky_assets/identity/witnesses.py:")


def test_a_seed_draws_the_same_sample_and_another_seed_another() -> None:
    mutants = all_mutants(patterns=["whisky_assets/identity/witnesses.py"])
    assert sample_of(mutants, 10, 1) == sample_of(mutants, 10, 1) != sample_of(mutants, 10, 2)
    assert sample_of(mutants, None, 1) == sample_of(mutants, 10**6, 1) == mutants


def test_the_tests_of_a_modules_name_run_first_and_each_test_file_once() -> None:
    module = "whisky_assets/identity/witnesses.py"
    first = mirrored_tests(module)
    assert first[0] == "whisky_assets_tests/identity/test_witnesses.py"
    both = [*first, *other_tests(module, first)]
    assert len(both) == len(set(both))
    assert mirrored_tests("whisky_assets/parsing/names_ages.py")[0].startswith("whisky_assets_tests/parsing/test_names")


def test_tests_that_cannot_reach_a_module_are_left_out() -> None:
    others = other_tests("whisky_assets/parsing/names_ages.py", ["whisky_assets_tests/parsing/test_names.py"])
    assert "whisky_assets_tests/identity/test_match_csv.py" in others
    assert "whisky_assets_tests/parsing/test_names.py" not in others
    assert "whisky_assets_tests/parsing/test_money.py" not in others


def small_tree(root: Path) -> Path:
    """Write a tree of one module with one test that looks at a bound alone."""
    (root / "whisky_assets/identity").mkdir(parents=True)
    (root / "whisky_assets_tests/identity").mkdir(parents=True)
    (root / "whisky_assets_tests/parsing").mkdir()
    for folder in ("whisky_assets", "whisky_assets/identity", "whisky_assets_tests", "whisky_assets_tests/identity"):
        (root / folder / "__init__.py").touch()
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['slow: long']\n")
    (root / "whisky_assets/identity/small.py").write_text(
        "def is_small(size: int) -> bool:\n    return size < 3\n\n\n"
        "def unseen(size: int) -> int:\n    return size + 1\n"
    )
    (root / "whisky_assets_tests/identity/test_small.py").write_text(
        "from whisky_assets.identity.small import is_small\n\n\n"
        "def test_three_is_not_small() -> None:\n    assert is_small(2)\n    assert not is_small(3)\n"
    )
    return root


def test_faults_that_a_test_sees_are_killed_and_others_survive_and_the_tree_is_left_alone(tmp_path: Path) -> None:
    root = small_tree(tmp_path)
    before = (root / "whisky_assets/identity/small.py").read_text()
    told: list[Verdict] = []
    mutants = all_mutants(root, ["whisky_assets/identity/small.py"])
    chosen = [mutant for mutant in mutants if mutant.kind in {"comparison", "plus/minus"}]
    score = try_all(chosen, jobs=2, told=told.append, root=root)
    assert {(mutant.line, mutant.kind) for mutant in score.survivors} == {(6, "plus/minus")}
    assert score.killed_share == 0.5
    assert len(told) == len(chosen) == 2
    assert (root / "whisky_assets/identity/small.py").read_text() == before


def test_one_folder_alone_may_judge(tmp_path: Path) -> None:
    root = small_tree(tmp_path)
    (root / "whisky_assets_tests/parsing/test_other.py").write_text("def test_nothing() -> None:\n    assert True\n")
    mutants = [mutant for mutant in all_mutants(root, ["whisky_assets/identity/small.py"]) if mutant.line == 2]
    seen = try_all(mutants, jobs=1, told=lambda _: None, root=root, folders=["whisky_assets_tests/identity"])
    unseen = try_all(mutants, jobs=1, told=lambda _: None, root=root, folders=["whisky_assets_tests/parsing"])
    assert (seen.killed_share, unseen.killed_share) == (1.0, 0.0)


def test_a_run_that_does_not_end_is_ended(tmp_path: Path) -> None:
    root = small_tree(tmp_path)
    test = root / "whisky_assets_tests/identity/test_small.py"
    test.write_text("def test_it() -> None:\n    while True:\n        pass\n")
    runner = Runner(root, longest_run_seconds=1)
    try:
        assert runner.run(["whisky_assets_tests/identity"]).code is None
    finally:
        runner.close()


def test_a_run_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    root = small_tree(tmp_path)
    test = root / "whisky_assets_tests/identity/test_small.py"
    runner = Runner(root)
    try:
        test.write_text("import sys\n\n\ndef test_it() -> None:\n    sys.modules['left'] = sys\n    assert False\n")
        assert runner.run(["whisky_assets_tests/identity"]).code == 1
        test.write_text("import sys\n\n\ndef test_it() -> None:\n    assert 'left' not in sys.modules\n")
        assert runner.run(["whisky_assets_tests/identity"]).code == 0
    finally:
        runner.close()


def test_no_mutant_is_judged_where_the_tests_fail_by_themselves(tmp_path: Path) -> None:
    root = small_tree(tmp_path)
    (root / "whisky_assets_tests/identity/test_small.py").write_text("def test_it() -> None:\n    assert False\n")
    fault = Mutant(path="whisky_assets/identity/small.py", line=1, kind="comparison", original="", source="")
    with pytest.raises(RuntimeError, match="fail in a plain copy"):
        try_all([fault], jobs=1, told=lambda _: None, root=root)
