"""Proves what whisky_assets promises; the folders mirror the package's layers."""
