"""Proves what the programs in `deploy/` promise, on a git repository and a home of each test's own."""
