"""Tests of `whisky_assets.contracts`."""
