"""Pandera and Arrow schemas and the Firestore codec, derived from the domain's records; no second list."""
