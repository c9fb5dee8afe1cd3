"""Tests of the forms in which sources tell their products."""
