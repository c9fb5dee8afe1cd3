"""Tests of reading bytes and texts."""
