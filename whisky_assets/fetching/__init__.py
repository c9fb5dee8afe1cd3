"""Polite HTTP: robots, pace, conditional requests and the frontier; knows nothing of whisky."""
