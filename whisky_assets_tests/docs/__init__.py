"""Tests that hold what the documents say against the code."""
