"""Tests of what listings become: one spelling, one unit, a kind and a verdict."""
