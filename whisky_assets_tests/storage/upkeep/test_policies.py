"""The rules in force: the owner's file before the shipped ones, every mistake told with its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import declared_records
from whisky_assets.storage.upkeep.policies import Policies, default_policies, load_policies

DATASETS = tuple(declared_records())
SHIPPED = default_policies(quota_gb=100, off_this_pc=1)


def load(tmp_path: Path, text: str, shipped: Policies = SHIPPED) -> Policies:
    path = tmp_path / "storage.toml"
    path.write_text(text, encoding="utf-8")
    return load_policies(path, DATASETS, shipped)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(UsageError) as told:
        load(tmp_path, text)
    assert told.value.remedy.startswith("Mend that line")
    return told.value.message.removeprefix(str(tmp_path / "storage.toml"))


def test_without_a_file_the_shipped_rules_hold(tmp_path: Path) -> None:
    assert load_policies(tmp_path / "storage.toml", DATASETS, SHIPPED) is SHIPPED


@pytest.mark.parametrize(
    ("off_this_pc", "pages", "offers"),
    [(0, (1, 0), (1, 0)), (1, (2, 1), (2, 1)), (2, (3, 2), (2, 1)), (5, (3, 2), (2, 1))],
)
def test_shipped_promises_follow_the_volumes_off_this_pc(
    off_this_pc: int, pages: tuple[int, int], offers: tuple[int, int]
) -> None:
    policies = default_policies(quota_gb=100, off_this_pc=off_this_pc)
    told = {
        dataset: (promise.copies, promise.off_this_pc)
        for dataset in DATASETS
        for promise in [policies.promise_of(dataset)]
    }
    assert told["raw/pages"] == told["archives/files"] == told["core/registry"] == pages
    assert told["core/offers"] == told["staged/listings"] == offers
    assert told["storage/copies"] == (1, 0)


def test_shipped_retention_never_names_what_nobody_could_make_again() -> None:
    assert SHIPPED.retention_of("raw/pages") is None
    assert SHIPPED.retention_of("archives/files") is None
    assert SHIPPED.retention_of("core/offers") is not None


def test_the_shipped_quota_is_what_init_asked_for_and_counts_everything() -> None:
    (quota,) = default_policies(quota_gb=100, off_this_pc=0).quotas
    assert (quota.name, quota.max_bytes) == ("whisky", 100 * 10**9)
    assert all(SHIPPED.quotas_of(dataset) for dataset in DATASETS)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    policies = load(
        tmp_path,
        """
[[copies]]
data = ["raw/*", "archives/files"]
copies = 3
off_this_pc = 2
within = "36 hours"

[[retention]]
data = "core/*"
keep_last = 3
keep_yearly = 1

[[retention]]
data = "staged/*"
keep = "all"

