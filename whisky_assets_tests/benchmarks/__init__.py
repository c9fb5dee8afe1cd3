"""Tests of the benchmarks: on small input each gives a table whose two sides did the same work."""
