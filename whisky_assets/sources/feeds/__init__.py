"""The shipped feeds: one TOML each, with a module of at most two functions where a page needs it."""
