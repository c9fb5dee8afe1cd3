"""From bytes and text to values, pure; never a file, a clock, or a table."""
