"""Tests of `whisky_assets.domain`."""
