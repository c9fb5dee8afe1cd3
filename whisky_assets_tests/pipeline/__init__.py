"""Tests of the work behind assets and commands, without Dagster."""
