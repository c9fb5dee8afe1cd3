"""Tests of feeds: their TOML, their presets and the real lists."""
