"""The model of a feed, its presets, and one TOML a feed; never a request or a file's place."""
