"""`python -m whisky_assets.cli` is the command `whisky`."""

import sys

from whisky_assets.cli import main

sys.exit(main())
