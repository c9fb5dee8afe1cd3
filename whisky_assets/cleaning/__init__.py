"""Listings in one spelling and one unit, each with its verdict; never across two listings."""
