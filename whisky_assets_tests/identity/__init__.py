"""Proves what identity promises: matches, keys that never break, people's decisions and finding."""
