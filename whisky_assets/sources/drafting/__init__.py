"""Drafts a feed's TOML from one document of a site: what stands where, how sure that is, and on what it rests."""
