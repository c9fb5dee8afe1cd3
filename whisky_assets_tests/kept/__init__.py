"""Homes that earlier versions made, kept: every later one must open, rebuild and publish them with the same keys."""
