"""The data platform behind a whisky diary app; this file holds its version and nothing else."""

__version__ = "0.1.0"