[[quota]]
name = "pages"
data = "raw/*"
max = "1.5 TB"
""",
    )
    promise = policies.promise_of("raw/pages")
    assert (promise.copies, promise.off_this_pc, promise.within) == (3, 2, timedelta(hours=36))
    assert promise.origin == "storage.toml:2"
    core = policies.retention_of("core/offers")
    assert core is not None
    assert (core.keep_last, core.keep_daily, core.keep_yearly, core.keep_all) == (3, 0, 1, False)
    staged = policies.retention_of("staged/listings")
    assert staged is not None
    assert staged.keep_all
    assert [(quota.name, quota.max_bytes) for quota in policies.quotas_of("raw/pages")] == [
        ("pages", 1_500_000_000_000),
        ("whisky", 100 * 10**9),
    ]


def test_what_a_file_says_nothing_of_has_the_shipped_rule(tmp_path: Path) -> None:
    policies = load(tmp_path, '[[copies]]\ndata = "raw/pages"\ncopies = 1\n')
    assert policies.promise_of("raw/pages").copies == 1
    assert policies.promise_of("archives/files") == SHIPPED.promise_of("archives/files")
    assert policies.retention == SHIPPED.retention


def test_how_old_a_look_may_be_is_said_in_one_table_of_its_own(tmp_path: Path) -> None:
    policies = load(tmp_path, '[checks]\nverified_within = "2 weeks"\n')
    assert (policies.verified_within, policies.seen_within) == (timedelta(weeks=2), SHIPPED.seen_within)
    assert refused(tmp_path, '[checks]\nseen = "1 day"\n').startswith(":2: [checks] seen is an unknown key")


def test_a_quota_of_the_file_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    policies = load(tmp_path, '[[quota]]\nname = "whisky"\ndata = "*"\nmax = "20G"\n')
    assert [(quota.max_bytes, quota.origin) for quota in policies.quotas] == [(20 * 10**9, "storage.toml:1")]


def test_the_first_rule_that_matches_counts(tmp_path: Path) -> None:
    policies = load(tmp_path, '[[copies]]\ndata = "raw/pages"\ncopies = 4\n[[copies]]\ndata = "*"\ncopies = 2\n')
    assert policies.promise_of("raw/pages").copies == 4
    assert policies.promise_of("core/offers").copies == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[copies]]\ndata = "raw/page"\ncopies = 2\n',
            ":2: [copies[1]] data holds 'raw/page', which no data set matches; did you mean 'raw/pages'?",
        ),
        (
            '[[copies]]\ndata = "rew/*"\ncopies = 2\n',
            ":2: [copies[1]] data holds 'rew/*', which no data set matches; did you mean 'raw/*'?",
        ),
        ("[[copies]]\ndata = []\ncopies = 2\n", ":2: [copies[1]] data names no data set"),
        ("[[copies]]\ncopies = 2\n", ":1: [copies[1]] data is missing"),
        ('[[copies]]\ndata = "*"\ncopies = 0\n', ":3: [copies[1]] copies must be a whole number of at least 1, not 0"),
        (
            '[[copies]]\ndata = "*"\ncopies = 1\noff_this_pc = 2\n',
            ":4: [copies[1]] off_this_pc is 2, more than all 1 copies",
        ),
        (
            '[[copies]]\ndata = "*"\ncopies = 2\nwithin = "soon"\n',
            ":4: [copies[1]] within must be a time like 12 hours, 7 days or 2 weeks, not 'soon'",
        ),
        (
            '[[copies]]\ndata = "*"\ncopies = 2\nof_this_pc = 1\n',
            ":4: [copies[1]] of_this_pc is an unknown key; did you mean 'off_this_pc'?",
        ),
        ('[[copie]]\ndata = "*"\n', ":1: [copie] is an unknown key; did you mean 'copies'?"),
        (
            '[[copies]]\ndata = "*"\ncopies = 2\n\n[[copies]]\ndata = "raw/*"\ncopies = 3\n',
            ":6: [copies[2]] data leaves no data set to this rule: the rule at storage.toml:1 comes first",
        ),
        ('[[retention]]\ndata = "core/*"\n', ":1: [retention[1]] keep_last or another count is missing"),
        (
            '[[retention]]\ndata = "core/*"\nkeep = "all"\nkeep_last = 2\n',
            ":3: [retention[1]] keep is 'all', so no count can say less",
        ),
        ('[[retention]]\ndata = "core/*"\nkeep = "some"\n', ":3: [retention[1]] keep must be one of all"),
        (
            '[[quota]]\nname = "all"\ndata = "*"\nmax = "lots"\n',
            ":4: [quota[1]] max must be a size like 100G, 1.5 TB or 500 MiB, not 'lots'",
        ),
        ('[[quota]]\nname = "all"\ndata = "*"\nmax = "0G"\n', ":4: [quota[1]] max is nothing"),
        (
            '[[quota]]\nname = "All of it"\ndata = "*"\nmax = "1G"\n',
            ":2: [quota[1]] name must be a name of small letters",
        ),
        (
            '[[quota]]\nname = "a"\ndata = "*"\nmax = "1G"\n[[quota]]\nname = "a"\ndata = "raw/*"\nmax = "2G"\n',
            ":6: [quota[2]] name 'a' stands twice",
        ),
        ("copies = 3\n", ":1: [copies] must be a list of tables: [[copies]]"),
    ],
)
def test_a_mistake_is_told_with_its_line_its_key_and_the_nearest_one(tmp_path: Path, text: str, told: str) -> None:
    assert refused(tmp_path, text).startswith(told)
