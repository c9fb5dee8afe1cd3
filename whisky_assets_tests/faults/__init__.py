"""Faults of the whole line: the real command is killed, ended, starved of disk, shops or network, and started again."""
