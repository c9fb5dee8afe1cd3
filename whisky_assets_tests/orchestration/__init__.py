"""Tests of the package that knows Dagster: definitions, runs, IO managers, automation, and the UI itself."""
