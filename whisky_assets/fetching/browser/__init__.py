"""Pages that a script draws: our own Chromium renders what the guarded transport fetched, behind a guarding proxy."""
