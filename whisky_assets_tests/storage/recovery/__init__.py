"""Tests of what brings the state database back."""
