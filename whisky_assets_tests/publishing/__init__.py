"""Tests of `whisky_assets.publishing`."""
