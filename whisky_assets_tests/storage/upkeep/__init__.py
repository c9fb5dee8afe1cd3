"""Rules, plans and copies."""
