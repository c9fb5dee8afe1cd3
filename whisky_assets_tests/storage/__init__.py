"""Tests of storage: what it promises, and that it keeps it through kills, full disks, rot and power cuts."""
