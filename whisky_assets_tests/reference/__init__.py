"""Tests of the curated tables."""
