"""Fetching: the guarded transport, robots, pace, the frontier and the crawl, against real loopback servers."""
