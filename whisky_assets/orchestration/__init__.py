"""The only package that knows Dagster: it shows pipeline functions as assets, checks and jobs; never data logic."""
