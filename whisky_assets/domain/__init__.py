"""The records, outcomes and errors that every layer shares; the standard library only."""
