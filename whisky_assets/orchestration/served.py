"""Which home the loaded definitions serve: the one that the command or the environment names, else the sample one.

A plain `dagster dev` in a clone names none; the root `dagster.yaml` then keeps its runs in the sample home, so that is
the home it has to show, also where a real one was made.
"""

import os
from pathlib import Path

from whisky_assets.pipeline.homes import chosen_root

HOME_VARIABLE = "WHISKY_HOME"


def served_home() -> Path:
    """Return the folder of the home that WHISKY_HOME names, else of the sample home."""
    return chosen_root(None, os.environ, sample=HOME_VARIABLE not in os.environ)
