"""Packs a small published home of the sample's cut over two weeks: `python -m whisky_assets_tests.kept.make_home NAME`.

A kept home is made once, by the version that it stands for, and never again. Not here: what later versions must do.
"""

from __future__ import annotations

import re
import sys
import tarfile
import tempfile
from pathlib import Path

from whisky_assets_tests.pipeline.house import sample_house

FOLDER = Path(__file__).parent
LEFT_OUT = {"names.key", "lock", "dagster", "exports", "inbox"}
"""A secret, and what a home makes anew when it is opened."""


def main(name: str) -> int:
    """Make the home and write `NAME.tar.xz` beside this module; refuses to write over a kept one."""
    if not re.fullmatch(r"v\d+", name):
        print("name the home as v1, v2 and so on", file=sys.stderr)  # noqa: T201 - a command of the developers
        return 2
    packed = FOLDER / f"{name}.tar.xz"
    if packed.exists():
        print(f"{packed} is kept and is not made again", file=sys.stderr)  # noqa: T201 - a command of the developers
        return 2
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        with sample_house(root, cut=True) as house:
            house.run()
            house.workspace.set_week(2)
            house.run()
            house.workspace.db.checkpoint()
        with tarfile.open(packed, "w:xz") as archive:
            for path in sorted(root.iterdir()):
                if path.name not in LEFT_OUT:
                    archive.add(path, path.name)
    print(f"{packed.name}: {packed.stat().st_size:,} bytes")  # noqa: T201 - a command of the developers
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
