"""What a look at a home costs: no Arrow for locks, builds and snapshots, no Google without a bucket, pandas never."""

import subprocess
import sys

import pytest

LOADED = "import sys; import {modules}; sys.stdout.write(' '.join(m for m in {heavy!r} if m in sys.modules))"


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (
            "home state schema locks builds candidates heads snapshots digest volumes",
            ("pyarrow", "numpy", "pandas", "google.cloud.storage", "dagster"),
        ),
        ("segments tables copies", ("pandas", "google.cloud.storage", "google.api_core", "dagster")),
    ],
)
def test_storage_loads_nothing_heavy_that_the_work_does_not_need(modules: str, heavy: tuple[str, ...]) -> None:
    named = ", ".join(f"whisky_assets.storage.{name}" for name in modules.split())
    code = LOADED.format(modules=named, heavy=heavy)
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert answer.stdout == ""
