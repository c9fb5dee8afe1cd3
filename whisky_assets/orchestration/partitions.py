"""The partitions of ingest: the names of all feeds of the home's world, broken, off and retired ones too."""

from pathlib import Path

import dagster as dg

from whisky_assets.pipeline.feeds import feed_names


def feed_partitions(home: Path) -> dg.StaticPartitionsDefinition:
    """Return a partition a TOML file; asking for one that cannot run fails in a sentence. Needs no home yet."""
    return dg.StaticPartitionsDefinition(sorted(feed_names(home)))
