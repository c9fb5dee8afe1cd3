"""Tests of the live feeds, each over a loopback server that speaks its API's protocol."""
