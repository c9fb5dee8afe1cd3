"""Proves what holds for the repository as a whole: lock, layers, names, configuration."""
