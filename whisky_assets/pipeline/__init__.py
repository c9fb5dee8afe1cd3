"""One function per asset and per command, from inputs and ports to an Outcome; never Dagster, never a terminal."""
