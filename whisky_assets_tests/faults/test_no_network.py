"""A whole run where loopback is the only network: the sample needs nothing of the world outside."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import new_home, opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ONLY_LOOPBACK = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


@pytest.mark.usefixtures("requires_root")
def test_a_run_succeeds_where_loopback_is_the_only_network(
    tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    if shutil.which("ip") is None:
        pytest.skip("ip is missing: apt-get install iproute2")
    home = new_home(tmp_path / "home")
    ended = whisky(home, "run", "--json", before=ONLY_LOOPBACK)
    assert ended.code == 0, ended
    with opened(home) as store:
        assert storage_digest(store.db) == undisturbed(1).digest
