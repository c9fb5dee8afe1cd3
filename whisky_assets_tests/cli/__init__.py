"""Tests of the command `whisky`: its words, its answers and how they look."""
