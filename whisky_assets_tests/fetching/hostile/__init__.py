"""The numbered behaviours of a hostile server, each with the outcome that it must have."""
